"""The forms of the register, one a move; what they clean to is what the action takes."""

from datetime import datetime
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from django import forms as django

from luoshi.kernel import calendar, clock
from luoshi.kernel.text import T
from luoshi.leads import reads
from luoshi.leads.actions.company import LONGEST, NOTE, SEEN_BY
from luoshi.leads.flow import WAYS
from luoshi.leads.industries import INDUSTRIES
from luoshi.leads.models import Company
from luoshi.leads.provinces import PROVINCES
from luoshi.web import forms, words

UNKNOWN: Final = ("", T("不详", "Not known"))
TIME: Final = "%Y-%m-%d %H:%M"


def _name() -> django.CharField:
    return django.CharField(
        label=forms.text("企业名称", "Company name"), max_length=LONGEST,
        widget=django.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


def _code() -> django.CharField:
    return django.CharField(
        label=forms.text("统一社会信用代码（可空）", "Unified social credit code (may be empty)"), required=False,
        max_length=40, widget=django.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


def _province() -> django.ChoiceField:
    return django.ChoiceField(
        label=forms.text("省份", "Province"), required=False, choices=forms.choices([UNKNOWN, *PROVINCES.items()])
    )


def _industry() -> django.ChoiceField:
    options = [(code, T(f"{code} {text.zh}", f"{code} {text.en}")) for code, text in INDUSTRIES.items()]
    return django.ChoiceField(
        label=forms.text("行业门类", "Industry"), required=False, choices=forms.choices([UNKNOWN, *options])
    )


def _level() -> django.ChoiceField:
    return django.TypedChoiceField(
        label=forms.text("签约前谁能看到", "Who may see it before it signs"), required=False, coerce=str, empty_value=None,
        choices=forms.choices([*SEEN_BY.items()]),
    )  # fmt: skip


class Add(forms.Form):
    """A company that is not listed yet. Its likely twins are shown below the name as it is typed."""

    name, code, province, industry, level = _name(), _code(), _province(), _industry(), _level()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs |= {"data-find": "/work/companies/likely/", "data-below": "likely"}


class MoveForm(forms.Form):
    """The base: `verb` names the move; fields begin as the company stands."""

    verb: ClassVar[str] = ""

    def __init__(self, company: Company, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"f-{self.verb}-%s")
        super().__init__(*args, **kwargs)
        for name in self.fields:
            if name != "key" and hasattr(company, name) and name != "group":
                self.fields[name].initial = getattr(company, name)

    def data_for(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}


class Contact(MoveForm):
    """We were in touch."""

    verb = "contact"
    way = django.ChoiceField(label=forms.text("方式", "How"), choices=forms.choices([*WAYS.items()]))
    at = django.CharField(
        label=forms.text("时间", "When"), max_length=16,
        widget=django.TextInput(attrs={"autocomplete": "off", "placeholder": "2021-11-23 15:30"}),
    )  # fmt: skip
    occasion = django.ChoiceField(
        label=forms.text("在哪次活动上（可空）", "At which occasion (may be empty)"), required=False
    )
    note = django.CharField(
        label=forms.text("谈了什么（不公开）", "What was said (private)"), required=False, max_length=NOTE,
        widget=django.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, company: Company, *args: Any, **kwargs: Any) -> None:
        super().__init__(company, *args, **kwargs)
        there = self.fields["occasion"]
        assert isinstance(there, django.ChoiceField)
        there.choices = forms.choices([("", T("不在活动上", "At none")), *reads.to_name()])
        self.fields["at"].initial = words.city_time(clock.now()).strftime(TIME)

    def clean_at(self) -> datetime:
        """In the city's time."""
        for form in (TIME, "%Y-%m-%dT%H:%M", "%Y-%m-%d"):
            try:
                found = datetime.strptime(self.cleaned_data["at"].strip(), form)
            except ValueError:
                continue
            return found.replace(tzinfo=ZoneInfo(calendar.current().tz))
        raise django.ValidationError(str(T("写成 2021-11-23 15:30 的样子", "Write it like 2021-11-23 15:30")))


class Retract(MoveForm):
    """A contact was noted by mistake."""

    verb = "retract_contact"
    event = django.ChoiceField(label=forms.text("哪一次联系", "Which contact"))
    reason = django.CharField(
        label=forms.text("理由", "Reason"), max_length=NOTE, widget=django.Textarea(attrs={"rows": 2})
    )

    def __init__(self, company: Company, *args: Any, **kwargs: Any) -> None:
        super().__init__(company, *args, **kwargs)
        standing = reads.contacts(reads.events(company))[::-1]
        chosen = self.fields["event"]
        assert isinstance(chosen, django.ChoiceField)
        chosen.choices = [
            (str(one.id), f"{words.when(one.at)} {WAYS.get(one.body.get('way', ''), '')}") for one in standing[:200]
        ]


class Change(MoveForm):
    """What is said of a company."""

    verb = "change_company"
    code, province, industry, level = _code(), _province(), _industry(), _level()


class Rename(MoveForm):
    """Another name from a day on."""

    verb = "rename_company"
    name = _name()
    day = forms.DayField(label=forms.text("从哪天起（可空：今天）", "From (may be empty: today)"), required=False)


class Unmerge(MoveForm):
    """They were two after all."""

    verb = "unmerge_company"
    reason = django.CharField(
        label=forms.text("理由", "Reason"), max_length=NOTE, widget=django.Textarea(attrs={"rows": 2})
    )


class Merge(MoveForm):
    """It is the same as another one; `into` is that one's id."""

    verb = "merge_company"
    into = django.CharField(widget=forms.Hidden, max_length=40)
    reason = django.CharField(
        label=forms.text("理由", "Reason"), max_length=NOTE, widget=django.Textarea(attrs={"rows": 2})
    )


FORMS: Final = {form.verb: form for form in (Contact, Change, Rename, Retract, Unmerge)}
"""Those that stand on a company's page; a merging has a page of its own."""

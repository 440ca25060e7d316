"""The public's forms, in both languages."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms as django
from django.core.validators import RegexValidator

from luoshi.cases import photos
from luoshi.cases.actions.again import REASONS
from luoshi.cases.actions.report import LONGEST
from luoshi.cases.public import kinds
from luoshi.kernel.text import T
from luoshi.people import place
from luoshi.people import reads as people
from luoshi.people.models import Division
from luoshi.web import forms
from luoshi.web.forms import choices, lazy_text, picks

GRADES: Final = (
    ("1", T("很不满意", "Not at all")),
    ("2", T("不满意", "No")),
    ("3", T("一般", "So so")),
    ("4", T("满意", "Yes")),
    ("5", T("很满意", "Very")),
)
NOTE: Final = 1000
_PHONE = RegexValidator(
    r"^\+?[0-9][0-9 ()\-]{4,19}$",
    lazy_text(T("只写数字，例如 138 0000 0000", "Digits only, such as 138 0000 0000")),
    code="phone",
)


class _Step(forms.Form):
    """A page of the report: the key is in the draft."""

    key = None  # type: ignore[assignment]


class Where(_Step):
    """Place in words, and the street or community by its name."""

    place = django.CharField(
        label=forms.text("地点", "Place"),
        help_text=forms.text("写路名、门牌，或附近的店、站牌", "A road and number, or a shop or stop near by"),
        max_length=200,
        required=False,
        widget=django.TextInput(attrs={"autocomplete": "off"}),
    )
    asked = django.CharField(
        label=forms.text("街道或社区（可不填）", "Street office or community (optional)"),
        help_text=forms.text(
            "写名字里的几个字，按“查找”。不清楚就空着",
            "Type part of its name and press “Find”. Leave it empty if unsure",
        ),
        max_length=60,
        required=False,
        widget=django.TextInput(attrs={"autocomplete": "off", "list": "streets"}),
    )
    area = django.ChoiceField(label=forms.text("是哪一个", "Which one"), required=False, widget=forms.Picks)

    def __init__(self, *args: Any, county: str = "", chosen: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = str(self.data.get("asked", "") if self.is_bound else self.initial.get("asked", ""))
        self.hits = place.found(asked[:60], county) if "\0" not in asked else []
        self.county, self.chosen = county, chosen
        shown = self.hits[: place.MOST_FOUND]
        options = [(d.code, people.division_name(d.code), place.above(d)) for d in shown]
        self.fields["area"].choices = picks(options)  # type: ignore[attr-defined]
        if not shown or (len(self.hits) == 1 and self.chosen == self.hits[0].code):
            del self.fields["area"]

    def settled(self) -> Division | None:
        """The street or community that was meant; puts a fault on the form where that is not clear."""
        if not self.cleaned_data.get("asked"):
            return None
        if len(self.hits) == 1:
            return self.hits[0]
        picked = self.cleaned_data.get("area") or self.chosen
        for hit in self.hits:
            if hit.code == picked:
                return hit
        self.add_error(*self._unclear())
        return None

    def _unclear(self) -> tuple[str, str]:
        if not self.hits:
            return "asked", str(T("没有找到，改几个字，或清空", "Nothing found: change it, or leave it empty"))
        if "area" not in self.fields:
            return "asked", str(T("请按“查找”", "Press “Find”"))
        return "area", str(T("选一个", "Choose one"))


class Kind(_Step):
    """The top category, or the single kind."""

    code = django.ChoiceField(label=forms.text("最接近哪一类", "What comes nearest"), widget=forms.Picks)

    def __init__(self, *args: Any, top: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        options: Sequence[tuple[str, str | T, str | T]] = kinds.leaves(top) if top else kinds.tops()
        self.fields["code"].choices = picks(options)  # type: ignore[attr-defined]


class What(_Step):
    """What happened, with pictures."""

    text = django.CharField(
        label=forms.text("情况", "In a few words"),
        help_text=forms.text(
            "一两句就行，最多 4,000 字。请不要写身份证号",
            "A sentence or two will do, at most 4,000 characters. No identity numbers, please",
        ),
        max_length=LONGEST,
        widget=django.Textarea,
    )
    photos = forms.PhotosField(
        limit=photos.MOST,
        label=forms.text("照片（可不加）", "Pictures (optional)"),
        help_text=forms.text(
            "最多 4 张。照片里的拍摄地点等信息会去掉", "Up to 4. Where and when they were taken is removed from them"
        ),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["photos"].widget.attrs["accept"] = photos.ACCEPT

    def clean_text(self) -> str:
        """With plain line ends, so that it counts the same here and in the action."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")


class Contact(_Step):
    """How to reach the reporter; all of it may be left out."""

    name = django.CharField(
        label=forms.text("怎么称呼（可不填）", "Name (optional)"),
        max_length=50,
        required=False,
        widget=django.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = django.CharField(
        label=forms.text("电话（可不填）", "Telephone (optional)"),
        max_length=20,
        required=False,
        validators=[_PHONE],
        widget=django.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    email = django.EmailField(
        label=forms.text("电子邮箱（可不填）", "E-mail (optional)"),
        max_length=254,
        required=False,
        widget=django.EmailInput(attrs={"autocomplete": "email"}),
    )


class Follow(forms.Form):
    """Whoever only follows: how to tell them, all of which may be left out."""

    phone = django.CharField(
        label=forms.text("电话（可不填）", "Telephone (optional)"),
        max_length=20,
        required=False,
        validators=[_PHONE],
        widget=django.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    email = django.EmailField(
        label=forms.text("电子邮箱（可不填）", "E-mail (optional)"),
        max_length=254,
        required=False,
        widget=django.EmailInput(attrs={"autocomplete": "email"}),
    )


class Check(_Step):
    """The last look: nothing to fill in."""


class Lookup(forms.Form):
    """A tracking code as typed."""

    key = None  # type: ignore[assignment]
    code = django.CharField(
        label=forms.text("查询码", "Tracking code"),
        help_text=forms.text(
            "12 位，大小写、空格和横线都不要紧", "12 characters; case, spaces and hyphens do not matter"
        ),
        max_length=100,
        widget=django.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class Lost(forms.Form):
    """Which case, and the telephone or e-mail that was given."""

    key = None  # type: ignore[assignment]
    number = django.RegexField(
        r"^\s*[Jj]-\d{4}-\d{6,9}\s*$",
        label=forms.text("编号", "Case number"),
        help_text=forms.text("例如 J-2021-037957", "Such as J-2021-037957"),
        max_length=30,
        widget=django.TextInput(attrs={"autocomplete": "off"}),
    )
    address = django.CharField(
        label=forms.text("上报时留的电话或邮箱", "The telephone or e-mail given with the report"),
        max_length=254,
        widget=django.TextInput(attrs={"autocomplete": "off"}),
    )


class Note(forms.Form):
    """A few words that may be left out."""

    note = django.CharField(
        label=forms.text("想说的话（可不写）", "Anything to add (optional)"),
        max_length=NOTE,
        required=False,
        widget=django.Textarea,
    )


class Reply(forms.Form):
    """The answer to a question."""

    note = django.CharField(label=forms.text("您的答复", "Your answer"), max_length=NOTE, widget=django.Textarea)


class Rate(forms.Form):
    """A grade with reasons; nothing is chosen beforehand."""

    grade = django.ChoiceField(
        label=forms.text("您满意吗", "Are you satisfied?"),
        help_text=forms.text("五个一样好点", "All five are as easy to press"),
        widget=forms.Rating,
        choices=choices(GRADES),
    )
    reasons = django.MultipleChoiceField(
        label=forms.text("为什么（可不选，可多选）", "Why (optional, several may be chosen)"),
        required=False,
        widget=django.CheckboxSelectMultiple,
        choices=choices(list(REASONS.items())),
    )
    note = django.CharField(
        label=forms.text("想说的话（可不写）", "Anything to add (optional)"),
        max_length=NOTE,
        required=False,
        widget=django.Textarea,
    )


class Verdict(Rate):
    """Solved or not, and how satisfied."""

    solved = django.ChoiceField(
        label=forms.text("问题解决了吗", "Is it solved?"),
        widget=forms.Picks,
        choices=picks(
            [
                ("yes", T("解决了", "Yes"), ""),
                ("no", T("没解决", "No"), T("重新办，不用再报", "It is done again: no new report needed")),
            ]
        ),
    )
    field_order = ("solved", "grade", "reasons", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grade = self.fields["grade"]
        grade.required = False
        grade.help_text = forms.text(
            "五个一样好点。可以不评，不评不算满意。没解决的，等重新办完再评",
            "All five are as easy to press. You may leave it out; that does not count as satisfied. If it is not solved, rate once it is done again",
        )


__all__ = [
    "GRADES",
    "Check",
    "Contact",
    "Follow",
    "Kind",
    "Lookup",
    "Lost",
    "Note",
    "Rate",
    "Reply",
    "Verdict",
    "What",
    "Where",
]

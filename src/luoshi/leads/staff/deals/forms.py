"""The forms of leads: one a move, made of the fields that the flow says it needs and takes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django import forms as django

from luoshi.kernel.flow import Move
from luoshi.kernel.text import T
from luoshi.leads import gates, money, reads
from luoshi.leads.actions.company import NOTE
from luoshi.leads.actions.lead import LONGEST, SECTOR
from luoshi.leads.actions.money import PROOFS
from luoshi.leads.flow import WAYS
from luoshi.leads.industries import INDUSTRIES
from luoshi.leads.models import Lead
from luoshi.leads.money import MoneyError
from luoshi.leads.stages import FLOW, LEVELS, LOST
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.ports import papers
from luoshi.web import forms

NONE: Final = ("", T("不详", "Not known"))
MONEY_HINT: Final = forms.text("单位万元；也可写 3.2亿、850万、1200元", "In 10,000; or write 3.2亿, 850万, 1200元")
Maker = Callable[[Lead | None, bool], django.Field]


def _text(zh: str, en: str, most: int = NOTE, rows: int = 2) -> Maker:
    widget = django.Textarea(attrs={"rows": rows}) if rows > 1 else django.TextInput(attrs={"autocomplete": "off"})
    return lambda lead, needed: django.CharField(
        label=forms.text(zh, en), required=needed, max_length=most, widget=widget, strip=True
    )


def _choice(
    zh: str, en: str, options: Callable[[], Sequence[tuple[str, str | T]]], first: tuple[str, T] | None = NONE
) -> Maker:
    def make(lead: Lead | None, needed: bool) -> django.Field:
        given = options()
        return django.ChoiceField(
            label=forms.text(zh, en), required=needed, choices=forms.choices([*([first] if first else []), *given])
        )

    return make


def _money(zh: str, en: str) -> Maker:
    return lambda lead, needed: django.CharField(
        label=forms.text(zh, en), required=needed, max_length=40, help_text=MONEY_HINT,
        widget=django.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )  # fmt: skip


def _hidden(lead: Lead | None, needed: bool) -> django.Field:
    return django.CharField(widget=forms.Hidden, max_length=60)


def _day(zh: str, en: str) -> Maker:
    return lambda lead, needed: forms.DayField(label=forms.text(zh, en), required=needed)


def _firm() -> django.CharField:
    """A company by its name or code."""
    return django.CharField(
        label=forms.text("企业（可空；写全称或统一社会信用代码）", "Company (may be empty; full name or credit code)"), required=False,
        max_length=120, widget=django.TextInput(attrs={"autocomplete": "off", "data-find": "/work/companies/find/", "data-below": "found"}),
    )  # fmt: skip


def counties() -> list[tuple[str, str]]:
    """Districts and counties by code."""
    return [(code, people.division_name(code)) for code in people.codes_of("county")]


def _papers(lead: Lead | None) -> list[tuple[str, str | T]]:
    rows = reads.documents(lead) if lead is not None else []
    return [(str(one.pk), f"{gates.DOCUMENTS.get(one.kind, one.kind)} {one.version} · {one.name}") for one in rows]


MAKERS: Final[Mapping[str, Maker]] = {
    "note": _text("说明", "Note"),
    "reason": _text("理由", "Reason"),
    "name": _text("项目名称", "Name of the project", LONGEST, 1),
    "about": _text("情况（不公开）", "About it (private)", NOTE, 3),
    "sector": _text("产业链或产品", "Industry chain or product", SECTOR, 1),
    "what": _text("承诺内容", "What is promised", 200, 2),
    "apart": _text("与同一企业相近的签约项目不是一个，理由", "Why it is not the similar signed project", NOTE, 2),
    "stages": _text("分期（每行一期：名称 金额）", "Stages (one a line: name and amount)", NOTE, 3),
    "shares": _text("分摊（每行：旗县区 百分比）", "Shares (one a line: district and per cent)", NOTE, 3),
    "day": _day("日期（可空：今天）", "Day (may be empty: today)"),
    "until": _day("到哪天", "Until"),
    "amount": _money("金额", "Amount"),
    "fixed": _money("其中固定资产投资（可空）", "Of it fixed assets (may be empty)"),
    "unknown": lambda lead, needed: django.BooleanField(label=forms.text("金额不详", "Amount not known"), required=False),
    "worth": lambda lead, needed: django.TypedChoiceField(
        label=forms.text("结论", "Verdict"), coerce=lambda value: value == "yes",
        choices=forms.choices([("yes", T("值得跟进", "Worth pursuing")), ("no", T("不跟进", "Not pursued"))]),
    ),
    "currency": _choice("币种", "Currency", lambda: [*money.CURRENCIES.items()], None),
    "county": _choice("旗县区", "District", counties),
    "industry": _choice("行业门类", "Industry", lambda: [(c, T(f"{c} {t.zh}", f"{c} {t.en}")) for c, t in INDUSTRIES.items()]),
    "level": _choice("签约前谁能看到", "Who may see it before it is signed", lambda: [*LEVELS.items()], None),
    "why": _choice("原因", "Why", lambda: [*LOST.items()], None),
    "kind": _choice("文件类别", "Kind of document", lambda: [*gates.DOCUMENTS.items()], None),
    "proof": _choice("凭证", "Proof", lambda: [*PROOFS.items()], None),
    "item": _choice("放行哪一项", "What is waived", lambda: [(key, need.text) for key, need in gates.NEEDS.items()], None),
    "contact": _choice("与企业联系了（可空）", "The company was met (may be empty)", lambda: [*WAYS.items()], ("", T("没有", "No"))),
    "occasion": lambda lead, needed: django.ChoiceField(
        label=forms.text("招商活动", "Occasion"), required=needed,
        choices=forms.choices([("", T("无", "None")), *((ref, name) for ref, name in reads.occasion_names().items())]),
    ),
    "officer": lambda lead, needed: django.ChoiceField(
        label=forms.text("招商专员", "Officer"), required=needed, choices=[(one.login, one.name) for one in reads.officers()]
    ),
    "shown_to": lambda lead, needed: django.MultipleChoiceField(
        label=forms.text("另给哪些人看", "Also shown to"), required=False,
        choices=[(one.login, one.name) for one in reads.officers()], widget=django.CheckboxSelectMultiple,
    ),
    "owner": lambda lead, needed: django.ChoiceField(
        label=forms.text("负责单位", "Unit that owes it"), required=needed,
        choices=sorted((one.code, one.zh) for one in tree.today().units.values() if one.level == "city"),
    ),
    "document": lambda lead, needed: django.ChoiceField(
        label=forms.text("凭证文件（可空）", "Its document (may be empty)"), required=False,
        choices=forms.choices([("", T("无", "None")), *_papers(lead)]),
    ),
    "file": lambda lead, needed: django.FileField(
        label=forms.text("文件（PDF 或照片）", "File (PDF or picture)"), widget=django.FileInput(attrs={"accept": papers.ACCEPT})
    ),
    "days": lambda lead, needed: django.IntegerField(
        label=forms.text("几天有效（可空）", "Good for how many days (may be empty)"), required=False, min_value=1, max_value=90
    ),
    "grade": lambda lead, needed: django.TypedChoiceField(
        label=forms.text("评分", "Grade"), required=needed, coerce=int, empty_value=None, widget=forms.Rating,
        choices=[(n, str(n)) for n in range(1, 6)],
    ),
    "void": lambda lead, needed: django.BooleanField(
        label=forms.text("作废：没有这回事", "Void: it never was"), required=False
    ),
    "into": _text("并入哪个项目（编号）", "Into which project (its number)", 20, 1),
    "receipt": _hidden, "promise": _hidden, "proposal": _hidden, "event": _hidden,
}  # fmt: skip
"""How each field is asked for."""
LEFT_OUT: Final = frozenset({"looked", "at", "changes", "undated"})


class Deal(forms.Form):
    """The form of a move on a lead; fields begin as the lead stands."""

    def __init__(self, move: Move, lead: Lead, *args: Any, **kwargs: Any) -> None:
        self.move, self.lead = move, lead
        super().__init__(*args, **kwargs)
        for name in (*move.needs, *move.takes):
            if name in LEFT_OUT or name not in MAKERS:
                continue
            self.fields[name] = MAKERS[name](lead, name in move.needs)
        if move.verb == "change_lead":
            self._as_it_stands()
        if move.verb == "propose":
            for name in ("day", "amount", "county", "industry", "occasion"):
                self.fields[f"changed_{name}"] = MAKERS[name](lead, False)
            self.fields["changed_unknown"] = MAKERS["unknown"](lead, False)
        for field in self.fields.values():
            field.error_messages = forms.messages(field)

    def _as_it_stands(self) -> None:
        lead = self.lead
        if lead.signed_at is None:
            self.fields["company"] = _firm()
            self.fields["company"].initial = lead.company.name if lead.company else ""
        for name in ("name", "about", "sector", "county", "industry", "level"):
            self.fields[name].initial = getattr(lead, name)
        self.fields["occasion"].initial = str(lead.occasion.log_id) if lead.occasion else ""
        self.fields["shown_to"].initial = [one.login for one in reads.officers() if one.pk in lead.shown_to]

    def clean(self) -> dict[str, Any]:
        """Money as minor units, lists as lists."""
        found: dict[str, Any] = super().clean() or {}
        currency = found.get("currency") or self.lead.currency or "CNY"
        for name in ("amount", "fixed", "changed_amount"):
            if found.get(name):
                found[name] = self._minor(name, found[name], currency)
        if found.get("stages"):
            found["stages"] = self._lines("stages", found["stages"], lambda text: money.amount(text, currency))
        if found.get("shares"):
            codes = people.counties()
            pairs = self._lines("shares", found["shares"], _per_cent)
            found["shares"] = {codes.get(name, name): share for name, share in pairs}
        return found

    def _minor(self, name: str, text: str, currency: str) -> int | None:
        try:
            return money.amount(text, currency)
        except MoneyError as wrong:
            self.add_error(name, str(wrong.rule))
            return None

    def _lines(self, name: str, text: str, number: Callable[[str], int]) -> list[list[Any]]:
        found = []
        for line in filter(str.strip, text.splitlines()):
            words, _, last = line.strip().rpartition(" ")
            try:
                found.append([words.strip(), number(last)])
            except (MoneyError, ValueError):
                self.add_error(
                    name, str(T("这一行看不懂：{line}", "cannot read the line: {line}").fill(line=line[:40]))
                )
        return found

    def data_for(self, viewer: Any) -> dict[str, Any]:
        """What the action takes; raises Invalid for a file that is none, or a project that is not there."""
        whole = self.move.verb == "change_lead"
        given = {
            name: value for name, value in self.cleaned_data.items()
            if name != "key" and not name.startswith("changed_") and (whole or value not in (None, "", []))
        }  # fmt: skip
        if "file" in given:
            given["file"] = papers.store(given["file"])
        if given.get("company"):
            given["company"] = reads.named_company(viewer, given["company"])
        if "into" in given:
            given["into"] = reads.by_number(viewer, given["into"])
        if self.move.verb == "propose":
            given["changes"] = self._changes()
        return given

    def _changes(self) -> dict[str, Any]:
        day = self.cleaned_data.get("changed_day")
        found: dict[str, Any] = {"day": day.isoformat()} if day else {}
        rest = {name: self.cleaned_data.get(f"changed_{name}") for name in ("amount", "county", "industry", "occasion")}
        found |= {name: value for name, value in rest.items() if value}
        return found | {"amount": None} if self.cleaned_data.get("changed_unknown") else found


def _per_cent(text: str) -> int:
    """Hundredths of a per cent."""
    found = float(text.strip("%％"))
    if not 0 < found <= 100:
        raise ValueError(text)
    return round(found * 100)


class New(forms.Form):
    """A lead that is noted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "county", "industry", "sector", "about", "occasion", "level"):
            self.fields[name] = MAKERS[name](None, name == "name")
        self.fields["company"] = _firm()
        self.fields["succeeds"] = django.CharField(
            label=forms.text("变更投资方：原项目编号（可空）", "Change of investor: number of the former project (may be empty)"),
            required=False, max_length=20,
        )  # fmt: skip
        for field in self.fields.values():
            field.error_messages = forms.messages(field)


class OccasionForm(forms.Form):
    """An occasion."""

    name = django.CharField(label=forms.text("活动名称", "Name"), max_length=LONGEST)
    kind = django.ChoiceField(label=forms.text("类型", "Kind"), choices=())
    place = django.CharField(
        label=forms.text("地点（可空）", "Place (may be empty)"), required=False, max_length=LONGEST
    )
    first_day = forms.DayField(label=forms.text("开始", "First day"))
    last_day = forms.DayField(
        label=forms.text("结束（可空：同一天）", "Last day (may be empty: the same)"), required=False
    )
    cost = django.CharField(
        label=forms.text("费用（可空）", "Cost (may be empty)"), required=False, max_length=40, help_text=MONEY_HINT
    )
    source = django.CharField(
        label=forms.text("来源（可空）", "Source (may be empty)"), required=False, max_length=LONGEST
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        from luoshi.leads.occasions import KINDS

        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, django.ChoiceField)
        kind.choices = forms.choices([*KINDS.items()])

    def clean_cost(self) -> int | None:
        """Fen."""
        try:
            return money.amount(self.cleaned_data["cost"]) if self.cleaned_data["cost"] else None
        except MoneyError as wrong:
            raise django.ValidationError(str(wrong.rule)) from None


def moves(lead: Lead, allowed: Callable[[Move], bool]) -> list[Move]:
    """The moves of a lead's page that fit it and that the viewer may make."""
    return [move for move in FLOW.moves if FLOW.fits(move, lead) and allowed(move)]

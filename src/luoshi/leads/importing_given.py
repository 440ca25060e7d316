"""A row of a list of leads as it was understood: names to codes, days of stages, the amount; and all that is wrong with it.

A stage without a day, that a later one follows, was reached on the day of that one at the latest, and that is all that is known:
it is `undated`. A signing has a day, for it is what signings and agreed investment are counted by.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any, Final

from luoshi.kernel import calendar, clock
from luoshi.kernel.problems import Fault
from luoshi.kernel.text import T
from luoshi.leads import actions, importing_days, kept, money, reads
from luoshi.leads import importing_amounts as amounts
from luoshi.leads.actions.company import FIRST_DAY, NO_CHOICE, NOTE
from luoshi.leads.importing import INDUSTRY_WORDS, columns_of
from luoshi.leads.stages import AFTER, FLOW
from luoshi.people import reads as people
from luoshi.ports.importer.heads import key
from luoshi.ports.importer.rows import FileProblem

HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("name", "项目名称", "项目", "project"),
    "company": ("company", "企业名称", "投资方", "投资企业", "公司名称", "企业"),
    "code": ("code", "统一社会信用代码", "信用代码"),
    "county": ("county", "旗县区", "落地旗县区", "所在旗县区", "district"),
    "industry": ("industry", "行业", "行业门类"),
    "amount": (),
    "currency": ("currency", "币种"),
    "apart": ("apart", "不是同一项目的理由"),
    "officer": ("officer", "负责人", "招商专员"),
    "occasion": ("occasion", "招商活动", "活动"),
    "noted": ("noted", "线索日期", "登记日期"),
    "engage": ("engaged", "对接日期", "对接"),
    "talk": ("talking", "在谈日期", "在谈"),
    "sign": ("signed", "签约日期", "签约"),
    "land": ("landed", "落地日期", "落地"),
    "start": ("started", "开工日期", "开工"),
    "produce": ("producing", "投产日期", "投产"),
    "reach": ("full", "达产日期", "达产"),
}
"""Our names of the columns → the heads under which they may stand; those of the amount say a unit too (`importing_amounts`)."""
UNKNOWN: Final = ("", "不详", "未知", "待定", "unknown", "/", "-", "—", "——")
TOTALS: Final = frozenset({"合计", "总计", "小计", "共计", "累计", "total", "sum"})
DAYS: Final = ("noted", *AFTER)
NEEDED: Final = T("必须填写", "is required")
NO_SIGNING: Final = T(
    "后面的阶段有日期，就要写签约日期：签约数和协议投资按它计",
    "stages after it have days, so it needs one: signings and agreed investment are counted by it",
)


def item(head: str) -> str:
    """The item of a head that says a unit: the amount."""
    return "amount" if amounts.parted(head)[0] in amounts.BASES else ""


@dataclass(frozen=True)
class Given:
    """A row that can be taken: what it says, by our names, read. `undated`: stages of which only the latest day is known."""

    line: int
    name: str
    company: str
    code: str
    county: str
    industry: str
    amount: int | None
    currency: str
    officer: str
    occasion: str
    apart: str
    days: Mapping[str, date] = field(default_factory=dict)
    undated: frozenset[str] = frozenset()

    def said(self) -> dict[str, str]:
        """The row as it was understood, in words, by our names of the columns."""
        reached = [name for name in AFTER if name in self.days]
        amount = money.shown(self.amount, self.currency) if "sign" in self.days or self.amount is not None else ""
        unknown = str(T("不详", "unknown"))
        return {
            "name": self.name, "company": self.company or self.code, "county": people.division_name(self.county) if self.county else "",
            "industry": self.industry, "amount": amount, "stage": str(FLOW.state(AFTER[reached[-1]] if reached else "lead").text),
            "officer": self.officer,
            **{name: unknown if name in self.undated else day.isoformat() for name, day in self.days.items()},
        }  # fmt: skip


class Words:
    """Names as people write them → our codes, and the columns and unit of one file; read once for it."""

    def __init__(self) -> None:
        self.counties = people.counties()
        self.persons = {one.login: one for one in reads.officers()}
        self.officers = {name: one.login for one in self.persons.values() for name in (one.login, one.name)}
        self.occasions = {text.zh: ref for ref, text in reads.occasion_names().items()}
        self.columns: dict[str, str] = {}
        self.unit = amounts.USUAL

    def look(self, data: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[T]:
        """Which column is what, and the unit of the amounts, which is told. Raises FileProblem."""
        self.columns = columns_of(data, {**HEADS, "amount": amounts.heads(map(str, data))}, given)
        head = self.columns.get("amount")
        if head is None:
            return
        try:
            found = amounts.of_head(head)
        except money.MoneyError as wrong:
            zh, en = "列“{head}”：{rule}", "column “{head}”: {rule}"
            raise FileProblem(T(zh, en).fill(head=head, rule=wrong.rule), misused=True) from None
        self.unit = found or amounts.USUAL
        text = T("金额按 {unit} 读（列“{head}”）", "amounts are read in {unit} (column “{head}”)")
        if found is None:
            text = T(
                "列“{head}”没有写单位：没有自带单位的金额按 {unit} 读",
                "column “{head}” says no unit: amounts without one of their own are read in {unit}",
            )
        yield text.fill(head=head, unit=self.unit.text)

    def given(self, line: int, data: Mapping[str, Any]) -> tuple[Given, list[Fault]]:
        """The row, and what is wrong with it."""
        said = {name: _text(data.get(head)) for name, head in self.columns.items()}
        faults: list[Fault] = []
        known = {
            name: self._code(name, said.get(name, ""), words, faults)
            for name, words in (("county", self.counties), ("officer", self.officers), ("occasion", self.occasions))
        }
        industry = said.get("industry", "")
        amount, currency = self._amount(said.get("amount", ""), said.get("currency", ""), faults)
        days = _days(said, faults)
        whole = _whole(days)
        faults += _needed(said, days)
        found = Given(
            line, " ".join(said.get("name", "").split()), kept.name(said.get("company", "")), kept.code(said.get("code", "")),
            known["county"], INDUSTRY_WORDS.get(industry.lower(), industry), amount, currency, known["officer"], known["occasion"],
            said.get("apart", "")[:NOTE], whole, frozenset(whole.keys() - days.keys()),
        )  # fmt: skip
        if found.code and (rule := kept.code_rule(found.code)) is not None:
            faults.append(Fault("code", found.code[:40], rule))
        return found, faults + actions.check_lead(None, found.county, found.industry, "open")

    def _code(self, name: str, text: str, words: Mapping[str, str], faults: list[Fault]) -> str:
        if not text or text in words.values():
            return text
        if text not in words:
            faults.append(Fault(name, text[:40], NO_CHOICE))
        return words.get(text, "")

    def _amount(self, text: str, currency: str, faults: list[Fault]) -> tuple[int | None, str]:
        """The amount (None: not known) and its currency."""
        code = next((code for code, word in money.CURRENCIES.items() if currency in (code, word.zh)), currency)
        if text.lower() in UNKNOWN:
            return None, code or self.unit.currency or "CNY"
        if code and code not in money.CURRENCIES:
            faults.append(Fault("currency", code[:10], NO_CHOICE))
            return None, code
        try:
            return amounts.read(text, self.unit, code)
        except money.MoneyError as wrong:
            faults.append(Fault("amount", text[:40], wrong.rule))
            return None, code


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _needed(said: Mapping[str, str], days: Mapping[str, date]) -> list[Fault]:
    """What a row lacks, or has that is no project."""
    faults = []
    if not said.get("name"):
        faults.append(Fault("name", "", NEEDED))
    elif key(said["name"]) in TOTALS:
        faults.append(Fault("name", said["name"], T("是合计行，不是项目", "is a row of totals, no project")))
    if days and not said.get("company") and not said.get("code"):
        faults.append(Fault("company", "", T("有了对接日期就要写企业", "a lead that was engaged names its company")))
    if said.get("sign", "").lower() in UNKNOWN and any(name in days for name in DAYS[DAYS.index("sign") :]):
        faults.append(Fault("sign", "", NO_SIGNING))
    return faults


def _days(said: Mapping[str, str], faults: list[Fault]) -> dict[str, date]:
    """Days of stages as they are written, each not before the one before and none to come."""
    found: dict[str, date] = {}
    for name in DAYS:
        if (text := said.get(name, "")).lower() in UNKNOWN:
            continue
        try:
            found[name] = importing_days.read(text)
        except importing_days.DayError as wrong:
            faults.append(Fault(name, text[:20], wrong.rule))
    for one, other in pairwise(name for name in DAYS if name in found):
        if found[other] < found[one]:
            rule = T("早于上一个阶段", "is before the stage before it")
            faults.append(Fault(other, found[other].isoformat(), rule))
    today = calendar.current().city_date(clock.now())
    for name, day in found.items():
        if day > today:
            faults.append(Fault(name, day.isoformat(), T("还没有到这一天", "is still to come")))
        if day < FIRST_DAY:
            faults.append(Fault(name, day.isoformat(), T("早于 2000 年", "is before the year 2000")))
    return found


def _whole(days: Mapping[str, date]) -> dict[str, date]:
    """A stage without a day, that a later one follows, was reached on the day of the one after it at the latest."""
    found: dict[str, date] = {}
    known: date | None = None
    for name in reversed(DAYS):
        known = days.get(name, known)
        if known is not None:
            found[name] = known
    return found

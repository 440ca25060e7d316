"""A list of leads from a file: every row is looked at, good ones come in with their history, and nothing is written twice.

A lead is known by its company and its name. A row says how far the lead has come by the days of its stages; what the city's
own papers and officers would have to show is waived for half a year, since the papers of what was signed elsewhere come later. What is
there already stays as it is: a list does not overwrite what people know. Rows are written by hundreds, each hundred in one
transaction, so a run that was killed is taken up by running it again.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice, pairwise
from pathlib import Path
from time import monotonic
from typing import Any, Final

from django.db import transaction

from luoshi.kernel import calendar, clock
from luoshi.kernel.action import Act
from luoshi.kernel.bulk import Batch, next_ids
from luoshi.kernel.problems import Fault, Invalid, NotNow, Problem
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.leads import actions, alike, gates, kept, money, reads
from luoshi.leads.flow import IMPORT
from luoshi.leads.importing import INDUSTRY_WORDS, NOTHING, Progress, Report, columns_of, silent
from luoshi.leads.models import Company, Lead, Waiver
from luoshi.leads.stages import AFTER, FLOW
from luoshi.people import reads as people
from luoshi.ports.importer.rows import Row, Source

MANY: Final = 200
HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("name", "项目名称", "项目", "project"),
    "company": ("company", "企业名称", "投资方", "投资企业"),
    "code": ("code", "统一社会信用代码", "信用代码"),
    "county": ("county", "旗县区", "落地旗县区", "所在旗县区", "district"),
    "industry": ("industry", "行业", "行业门类"),
    "amount": (
        "amount",
        "协议总投资",
        "协议总投资(万元)",
        "协议总投资(亿元)",
        "总投资(万元)",
        "总投资(亿元)",
        "协议投资额(万元)",
        "协议投资额(亿元)",
    ),
    "currency": ("currency", "币种"),
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
"""Our names of the columns → the heads under which they may stand."""
_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]|$)")
UNKNOWN: Final = ("不详", "未知", "unknown", "")
LATER: Final = T("导入的历史项目，文件待补", "imported history, papers to follow")
HALF_YEAR: Final = timedelta(days=180)


@dataclass(frozen=True)
class Given:
    """A row that can be taken: what it says, by our names, read."""

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
    days: Mapping[str, date] = field(default_factory=dict)

    def said(self) -> dict[str, str]:
        """The row as it was understood, in words, by our names of the columns."""
        reached = [name for name in AFTER if name in self.days]
        amount = money.shown(self.amount, self.currency) if "sign" in self.days or self.amount is not None else ""
        return {
            "name": self.name, "company": self.company or self.code, "county": people.division_name(self.county) if self.county else "",
            "industry": self.industry, "amount": amount, "stage": str(FLOW.state(AFTER[reached[-1]] if reached else "lead").text),
            "officer": self.officer, **{name: day.isoformat() for name, day in self.days.items()},
        }  # fmt: skip


def take(
    file: Path, viewer: Viewer, *, dry: bool = False, progress: Progress = silent, columns: Mapping[str, str] = NOTHING
) -> Report:
    """Note the leads of a file. Raises FileProblem, OSError or Denied; rows before a break-off are in."""
    demand(viewer, IMPORT)
    begun, report = monotonic(), Report()
    source = Source.open(file)
    words = Words()
    rows = _read(source.rows(), report, columns, words)
    while some := list(islice(rows, MANY)):
        with transaction.atomic():
            _write(some, viewer, report, dry, words)
        progress(source.size if source.raw.closed else source.position, source.size)
    report.seconds = monotonic() - begun
    return report


def _read(rows: Iterable[Row], report: Report, given: Mapping[str, str], words: "Words") -> Iterator[Given]:
    """The rows that can be taken; the others are noted with their faults."""
    columns: dict[str, str] | None = None
    seen = set[tuple[str, str]]()
    for row in rows:
        report.read += 1
        if row.data is None:
            report.refused.append((row.line, row.fault or Fault("row", "", T("读不了", "cannot be read"))))
            continue
        if columns is None:
            columns = columns_of(row.data, HEADS, given)
            report.used(row.data, columns)
        said = {name: str(row.data.get(head) or "").strip() for name, head in columns.items()}
        if said.get("amount", "")[-1:].isdigit():
            said["amount"] += next((unit for unit in ("亿", "万") if unit in columns["amount"]), "")
        found, faults = words.given(row.line, said)
        key = (found.code or found.company, found.name)
        if not faults and key in seen:
            faults.append(
                Fault("name", found.name[:40], T("这个文件里前面已有一行", "stands in an earlier row of the file"))
            )
        if faults:
            report.refused += [(row.line, fault) for fault in faults]
        else:
            seen.add(key)
            yield found


class Words:
    """Names as people write them → our codes; read once for a file."""

    def __init__(self) -> None:
        self.counties = people.counties()
        self.persons = {one.login: one for one in reads.officers()}
        self.officers = {name: one.login for one in self.persons.values() for name in (one.login, one.name)}
        self.occasions = {text.zh: ref for ref, text in reads.occasion_names().items()}

    def given(self, line: int, said: Mapping[str, str]) -> tuple[Given, list[Fault]]:
        """The row, and what is wrong with it."""
        faults: list[Fault] = []
        currency = said.get("currency", "") or "CNY"
        currency = next((code for code, text in money.CURRENCIES.items() if currency in (code, text.zh)), currency)
        known = {
            name: self._code(name, said.get(name, ""), words, faults)
            for name, words in (("county", self.counties), ("officer", self.officers), ("occasion", self.occasions))
        }
        industry = said.get("industry", "")
        amount = self._amount(said.get("amount", ""), currency, faults)
        days = self._days(said, faults)
        if not said.get("name"):
            faults.append(Fault("name", "", T("必须填写", "is required")))
        if days and not said.get("company") and not said.get("code"):
            faults.append(
                Fault("company", "", T("有了对接日期就要写企业", "a lead that was engaged names its company"))
            )
        found = Given(
            line, " ".join(said.get("name", "").split()), kept.name(said.get("company", "")), kept.code(said.get("code", "")),
            known["county"], INDUSTRY_WORDS.get(industry.lower(), industry), amount, currency, known["officer"], known["occasion"],
            days,
        )  # fmt: skip
        return found, faults + actions.check_lead(None, found.county, found.industry, "open")

    def _code(self, name: str, text: str, words: Mapping[str, str], faults: list[Fault]) -> str:
        if not text or text in words.values():
            return text
        if text not in words:
            faults.append(Fault(name, text[:40], T("不在可选的里面", "is not one of the choices")))
        return words.get(text, "")

    def _amount(self, text: str, currency: str, faults: list[Fault]) -> int | None:
        if text in UNKNOWN:
            return None
        if currency not in money.CURRENCIES:
            faults.append(Fault("currency", currency[:10], T("不在可选的里面", "is not one of the choices")))
            return None
        try:
            return money.amount(text, currency)
        except money.MoneyError as wrong:
            faults.append(Fault("amount", text[:40], wrong.rule))
            return None

    def _days(self, said: Mapping[str, str], faults: list[Fault]) -> dict[str, date]:
        """Days of stages, each not before the one before; a stage that a later one follows may have no day of its own."""
        found: dict[str, date] = {}
        for name in ("noted", *AFTER):
            text = said.get(name, "")
            if not text:
                continue
            try:
                year, month, day = map(int, _DAY.match(text).groups())  # type: ignore[union-attr]
                found[name] = date(year, month, day)
            except (AttributeError, ValueError):
                faults.append(Fault(name, text[:20], T("写成 2021-11-23 的样子", "write it like 2021-11-23")))
        order = [name for name in ("noted", *AFTER) if name in found]
        for one, other in pairwise(order):
            if found[other] < found[one]:
                faults.append(
                    Fault(other, found[other].isoformat(), T("早于上一个阶段", "is before the stage before it"))
                )
        today = calendar.current().city_date(clock.now())
        faults += [
            Fault(name, day.isoformat(), T("还没有到这一天", "is still to come"))
            for name, day in found.items()
            if day > today
        ]
        return _whole(found)


def _whole(days: Mapping[str, date]) -> dict[str, date]:
    """A stage without a day, that a later one follows, was reached on the day of the one after it at the latest."""
    found: dict[str, date] = {}
    known: date | None = None
    for name in reversed(("noted", *AFTER)):
        known = days.get(name, known)
        if known is not None:
            found[name] = known
    return found


def _write(rows: list[Given], viewer: Viewer, report: Report, dry: bool, words: Words) -> None:
    by_code, by_name = reads.known((row.code for row in rows), (row.company for row in rows))
    there = reads.known_leads([row.name for row in rows])
    batch, now = Batch(), clock.now()
    keys, firms = next_ids(Lead, len(rows)), next_ids(Company, len(rows))
    for row in rows:
        company = by_code.get(row.code) or by_name.get(row.company)
        if (company.pk if company else None, row.name) in there:
            report.unchanged += 1
            continue
        try:
            with _Undo(batch):
                if company is None and (row.company or row.code):
                    company = _listed(batch, Act.of(viewer, now), row, next(firms))
                    by_name[row.company] = company
                    by_code |= {row.code: company} if row.code else {}
                _note(batch, Act.of(viewer, now), row, company, next(keys), words)
        except Problem as refused:
            report.refused += [(row.line, fault) for fault in _faults(refused)]
            continue
        report.show(row.name, row.said)
    if not dry:
        report.events += batch.flush()


def _faults(refused: Problem) -> list[Fault]:
    return list(refused.faults) or [Fault("row", "", refused.title)]


class _Undo:
    """A row of a batch that is refused half-way leaves nothing in it."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch

    def __enter__(self) -> None:
        self.new = {model: len(rows) for model, rows in self.batch.new.items()}
        self.events = len(self.batch.events)

    def __exit__(self, kind: Any, *_: Any) -> None:
        if kind is not None:
            for model, rows in self.batch.new.items():
                del rows[self.new.get(model, 0) :]
            del self.batch.events[self.events :]


def _listed(batch: Batch, act: Act, row: Given, key: int) -> Company:
    company, _ = batch.create(
        actions.add_company,
        act,
        key=key,
        looked=True,
        name=row.company or row.code,
        code=row.code,
        industry=row.industry,
    )
    return company


def _same(batch: Batch, lead: Lead) -> Lead | None:
    """A signed project of the same company further up in the list that it resembles."""
    rows = [
        one for one in batch.new[Lead] if isinstance(one, Lead) and one.signed_at and one.company_id == lead.company_id
    ]
    return next((one for one in rows if alike.score(lead, one) >= alike.LIMIT), None)


def _note(batch: Batch, act: Act, row: Given, company: Company | None, key: int, words: Words) -> None:
    lead, _ = batch.create(
        actions.add_lead, act, key=key, number_key=key, name=row.name, company=company, county=row.county,
        industry=row.industry, officer=words.persons.get(row.officer), occasion=row.occasion or None, day=row.days.get("noted"),
    )  # fmt: skip
    until = calendar.current().city_date(act.now) + HALF_YEAR
    lead.granted = [
        Waiver(lead=lead, item=key_, until=until, reason=str(LATER), at=act.now)
        for key_ in gates.NEEDS
        if key_.startswith("document:") or key_ == "field:officer"
    ]
    for verb in (one for one in AFTER if one in row.days):
        data: dict[str, Any] = {"day": row.days[verb]}
        if verb == "sign":
            data |= {"amount": row.amount, "currency": row.currency} if row.amount is not None else {"unknown": True}
            other = actions.same(lead) or _same(batch, lead)
            if other is not None:
                rule = T(
                    "像是已签约的 {number}，请先核对", "resembles {number}, which is signed: look at that one first"
                )
                raise Invalid([Fault("name", row.name[:40], rule.fill(number=other.number))])
            data["looked"] = True
        try:
            batch.move(actions.OF_LEAD[verb], lead, act, **data)
        except NotNow as lacking:
            raise Invalid([Fault(verb, row.days[verb].isoformat(), one.rule) for one in lacking.faults]) from None
    if any(verb in row.days for verb in gates.GATES):
        batch.new[Waiver] += lead.granted

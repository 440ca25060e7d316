"""A list of leads from a file: every row is looked at, good ones come in with their history, and nothing is written twice.

A lead is known by its company and its name. A row says how far the lead has come by the days of its stages; what the city's
own papers and officers would have to show is waived for half a year, since the papers of what was signed elsewhere come later. What is
there already stays as it is: a list does not overwrite what people know. Rows are written by hundreds, each hundred in one
transaction, so a run that was killed is taken up by running it again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
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
from luoshi.leads import actions, alike, gates, reads
from luoshi.leads.flow import IMPORT
from luoshi.leads.importing import NOTHING, OTHER_CODE, Progress, Report, silent, wanted
from luoshi.leads.importing_given import HEADS, Given, Words, item
from luoshi.leads.models import Company, Lead, Waiver
from luoshi.leads.stages import AFTER
from luoshi.ports.importer.rows import Source

MANY: Final = 200
UNDATED: Final = T(
    "{n} 个项目有阶段没有写日期：记为日期不详，数量计在后一阶段那天，时长不计",
    "projects with stages without a day: {n}; such a day is kept as unknown, counts on that of the stage after, and in no duration",
)
LATER: Final = T("导入的历史项目，文件待补", "imported history, papers to follow")
HALF_YEAR: Final = timedelta(days=180)


def take(
    file: Path, viewer: Viewer, *, dry: bool = False, progress: Progress = silent, columns: Mapping[str, str] = NOTHING
) -> Report:
    """Note the leads of a file. Raises FileProblem, OSError or Denied; rows before a break-off are in."""
    demand(viewer, IMPORT)
    begun, report = monotonic(), Report()
    source = Source.open(file)
    words, earlier = Words(), Earlier()
    rows = _read(source, report, columns, words)
    while some := list(islice(rows, MANY)):
        with transaction.atomic():
            _write(some, viewer, report, words, earlier if dry else None)
        progress(source.size if source.raw.closed else source.position, source.size)
    if report.undated:
        report.notes.append(UNDATED.fill(n=report.undated))
    report.seconds = monotonic() - begun
    return report


def _read(source: Source, report: Report, given: Mapping[str, str], words: Words) -> Iterator[Given]:
    """The rows that can be taken; the others are noted with their faults."""
    seen = set[tuple[str, str]]()
    for row in source.rows(wanted(HEADS, given, item)):
        report.read += 1
        if row.data is None:
            report.refused.append((row.line, row.fault or Fault("row", "", T("读不了", "cannot be read"))))
            continue
        if not words.columns:
            notes = list(words.look(row.data, given))
            report.used(row.data, words.columns, source.header)
            for note in notes:
                report.note(note)
        found, faults = words.given(row.line, row.data)
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


@dataclass
class Earlier:
    """What a dry run would have written so far: companies by code and name, and signed projects."""

    by_code: dict[str, Company] = field(default_factory=dict)
    by_name: dict[str, Company] = field(default_factory=dict)
    signed: list[Lead] = field(default_factory=list)


def _write(rows: list[Given], viewer: Viewer, report: Report, words: Words, dry: Earlier | None) -> None:
    by_code, by_name = reads.known((row.code for row in rows), (row.company for row in rows))
    if dry is not None:
        by_code, by_name = {**dry.by_code, **by_code}, {**dry.by_name, **by_name}
    there = reads.known_leads([row.name for row in rows])
    batch, now = Batch(), clock.now()
    keys, firms = next_ids(Lead, len(rows)), next_ids(Company, len(rows))
    for row in rows:
        try:
            with _Undo(batch):
                company = _known(row, by_code, by_name, report)
                if (company.pk if company else None, row.name) in there:
                    report.unchanged += 1
                    continue
                if company is None and (row.company or row.code):
                    company = _listed(batch, Act.of(viewer, now), row, next(firms))
                elif company is not None and not company._state.adding and company.contacted_at is None:
                    company = reads.lock(viewer, company.log_id)  # a contact may be noted of it
                _note(batch, Act.of(viewer, now), row, company, next(keys), words, dry.signed if dry else ())
        except Problem as refused:
            report.refused += [(row.line, fault) for fault in _faults(refused)]
            continue
        if company is not None:
            by_name |= {row.company: company} if row.company else {}
            by_code |= {row.code: company} if row.code else {}
        there.add((company.pk if company else None, row.name))
        report.show(row.name, row.said)
        report.undated += bool(row.undated - {"noted"})
    if dry is None:
        report.events += batch.flush()
        return
    dry.by_code, dry.by_name = by_code, by_name
    dry.signed += [one for one in batch.new[Lead] if isinstance(one, Lead) and one.signed_at]


def _known(
    row: Given, by_code: Mapping[str, Company], by_name: Mapping[str, Company], report: Report
) -> Company | None:
    """The listed company of a row, by code, else by name. Raises Invalid where the two are of different companies."""
    coded, named = by_code.get(row.code), by_name.get(row.company)
    if named is not None and row.code and named.code and named.code != row.code:
        raise Invalid([Fault("code", row.code, OTHER_CODE.fill(code=named.code))])
    if named is not None and coded is not None and named.pk != coded.pk:
        rule = T("这个代码在库里是另一家企业：{name}", "another company has this code: {name}")
        raise Invalid([Fault("code", row.code, rule.fill(name=coded.name))])
    if coded is not None and named is None and row.company:
        text = T(
            "第 {line} 行：{name} 的代码在库里是 {there}，按代码归到它名下",
            "row {line}: the code of {name} is that of {there}, to which the project goes",
        )
        report.note(text.fill(line=row.line, name=row.company, there=coded.name))
    return coded or named


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


def _same(batch: Batch, lead: Lead, earlier: Sequence[Lead]) -> Lead | None:
    """A signed project of the same company further up in the list that it resembles."""
    mine = [one for one in batch.new[Lead] if isinstance(one, Lead) and one.signed_at]
    rows = [one for one in (*earlier, *mine) if one.company_id == lead.company_id]
    return next((one for one in rows if alike.score(lead, one) >= alike.LIMIT), None)


def _note(
    batch: Batch, act: Act, row: Given, company: Company | None, key: int, words: Words, earlier: Sequence[Lead]
) -> None:
    lead, _ = batch.create(
        actions.add_lead, act, key=key, number_key=key, name=row.name, company=company, county=row.county,
        industry=row.industry, officer=words.persons.get(row.officer), occasion=row.occasion or None, day=row.days.get("noted"),
        undated="noted" in row.undated,
    )  # fmt: skip
    lead.granted = _waived(lead, row, act)
    for verb in (one for one in AFTER if one in row.days):
        data: dict[str, Any] = {"day": row.days[verb]} | ({"undated": True} if verb in row.undated else {})
        if verb == "sign":
            data |= {"amount": row.amount, "currency": row.currency} if row.amount is not None else {"unknown": True}
            data |= _alone(batch, lead, row, earlier)
        try:
            batch.move(actions.OF_LEAD[verb], lead, act, **data)
        except NotNow as lacking:
            raise Invalid([Fault(verb, row.days[verb].isoformat(), one.rule) for one in lacking.faults]) from None
    batch.new[Waiver] += lead.granted


def _waived(lead: Lead, row: Given, act: Act) -> list[Waiver]:
    """What the stages that it has reached would have to show: papers and officer, for half a year; nothing of later ones."""
    until = calendar.current().city_date(act.now) + HALF_YEAR
    keys = dict.fromkeys(need.key for verb in row.days for need in gates.GATES.get(verb, ()))
    wanted = [key for key in keys if key.startswith("document:") or key == "field:officer"]
    return [Waiver(lead=lead, item=key, until=until, reason=str(LATER), at=act.now) for key in wanted]


def _alone(batch: Batch, lead: Lead, row: Given, earlier: Sequence[Lead]) -> dict[str, Any]:
    """That it is no signed project's double, or why it is not. Raises Invalid."""
    other = actions.same(lead) or _same(batch, lead, earlier)
    if other is None:
        return {"looked": True}
    if not row.apart:
        rule = T(
            "像是已签约的 {number}：请先核对；确是另一个项目，在“不是同一项目的理由”一列写明",
            "resembles {number}, which is signed: look at that one first; where it is another project, say why in the column “apart”",
        )
        raise Invalid([Fault("name", row.name[:40], rule.fill(number=other.number))])
    return {"looked": True, "apart": row.apart}

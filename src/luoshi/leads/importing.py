"""A list of companies from a file: every row is looked at, good ones are listed or corrected, and nothing is written twice.

A company is known by its code, else by its very name (a former one too). A row whose code is known under another name tells
of a new name. What a row leaves empty stays as it is. Rows are written by hundreds, each hundred in one transaction, so a run
that was killed is taken up by running it again.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any, Final

from django.db import transaction

from luoshi.kernel import clock
from luoshi.kernel.action import Act
from luoshi.kernel.bulk import Batch, next_ids
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.leads import kept, reads
from luoshi.leads.actions import company as actions
from luoshi.leads.flow import IMPORT
from luoshi.leads.industries import INDUSTRIES
from luoshi.leads.models import Company
from luoshi.leads.provinces import PROVINCES
from luoshi.ports.importer.heads import Wanted, key
from luoshi.ports.importer.refused import RefusedFile
from luoshi.ports.importer.rows import FileProblem, Source

NOTHING: Final[Mapping[str, str]] = {}
MANY: Final = 500
"""Rows of one transaction."""
HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("name", "企业名称", "公司名称", "单位名称", "名称", "company", "company name"),
    "code": ("code", "统一社会信用代码", "社会信用代码", "信用代码", "uscc", "credit code"),
    "province": ("province", "省份", "省", "所在省份", "所在地"),
    "industry": ("industry", "行业", "行业门类", "所属行业"),
}
"""Our names of the columns → the heads under which they may stand."""
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    name: {word: code for code, text in known.items() for word in (code, text.zh, text.en.lower())}
    for name, known in (("province", PROVINCES), ("industry", INDUSTRIES))
}
INDUSTRY_WORDS: Final = _WORDS["industry"]
"""Industries as people write them → letters of GB/T 4754."""
OTHER_CODE: Final = T("同名企业在库里是另一个代码：{code}", "the company of that name has another code: {code}")
_SHORT: Final = ("省", "市", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "特别行政区")


@dataclass(frozen=True)
class Given:
    """A row that can be taken: what it says, by our names, cleaned."""

    line: int
    name: str
    code: str
    province: str
    industry: str


FIRST: Final = 20
"""Rows of a preview."""
NOTES: Final = 30
"""Lines of a report beside its numbers."""


@dataclass
class Report:
    """What became of a file."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    events: int = 0
    seconds: float = 0.0
    undated: int = 0
    """Rows of which a stage has no day."""
    refused: list[tuple[int, Fault]] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    """The first names that would be, or were, listed."""
    preview: list[dict[str, str]] = field(default_factory=list)
    """The same rows as they were understood, by our names of the columns."""
    unused: list[str] = field(default_factory=list)
    """Columns of the file that nothing was read from."""
    header: int = 0
    """The row in which the heads stand; 0 where the file is no table."""
    notes: list[T] = field(default_factory=list)
    """What somebody ought to look at before the rows come in, such as the unit of the amounts."""

    def show(self, name: str, row: Callable[[], dict[str, str]]) -> None:
        """One more that comes in; the first are kept as they were understood."""
        self.created += 1
        if len(self.new) < FIRST:
            self.new.append(name)
            self.preview.append(row())

    def used(self, data: Mapping[str, Any], columns: Mapping[str, str], header: int) -> None:
        """Which columns of the first row are read, by our names, and in which row the heads stand."""
        self.unused = [str(head) for head in data if head and head not in columns.values()]
        self.header = header
        if header > 1:
            text = T("列名在第 {n} 行，它上面的行不读", "the heads stand in row {n}; what is above them is not read")
            self.note(text.fill(n=header))

    def note(self, text: T) -> None:
        """One more line; the first are kept."""
        if len(self.notes) < NOTES:
            self.notes.append(text)

    def numbers(self) -> dict[str, Any]:
        """As the command's JSON has it."""
        return {
            "read": self.read, "created": self.created, "updated": self.updated, "unchanged": self.unchanged,
            "refused": len({line for line, _ in self.refused}), "events": self.events, "seconds": round(self.seconds, 3),
            "unused_columns": self.unused, "header_row": self.header, "notes": [str(one) for one in self.notes],
        }  # fmt: skip


Progress = Callable[[int, int], None]


def silent(done: int, total: int) -> None:
    """Says nothing."""


def take(
    file: Path, viewer: Viewer, *, dry: bool = False, progress: Progress = silent, columns: Mapping[str, str] = NOTHING
) -> Report:
    """List or correct the companies of a file. Raises FileProblem, OSError or Denied; rows before a break-off are in."""
    demand(viewer, IMPORT)
    begun, report = monotonic(), Report()
    source, seen = Source.open(file), set[str]()
    rows = _read(source, report, seen, columns)
    while some := list(islice(rows, MANY)):
        with transaction.atomic():
            _write(some, viewer, report, dry)
        progress(source.size if source.raw.closed else source.position, source.size)
    report.seconds = monotonic() - begun
    return report


def _read(source: Source, report: Report, seen: set[str], given: Mapping[str, str]) -> Iterator[Given]:
    """The rows that can be taken; the others are noted with their first fault."""
    columns: dict[str, str] | None = None
    for row in source.rows(wanted(HEADS, given)):
        report.read += 1
        if row.data is None:
            report.refused.append((row.line, row.fault or Fault("row", "", T("读不了", "cannot be read"))))
            continue
        if columns is None:
            columns = columns_of(row.data, HEADS, given)
            report.used(row.data, columns, source.header)
        found = _given(row.line, {name: str(row.data.get(head) or "").strip() for name, head in columns.items()})
        faults = _faults(found, seen)
        if faults:
            report.refused += [(row.line, fault) for fault in faults]
        else:
            seen |= {found.code, found.name} - {""}
            yield found


def wanted(
    heads: Mapping[str, tuple[str, ...]], given: Mapping[str, str], other: Callable[[str], str] = lambda head: "",
    needed: tuple[str, ...] = ("name",),
) -> Wanted:  # fmt: skip
    """How the header of a list is known: it has the columns that are `needed`. `other` names the item of a head that is in no table."""
    names = {key(word): name for name, words in heads.items() for word in words}
    names |= {key(head): name for name, head in given.items() if name in heads}
    return Wanted(lambda head: names.get(key(head), "") or other(head), needed)


def heads_of(data: Mapping[str, Any], heads: Mapping[str, tuple[str, ...]], given: Mapping[str, str]) -> dict[str, str]:
    """Our names → the file's own heads: as somebody said (`given`), else by the heads that we know. Raises FileProblem."""
    there = {key(head): head for head in data}
    found = {name: there[key(word)] for name, words in heads.items() for word in words[::-1] if key(word) in there}
    for name, head in given.items():
        if name not in heads or key(head) not in there:
            zh, en = (
                "列的对应不成立：{a}={b}；可对应的项：{names}；文件的列：{heads}",
                "no such column: {a}={b}; ours: {names}; the file's: {heads}",
            )
            names, those = "、".join(heads), "、".join(map(str, data))
            raise FileProblem(T(zh, en).fill(a=name, b=head, names=names, heads=those), misused=True)
        found[name] = there[key(head)]
    return found


def columns_of(
    data: Mapping[str, Any], heads: Mapping[str, tuple[str, ...]], given: Mapping[str, str]
) -> dict[str, str]:
    """The same for a list of names: one column of them there must be. Raises FileProblem."""
    found = heads_of(data, heads, given)
    if "name" not in found:
        zh, en = (
            "没有名称那一列（认得的列名：{words}）；用“列的对应”指明",
            "there is no column of names (known heads: {words}); say which one it is",
        )
        raise FileProblem(T(zh, en).fill(words="、".join(heads["name"])), misused=True)
    return found


def mapping(text: str) -> dict[str, str]:
    """`name=工程名；amount=投资额` as somebody wrote it: our names → heads of the file."""
    pairs = (one.partition("=") for one in re.split("[;；,，\n]", text) if one.strip())
    return {name.strip(): head.strip() for name, _, head in pairs}


def _given(line: int, said: Mapping[str, str]) -> Given:
    province = said.get("province", "")
    for end in _SHORT:
        province = province.removesuffix(end) if len(province) - len(end) >= 2 else province
    industry = said.get("industry", "")
    return Given(
        line, kept.name(said.get("name", "")), kept.code(said.get("code", "")),
        _WORDS["province"].get(province.lower(), province), _WORDS["industry"].get(industry.lower(), industry),
    )  # fmt: skip


def _faults(row: Given, seen: set[str]) -> list[Fault]:
    faults = actions.check(row.name, row.code, row.province, row.industry)
    twice = next((name for name in ("code", "name") if getattr(row, name) and getattr(row, name) in seen), None)
    if not faults and twice:
        rule = T("这个文件里前面已有一行", "stands in an earlier row of the file")
        faults.append(Fault(twice, getattr(row, twice)[:40], rule))
    return faults


def _write(rows: list[Given], viewer: Viewer, report: Report, dry: bool) -> None:
    by_code, by_name = reads.known((row.code for row in rows), (row.name for row in rows))
    new = [row for row in rows if row.code not in by_code and row.name not in by_name]
    batch, keys, now = Batch(), next_ids(Company, len(new)), clock.now()
    for row in rows:
        act, company = Act.of(viewer, now), by_code.get(row.code) or by_name.get(row.name)
        try:
            if company is None:
                _add(batch, act, row, next(keys), report)
            else:
                _renew(batch, act, row, company, report)
        except Invalid as refused:
            report.refused += [(row.line, fault) for fault in refused.faults]
    if not dry:
        report.events += batch.flush()


def _add(batch: Batch, act: Act, row: Given, key: int, report: Report) -> None:
    said = {"name": row.name, "code": row.code, "province": row.province, "industry": row.industry}
    batch.create(actions.add_company, act, key=key, looked=True, **said)
    report.show(row.name, lambda: said)


def _renew(batch: Batch, act: Act, row: Given, company: Company, report: Report) -> None:
    """What the row says otherwise than the register; a name that is new, where the code is the same."""
    if row.code and company.code and row.code != company.code:
        raise Invalid([Fault("code", row.code, OTHER_CODE.fill(code=company.code))])
    there = actions.particulars(company)
    other = {
        name: getattr(row, name) for name, now in there.items() if getattr(row, name) and getattr(row, name) != now
    }
    renamed = row.code == company.code != "" and row.name != company.name and row.name not in actions.former(company)
    if not other and not renamed:
        report.unchanged += 1
        return
    if other:
        batch.move(actions.change_company, company, act, looked=True, **other)
    if renamed:
        batch.move(actions.rename_company, company, act, name=row.name)
    batch.changes(company)
    report.updated += 1


def keep_refused(report: Report, path: Path) -> Path | None:
    """The refused rows as a file; None (and no file) where there are none."""
    with RefusedFile(path) as kept:
        kept.keep((line, [fault]) for line, fault in report.refused)
    return path if kept.count else None

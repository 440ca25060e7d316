"""The notes of a report: of each figure what it means, under it each number that was printed, what it rests on, and where it opens.

What a number rests on is a number too: those that do not stand in the text are printed here, and have their note here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from django.conf import settings

from luoshi.figures import ask as counted
from luoshi.figures import labels, pages
from luoshi.figures.answer import Group
from luoshi.figures.period import MONTH
from luoshi.figures.report import spoken
from luoshi.figures.report.asks import Asker
from luoshi.figures.report.nodes import Node, block, joined, text
from luoshi.figures.report.printed import Answer, Part, Printed
from luoshi.figures.report.prints import Numbers, Shown
from luoshi.figures.reported import ask as reported
from luoshi.figures.reported import catalogue, page
from luoshi.figures.reported import said as told
from luoshi.figures.said import Compare
from luoshi.kernel import installation
from luoshi.kernel.text import T

DEMO: Final = T("模拟", "Demo")
HERE: Final = T(
    "没有设公开网址（PUBLIC_URL）：注里的链接指向 {base}，只在出报告的这台机器上能打开。",
    "No public address is set (PUBLIC_URL): the links in these notes lead to {base} and open only on the machine that made the report.",
)
WHOLE: Final = T("合计", "Together")
_PARTS: Final[dict[Part, T]] = {
    "value": T("值", "value"), "numerator": T("分子", "numerator"), "denominator": T("分母", "denominator"),
    "n": T("记录", "records"),
}  # fmt: skip
_COMPARED: Final[dict[Compare, T]] = {"yoy": T("同比，上年同期 {p}", "on the year before, {p}"), "mom": T("环比，上期 {p}", "on the period before, {p}"), "ytd": T("", "")}  # fmt: skip
CellKey = tuple[str, str, str]


@dataclass
class Entry:
    """The numbers of one cell, or of its change from another period."""

    answer: Answer
    group: Group
    compare: Compare | None
    shown: list[Printed] = field(default_factory=list)


class Notes:
    """Collects the printed numbers by figure, in the order in which figures are first printed."""

    def __init__(self, numbers: Numbers, asker: Asker) -> None:
        self.numbers, self.asker = numbers, asker
        self.figures: dict[str, dict[tuple[CellKey, Compare | None], Entry]] = {}
        self.stands: dict[CellKey, set[Part]] = {}

    def keep(self, shown: Shown) -> Printed:
        """A number that was printed in the text."""
        one = shown.printed
        key = cell_key(one.answer, one.group)
        entries = self.figures.setdefault(one.answer.question.figure.id, {})
        entries.setdefault((key, one.compare), Entry(one.answer, one.group, one.compare)).shown.append(one)
        if one.compare is None:
            self.stands.setdefault(key, set()).add(one.part)
        return one

    def mark(self, shown: Shown) -> Node:
        """The mark beside a number that leads a reader on paper to its note."""
        one = self.keep(shown)
        return Node("mark", text=self._number(one.answer), href=f"#{_foot(one)}")

    def mark_of(self, answer: Answer) -> Node:
        """The mark of a table, whose numbers stand under one note."""
        self.figures.setdefault(answer.question.figure.id, {})
        return Node("mark", text=self._number(answer), href=f"#note{self._number(answer)}")

    def _number(self, answer: Answer) -> str:
        return str(list(self.figures).index(answer.question.figure.id) + 1)

    def blocks(self) -> list[Node]:
        """All notes."""
        found = (
            [block("h2", str(T("注：口径、出处和记录", "Notes: definitions, sources and records")))]
            if self.figures
            else []
        )
        if found and not public():
            found.append(block("small", str(HERE.fill(base=_base()))))
        for at, entries in enumerate(self.figures.values(), 1):
            some = list(entries.values())
            items = tuple(Node("entry", tuple(self._entry(one))) for one in some)
            found.append(Node("note", (*_head(some[0].answer, at), *items), id=f"note{at}"))
        return found

    def _entry(self, entry: Entry) -> Iterator[Node]:
        answer, group = entry.answer, entry.group
        for one in entry.shown:
            yield Node("id", id=_foot(one))
        for one in entry.shown:
            yield Node("back", text="↑", href=f"#{one.anchor}")
        if entry.compare is not None:
            answer, group = self.asker.before(answer.question, entry.compare), ()
            yield text(f" {_COMPARED[entry.compare].fill(p=spoken.period(answer.question.period))}")
            if isinstance(answer, reported.Answer) and answer.question.figure.growth:
                yield text(f" · {catalogue.figure(answer.question.figure.growth).name}")
        else:
            yield text(f" {_named(answer, group)}")
        pieces = [*self._parts(answer, group), *_opens(answer, group)]
        yield text(str(T("：", ": ")) if pieces else "")
        yield from joined(pieces, " · ")

    def _parts(self, answer: Answer, group: Group) -> list[list[Node]]:
        """What the number rests on and does not stand in the text."""
        if isinstance(answer, reported.Answer):
            return _source(answer, group)
        cell = answer.cells[group] if group else answer.total
        if cell.suppressed:
            return [[text(pages.hidden(answer.question))]]
        parts: tuple[Part, ...] = ("value", "numerator", "denominator", "n") if cell.den is not None else ("value", "n")
        there = self.stands.setdefault(cell_key(answer, group), set())
        missing = [part for part in parts if part not in there]
        there.update(missing)
        found = [self._part(part, self.numbers.put(part, answer, group)) for part in missing]
        if cell.known:
            known = spoken.known(counted.known_of(cell, answer.question.as_of))
            found.append([text(T("截至 {known}", "as of {known}").fill(known=known))])
        return found

    def _part(self, part: Part, shown: Shown) -> list[Node]:
        foot = Node("id", id=_foot(shown.printed))
        return [foot, text(f"{_PARTS[part]} "), number(shown.printed), Node("unit", text=shown.beside)]


def number(one: Printed) -> Node:
    """A printed number, which leads to its note."""
    return Node("num", text=one.text, id=one.anchor, href=f"#{_foot(one)}")


def _foot(one: Printed) -> str:
    return f"f{one.anchor[1:]}"


def cell_key(answer: Answer, group: Group) -> CellKey:
    """Of which cell a number speaks, whichever question it was asked in."""
    question = answer.question
    period, by = question.period.text, dict(zip(question.by, group, strict=True)) if group else {}
    if isinstance(question, reported.Question):
        return question.figure.id, str(by.get(MONTH, period)), str(by.get(reported.MEMBER, question.member))
    return question.figure.id, period, repr(sorted({**question.where, **by}.items(), key=repr))


def group_name(answer: Answer, group: Group) -> str:
    """A group in words."""
    question = answer.question
    if isinstance(question, counted.Question):
        return labels.name(question.face, question.by[0], group[0])
    return told.name_of(question.figure, question.by[0], str(group[0]))


def _named(answer: Answer, group: Group) -> str:
    question = answer.question
    where: list[str] = []
    if isinstance(question, counted.Question):
        where = [labels.name(question.face, name, one) for name, one in question.where.items()]
    elif question.member:
        where = [told.name_of(question.figure, reported.MEMBER, question.member)]
    return " · ".join([spoken.period(question.period), *where, *([group_name(answer, group)] if group else [])])


def _head(answer: Answer, at: int) -> Iterator[Node]:
    """Name, definition, who answers for it, as of when, fingerprint."""
    figure, computed = answer.question.figure, isinstance(answer, counted.Answer)
    tags = [Node("tag", text=str(T("计算", "Computed") if computed else T("引用", "Reported")))]
    tags += [Node("tag-demo", text=str(DEMO))] if computed and installation.current().demo else []
    yield block(
        "p", Node("mark", text=str(at)), " ", Node("strong", (text(figure.name),)), " ", *tags, f" {figure.define}"
    )
    note = f"{figure.note} " if str(figure.note) else ""
    said = T("{note}归口：{owner}。截至 {known}。声明 ", "{note}Answers for it: {owner}. As of {known}. Declaration ")
    print_ = (
        answer.question.figure.fingerprint
        if isinstance(answer, counted.Answer)
        else told.fingerprint(answer.question.figure)
    )
    line = str(said.fill(note=note, owner=figure.owner, known=spoken.known(answer.question.as_of)))
    yield block("small", line, Node("code", text=print_[:16]))


def _source(answer: reported.Answer, group: Group) -> list[list[Node]]:
    """Where a reported number was published, and when first where it was revised."""
    value = answer.cells.get(str(group[0])) if group else answer.total
    if value is None:
        return [[text(T("没有数", "no number"))]]
    one = value.newest
    source = "" if one.source in (one.document, _named(answer, group).rpartition(" · ")[2]) else f"{one.source} "
    document = f"{source}{one.document} {one.page}".strip()
    found = [[text(document)], [text(page.released(one, answer.question.as_of))]]
    if value.first.vintage != one.vintage:
        first = T("{day} 首次公布，后有修订", "first published on {day}, revised since")
        found.append([text(first.fill(day=value.first.vintage.isoformat()))])
    if value.correction is not None:
        wrong = T("来源误印，已更正：{why}", "printed wrongly by its source, corrected: {why}")
        found.append([text(wrong.fill(why=value.correction.why))])
    if one.address:
        found.append([Node("link", (text(T("出处", "Source")),), href=one.address)])
    return [*found, [text(one.note)]] if one.note else found


def _opens(answer: Answer, group: Group) -> list[list[Node]]:
    """Where a number opens, and a computed one's records."""
    if not isinstance(answer, counted.Answer):
        return [[Node("link", (text(T("打开", "Open")),), href=_site_of_told(answer.question, group))]]
    cell = answer.cells[group] if group else answer.total
    links = (
        [("", T("打开", "Open"))]
        if cell.suppressed
        else [("", T("打开", "Open")), ("/records", T("逐条记录", "Each record"))]
    )
    return [[Node("link", (text(name),), href=site(answer.question, group, what))] for what, name in links]


def site(question: counted.Question, group: Group, what: str = "") -> str:
    """The address on the site of a number or its records, as of the same size of the log."""
    changes = {"by": ""}
    for name, one in zip(question.by, group, strict=False):
        changes["period" if name == MONTH else name] = labels.code(name, one) or ""
    return _base() + pages.address(replace(question, by=()), what, **changes)


def _site_of_told(question: reported.Question, group: Group) -> str:
    """The address of a reported number on the site."""
    changes = {}
    for name, one in zip(question.by, group, strict=False):
        period = name == MONTH
        changes["period" if period else name] = str(one) if period else question.figure.members.shown(str(one))
    return _base() + page.address(question, **changes)


def public() -> str:
    """The address of the site for everybody; empty where none is set."""
    return str(settings.CONF.text("public_url").rstrip("/"))


def _base() -> str:
    """Where the links lead: to the public address, else to this machine, which the report then says."""
    return public() or f"http://127.0.0.1:{settings.CONF.number('port')}"

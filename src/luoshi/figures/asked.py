"""What a page's address asks of a figure: period, as-of, groups, filters; and the answer, from what is kept where it is."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from django.http import QueryDict

from luoshi.figures import ask, board, days, labels
from luoshi.figures.answer import Cell
from luoshi.figures.ask import Answer, AsOf, Question
from luoshi.figures.declare import Figure
from luoshi.figures.period import MONTH, Period, PeriodError, parse
from luoshi.figures.reported.catalogue import all_reported
from luoshi.kernel import limits
from luoshi.kernel.problems import Absent, Fault, Invalid
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.web.http import Request

DOOR: Final = "figures"
PER_HOUR: Final = 600
"""Questions that have to be counted anew, for an address and hour; what is kept costs nothing and is not limited."""
OPENED: Final = 10 * PER_HOUR
"""Pages of records, which cost less."""
MOST_BY: Final = 3
"""Dimensions by which the web groups at once: the groups of more are nearly the records."""
TAKEN_OVER: Final = T(
    "{name} 是引用的数，不由记录计算：没有记录可看、可比；历次公布的数在 /figure/{name}",
    "{name} is reported, not computed: it has no records to see or compare; its releases stand on /figure/{name}",
)


INNER: Final = T("只有工作人员可以按它看", "only staff may ask by it")


def read(request: Request, name: str) -> Question:
    """The question of an address. Raises Absent, or Invalid for what cannot be asked."""
    if name in all_reported():
        raise Absent(TAKEN_OVER.fill(name=name))
    figure, query = ask.figure(name), request.GET
    by = tuple(name for name in query.get("by", "").split(",") if name)
    if len(by) > MOST_BY:
        rule = T("一次最多按 {n} 个维度分组", "at most {n} dimensions at once").fill(n=MOST_BY)
        raise Invalid([Fault("by", query["by"][:60], rule)])
    as_of = known(request, figure, "as_of") or usual(figure)
    question = Question(figure, period(query) or board.this_year(), as_of, by)
    return open_to(
        request.viewer,
        labels.narrowed(question, {one: query[one] for one in figure.facts.dimensions if query.get(one)}),
    )


def open_to(viewer: Viewer, question: Question) -> Question:
    """The question, if the viewer may ask by all that it asks by. Raises Invalid."""
    shut = () if viewer.is_staff else [one for one in question.figure.inner if one in (*question.by, *question.where)]
    if shut:
        raise Invalid([Fault("by", one, INNER) for one in shut])
    return question


def known(request: Request, figure: Figure, field: str) -> AsOf | None:
    """The as-of that a field names; None where it is empty. Raises Invalid, also for a size that the public may not ask for."""
    given = request.GET.get(field, "").strip()
    return days.known(request.viewer, figure, given, field) if given else None


def period(query: QueryDict) -> Period | None:
    """The period that an address names. Raises Invalid."""
    text = query.get("period", "").strip()
    try:
        return parse(text) if text else None
    except PeriodError as error:
        raise Invalid([Fault("period", text[:40], error.text)]) from None


def usual(figure: Figure | None = None) -> AsOf:
    """As of what the pages speak of; as of the last checkpoint before anything was computed for them."""
    size = board.size()
    found = ask.as_of(str(size)) if size else ask.as_of()
    return days.shown(figure, found) if figure else found


def answered(request: Request, question: Question) -> Answer:
    """The answer as it is kept, else counted now. Raises TooMany where an address has too much counted."""
    mine, whole = _kept(question, replace(question, by=()))
    if mine and whole:
        return Answer(question, whole.total, mine.cells)
    spend(request)
    return ask.ask(question)


def number(question: Question) -> Cell:
    """The number without groups, as it is kept, else counted now."""
    whole = replace(question, by=())
    (kept,) = _kept(whole)
    return kept.total if kept else ask.ask(whole).total


def _kept(*asked: Question) -> list[board.Kept | None]:
    """What is kept of just these questions about one figure; one query."""
    first = asked[0]
    found = {} if first.where else board.kept([first.figure], [(one.by, one.period) for one in asked])
    kept = (found.get((one.figure.id, ",".join(one.by), one.period.text)) for one in asked)
    same = (first.as_of.size, first.as_of.paced)
    return [one if one and (one.as_of.size, one.as_of.paced) == same else None for one in kept]


def spend(request: Request, door: str = DOOR, most: int = PER_HOUR) -> None:
    """Count one question of a visitor who is not staff. Raises TooMany."""
    viewer: Viewer = request.viewer
    if not viewer.is_staff:
        limits.spend(door, request.client, most)


def switched(request: Request, name: str) -> bool:
    """A switch of an address, which is 1 or left out. Raises Invalid."""
    given = request.GET.get(name, "").strip()
    if given not in ("", "1"):
        raise Invalid([Fault(name, given[:20], T("写 1，或不写", "must be 1, or left out"))])
    return bool(given)


def months(request: Request, question: Question) -> Mapping[int, Cell]:
    """The months of the period's year and of the year before."""
    first = question.period.first // 12 * 12
    both = replace(question, by=(MONTH,), period=Period(first - 12, first + 12))
    (kept,) = _kept(both)
    if kept:
        return {int(group[0] or 0): cell for group, cell in kept.cells.items()}
    spend(request)
    return {int(group[0] or 0): cell for group, cell in ask.ask(both, total=False).cells.items()}

"""What a page's address asks of a figure: period, as-of, groups, filters; and the answer, from what is kept where it is."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from django.http import QueryDict

from luoshi.figures import ask, board, labels
from luoshi.figures.answer import Cell
from luoshi.figures.ask import Answer, AsOf, Question
from luoshi.figures.period import Period, PeriodError, parse
from luoshi.kernel import limits
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.web.http import Request

DOOR: Final = "figures"
PER_HOUR: Final = 600
"""Questions that have to be counted anew, for an address and hour; what is kept costs nothing and is not limited."""
DAYS_ONLY: Final = T(
    "这个指标涉及评价：公众只能按某日看", "This figure reads verdicts: the public may ask for the end of a day only"
)


def read(request: Request, name: str) -> Question:
    """The question of an address. Raises Absent, or Invalid for what cannot be asked."""
    figure, query = ask.figure(name), request.GET
    period = _period(query)
    given = query.get("as_of", "").strip()
    if given.isdigit() and figure.measure.suppress_below and not request.viewer.is_staff:
        raise Invalid([Fault("as_of", given, DAYS_ONLY)])
    as_of = ask.as_of(given) if given else _usual()
    by = tuple(name for name in query.get("by", "").split(",") if name)
    question = Question(figure, period, as_of, by)
    where = {one: query[one] for one in figure.by if query.get(one)}
    ask.check(replace(question, where=dict(where)))
    return replace(question, where={one: labels.read(question.face, one, text) for one, text in where.items()})


def _period(query: QueryDict) -> Period:
    text = query.get("period", "").strip()
    try:
        return parse(text) if text else board.this_year()
    except PeriodError as error:
        raise Invalid([Fault("period", text[:40], error.text)]) from None


def _usual() -> AsOf:
    """As of what the pages speak of; as of the last checkpoint before anything was computed for them."""
    size = board.size()
    return ask.as_of(str(size)) if size else ask.as_of()


def answered(request: Request, question: Question) -> Answer:
    """The answer as it is kept, else counted now. Raises TooMany where an address has too much counted."""
    kept = board.kept([question.figure], [(question.by, question.period), ((), question.period)])
    mine = kept.get((question.figure.id, ",".join(question.by), question.period.text))
    whole = kept.get((question.figure.id, "", question.period.text))
    if not question.where and mine and whole and mine.as_of.size == whole.as_of.size == question.as_of.size:
        return Answer(question, whole.total, mine.cells)
    spend(request)
    return ask.ask(question)


def spend(request: Request) -> None:
    """Count one question of a visitor who is not staff. Raises TooMany."""
    viewer: Viewer = request.viewer
    if not viewer.is_staff:
        limits.spend(DOOR, request.client, PER_HOUR)


def months(request: Request, question: Question) -> Mapping[int, Cell]:
    """The months of the period's year and of the year before."""
    first = question.period.first // 12 * 12
    both = replace(question, by=(ask.MONTH,), period=Period(first - 12, first + 12))
    kept = board.kept([question.figure], [(both.by, both.period)]).get(
        (question.figure.id, ask.MONTH, both.period.text)
    )
    if not question.where and kept and kept.as_of.size == question.as_of.size:
        return {int(group[0] or 0): cell for group, cell in kept.cells.items()}
    spend(request)
    return {int(group[0] or 0): cell for group, cell in ask.ask(both, total=False).cells.items()}

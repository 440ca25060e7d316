"""A page of the records behind a number, as far as the viewer may see them; the others stay, without anything said of them.

Of a figure that reads verdicts the public is told how many there are and not which: who could count them by place, or saw
the mark of the numerator, had the numbers that are hidden.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple
from uuid import UUID

from luoshi.figures import ask, asked
from luoshi.figures.answer import Cell
from luoshi.figures.ask import Counted, Question
from luoshi.figures.days import withheld
from luoshi.kernel.lines import Record
from luoshi.kernel.viewer import Viewer
from luoshi.web import pager
from luoshi.web.http import Request

ORDER: Final = "counted"
UNTOLD: Final = Counted(None, "", None, None)
Row = tuple[Counted, Record | None]


class Opened(NamedTuple):
    """The number, some of its records with what may be seen of each, and the cursor of the rest."""

    total: Cell
    rows: list[Row]
    onward: str


def above(request: Request, question: Question) -> bool:
    """Are only the records asked for that stand above the line? They are told apart of a share alone."""
    return asked.switched(request, "part") and question.figure.measure.kind == "share"


def behind(request: Request, order: str) -> int:
    """The place in the log behind which a page begins. Raises Problem for a cursor that is none of ours."""
    given = request.GET.get(pager.NAME)
    return int(str(pager.decode(given, order)[0])) if given else -1


def page(request: Request, question: Question, size: int) -> Opened:
    """The page that the address names by `after`; with `part` those above the line. Of a hidden number none.

    Raises Problem for a cursor that is none of ours, and TooMany.
    """
    asked.spend(request, "records", asked.OPENED)
    whole = replace(question, by=())
    total, after = asked.number(whole), behind(request, ORDER)
    part = above(request, question)
    if withheld(request.viewer, question.figure):
        left = (total.num if part else total.n) or 0
        left -= after + 1
        onward = pager.encode([after + size], ORDER) if left > size else ""
        return Opened(total, rows(request.viewer, question, [UNTOLD] * min(size, left)), onward)
    found = [] if total.suppressed else ask.records(whole, after, size + 1, part=part)
    some = found[:size]
    onward = pager.encode([some[-1].place], ORDER) if len(found) > size else ""
    return Opened(total, rows(request.viewer, question, some), onward)


def rows(viewer: Viewer, question: Question, some: Sequence[Counted]) -> list[Row]:
    """Records with what the viewer may see of each; of one that is not seen no verdict is told either."""
    seen = question.face.records(viewer, [UUID(one.subject) for one in some if one is not UNTOLD])
    found = [(one, None if one is UNTOLD else seen.get(UUID(one.subject))) for one in some]
    if not question.figure.measure.suppress_below:
        return found
    return [(one if record else replace(one, part=None, value=None), record) for one, record in found]


def everything(viewer: Viewer, question: Question) -> Sequence[Counted]:
    """All records behind a number, for a file."""
    if withheld(viewer, question.figure):
        return [UNTOLD] * (ask.ask(replace(question, by=())).total.n or 0)
    return ask.records(question)

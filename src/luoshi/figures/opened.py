"""A page of the records behind a number, as far as the viewer may see them; the others stay, without anything said of them."""

from dataclasses import replace
from typing import Final, NamedTuple
from uuid import UUID

from luoshi.figures import ask, asked
from luoshi.figures.answer import Cell
from luoshi.figures.ask import Counted, Question
from luoshi.kernel.lines import Record
from luoshi.web import pager
from luoshi.web.http import Request

ORDER: Final = "counted"
Row = tuple[Counted, Record | None]


class Opened(NamedTuple):
    """The number, some of its records with what may be seen of each, and the cursor of the rest."""

    total: Cell
    rows: list[Row]
    onward: str


def page(request: Request, question: Question, size: int) -> Opened:
    """The page that the address names by `after`; with `part` those above the line. Of a hidden number none.

    Raises Problem for a cursor that is none of ours, and TooMany.
    """
    asked.spend(request)
    whole = replace(question, by=())
    total, given = asked.number(whole), request.GET.get(pager.NAME)
    after = int(str(pager.decode(given, ORDER)[0])) if given else -1
    part = bool(request.GET.get("part"))
    found = [] if total.suppressed else ask.records(whole, after, size + 1, part=part)
    some = found[:size]
    onward = pager.encode([some[-1].place], ORDER) if len(found) > size else ""
    known = question.face.records(request.viewer, [UUID(one.subject) for one in some])
    return Opened(total, [(one, known.get(UUID(one.subject))) for one in some], onward)

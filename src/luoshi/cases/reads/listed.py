"""Lists as rows of columns, without an object each: pages, whole lists for an export, and cases named by their numbers."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, cast

from django.db.models import QuerySet

from luoshi.cases.models import Case
from luoshi.cases.reads.lists import SIZE, Cursor, Filters, after_due, after_newest, narrowed
from luoshi.cases.reads.one import with_private
from luoshi.cases.reads.scope import visible
from luoshi.kernel.viewer import Viewer

CHUNK: Final = 1000


class Row(NamedTuple):
    """What lists show of a case; names of units and categories come from memory. A list reads only the first so many."""

    id: int
    number: str
    version: int
    sim: bool
    category_id: str
    county: str
    street: str
    unit_id: int | None
    handler: str | None
    state: str
    status: str
    channel: str
    returns: int
    reported_at: datetime
    due_kind: str
    next_due_at: datetime | None
    next_warn_at: datetime | None
    step_due_at: datetime | None
    step_kind: str
    corrected: int
    # what the usual columns do not show
    source: str = ""
    source_id: str = ""
    community: str = ""
    first_unit_id: int | None = None
    reopened: int = 0
    solved: bool | None = None
    grade: int | None = None
    contacted_at: datetime | None = None
    handled_at: datetime | None = None
    closed_at: datetime | None = None
    due_at: datetime | None = None
    # what is private
    text: str | None = ""
    place: str | None = ""
    name: str | None = ""
    phone: str | None = ""
    answer: str | None = ""
    lat: float | None = None
    lon: float | None = None


PRIVATE: Final = Row._fields[Row._fields.index("text") :]
# how much of a row is read: times cost most, and a list of fifty is opened all day
USUAL: Final = Row._fields.index("source")
OPEN: Final = Row._fields.index("text")
ALL: Final = len(Row._fields)
_PATHS: Final = {"handler": "handler__name", **{name: f"private__{name}" for name in PRIVATE}}
_COLUMNS: Final = tuple(_PATHS.get(name, name) for name in Row._fields)


class Listed(NamedTuple):
    """One page; `more` is the cursor of the next one."""

    rows: list[Row]
    more: Cursor | None


def _take(rows: "QuerySet[Case]", by_due: bool, width: int, size: int) -> Listed:
    order = ("next_due_at", "id") if by_due else ("-reported_at", "-id")
    read: Any = rows.order_by(*order).values_list(*_COLUMNS[:width])
    found = [Row(*values) for values in read[: size + 1]]
    last = found[size - 1] if len(found) > size else None
    at = (last.next_due_at if by_due else last.reported_at) if last else None
    return Listed(found[:size], (at, last.id) if last and at else None)


def page(
    viewer: Viewer, filters: Filters, now: datetime, after: Cursor | None = None, *, width: int = USUAL,
    size: int = SIZE,
) -> Listed:  # fmt: skip
    """A keyset page of the cases that the viewer may see, in one query: newest first, or, asked for a light, first due
    first. `width` is USUAL, OPEN (all but what is private) or ALL."""
    rows = narrowed(visible(viewer), filters, viewer, now)
    by_due = bool(filters.light)
    if after is not None:
        rows = after_due(rows, after) if by_due else after_newest(rows, after)
    return _take(rows, by_due, width, size)


def chunks(viewer: Viewer, filters: Filters, now: datetime, most: int, *, width: int) -> Iterator[list[Row]]:
    """The whole list in pages, `most` rows and one more where there are more; a query for each thousand rows."""
    after, left = cast("Cursor | None", None), most + 1
    while left > 0:
        got = page(viewer, filters, now, after, width=width, size=min(CHUNK, left))
        yield got.rows
        left -= len(got.rows)
        after = got.more
        if after is None:
            return


def some(viewer: Viewer, numbers: Sequence[str], *, lock: bool = False) -> dict[str, Case]:
    """The cases of those numbers that the viewer may see, with what a move needs; one query. `lock` holds them for the
    caller's transaction, always in the same order."""
    rows = visible(viewer).select_related("private", "category").filter(number__in=numbers).order_by("id")
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    return {case.number: with_private(case) for case in rows}


def on_the_way(viewer: Viewer, most: int = 200) -> list[Row]:
    """What the viewer handles now (or those they stand in for), first due first, with text and place."""
    rows = visible(viewer).filter(handler_id__in=viewer.persons, state="handling", ours=True)
    read: Any = rows.order_by("next_due_at", "id").values_list(*_COLUMNS)
    return [Row(*values) for values in read[:most]]

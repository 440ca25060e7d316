"""What the API gives of cases: rows of columns, without an object each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Q

from luoshi.cases.reads.lists import Cursor, Filters, narrowed
from luoshi.cases.reads.scope import SEE, visible
from luoshi.kernel.tally import Tally
from luoshi.kernel.viewer import Viewer

COLUMNS: Final = (
    "id", "number", "version", "state", "status", "category_id", "county", "street", "community", "unit_id",
    "handler_id", "channel", "by_staff", "source", "sim", "corrected", "returns", "reopened", "solved", "grade", "reported_at",
    "contacted_at", "handled_at", "verified_at", "closed_at", "due_at", "next_due_at", "next_warn_at",
)  # fmt: skip
Row = tuple[Any, ...]
PLACE: Final = {name: i for i, name in enumerate(COLUMNS)}


def page(viewer: Viewer, filters: Filters, now: datetime, size: int, after: Cursor | None) -> tuple[list[Row], bool]:
    """`size` rows of the cases that the viewer may see, newest first, and whether more follow; one query."""
    rows = narrowed(visible(viewer), filters, viewer, now)
    if after is not None:
        at, key = after
        rows = rows.filter(Q(reported_at__lt=at) | Q(reported_at=at, id__lt=key), reported_at__lte=at)
    found: Sequence[Row] = list(rows.order_by("-reported_at", "-id").values_list(*COLUMNS)[: size + 1])
    return list(found[:size]), len(found) > size


def one(viewer: Viewer, number: str) -> tuple[Row, Row] | None:
    """The columns of a case that the viewer may see, and (text, place, answer, question); None where there is none."""
    private = ("private__text", "private__place", "private__answer", "private__question")
    row = visible(viewer).filter(number=number).values_list(*COLUMNS, *private).first()
    return None if row is None else (row[: len(COLUMNS)], row[len(COLUMNS) :])


def counts(viewer: Viewer) -> bytes:
    """A JSON list of objects `unit` (its code or null), `state` and `n`, how many of our cases, for the units that the
    viewer may see; from sums that each write keeps. The database writes the JSON: half the work of hundreds of rows here.
    """
    reach = viewer.reach(SEE)
    if reach is None:
        return b"[]"
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(json_agg(one), '[]')::text FROM (
              SELECT u.code AS unit, t.state, sum(t.n)::bigint AS n FROM case_tally t LEFT JOIN unit u ON u.id = t.unit_id
              WHERE t.ours AND (%s OR t.unit_id = ANY(%s)) GROUP BY t.unit_id, u.code, t.state HAVING sum(t.n) <> 0
              ORDER BY t.unit_id, t.state
            ) one
            """,
            [reach.everything, sorted(reach.units)],
        )
        return str(cursor.fetchone()[0]).encode()


TALLY: Final = Tally(
    "case_tally", "case", {"unit_id": ("unit_id", "bigint"), "state": ("state", "text"), "ours": ("ours", "boolean")},
    {"n": ("1", "bigint")},
)  # fmt: skip
"""Our cases and others' by unit and state, as the database keeps them."""


__all__ = ["COLUMNS", "PLACE", "TALLY", "Row", "counts", "one", "page"]

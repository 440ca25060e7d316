"""The cases behind a number, as far as a viewer may see them; to the public nothing personal."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connection

from luoshi.cases.flow import FLOW
from luoshi.cases.reads.kinds import kinds
from luoshi.cases.reads.scope import PUBLIC_CLAUSE, PUBLIC_VALUES, clause
from luoshi.kernel.lines import Record
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people import reads as people
from luoshi.web import words

HEADS: Final = (
    T("类别", "Category"), T("旗县区", "County"), T("单位", "Unit"), T("状态", "State"), T("上报", "Reported"),
    T("应办完", "Due"), T("办结", "Closed"),
)  # fmt: skip


def records(viewer: Viewer, subjects: Sequence[UUID]) -> Mapping[UUID, Record]:
    """Those of the cases that the viewer may see, or anybody may, by the log's id; one query."""
    staff, values = clause(viewer)
    asked: dict[str, Any] = {**values, **PUBLIC_VALUES, "subjects": list(subjects)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.log_id, c.number, c.category_id, c.county, c.unit_id, c.state, c.reported_at, c.due_at, c.closed_at, "
            f'{staff} FROM "case" c WHERE c.log_id = ANY(%(subjects)s) AND ({staff} OR {PUBLIC_CLAUSE})',
            asked,
        )
        rows = cursor.fetchall()
    units, known = people.unit_names(), kinds()
    return {
        row[0]: Record(
            row[1], f"{'/work' if row[9] else ''}/cases/{row[1]}/",
            (str(known.name(row[2])), people.division_name(row[3]) if row[3] else "", units.get(row[4], ""),
             str(FLOW.state(row[5]).text), words.when(row[6]), words.when(row[7]), words.when(row[8])),
        )
        for row in rows
    }  # fmt: skip

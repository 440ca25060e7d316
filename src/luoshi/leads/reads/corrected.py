"""What was corrected on leads, with what stood before: for their pages, for files and over the API."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from luoshi.leads.reads.one import Happened, happened_of

CHANGED: Final = ("county", "industry", "occasion", "amount")
_EVENTS: Final = """
SELECT e.subject, e.id, e.act, e.verb, e.occurred_at, e.recorded_at, e.actor, e.body::text, p.body, e.corrects, e.corrects IS NULL
FROM event e LEFT JOIN event_private p ON p.event_id = e.id
WHERE e.subject = ANY(%s) AND (e.corrects IS NOT NULL OR EXISTS (SELECT FROM event c WHERE c.corrects = e.id))
ORDER BY e.recorded_at, e.id
"""


class Corrected(NamedTuple):
    """A correction: of what was first said, by which event, what it changed as (field, was, is); nothing where it was declared void."""

    first: Happened
    by: Happened
    changes: list[tuple[str, Any, Any]]


def corrections(happened: Sequence[Happened]) -> list[Corrected]:
    """Each correction among the events of one subject, in their order; `day` stands for when it happened."""
    events = {one.id: one for one in happened}
    found = []
    for one in happened:
        before = events.get(one.corrects) if one.corrects else None
        if before is None:
            continue
        first = before
        while first.corrects and first.corrects in events:
            first = events[first.corrects]
        said = [(name, before.body.get(name), one.body.get(name)) for name in CHANGED]
        changes = [("day", _day(before), _day(one)), *said] if one.verb == "correct" else []
        found.append(Corrected(first, one, [change for change in changes if change[1] != change[2]]))
    return found


def _day(one: Happened) -> datetime | None:
    """When it happened; None where that is not known."""
    return None if one.body.get("undated") else one.at


def corrections_of(subjects: Collection[UUID]) -> dict[UUID, list[Corrected]]:
    """The corrections of some leads that were read through their door; one query, none where there is no lead."""
    if not subjects:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [list(subjects)])
        rows = cursor.fetchall()
    events: dict[UUID, list[Happened]] = {}
    for subject, *values in rows:
        events.setdefault(subject, []).append(happened_of(values))
    return {subject: corrections(some) for subject, some in events.items()}

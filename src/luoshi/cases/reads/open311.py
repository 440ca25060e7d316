"""What Open311 shows of cases: rows of what anybody may see, without an object each; one query a list, two with steps."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from luoshi.cases.flow import OPEN
from luoshi.cases.models import Case
from luoshi.cases.reads.one import Entry, linked
from luoshi.cases.reads.scope import public
from luoshi.kernel.models import Event
from luoshi.kernel.text import T
from luoshi.people import reads as people


class Row(NamedTuple):
    """A public case; times in whole seconds of the epoch. `text` and `photos` (JSON) are None until released."""

    id: int
    log_id: UUID
    number: str
    state: str
    status: str
    category: str
    unit: int | None
    where: str
    lat: float | None
    lon: float | None
    reported: int
    updated: int
    due: int | None
    text: str | None
    photos: str | None
    sim: bool
    corrected: int


# Written by hand, since building it costs a third of the whole answer: the same cases as `scope.public` and, as on the
# public page, what was released of them. When it was last updated is when it last took a step that the page tells: a
# note among staff leaves no trace.
_SELECT: Final = """
SELECT c.id, c.log_id, c.number, c.state, c.status, c.category_id, c.unit_id,
  coalesce(nullif(c.community, ''), nullif(c.street, ''), c.county), c.lat, c.lon,
  floor(extract(epoch FROM c.reported_at))::bigint,
  floor(extract(epoch FROM CASE WHEN c.state = ANY(%(open)s) OR c.closed_at IS NULL
    THEN greatest(c.reported_at, c.step_since, c.contacted_at, c.paused_at) ELSE c.closed_at END))::bigint,
  floor(extract(epoch FROM c.due_at))::bigint,
  CASE WHEN c.released THEN p.public_text END,
  CASE WHEN c.released THEN (
    SELECT json_agg(json_build_array(f.id, f.kind, f.width, f.height, floor(extract(epoch FROM f.at))::bigint)
      ORDER BY f.at, f.id)::text
    FROM photo f WHERE f.case_id = c.id AND f.released) END,
  c.sim, c.corrected
FROM "case" c LEFT JOIN case_private p ON p.case_id = c.id
WHERE c.public AND c.ours AND c.state <> ALL('{abuse,withdrawn,merged}')
"""
_ORDER: Final = " ORDER BY c.reported_at DESC, c.id DESC"


def _rows(more: str, values: dict[str, Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(_SELECT + more, values | {"open": list(OPEN)})
        return [Row._make(row) for row in cursor.fetchall()]


def numbered(numbers: Collection[str]) -> list[Row]:
    """The public cases of these numbers, newest first; those that are not public are left out."""
    return _rows("AND c.number = ANY(%(numbers)s)" + _ORDER, {"numbers": list(numbers)})


def reported(
    start: datetime, end: datetime, states: Collection[str], kinds: Collection[str], offset: int, size: int
) -> list[Row]:
    """The public cases reported from `start` until before `end`, newest first; empty `states` or `kinds` mean all."""
    more = "AND c.reported_at >= %(start)s AND c.reported_at < %(end)s"
    more += " AND c.state = ANY(%(states)s)" if states else ""
    more += " AND c.category_id = ANY(%(kinds)s)" if kinds else ""
    values = {"start": start, "end": end, "states": list(states), "kinds": list(kinds), "offset": offset, "size": size}
    return _rows(f"{more}{_ORDER} LIMIT %(size)s OFFSET %(offset)s", values)


_EVENT: Final = ("id", "subject", "verb", "occurred_at", "recorded_at", "unit", "body", "corrects")


def _entry(units: dict[int, str], row: tuple[Any, ...]) -> tuple[UUID, Entry]:
    """The subject and the event, with nothing private and nobody's name."""
    key, subject, verb, at, recorded, unit, body, corrects = row
    return subject, Entry(key, verb, T(verb, verb), at, recorded, "", units.get(unit, ""), body, {}, corrects)


def histories(subjects: Collection[UUID]) -> dict[UUID, list[Entry]]:
    """The events of public cases by the case's id in the log, oldest first, each with its corrections; one query."""
    found: dict[UUID, list[Entry]] = {}
    units = people.unit_names()
    rows = Event.objects.filter(line="cases", subject__in=subjects)
    for row in rows.order_by("recorded_at", "id").values_list(*_EVENT):
        subject, entry = _entry(units, row)
        found.setdefault(subject, []).append(entry)
    return {subject: linked(entries) for subject, entries in found.items()}


class Happened(NamedTuple):
    """An event of a public case and the stage that it led to; a correction comes with what it corrects, and leads
    nowhere: its stage is the case's present one."""

    number: str
    entry: Entry
    stage: str
    original: Entry | None


def happened(
    start: datetime, end: datetime, numbers: Collection[str], verbs: Collection[str], offset: int, size: int
) -> list[Happened]:
    """What was recorded of public cases from `start` until before `end`, oldest first; two queries, three with
    corrections."""
    cases = public().filter(number__in=numbers) if numbers else public()
    events = Event.objects.filter(line="cases", verb__in=verbs, recorded_at__gte=start, recorded_at__lt=end)
    rows = events.filter(subject__in=cases.values("log_id")).order_by("recorded_at", "id").values_list(*_EVENT)
    units = people.unit_names()
    found = [_entry(units, row) for row in rows[offset : offset + size]]
    stand = Case.objects.filter(log_id__in={s for s, _ in found}).values_list("log_id", "number", "state")
    known = {subject: (number, state) for subject, number, state in stand}
    original = _originals({subject for subject, entry in found if entry.corrects})
    happened = []
    for subject, entry in found:
        number, state = known[subject]
        stage = state if entry.corrects else str(entry.body.get("stage"))
        happened.append(Happened(number, entry, stage, original.get(entry.id)))
    return happened


def _originals(subjects: Collection[UUID]) -> dict[UUID, Entry]:
    """What each correction of some cases corrects, by the correction's id."""
    entries = [one for all_of in histories(subjects).values() for one in all_of] if subjects else []
    return {newer.id: one for one in entries for newer in one.newer}

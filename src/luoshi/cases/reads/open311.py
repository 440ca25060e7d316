"""What Open311 shows of cases: rows of what anybody may see, without an object each; two to four queries a list."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from luoshi.cases.models import Case, Photo
from luoshi.cases.reads.one import Entry
from luoshi.cases.reads.scope import public
from luoshi.kernel.models import Event
from luoshi.kernel.text import T
from luoshi.people import reads as people


class Row(NamedTuple):
    """A public case; `public_text` is None or empty until somebody has released it."""

    id: int
    log_id: UUID
    number: str
    state: str
    status: str
    category: str
    unit: int | None
    county: str
    street: str
    community: str
    lat: float | None
    lon: float | None
    reported_at: datetime
    step_since: datetime | None
    contacted_at: datetime | None
    paused_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None
    released: bool
    public_text: str | None


_COLUMNS: Final = (
    "id", "log_id", "number", "state", "status", "category_id", "unit_id", "county", "street", "community", "lat",
    "lon", "reported_at", "step_since", "contacted_at", "paused_at", "closed_at", "due_at", "released",
    "private__public_text",
)  # fmt: skip


def _rows(cases: QuerySet[Case]) -> list[Row]:
    return [Row(*row) for row in cases.values_list(*_COLUMNS)]


def numbered(numbers: Collection[str]) -> list[Row]:
    """The public cases of these numbers, newest first; those that are not public are left out."""
    return _rows(public().filter(number__in=numbers).order_by("-reported_at", "-id"))


def reported(
    start: datetime, end: datetime, states: Collection[str], kinds: Collection[str], offset: int, size: int
) -> list[Row]:
    """The public cases reported from `start` until before `end`, newest first; empty `states` or `kinds` mean all."""
    cases = public().filter(reported_at__gte=start, reported_at__lt=end)
    if states:
        cases = cases.filter(state__in=states)
    if kinds:
        cases = cases.filter(category_id__in=kinds)
    return _rows(cases.order_by("-reported_at", "-id")[offset : offset + size])


class Picture(NamedTuple):
    """A released photograph."""

    id: UUID
    kind: str
    width: int
    height: int
    at: datetime


def pictures(cases: Sequence[Row]) -> dict[int, list[Picture]]:
    """The released photographs by case, oldest first; no query where nothing was released."""
    found: dict[int, list[Picture]] = {}
    keys = [case.id for case in cases if case.released]
    if keys:
        rows = Photo.objects.filter(case__in=keys, released=True).order_by("at", "id")
        for key, *one in rows.values_list("case_id", "id", "kind", "width", "height", "at"):
            found.setdefault(key, []).append(Picture._make(one))
    return found


_EVENT: Final = ("id", "subject", "verb", "occurred_at", "recorded_at", "unit", "body")


def _entry(units: dict[int, str], row: tuple[Any, ...]) -> tuple[UUID, Entry]:
    """The subject and the event, with nothing private and nobody's name."""
    key, subject, verb, at, recorded, unit, body = row
    return subject, Entry(key, verb, T(verb, verb), at, recorded, "", units.get(unit, ""), body, {})


def histories(cases: Sequence[Row]) -> dict[UUID, list[Entry]]:
    """The events of public cases by the case's id in the log, oldest first; one query."""
    found: dict[UUID, list[Entry]] = {}
    units = people.unit_names()
    rows = Event.objects.filter(line="cases", subject__in=[case.log_id for case in cases])
    for row in rows.order_by("recorded_at", "id").values_list(*_EVENT):
        subject, entry = _entry(units, row)
        found.setdefault(subject, []).append(entry)
    return found


def happened(
    start: datetime, end: datetime, numbers: Collection[str], verbs: Collection[str], offset: int, size: int
) -> list[tuple[str, Entry]]:
    """(number, event) of public cases recorded from `start` until before `end`, oldest first; two queries."""
    cases = public().filter(number__in=numbers) if numbers else public()
    events = Event.objects.filter(line="cases", verb__in=verbs, recorded_at__gte=start, recorded_at__lt=end)
    rows = events.filter(subject__in=cases.values("log_id")).order_by("recorded_at", "id").values_list(*_EVENT)
    units = people.unit_names()
    found = [_entry(units, row) for row in rows[offset : offset + size]]
    known = dict(Case.objects.filter(log_id__in={s for s, _ in found}).values_list("log_id", "number"))
    return [(known[subject], entry) for subject, entry in found]

"""What waits for a decision between units, and what bad ratings wait for: with what was said, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import orjson
from django.db import connection
from django.db.models import Count, Q, QuerySet

from luoshi.cases.models import Case
from luoshi.cases.reads.lists import Cursor, Page, first_due
from luoshi.cases.reads.scope import visible
from luoshi.kernel.rights import rows
from luoshi.kernel.viewer import Viewer
from luoshi.people import reads as people

DONE: Final = timedelta(days=180)  # how far back it counts who did what of the same kind
SIZE: Final = 25


class Return(NamedTuple):
    """A unit that said no: when, which unit (its key), who, why."""

    at: datetime
    unit: int | None
    who: str
    why: str


@dataclass(frozen=True)
class Bad:
    """A bad rating: reasons by key, what the reporter wrote."""

    reasons: Sequence[str]
    said: str


def undecided(viewer: Viewer, after: Cursor | None = None) -> Page:
    """A page of the cases in joint dispatch that the viewer may see, first due first."""
    found = visible(viewer).filter(state="joint", ours=True, next_due_at__isnull=False)
    return first_due(found, after, SIZE)


def standing_still(viewer: Viewer) -> int:
    """How many more are in joint dispatch without a clock that runs."""
    return visible(viewer).filter(state="joint", ours=True, next_due_at__isnull=True).count()


def _said(cases: Sequence[Case], verbs: Sequence[str]) -> list[tuple[Any, ...]]:
    """(subject, at, actor, body, private) of such events, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e.subject, e.occurred_at, e.actor, e.body::text, p.body
            FROM event e LEFT JOIN event_private p ON p.event_id = e.id
            WHERE e.subject = ANY(%s) AND e.verb = ANY(%s) ORDER BY e.recorded_at, e.id
            """,
            [[case.log_id for case in cases], list(verbs)],
        )
        return [
            (subject, at, actor, orjson.loads(body), orjson.loads(bytes(private)) if private else {})
            for subject, at, actor, body, private in cursor.fetchall()
        ]


def returns(cases: Sequence[Case]) -> Mapping[int, list[Return]]:
    """Who said no to each of the cases, which were read through their door, oldest first; two queries."""
    keys, found = {case.log_id: case.pk for case in cases}, defaultdict(list)
    said = _said(cases, ("send_back", "escalate")) if cases else []
    names = people.names({actor for _, _, actor, _, _ in said if actor is not None})
    for subject, at, actor, body, private in said:
        one = Return(at, body.get("unit"), names.get(actor, ""), str(private.get("note", "")))
        found[keys[subject]].append(one)
    return found


def practised(cases: Sequence[Case], now: datetime) -> Mapping[int, list[tuple[int, int]]]:
    """(unit, how many of the same kind it did in the same district within 180 days) of each case, most first; one query."""
    pairs = {(case.category_id, case.county) for case in cases}
    if not pairs:
        return {}
    same = Q()
    for category, county in pairs:
        same |= Q(category_id=category, county=county)
    done = Case.objects.filter(same, ours=True, state="closed", unit__isnull=False, reported_at__gte=now - DONE)
    found: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for category, county, unit, n in done.values_list("category_id", "county", "unit_id").annotate(n=Count("id")):
        found[category, county].append((unit, n))
    by_count = {pair: sorted(some, key=lambda one: (-one[1], one[0])) for pair, some in found.items()}
    return {case.pk: by_count.get((case.category_id, case.county), []) for case in cases}


def _rated(viewer: Viewer) -> QuerySet[Case]:
    reach = rows(viewer, "cases.follow")
    found = Case.objects.filter(ours=True)
    if not reach.everything:
        found = found.filter(Q(unit_id__in=reach.units) | (Q(handler_id__in=viewer.persons) if reach.own else Q()))
    return found


def followups(
    viewer: Viewer, unit: int | None = None, after: tuple[datetime, int] | None = None, size: int = SIZE
) -> tuple[list[Case], int, tuple[datetime, int] | None]:
    """A page of the bad ratings that the viewer is to follow up (of a unit), first due first; how many there are in all; and
    after which the next page begins."""
    found = _rated(viewer).filter(followup="due")
    count = found.count()
    found = found.filter(unit_id=unit) if unit is not None else found
    if after is not None:
        at, key = after
        found = found.filter(Q(followup_due_at__gt=at) | Q(followup_due_at=at, id__gt=key))
    shown = list(found.select_related("private", "category", "unit").order_by("followup_due_at", "id")[: size + 1])
    last = shown[size - 1] if len(shown) > size else None
    more = (last.followup_due_at, last.pk) if last and last.followup_due_at else None
    return shown[:size], count, more


def followed_units(viewer: Viewer) -> list[int]:
    """The units with bad ratings that the viewer is to follow up, by key."""
    found = _rated(viewer).filter(followup="due", unit__isnull=False)
    return sorted(set(found.values_list("unit_id", flat=True)))


def followed_up(viewer: Viewer, since: datetime) -> int:
    """How many rated cases that ended since a moment were followed up."""
    return _rated(viewer).filter(followup="done", closed_at__gte=since).count()


def ratings(cases: Sequence[Case]) -> Mapping[int, Bad]:
    """The last rating of each case that was read through its door; one query."""
    keys, found = {case.log_id: case.pk for case in cases}, {}
    for subject, _, _, body, private in _said(cases, ("close", "rate")) if cases else []:
        if body.get("grade"):
            found[keys[subject]] = Bad(body.get("reasons") or [], str(private.get("note", "")))
    return found

"""What the hotline desk looks up: the street's last weeks, the same problem, whom to call back, calls handed on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from luoshi.cases.models import Case, Category
from luoshi.cases.reads import similar
from luoshi.cases.reads.kinds import Kinds, kinds
from luoshi.cases.reads.scope import visible
from luoshi.cases.staff.hotline import propose
from luoshi.cases.staff.hotline.flow import RIGHT
from luoshi.cases.staff.hotline.models import CallDesk, CallLog
from luoshi.kernel.rights import demand, rows
from luoshi.kernel.viewer import Viewer
from luoshi.people import reads as people

WINDOW: Final = timedelta(days=30)
LOOKED: Final = 60  # cases of a street that are looked through
SHOWN: Final = 6
LIKELY: Final = 4  # points (`similar.weigh`): of the street's cases those of the kind, or told in five of the words
MOST: Final = 3
OVER: Final = ("abuse", "withdrawn", "merged")


def around(viewer: Viewer, place: str, now: datetime) -> list[Case]:
    """The cases of a division (the street of a community) of the last 30 days, newest first; one query, at most 60."""
    chain = people.chain(place)
    if not chain:
        return []
    here = {level: code for level, code in chain.items() if level in ("county", "street")}
    found = visible(viewer).filter(ours=True, part_of=None, reported_at__gte=now - WINDOW, **here)
    found = found.exclude(state__in=OVER).select_related("private", "category")
    return list(found.order_by("-reported_at", "-id")[:LOOKED])


def alike(near: Sequence[Case], sought: similar.Problem, now: datetime) -> list[similar.Candidate]:
    """Those of the cases, still open, that may be the same problem, the likeliest first; weighed as everywhere."""
    weighed = [(case, similar.weigh(sought, case, _said(case), now)) for case in near if case.closed_at is None]
    likely = [
        similar.Candidate(case, *weight) for case, weight in weighed if weight is not None and weight[0] >= LIKELY
    ]
    return sorted(likely, key=lambda one: (-one.score, -one.case.reported_at.timestamp()))[:MOST]


def _said(case: Case) -> str:
    return f"{case.private.text} {case.private.place}" if hasattr(case, "private") else ""


_index: tuple[Kinds, propose.Index] | None = None


def proposals(text: str) -> list[propose.Proposal]:
    """The categories that a caller's words speak for; from memory."""
    global _index
    known = kinds()
    if _index is None or _index[0] is not known:
        _index = known, propose.index(_kind(row, known) for row in known.leaves())
    return propose.propose(_index[1], text)


def _kind(row: Category, known: Kinds) -> propose.Kind:
    above, parent = [], known.rows.get(row.parent_id or "")
    while parent is not None:
        above += [parent.zh, parent.en]
        parent = known.rows.get(parent.parent_id or "")
    return propose.Kind(row.code, (row.zh, row.en), above, row.words)


# ---------- call-backs


def _to_call(viewer: Viewer) -> QuerySet[Case]:
    reach = rows(viewer, "cases.callback")
    found = visible(viewer).filter(state="verified", status="going", by_staff=False, ours=True)
    return found if reach.everything else found.filter(unit_id__in=reach.units)


def call_list(viewer: Viewer, limit: int) -> list[Case]:
    """Whose reporter is to be called now, first due first, of the same day those whom nobody tried to call yet."""
    found = _to_call(viewer).filter(next_due_at__isnull=False).select_related("private", "category")
    return list(found.order_by("next_due_at", "calls", "id")[:limit])


def to_call(viewer: Viewer, number: str) -> Case | None:
    """The case of that number, if its reporter is still to be called, or may be though nobody has to; else None."""
    return (
        None if "\0" in number else _to_call(viewer).filter(number=number).select_related("private", "category").first()
    )


def unreached(viewer: Viewer, limit: int) -> list[Case]:
    """Verified cases whose reporter was not reached often enough: nobody calls any more, the reporter has the word."""
    found = _to_call(viewer).filter(next_due_at__isnull=True).select_related("private", "category")
    return list(found.order_by("verified_at", "id")[:limit])


def call_counts(viewer: Viewer) -> tuple[int, int]:
    """(to be called, not reached and left to the reporter); one query."""
    due = Q(next_due_at__isnull=False)
    found = _to_call(viewer).aggregate(due=Count("id", filter=due), rest=Count("id", filter=~due))
    return found["due"], found["rest"]


@dataclass(frozen=True)
class Attempt:
    """A call-back that gave no answer."""

    at: datetime
    outcome: str


def attempts(cases: Sequence[Case]) -> Mapping[int, list[Attempt]]:
    """The attempts by case since it was last verified, oldest first; one query for cases read through their door."""
    keys = {case.log_id: case for case in cases if case.calls}
    found: dict[int, list[Attempt]] = defaultdict(list)
    if not keys:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT subject, occurred_at, body->>'outcome' FROM event
            WHERE subject = ANY(%s) AND verb = 'contact' AND body->>'move' = 'call_failed' ORDER BY recorded_at, id
            """,
            [list(keys)],
        )
        found_rows: list[tuple[UUID, datetime, str]] = cursor.fetchall()
    for subject, at, outcome in found_rows:
        case = keys[subject]
        if case.verified_at is None or at >= case.verified_at:
            found[case.pk].append(Attempt(at, outcome))
    return found


@dataclass(frozen=True)
class Result:
    """What somebody noted at a call-back: the event, its move, the grade."""

    event: UUID
    move: str
    grade: int | None
    outcome: str


def looked_at(viewer: Viewer, cases: Sequence[Case], since: datetime) -> Mapping[int, str]:
    """Who else looked at the telephone number of each of the cases since a moment, so is likely calling; one query."""
    keys = {case.log_id: case.pk for case in cases}
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e.subject, p.name FROM event e JOIN person p ON p.id = e.actor
            WHERE e.subject = ANY(%s) AND e.verb = 'unmask' AND e.recorded_at >= %s AND e.actor <> %s ORDER BY e.recorded_at
            """,
            [list(keys), since, viewer.person or 0],
        )
        return {keys[subject]: name for subject, name in cursor.fetchall()}


def own_result(viewer: Viewer, number: str) -> Result | None:
    """The viewer's own last result of a case's call-backs; None where there is none, or no such case to see."""
    if "\0" in number:
        return None
    subject = visible(viewer).filter(number=number).values_list("log_id", flat=True).first()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, body->>'move', (body->>'grade')::int, coalesce(body->>'outcome', '') FROM event
            WHERE subject = %s AND actor = %s AND body->>'move' = ANY(%s) AND corrects IS NULL
            ORDER BY recorded_at DESC, id DESC LIMIT 1
            """,
            [subject, viewer.person, ["call_solved", "call_unsolved", "call_failed"]],
        )
        row = cursor.fetchone()
    return Result(*row) if row else None


# ---------- calls handed on


def desks() -> list[CallDesk]:
    """Where a call can be handed on, in the pack's order."""
    return list(CallDesk.objects.filter(used=True).order_by("order", "code"))


def handed_on(viewer: Viewer, since: datetime) -> dict[str, int]:
    """How many calls were handed on to each desk since a moment, by its code. Raises Denied."""
    demand(viewer, RIGHT)
    found = CallLog.objects.filter(at__gte=since).values_list("desk_id").annotate(n=Count("id"))
    return dict(found)

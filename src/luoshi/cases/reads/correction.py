"""Events of a case with their corrections; proposals that wait for a second person."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import QuerySet

from luoshi.cases.correcting import APPROVE_RIGHT
from luoshi.cases.correction import Correction
from luoshi.cases.models import Case
from luoshi.cases.reads.scope import visible
from luoshi.kernel.ledger.correct import Chain, Said, chains
from luoshi.kernel.problems import Absent
from luoshi.kernel.rights import rows
from luoshi.kernel.viewer import Viewer

MOST: int = 200


def said(subjects: Sequence[UUID]) -> dict[UUID, list[Said]]:
    """The events of some cases, in the order in which they were recorded; one query."""
    found: dict[UUID, list[Said]] = {subject: [] for subject in subjects}
    with connection.cursor() as cursor:
        query = "SELECT subject, id, verb, occurred_at, body::text, corrects FROM event WHERE subject = ANY(%s)"
        cursor.execute(f"{query} ORDER BY recorded_at, id", [list(subjects)])
        for subject, key, verb, at, body, corrects in cursor.fetchall():
            found[subject].append(Said(key, verb, at, orjson.loads(body), corrects))
    return found


def of_case(case: Case) -> list[Said]:
    """The events of a case that was read through its door."""
    return said([case.log_id])[case.log_id]


def chain(events: Iterable[Said], key: UUID) -> Chain:
    """The chain in which an event stands. Raises Absent."""
    for one in chains(events):
        if key in (one.original.id, *(newer.id for newer in one.newer)):
            return one
    raise Absent


def locked(case: Case, key: Any) -> Correction:
    """A proposal for a case that the caller has locked; the lock of the case is the proposal's. Raises Absent."""
    found = Correction.objects.select_related("by").filter(pk=key, case=case).first()
    if found is None:
        raise Absent
    return found


def one(viewer: Viewer, key: int) -> Correction:
    """A proposal for a case that the viewer may see. Raises Absent."""
    found = Correction.objects.select_related("case").filter(pk=key, case__in=visible(viewer)).first()
    if found is None:
        raise Absent
    return found


def waiting_for(case: Case, event: UUID) -> bool:
    """Does a proposal for this event wait already?"""
    return Correction.objects.filter(case=case, event=event, state="open").exists()


def _open(viewer: Viewer) -> "QuerySet[Correction]":
    """Proposals that the viewer may approve: of others, within the reach of the right."""
    reach = rows(viewer, APPROVE_RIGHT)
    found = Correction.objects.filter(state="open", case__in=visible(viewer)).exclude(
        persons__overlap=list(viewer.persons)
    )
    return found if reach.everything else found.filter(case__unit_id__in=reach.units)


def to_approve(viewer: Viewer) -> list[Correction]:
    """What waits for the viewer's decision, the oldest first; MOST at once."""
    found = _open(viewer).select_related("case__private", "case__category", "by").order_by("at", "id")
    return list(found[:MOST])


def count_to_approve(viewer: Viewer) -> int:
    """How many wait for the viewer's decision."""
    return _open(viewer).count()


def mine(viewer: Viewer) -> list[Correction]:
    """What the viewer proposed and waits for somebody else, the oldest first."""
    found = Correction.objects.filter(state="open", by_id=viewer.person, case__in=visible(viewer))
    return list(found.select_related("case__private", "case__category", "by").order_by("at", "id")[:MOST])

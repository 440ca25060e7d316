"""What happened to the clock of the whole of a case, from its events: when it stood still, what was granted."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

from luoshi.cases.clocks import BEGINS, GOES_ON, GRANTS, STOPS, Happened
from luoshi.cases.models import Case
from luoshi.kernel.ledger.event import Written

_VERBS: Final = (*sorted(STOPS), *sorted(GOES_ON), GRANTS, *sorted(BEGINS))


def past(case: Case, unwritten: Sequence[Written] = ()) -> list[Happened]:
    """What happened to the clock since it began, oldest first; of a part also what happened to the whole before.

    For a case that the caller has locked. `unwritten` are events that its batch has not written yet. One query.
    """
    whole = case.part_of.log_id if case.part_of is not None else case.log_id
    subjects = {case.log_id, whole}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT verb, recorded_at, body->>'until' FROM event WHERE subject = ANY(%s) AND verb = ANY(%s) "
            "ORDER BY recorded_at, id",
            [list(subjects), list(_VERBS)],
        )
        found = [_happened(*row) for row in cursor.fetchall()]
    mine = (event for event in unwritten if event.subject in subjects and event.verb in _VERBS)
    return _since_it_began([*found, *(_happened(e.verb, e.recorded_at, e.body.get("until")) for e in mine)])


def _happened(verb: str, at: datetime, until: Any) -> Happened:
    granted = verb == GRANTS and isinstance(until, str)
    return Happened(verb, at, datetime.fromisoformat(until) if granted else None)


def _since_it_began(found: Iterable[Happened]) -> list[Happened]:
    """A case that is done again has a new clock, of which nothing has happened yet."""
    since: list[Happened] = []
    for one in found:
        since = [] if one.verb in BEGINS else [*since, one]
    return since

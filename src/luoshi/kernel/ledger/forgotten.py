"""Bodies that are gone: which deletion, or which restore, the log tells of explains it. One that none explains is a fault.

A deletion is an event `erase` of the same subject, recorded after what it deleted. A tail of the log that was supplied
after a restore came without bodies; an event of the log itself names its places.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

VERB: Final = "erase"
TAIL: Final = "supply_tail"


class Gone(NamedTuple):
    """A sealed or waiting event whose private body, or whose secret of the restricted fields, is not there."""

    idx: int | None
    event: str
    line: str
    subject: str
    recorded_at: datetime
    what: str


@dataclass
class Deletion:
    """Why bodies are gone: when, by whom (None: the record's own reporter or the system, as `reason` says), how many."""

    line: str
    subject: str
    at: datetime
    actor: int | None
    reason: str
    bodies: int = 0


class Forgotten:
    """The deletions that the log tells of."""

    def __init__(self, log: UUID) -> None:
        """`log`: the subject under which the log speaks about itself."""
        self.by_subject: dict[str, list[Deletion]] = defaultdict(list)
        self.tails: list[tuple[int, int, Deletion]] = []
        query = (
            "SELECT line, subject::text, recorded_at, actor, body->>'reason' FROM event WHERE verb = 'erase' "
            "AND verb IN ('unmask', 'erase') ORDER BY recorded_at, id"
        )
        for line, subject, at, actor, reason in _all(query):
            self.by_subject[subject].append(Deletion(line, subject, at, actor, reason or ""))
        query = (
            "SELECT line, subject::text, recorded_at, body->>'start', body->>'end' FROM event "
            "WHERE subject = %s AND line = 'log' AND verb = %s"
        )
        for line, subject, at, start, end in _all(query, [log, TAIL]):
            self.tails.append((int(start), int(end), Deletion(line, subject, at, None, TAIL)))

    def explain(self, gone: Gone) -> Deletion | None:
        """What explains it, counted; None where nothing does."""
        for deletion in self.by_subject.get(gone.subject, ()):
            if deletion.at >= gone.recorded_at and gone.what == "private":
                deletion.bodies += 1
                return deletion
        for start, end, tail in self.tails:
            if gone.idx is not None and start <= gone.idx < end:
                tail.bodies += 1
                return tail
        return None

    def used(self) -> list[Deletion]:
        """The deletions that explained something, the oldest first."""
        found = [one for some in self.by_subject.values() for one in some if one.bodies]
        return sorted([*found, *(tail for _, _, tail in self.tails if tail.bodies)], key=lambda one: one.at)


class Lost(NamedTuple):
    """A subject of which events came back with a supplied tail, as hashes but for their open fields: the first of them.

    `whole`: nothing of it is from before the tail, so its record is gone.
    """

    idx: int
    line: str
    subject: UUID
    verb: str
    occurred_at: datetime
    whole: bool


_LOST: Final = """
SELECT DISTINCT ON (e.subject) l.idx, e.line, e.subject, e.verb, e.occurred_at, NOT EXISTS (
  SELECT FROM event o JOIN event_salt s ON s.event_id = o.id WHERE o.subject = e.subject AND o.recorded_at <= e.recorded_at)
FROM event t
JOIN log_leaf l ON l.idx >= (t.body->>'start')::bigint AND l.idx < (t.body->>'end')::bigint
JOIN event e ON e.id = l.event_id LEFT JOIN event_salt s ON s.event_id = e.id
WHERE t.subject = %s AND t.line = 'log' AND t.verb = %s AND s.event_id IS NULL AND e.line <> 'log' ORDER BY e.subject, l.idx
"""


def lost(log: UUID) -> list[Lost]:
    """What came back with a supplied tail, in the order of the log."""
    return sorted(Lost(*row) for row in _all(_LOST, [log, TAIL]))


def _all(query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())

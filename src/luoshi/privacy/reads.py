"""Who looked at the data of reporters, and what was deleted, from the log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection

LOOKED: Final = "unmask"
DELETED: Final = "erase"


@dataclass(frozen=True)
class Deed:
    """An event: when, who, about which record of which line; `reason` as written, None where it was deleted since."""

    id: UUID
    line: str
    subject: UUID
    actor: int | None
    unit: int | None
    at: datetime
    reason: str | None


_SELECT: Final = """
SELECT e.id, e.line, e.subject, e.actor, e.unit, e.recorded_at, e.body->>'reason', p.body
FROM event e LEFT JOIN event_private p ON p.event_id = e.id
WHERE e.verb = %(verb)s AND e.verb IN ('unmask', 'erase')
"""


def deeds(verb: str, actor: int | None, after: tuple[datetime, UUID] | None, size: int) -> list[Deed]:
    """Events of a verb (LOOKED or DELETED), of one person or of all, the newest first, `size` of them after a cursor."""
    where, values = "", dict[str, Any](verb=verb, size=size)
    if actor is not None:
        where += " AND e.actor = %(actor)s"
        values["actor"] = actor
    if after is not None:
        where += " AND (e.recorded_at, e.id) < (%(at)s, %(id)s)"
        values |= {"at": after[0], "id": after[1]}
    with connection.cursor() as cursor:
        cursor.execute(f"{_SELECT}{where} ORDER BY e.recorded_at DESC, e.id DESC LIMIT %(size)s", values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return [Deed(row[0], row[1], row[2], row[3], row[4], row[5], row[6] or _note(row[7])) for row in rows]


def _note(private: Any) -> str | None:
    return None if private is None else orjson.loads(bytes(private)).get("note", "")

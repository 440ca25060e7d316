"""Write events in the caller's transaction: one at a time, or many by COPY. Both leave the same rows."""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, Final

import orjson
from django.db import connection

from luoshi.kernel.copying import copy_rows
from luoshi.kernel.ledger.event import Written

_ONE: Final = """
WITH e AS (
  INSERT INTO event (id, line, subject, verb, act, actor, unit, occurred_at, recorded_at, body, payload, leaf, corrects)
  VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s)
), s AS (INSERT INTO event_salt (event_id, secret) VALUES (%s, %s)
), p AS (INSERT INTO event_pending (event_id) VALUES (%s)
)
INSERT INTO event_private (event_id, salt, body) SELECT %s, %s, %s WHERE %s
"""
EVENT_COLUMNS: Final = (
    "id", "line", "subject", "verb", "act", "actor", "unit", "occurred_at", "recorded_at", "body", "payload", "leaf",
    "corrects",
)  # fmt: skip
EVENT_TYPES: Final = (
    "uuid", "text", "uuid", "text", "uuid", "int8", "int8", "timestamptz", "timestamptz", "jsonb", "bytea", "bytea",
    "uuid",
)  # fmt: skip


def _row(event: Written) -> tuple[Any, ...]:
    return (
        event.id, event.line, event.subject, event.verb, event.act, event.actor, event.unit,
        event.occurred_at, event.recorded_at, orjson.dumps(event.body).decode(), event.payload, event.leaf,
        event.corrects,
    )  # fmt: skip


def write(events: Iterable[Written]) -> None:
    """Write each event with its salt, pending row and private row."""
    with connection.cursor() as cursor:
        for event in events:
            private = event.private is not None
            tail = (
                event.id,
                event.secret,
                event.id,
                event.id,
                event.private_salt or b"",
                event.private or b"",
                private,
            )
            cursor.execute(_ONE, [*_row(event), *tail])


def write_many(events: Sequence[Written]) -> None:
    """The bulk twin of `write`."""
    copy_rows("event", EVENT_COLUMNS, map(attrgetter(*EVENT_COLUMNS), events), EVENT_TYPES)
    copy_rows("event_salt", ("event_id", "secret"), map(attrgetter("id", "secret"), events), ("uuid", "bytea"))
    copy_rows("event_pending", ("event_id",), ((e.id,) for e in events), ("uuid",))
    private = ((e.id, e.private_salt, e.private) for e in events if e.private is not None)
    copy_rows("event_private", ("event_id", "salt", "body"), private, ("uuid", "bytea", "bytea"))

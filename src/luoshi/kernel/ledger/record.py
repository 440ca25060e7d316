"""Write events in the caller's transaction: one at a time, or many by COPY. Both leave the same rows."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import orjson
from django.db import connection
from psycopg import sql
from psycopg.types.json import Jsonb

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


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], types: Sequence[str | int]) -> None:
    """COPY rows into a table in the caller's transaction; `types` are the columns' exact ones, by name or number.

    In binary: half the work in the database and a third of it here, most of all for bytes.
    """
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    command = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.Identifier(table), names)
    with connection.cursor() as cursor, cursor.cursor.copy(command) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def _binary(event: Written) -> tuple[Any, ...]:
    return (
        event.id, event.line, event.subject, event.verb, event.act, event.actor, event.unit,
        event.occurred_at, event.recorded_at, Jsonb(event.body, orjson.dumps), event.payload, event.leaf,
        event.corrects,
    )  # fmt: skip


def write_many(events: Sequence[Written]) -> None:
    """The bulk twin of `write`."""
    copy_rows("event", EVENT_COLUMNS, map(_binary, events), EVENT_TYPES)
    copy_rows("event_salt", ("event_id", "secret"), ((e.id, e.secret) for e in events), ("uuid", "bytea"))
    copy_rows("event_pending", ("event_id",), ((e.id,) for e in events), ("uuid",))
    private = ((e.id, e.private_salt, e.private) for e in events if e.private is not None)
    copy_rows("event_private", ("event_id", "salt", "body"), private, ("uuid", "bytea", "bytea"))

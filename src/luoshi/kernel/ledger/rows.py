"""The log's rows: what waits, what is sealed, the checkpoints, what was sealed as of a day. Reads and inserts only."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from django.db import connection

from luoshi.kernel import calendar

# One number for all sealers of a database; the letters "luoshi" as an integer.
_LOCK: Final = 0x6C756F736869
_CHUNK: Final = 4096


class Sealed(NamedTuple):
    """A checkpoint as the database keeps it."""

    size: int
    root: bytes
    sealed_at: datetime
    note: bytes
    seal: bytes | None = None


def _all(query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def binary(query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Many rows through the driver's binary protocol: half the cost of Django's cursor, and bytes come as bytes."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(query, values, binary=True).fetchall()


def _checkpoint(query: str, values: Sequence[Any] = ()) -> Sealed | None:
    found = _checkpoints(query, values)
    return found[0] if found else None


def _checkpoints(query: str, values: Sequence[Any] = ()) -> list[Sealed]:
    return [Sealed(*row) for row in binary(f"SELECT size, root, sealed_at, note, seal FROM checkpoint {query}", values)]


def lock() -> None:
    """Wait until no other transaction seals; until the end of this one."""
    _all("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def last() -> Sealed | None:
    """The last checkpoint, None before the first."""
    return _checkpoint("ORDER BY size DESC LIMIT 1")


def newest(count: int) -> list[Sealed]:
    """The last checkpoints, the newest first."""
    return _checkpoints("ORDER BY size DESC LIMIT %s", [count])


def checkpoints(most: int = 1 << 62) -> Iterator[Sealed]:
    """All checkpoints, of at most a size, by their size; a thousand in memory at once."""
    after = -1
    while found := _checkpoints("WHERE size > %s AND size <= %s ORDER BY size LIMIT 1000", [after, most]):
        yield from found
        after = found[-1].size


def at_size(size: int) -> Sealed | None:
    """The checkpoint of a size, if there was one."""
    return _checkpoint("WHERE size = %s", [size])


def covering(index: int) -> Sealed | None:
    """The first checkpoint that holds the entry at `index`."""
    return _checkpoint("WHERE size > %s ORDER BY size LIMIT 1", [index])


def sizes_since(moment: datetime) -> list[int]:
    """The sizes of the checkpoints sealed since, and always the last one's."""
    query = "SELECT size FROM checkpoint WHERE sealed_at >= %s UNION SELECT max(size) FROM checkpoint"
    return [row[0] for row in _all(query, [moment]) if row[0] is not None]


def end_of(day: date) -> datetime:
    """The last microsecond of a day in the city's time."""
    midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(calendar.current().tz))
    return midnight - timedelta(microseconds=1)


def size_on(day: date) -> int:
    """The size of the log as of a day: the last checkpoint sealed by its end in the city's time; 0 before the first.

    For a day that is not over yet the answer is provisional.
    """
    found = _checkpoint("WHERE sealed_at <= %s ORDER BY sealed_at DESC, size DESC LIMIT 1", [end_of(day)])
    return found.size if found else 0


def keep(sealed: Sequence[Sealed]) -> None:
    """Write checkpoints down."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO checkpoint (size, root, sealed_at, note, seal) VALUES (%s, %s, %s, %s, %s)", sealed
        )


_TAKE: Final = """
WITH taken AS MATERIALIZED (
  SELECT e.id, e.leaf, %s + row_number() OVER (ORDER BY e.recorded_at, e.id) - 1 AS idx
  FROM event_pending p JOIN event e ON e.id = p.event_id ORDER BY e.recorded_at, e.id LIMIT %s
), kept AS (INSERT INTO log_leaf (idx, event_id) SELECT idx, id FROM taken
), gone AS (DELETE FROM event_pending p USING taken t WHERE p.event_id = t.id)
SELECT leaf FROM taken ORDER BY idx
"""


def take(start: int, limit: int) -> list[bytes]:
    """Give up to `limit` pending events their places from `start` on; gives their leaves in order."""
    return [leaf for (leaf,) in binary(_TAKE, [start, limit])]


_TAKE_ALL: Final = """
WITH gone AS (DELETE FROM event_pending RETURNING event_id)
INSERT INTO log_leaf (idx, event_id)
SELECT row_number() OVER (ORDER BY e.recorded_at, e.id) - 1, e.id FROM gone JOIN event e ON e.id = gone.event_id
"""


def take_all() -> None:
    """Give all pending events their places in an empty log."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_ALL)


def stream(columns: str, start: int, end: int) -> Iterator[tuple[Any, ...]]:
    """Columns of the sealed events from place `start` to below `end`, in order; a few thousand in memory at once.

    `columns` is SQL over `l` (log_leaf) and `e` (event).
    """
    query = (
        f"SELECT {columns} FROM log_leaf l JOIN event e ON e.id = l.event_id "
        "WHERE l.idx >= %s AND l.idx < %s ORDER BY l.idx"
    )
    for at in range(start, end, _CHUNK):
        yield from binary(query, [at, min(at + _CHUNK, end)])


def place_of(event: Any) -> int | None:
    """The place of an event in the log, None while it waits."""
    found = _all("SELECT idx FROM log_leaf WHERE event_id = %s", [event])
    return found[0][0] if found else None


def events_at(start: int, end: int) -> list[tuple[int, Any]]:
    """Which event stands at each place from `start` to below `end`, whether it is still there or not."""
    return _all("SELECT idx, event_id FROM log_leaf WHERE idx >= %s AND idx < %s", [start, end])


def without_events(subjects: Sequence[UUID]) -> list[UUID]:
    """Those of some subjects of which there is no event at all."""
    query = "SELECT s FROM unnest(%s::uuid[]) s WHERE NOT EXISTS (SELECT FROM event e WHERE e.subject = s)"
    return [subject for (subject,) in _all(query, [subjects])]


def any_waiting() -> bool:
    """Does anything wait to be sealed?"""
    return bool(_all("SELECT EXISTS (SELECT FROM event_pending)")[0][0])


def waiting() -> tuple[int, datetime | None]:
    """How many events wait to be sealed, and when the oldest of them was recorded."""
    ((count, oldest),) = _all(
        "SELECT count(*), min(e.recorded_at) FROM event_pending p JOIN event e ON e.id = p.event_id"
    )
    return count, oldest


def places() -> int:
    """How many places are given."""
    ((count,),) = _all("SELECT coalesce(max(idx) + 1, 0) FROM log_leaf")
    return int(count)

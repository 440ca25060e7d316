"""Corrections folded: for each subject whose events were corrected, the versions of all of its events, in one table.

Few subjects have any. They are computed anew from the log whenever it holds something new of them.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection, transaction
from psycopg import Cursor

from luoshi.kernel.ledger.correct import Said, Version, versions
from luoshi.kernel.lines import Face

_LOCK: Final = 0x6C756F73_666F6C64
_FEW: Final = 500
_TOUCHED: Final = """
SELECT DISTINCT e.subject FROM log_leaf l JOIN event e ON e.id = l.event_id
WHERE l.idx >= %(old)s AND l.idx < %(size)s AND e.line = %(line)s
  AND (e.corrects IS NOT NULL OR e.subject IN (SELECT subject FROM fact_version WHERE line = %(line)s))
"""
_EVENTS: Final = """
SELECT e.subject, l.idx, e.recorded_at, e.id, e.verb, e.occurred_at, e.body::text, e.corrects
FROM event e JOIN log_leaf l ON l.event_id = e.id WHERE e.subject = ANY(%s) AND l.idx < %s ORDER BY e.subject, l.idx
"""
_COLUMNS: Final = "line, subject, place, known, superseded, verb, occurred_at, recorded_at, body"
_COPY: Final = f"COPY fact_version ({_COLUMNS}) FROM STDIN"
_KEPT: Final = f"SELECT {_COLUMNS.replace('body', 'body::text')} FROM fact_version WHERE subject = ANY(%s)"


def fold(face: Face, size: int) -> None:
    """Bring the versions of a line's corrected subjects to a size of the log. Raises CorrectionError."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SELECT size FROM fact_folded WHERE line = %s", [face.name])
        old = (cursor.fetchone() or (0,))[0]
        if old >= size:
            return
        cursor.execute(_TOUCHED, {"old": old, "size": size, "line": face.name})
        subjects = [row[0] for row in cursor.fetchall()]
        for start in range(0, len(subjects), _FEW):
            _renew(cursor, face, subjects[start : start + _FEW], size)
        cursor.execute(
            "INSERT INTO fact_folded (line, size) VALUES (%s, %s) ON CONFLICT (line) DO UPDATE SET size = excluded.size",
            [face.name, size],
        )


def astray(face: Face) -> Iterator[tuple[int, str]]:
    """(place, subject) of versions that are not what the events say, or of which there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT size FROM fact_folded WHERE line = %s", [face.name])
        size = (cursor.fetchone() or (0,))[0]
        cursor.execute(_TOUCHED, {"old": 0, "size": size, "line": face.name})
        subjects = [row[0] for row in cursor.fetchall()]
        for start in range(0, len(subjects), _FEW):
            some = subjects[start : start + _FEW]
            should = {_compared(row) for row in _versions(cursor, face, some, size)}
            cursor.execute(_KEPT, [some])
            kept = {_compared(row) for row in cursor.fetchall()}
            yield from sorted({(row[2], str(row[1])) for row in should ^ kept})


def _compared(row: Sequence[Any]) -> tuple[Any, ...]:
    return (*row[:-1], orjson.dumps(orjson.loads(row[-1]), option=orjson.OPT_SORT_KEYS))


def _versions(cursor: Any, face: Face, subjects: Sequence[UUID], size: int) -> list[tuple[Any, ...]]:
    cursor.execute(_EVENTS, [list(subjects), size])
    return [row for one in _by_subject(cursor.fetchall()) for row in _rows(face, one)]


def _renew(cursor: Any, face: Face, subjects: Sequence[UUID], size: int) -> None:
    rows = _versions(cursor, face, subjects, size)
    cursor.execute("DELETE FROM fact_version WHERE subject = ANY(%s)", [list(subjects)])
    with Cursor(connection.connection) as raw, raw.copy(_COPY) as copy:
        for row in rows:
            copy.write_row(row)


def _by_subject(rows: Sequence[Any]) -> Iterator[list[Any]]:
    some: list[Any] = []
    for row in rows:
        if some and some[0][0] != row[0]:
            yield some
            some = []
        some.append(row)
    if some:
        yield some


def _rows(face: Face, events: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of a subject's versions."""
    recorded = {row[3]: row[2] for row in events}
    said = [(row[1], Said(row[3], row[4], row[5], orjson.loads(row[6]), row[7])) for row in events]
    for one in versions(said, face.sets, face.facts.carried):
        yield _row(face.name, events[0][0], one, recorded[one.said.id])


def _row(line: str, subject: UUID, one: Version, recorded_at: Any) -> tuple[Any, ...]:
    body = orjson.dumps(dict(one.said.body)).decode()
    return (line, subject, one.place, one.known, one.superseded, one.said.verb, one.said.at, recorded_at, body)

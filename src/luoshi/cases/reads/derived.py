"""Cases held against their own events, for the ledger's verification. What an operator asks, not a viewer."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

from luoshi.cases.correcting import sets
from luoshi.cases.facts import snapshot
from luoshi.cases.models import Case
from luoshi.cases.reads.correction import said
from luoshi.kernel.canonical import moment
from luoshi.kernel.ledger.correct import CorrectionError, Said, standing
from luoshi.kernel.lines import Derived

# How each field of the row is written in the snapshot that every event carries.
_UTC: Final = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
_SNAPSHOT: Final = {
    "state": ("c.state", "stage"),
    "status": ("c.status", "status"),
    "due_at": (_UTC.format("c.due_at"), "due_at"),
    "due_kind": ("c.due_kind", "clock"),
    "reported_at": (_UTC.format("c.reported_at"), "reported_at"),
    "county": ("c.county", "county"),
    "street": ("c.street", "street"),
    "category": ("c.category_id", "category"),
    "channel": ("c.channel", "channel"),
    "unit": ("c.unit_id::text", "unit"),
    "returns": ("c.returns::text", "returns"),
}
_COLUMN: Final = {name: field for field, (_, name) in _SNAPSHOT.items()}
_CHUNK: Final = 1000
_JUDGED: Final = "('close', 'rate', 'reopen')"


def _query() -> str:
    """Every field beside what the last event says; grade and verdict beside the last judgement's."""
    fields = [f"({kept}, last.body->>'{name}', '{field}')" for field, (kept, name) in _SNAPSHOT.items()]
    fields.append("(c.grade::text, judged.body->>'grade', 'grade')")
    fields.append("(c.solved::text, solved.body->>'solved', 'solved')")
    newest = "ORDER BY recorded_at DESC, id DESC LIMIT 1"
    return f"""
        SELECT c.log_id, c.number, pair.field, coalesce(pair.kept, ''), coalesce(pair.should, '')
        FROM "case" c
        LEFT JOIN LATERAL (SELECT body FROM event WHERE subject = c.log_id {newest}) last ON true
        LEFT JOIN LATERAL (
          SELECT body FROM event WHERE subject = c.log_id AND verb IN {_JUDGED} {newest}) judged
          ON c.grade IS NOT NULL OR c.closed_at IS NOT NULL
        LEFT JOIN LATERAL (
          SELECT body FROM event WHERE subject = c.log_id AND verb IN {_JUDGED} AND body ? 'solved' {newest}) solved
          ON c.solved IS NOT NULL OR c.closed_at IS NOT NULL
        CROSS JOIN LATERAL (VALUES {", ".join(fields)}) pair (kept, should, field)
        WHERE c.log_id NOT IN (SELECT subject FROM event WHERE corrects IS NOT NULL)
        AND pair.kept IS DISTINCT FROM pair.should AND NOT (coalesce(pair.kept, '') = '' AND pair.should IS NULL)
        ORDER BY c.id LIMIT %s"""


def derived(limit: int) -> list[Derived]:
    """The first cases whose state, due time, place, unit, grade or verdict is not what their events say."""
    with connection.cursor() as cursor:
        cursor.execute(_query(), [limit])
        found = [Derived(*row) for row in cursor.fetchall()]
    return [*found, *_corrected()][:limit]


def _corrected() -> Iterator[Derived]:
    """The same for those of which an event was corrected: what their events say once corrections are followed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT subject FROM event WHERE corrects IS NOT NULL AND line = 'cases'")
        subjects = [row[0] for row in cursor.fetchall()]
    for start in range(0, len(subjects), _CHUNK):
        some = subjects[start : start + _CHUNK]
        histories = said(some)
        for case in Case.objects.filter(log_id__in=some).order_by("id"):
            yield from _held(case, histories[case.log_id])


def _held(case: Case, events: Sequence[Said]) -> Iterator[Derived]:
    """A case held against its events."""
    try:
        facts = standing(events, sets)
    except CorrectionError as error:
        yield Derived(case.log_id, case.number, "corrections", "", str(error))
        return
    kept = {**snapshot(case), "grade": case.grade, "solved": case.solved, "contacted_at": case.contacted_at}
    for name, value in kept.items():
        plain, should = (_plain(one) for one in (value, facts.get(name)))
        if name != "part" and name in facts and plain != should:
            yield Derived(case.log_id, case.number, _COLUMN.get(name, name), plain, should)


def _plain(value: Any) -> str:
    return "" if value is None else moment(value) if isinstance(value, datetime) else str(value)

"""Cases held against their own events, for the ledger's verification. What an operator asks, not a viewer."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import connection

from luoshi.cases.correcting import sets
from luoshi.cases.facts import snapshot
from luoshi.cases.models import Case
from luoshi.cases.reads import retold
from luoshi.cases.reads.correction import said
from luoshi.kernel import installation
from luoshi.kernel.aside import together
from luoshi.kernel.canonical import MOMENT_SQL, moment
from luoshi.kernel.ledger import forgotten
from luoshi.kernel.ledger.correct import CorrectionError, Said, standing
from luoshi.kernel.ledger.rotate import subject_of
from luoshi.kernel.lines import Derived

# How each field of the row is written in the snapshot that every event carries.
_OPEN: Final = {
    "state": ("c.state", "stage"),
    "status": ("c.status", "status"),
    "due_at": (MOMENT_SQL.format("c.due_at"), "due_at"),
    "due_kind": ("c.due_kind", "clock"),
    "reported_at": (MOMENT_SQL.format("c.reported_at"), "reported_at"),
    "county": ("c.county", "county"),
    "top": ("c.top", "top"),
    "source": ("c.source", "source"),
    "part_of": ("(c.part_of_id IS NOT NULL)::text", "part"),
    "by_staff": ("c.by_staff::text", "by_staff"),
}
_RESTRICTED: Final = {
    "street": ("c.street", "street"),
    "community": ("c.community", "community"),
    "category": ("c.category_id", "category"),
    "channel": ("c.channel", "channel"),
    "unit": ("c.unit_id::text", "unit"),
    "returns": ("c.returns::text", "returns"),
}
_COLUMN: Final = {name: field for field, (_, name) in (_OPEN | _RESTRICTED).items()}
_CHUNK: Final = 1000
_JUDGED: Final = "('close', 'rate', 'reopen')"


def _query() -> str:
    """Every field beside what the last event says; grade and verdict beside the last judgement's.

    An event that came back with a supplied tail has no salt, and only its open fields. Cases that such an event is of
    come last, without the verdict.
    """
    pair = "({}, last.body->>'{}', '{}', {})"
    fields = [pair.format(kept, name, field, "true") for field, (kept, name) in _OPEN.items()]
    fields += [pair.format(kept, name, field, "last.whole") for field, (kept, name) in _RESTRICTED.items()]
    fields.append("(c.ours::text, (last.body->>'status' <> 'imported')::text, 'ours', true)")
    fields.append("(c.sim::text, last.sim::text, 'sim', true)")
    for name in ("grade", "solved"):
        should = f"CASE WHEN c.{name} IS NOT NULL OR c.closed_at IS NOT NULL THEN judged.{name} END"
        fields.append(f"(c.{name}::text, {should}, '{name}', NOT lost.it)")
    newest = "ORDER BY recorded_at DESC, id DESC"
    return f"""
        SELECT c.log_id, c.number, pair.field, coalesce(pair.kept, ''), coalesce(pair.should, '')
        FROM "case" c
        CROSS JOIN LATERAL (SELECT c.log_id = ANY(%s::uuid[]) AS it) lost
        LEFT JOIN LATERAL (
          SELECT body, position('"sim":true'::bytea in payload) > 0 AS sim,
            EXISTS (SELECT FROM event_salt s WHERE s.event_id = event.id) AS whole
          FROM event WHERE subject = c.log_id {newest} LIMIT 1) last ON true
        CROSS JOIN LATERAL (
          SELECT (array_agg(body->>'grade' {newest}))[1] AS grade,
            (array_agg(body->>'solved' {newest}) FILTER (WHERE body ? 'solved'))[1] AS solved
          FROM event WHERE subject = c.log_id AND verb IN {_JUDGED}) judged
        CROSS JOIN LATERAL (VALUES {", ".join(fields)}) pair (kept, should, field, held)
        WHERE c.id > %s AND c.id <= %s AND c.log_id NOT IN (SELECT subject FROM event WHERE corrects IS NOT NULL)
        AND pair.held IS NOT FALSE
        AND pair.kept IS DISTINCT FROM pair.should AND NOT (coalesce(pair.kept, '') = '' AND pair.should IS NULL)
        ORDER BY lost.it, c.id LIMIT %s"""


# whose record was taken in and is not there; that it came back with a tail alone is no fault of the record
_NOWHERE: Final = """
WITH stray AS MATERIALIZED (
  SELECT DISTINCT subject FROM event e WHERE NOT EXISTS (SELECT FROM "case" c WHERE c.log_id = e.subject))
SELECT subject FROM stray WHERE EXISTS (
  SELECT FROM event e WHERE e.subject = stray.subject AND e.line = 'cases' AND e.verb IN ('report', 'import', 'part')
) AND NOT subject = ANY(%s::uuid[]) ORDER BY subject LIMIT %s
"""


def derived(limit: int) -> list[Derived]:
    """The first cases that are gone, or of which a column or what is personal is not what their events say."""
    lost = [one.subject for one in forgotten.lost(subject_of(installation.current().origin))]
    spans = retold.spans()
    questions = [
        partial(_gone, lost, limit),
        partial(_corrected, lost, limit),
        *(partial(_told, lost, limit, start, end) for start, end in spans),
        *(partial(_snapshots, lost, limit, start, end) for start, end in spans),
    ]
    answers = together(questions) if len(spans) > 1 else (question() for question in questions)
    return sorted((one for some in answers for one in some), key=lambda one: one.subject in lost)


def _gone(lost: list[UUID], limit: int) -> list[Derived]:
    return [Derived(row[0], "?", "record", "gone", "kept") for row in _all(_NOWHERE, [lost, limit])]


def _told(lost: list[UUID], limit: int, start: int, end: int) -> list[Derived]:
    return list(islice(retold.faults(set(lost), start, end), limit))


def _snapshots(lost: list[UUID], limit: int, start: int, end: int) -> list[Derived]:
    return [Derived(*row) for row in _all(_query(), [lost, start, end, limit])]


def _corrected(lost: list[UUID], limit: int) -> list[Derived]:
    return list(islice(_follow(set(lost)), limit))


def _all(query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _follow(lost: Collection[UUID]) -> Iterator[Derived]:
    """The same for those of which an event was corrected: what their events say once corrections are followed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT subject FROM event WHERE corrects IS NOT NULL AND line = 'cases'")
        subjects = [row[0] for row in cursor.fetchall() if row[0] not in lost]
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

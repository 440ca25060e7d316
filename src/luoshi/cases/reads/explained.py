"""What was corrected on some cases, with the originals: for those who take the cases away in a file or over the API."""

from collections.abc import Collection
from typing import Any, Final

import orjson
from django.db import connection

from luoshi.cases.reads.deeds import deed
from luoshi.cases.reads.one import Entry, linked
from luoshi.kernel.text import T

_SELECT: Final = """
SELECT c.id, e.id, e.verb, e.occurred_at, e.recorded_at, e.actor, e.body::text, p.body, e.corrects
FROM "case" c JOIN event e ON e.subject = c.log_id LEFT JOIN event_private p ON p.event_id = e.id
WHERE c.id = ANY(%s) AND (e.corrects IS NOT NULL OR EXISTS (SELECT FROM event k WHERE k.corrects = e.id))
ORDER BY e.recorded_at, e.id
"""


def corrected(cases: Collection[int]) -> dict[int, list[Entry]]:
    """The events that were corrected, each with its corrections, of cases that were read through their door; one query,
    none where there is no case. `actor` is the person's key as text."""
    if not cases:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SELECT, [list(cases)])
        rows = cursor.fetchall()
    found: dict[int, list[Entry]] = {}
    for case, *values in rows:
        found.setdefault(case, []).append(_entry(*values))
    return {case: [one for one in linked(entries) if one.newer] for case, entries in found.items()}


def _entry(key: Any, verb: str, at: Any, recorded: Any, actor: int | None, facts: str, private: Any, of: Any) -> Entry:
    body = orjson.loads(facts)
    move = body.get("move") or verb
    secret = orjson.loads(bytes(private)) if private else {}
    return Entry(key, verb, deed(move) or T(move, move), at, recorded, str(actor or ""), "", body, secret, of)

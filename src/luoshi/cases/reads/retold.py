"""Cases read beside their events, some hundreds at once, for `cases.retold`. What an operator asks, not a viewer."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from luoshi.cases import retold
from luoshi.cases.retold import Heard, Retold
from luoshi.kernel.canonical import moment
from luoshi.kernel.ledger.rows import binary
from luoshi.kernel.lines import Derived

_CHUNK: Final = 2000
_FEW: Final = 5000
_ROW: Final = ("handled_at", "closed_at", "contacted_at", "response_due_at", "reopened", "by_staff")
_CASES: Final = f"""
SELECT c.id, c.log_id, c.number, EXISTS (SELECT FROM event e WHERE e.subject = c.log_id AND e.corrects IS NOT NULL),
  p.case_id IS NOT NULL, {", ".join(f"c.{name}" for name in _ROW)}, {", ".join(f"p.{name}" for name in retold.WORDS)}
FROM "case" c LEFT JOIN case_private p ON p.case_id = c.id WHERE c.id > %s AND c.id <= %s ORDER BY c.id LIMIT {_CHUNK}
"""
# a whole hears of the part that ended in the same act: when that was handled stands in the part's own closing
_EVENTS: Final = """
SELECT e.subject, e.verb, coalesce(e.body->>'move', ''), e.body->>'stage', e.recorded_at, e.occurred_at,
  e.body->>'reported_at', e.body->>'response_due_at', (e.body->>'in_time')::boolean, p.body,
  CASE WHEN e.verb = 'part_done' THEN (
    SELECT d.body->>'handled_at' FROM "case" w JOIN "case" t ON t.part_of_id = w.id
    JOIN event d ON d.subject = t.log_id AND d.verb = 'close' AND d.act = e.act WHERE w.log_id = e.subject LIMIT 1) END
FROM event e LEFT JOIN event_private p ON p.event_id = e.id AND e.verb = ANY(%s)
WHERE e.subject = ANY(%s) AND (e.verb = ANY(%s) OR
  (e.verb = ANY(%s) AND (e.body ? 'response_due_at' OR e.body->>'move' LIKE 'import\\_%%')))
ORDER BY e.subject, e.recorded_at, e.id
"""


def spans() -> list[tuple[int, int]]:
    """The cases in spans of their keys, after the first and up to the second; one span where they are few."""
    ((before, most),) = binary('SELECT coalesce(min(id) - 1, 0), coalesce(max(id), 0) FROM "case"')
    step = max(-((before - most) // 4), _FEW)
    return [(start, start + step) for start in range(before, most, step)] or [(0, 0)]


def faults(lost: Collection[UUID], start: int, end: int) -> Iterator[Derived]:
    """Times, counts and personal data that are not what the events say, in a span; cases in `lost` are left out."""
    after = start
    while found := binary(_CASES, [after, end]):
        after = found[-1][0]
        told = _retold({row[1]: row[5 + _ROW.index("by_staff")] for row in found})
        for _, subject, number, corrected, there, *values in found:
            if subject not in lost:
                row = dict(zip(_ROW, values, strict=False))
                kept = dict(zip(retold.WORDS, values[len(_ROW) :], strict=True)) if there else None
                yield from _named(subject, number, told[subject], row, kept, corrected)


def _retold(cases: Mapping[UUID, bool]) -> Mapping[UUID, Retold]:
    """What the events of some cases say; the cases with whether staff reported them."""
    found: dict[UUID, Retold] = defaultdict(Retold)
    values = [sorted(retold.SPOKEN), list(cases), list(retold.VERBS), list(retold.SOMETIMES)]
    for subject, *event in binary(_EVENTS, values):
        found[subject].hear(Heard(*event), cases[subject])
    return found


def _named(
    subject: UUID,
    number: str,
    said: Retold,
    row: Mapping[str, Any],
    kept: Mapping[str, Any] | None,
    corrected: bool,
) -> Iterator[Derived]:
    for one in retold.times(row, said, corrected):
        yield Derived(subject, number, one.field, _plain(one.kept), _plain(one.should))
    for name in retold.words(kept, said):
        yield Derived(subject, number, name, "gone" if kept is None else "changed", "otherwise")


def _plain(value: Any) -> str:
    return "" if value is None else moment(value) if isinstance(value, datetime) else str(value)

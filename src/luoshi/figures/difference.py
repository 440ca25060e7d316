"""Why a number is another one than it was: the records that came in, went out, or count otherwise, and what the log says of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from django.db import connection

from luoshi.figures.answer import Cell
from luoshi.figures.ask import AsOf, Counted, Question, ask, records

How = Literal["in", "out", "other"]
SHOWN: Final = 200
_CAUSES: Final = """
SELECT e.subject, e.verb, coalesce(e.body->>'move', e.verb), e.occurred_at, e.recorded_at, e.actor
FROM event e JOIN log_leaf l ON l.event_id = e.id
WHERE e.subject = ANY(%s) AND l.idx >= %s AND l.idx < %s ORDER BY l.idx
"""


@dataclass(frozen=True)
class Cause:
    """An event recorded between the two sizes: what was done, when it happened, when it was recorded, by which person."""

    verb: str
    move: str
    occurred_at: datetime
    recorded_at: datetime
    actor: int | None


@dataclass(frozen=True)
class Change:
    """A record that makes the difference: `in` came in, `out` went out, `other` counts otherwise; as it was and as it is."""

    how: How
    subject: str
    place: int
    was: Counted | None
    now: Counted | None
    causes: Sequence[Cause] = ()


@dataclass(frozen=True)
class Difference:
    """A number at two sizes of the log, how many records make the difference by kind, and the first of them."""

    old: Question
    new: Question
    was: Cell
    now: Cell
    counts: Mapping[How, int]
    changes: Sequence[Change]


def difference(question: Question, old: AsOf) -> Difference:
    """The question's number against the same one as it was known at an earlier size. Of a suppressed number no records."""
    earlier = replace(question, as_of=old, by=())
    later = replace(question, by=())
    was, now = ask(earlier).total, ask(later).total
    changes = [] if was.suppressed or now.suppressed else list(_changes(records(earlier), records(later)))
    counts: dict[How, int] = {"in": 0, "out": 0, "other": 0}
    for one in changes:
        counts[one.how] += 1
    shown = changes[:SHOWN]
    causes = _causes([one.subject for one in shown], old.size, question.as_of.size)
    told = [replace(one, causes=causes.get(one.subject, [])) for one in shown]
    return Difference(earlier, later, was, now, counts, told)


def _changes(before: Iterable[Counted], after: Iterable[Counted]) -> Iterable[Change]:
    old, new = ({(one.place, one.subject): one for one in some} for some in (before, after))
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        if was == now:
            continue
        how: How = "in" if was is None else "out" if now is None else "other"
        yield Change(how, key[1], key[0], was, now)


def _causes(subjects: Sequence[str], start: int, end: int) -> dict[str, list[Cause]]:
    found: dict[str, list[Cause]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_CAUSES, [[UUID(one) for one in subjects], start, end])
        for subject, *values in cursor.fetchall():
            found.setdefault(str(subject), []).append(Cause(*values))
    return found

"""Why a number is another one than it was: the records that came in, went out, or count otherwise, and what the log says of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from django.db import connection

from luoshi.figures.answer import Cell
from luoshi.figures.ask import AsOf, Counted, Question, ask, records
from luoshi.figures.days import withheld
from luoshi.kernel.lines import Record
from luoshi.kernel.viewer import Viewer

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
    """A number at two sizes of the log, how many records make the difference by kind, and a page of them with what may be
    seen of each. `counts` is None where no records are told: of a suppressed number, and to the public of verdicts.
    `onward` is the place in the log behind which the next page begins, where there is one.
    """

    old: Question
    new: Question
    was: Cell
    now: Cell
    counts: Mapping[How, int] | None = None
    changes: Sequence[tuple[Change, Record | None]] = ()
    onward: int | None = None

    @property
    def actors(self) -> set[int]:
        """Whose deeds make the difference."""
        return {cause.actor for one, _ in self.changes for cause in one.causes if cause.actor is not None}


def difference(viewer: Viewer, question: Question, old: AsOf, after: int = -1) -> Difference:
    """The question's number against the same one as it was known at an earlier size; records behind a place of the log."""
    earlier = replace(question, as_of=old, by=())
    later = replace(question, by=())
    if not withheld(viewer, question.figure):
        earlier, later = (replace(one, as_of=replace(one.as_of, paced=False)) for one in (earlier, later))
    found = Difference(earlier, later, ask(earlier).total, ask(later).total)
    if found.was.suppressed or found.now.suppressed or withheld(viewer, question.figure):
        return found
    changes = list(_changes(records(earlier), records(later)))
    counts: dict[How, int] = {"in": 0, "out": 0, "other": 0}
    for one in changes:
        counts[one.how] += 1
    rest = [one for one in changes if one.place > after]
    page = rest[:SHOWN]
    onward = page[-1].place if len(rest) > SHOWN else None
    return replace(found, counts=counts, changes=_told(viewer, later, page, old.size), onward=onward)


def _told(viewer: Viewer, question: Question, some: Sequence[Change], start: int) -> list[tuple[Change, Record | None]]:
    """With what happened since, and what may be seen; of a record that is not seen no verdict is told.

    To the public, and of what one may not see, what was done is told as the log has it in the open: which move it was is not.
    """
    causes = _causes([one.subject for one in some], start, question.as_of.size)
    seen = question.face.records(viewer, [UUID(one.subject) for one in some])
    found: list[tuple[Change, Record | None]] = []
    for one in some:
        record = seen.get(UUID(one.subject))
        if record is None and question.figure.measure.suppress_below:
            found.append((Change(one.how, one.subject, one.place, None, None), None))
        else:
            mine = causes.get(one.subject, [])
            told = (
                mine if viewer.is_staff and record is not None else [replace(cause, move=cause.verb) for cause in mine]
            )
            found.append((replace(one, causes=told), record))
    return found


def _changes(before: Iterable[Counted], after: Iterable[Counted]) -> Iterable[Change]:
    old, new = ({(one.place or 0, one.subject): one for one in some} for some in (before, after))
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

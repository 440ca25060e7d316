"""The whole log verified from the database: payload ↔ leaf ↔ tree ↔ checkpoint ↔ tiles, and what rows derive from it.

Everything is looked at, so that several faults are named at once; the first is the entry with the lowest place.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import connection

from luoshi.kernel.ledger import audit, checkpoint, chunks, keys
from luoshi.kernel.ledger import rows as log_rows
from luoshi.kernel.ledger.audit import Bad
from luoshi.kernel.ledger.checkpoint import Head
from luoshi.kernel.ledger.course import Course
from luoshi.kernel.ledger.forgotten import Deletion, Forgotten, Gone, Lost, lost
from luoshi.kernel.ledger.note import NoteError, Verifier
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.ledger.problem import LogProblem
from luoshi.kernel.ledger.rotate import subject_of
from luoshi.kernel.ledger.rows import Sealed
from luoshi.kernel.ledger.tree import EMPTY, Frontier
from luoshi.kernel.ledger.upper import Upper, older
from luoshi.kernel.lines import Face

MOST: Final = 50
"""Faults that are named."""


@dataclass
class Report:
    """What a verification found; `bad` in the order of `sort`."""

    size: int = 0
    root: bytes = EMPTY
    checkpoints: int = 0
    pending: int = 0
    deleted: int = 0
    # records of which a supplied tail brought back hashes: held against its open fields only, or not at all
    unchecked: list[Lost] = field(default_factory=list)
    deletions: list[Deletion] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Is all as it was signed?"""
        return not self.bad

    @property
    def first_bad(self) -> Bad | None:
        """The first that differs."""
        return self.bad[0] if self.bad else None

    def add(self, found: Iterable[Bad]) -> None:
        """Take findings in, a limited number of each kind."""
        for one in found:
            if sum(one.what == other.what for other in self.bad) < MOST:
                self.bad.append(one)

    def sort(self) -> None:
        """Entries in the order of the log first, then their public files, then what follows (higher tiles, roots), then rows."""
        self.bad.sort(key=_rank)


def _rank(one: Bad) -> tuple[int, int]:
    entry = one.event is not None or one.what == "place"
    return 2 - entry - (entry and one.what != "tile"), 1 << 62 if one.idx is None else one.idx


class _Checkpoints:
    """The checkpoints of the database in order, each held against the tree as it grows and against the one before."""

    def __init__(self, place: Place, trusted: Sequence[Verifier], most: int) -> None:
        """`most`: the size of the last checkpoint when the look began; sealing goes on meanwhile."""
        self.place, self.trusted = place, trusted
        self.course = Course(place.origin, trusted)
        self.rows = log_rows.checkpoints(most)
        self.next = next(self.rows, None)
        self.count = 0

    def reached(self, edge: Frontier) -> Iterator[Bad]:
        """Hold the checkpoint of this size, if there is one, against the tree."""
        while self.next is not None and self.next.size <= edge.size:
            row = self.next
            self.count += 1
            self.next = next(self.rows, None)
            wrong = self._fault(row, edge), self.course.fault(row)
            yield from (_checkpoint(row, one) for one in wrong if one)

    def _fault(self, row: Sealed, edge: Frontier) -> str:
        head = Head(self.place.origin, row.size, row.root)
        try:
            if checkpoint.verify(row.note, self.trusted) != head:
                return "the signed note says something else than its row"
        except NoteError as error:
            return str(error)
        same = head.size == edge.size and head.root == edge.root()
        return "" if same else "the tree of these entries has another root"

    def rest(self) -> Iterator[Bad]:
        """Checkpoints beyond the last entry; and whether what covers them all is signed."""
        while self.next is not None:
            yield _checkpoint(self.next, "entries are missing")
            self.next = next(self.rows, None)
        yield from (_checkpoint(row, detail) for row, detail in self.course.end())


def _checkpoint(row: Sealed, detail: str) -> Bad:
    return Bad("checkpoint", row.size - 1, detail=f"checkpoint of {row.size}: {detail}")


def _tree(place: Place, trusted: Sequence[Verifier], report: Report, forgotten: Forgotten) -> None:
    """Entries, tree, tiles and checkpoints."""
    last = log_rows.last()
    size, head = log_rows.places(), place.folder.head()
    kept = older(place.folder)
    upper = Upper(place.folder, min(head.size if head else 0, size), kept)
    marks = _Checkpoints(place, trusted, last.size if last else 0)
    for chunk in chunks.all_of(size, upper.published, place.folder, kept):
        report.add(chunk.bad)
        report.add(_unexplained(chunk.gone, forgotten, report))
        for leaf in chunk.leaves:
            upper.edge.add(leaf)
            if upper.edge.size == upper.published:
                upper.partial()
            if marks.next is not None and marks.next.size == upper.edge.size:
                report.add(marks.reached(upper.edge))
    report.add(marks.reached(upper.edge))
    report.add(marks.rest())
    report.add(upper.bad)
    report.size, report.root, report.checkpoints = upper.edge.size, upper.edge.root(), marks.count


def _published(place: Place, trusted: Sequence[Verifier]) -> Iterator[Bad]:
    """The checkpoint file: signed, and one of the database's; so is what was published last, as the key's folder knows."""
    text, heads = place.folder.checkpoint(), dict[Head, str]()
    try:
        if text is not None:
            heads[checkpoint.verify(text, trusted, place.origin)] = "checkpoint"
    except NoteError as error:
        yield Bad("published", detail=str(error))
    try:
        remembered = keys.remembered(place.key_file)
        if remembered is not None:
            heads.setdefault(remembered, f"{place.key_file.name}.last")
    except LogProblem as problem:
        yield Bad("published", detail=problem.text.en)
    last = log_rows.last()
    for head, where in heads.items():
        kept = log_rows.at_size(head.size)
        if last is None or head.size > last.size:
            yield _behind(last.size if last else 0, head, where)
        elif kept is None or kept.root != head.root:
            yield Bad(
                "published", head.size - 1, detail=f"the published checkpoint ({where}) is none of the database's"
            )


def _behind(size: int, head: Head, where: str) -> Bad:
    """What was published holds more: the database was restored from before it, or entries were taken off its end."""
    detail = (
        f"the log ends at {size} entries and {head.size} were published ({where}): a database from before that; "
        "luoshi seal --tail DIR brings back what is missing"
    )
    return Bad("behind", size, detail=detail)


def _unexplained(some: Iterable[Gone], forgotten: Forgotten, report: Report) -> Iterator[Bad]:
    """Count the bodies that were deleted as the log tells; those of which it tells nothing are faults."""
    for gone in some:
        if forgotten.explain(gone) is not None:
            report.deleted += 1
        else:
            what = "the private body" if gone.what == "private" else "the secret of the restricted fields"
            detail = f"{what} is gone, and the log tells of no deletion"
            yield Bad(gone.what, gone.idx, gone.event, gone.line, gone.subject, detail)


def _corrections() -> Iterator[Bad]:
    """Corrections of what is not there, or of another subject."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, c.line, c.subject FROM event c LEFT JOIN event o ON o.id = c.corrects "
            "AND o.subject = c.subject AND o.line = c.line WHERE c.corrects IS NOT NULL AND o.id IS NULL LIMIT 10"
        )
        for key, line, subject in cursor.fetchall():
            yield Bad("correction", None, str(key), line, str(subject), "corrects no event of this subject")


def _pending(report: Report, forgotten: Forgotten) -> None:
    """Events that wait; and those that neither wait nor are sealed, or both."""
    waiting = chunks.rows(
        f"SELECT NULL::bigint, {audit.COLUMNS} FROM event_pending w JOIN ({audit.TABLES}) ON e.id = w.event_id "
        "ORDER BY e.recorded_at, e.id",
        [],
    )
    report.pending = len(waiting)
    report.add(chunks.check_rows(waiting))
    report.add(_unexplained(chunks.gone(waiting), forgotten, report))
    astray = (
        ("left out", "LEFT JOIN log_leaf l ON l.event_id = e.id LEFT JOIN event_pending w ON w.event_id = e.id "
         "WHERE l.idx IS NULL AND w.event_id IS NULL", "neither sealed nor waiting"),
        ("twice", "JOIN log_leaf l ON l.event_id = e.id JOIN event_pending w ON w.event_id = e.id",
         "sealed and waiting again"),
    )  # fmt: skip
    for what, join, detail in astray:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT e.id, e.line, e.subject FROM event e {join} LIMIT 10")
            report.add(Bad(what, None, str(i), line, str(subject), detail) for i, line, subject in cursor.fetchall())


def _rows(faces: Iterable[Face]) -> Iterator[Bad]:
    """Current rows of the lines that are not what their last events say; one without any event is named once."""
    for face in faces:
        found = face.derived(MOST)
        numbers = {one.subject: one.number for one in found}
        for subject in log_rows.without_events(list(numbers)):
            yield Bad("row", None, None, face.name, str(subject), f"{numbers.pop(subject)}: the record has no events")
        for one in found:
            if one.subject in numbers:
                detail = f"{one.number}: {one.field} is {one.kept}, its events say {one.should}"
                yield Bad("row", None, None, face.name, str(one.subject), detail)


def verify(place: Place, trusted: Sequence[Verifier], faces: Iterable[Face], beside: Iterable[Bad] = ()) -> Report:
    """Look at everything; `beside` looks at what else is derived. Raises only where the database or the disk cannot be read."""
    report, forgotten = Report(), Forgotten(subject_of(place.origin))
    _tree(place, trusted, report, forgotten)
    report.add(_published(place, trusted))
    _pending(report, forgotten)
    report.add(_corrections())
    report.deletions = forgotten.used()
    report.unchecked = lost(subject_of(place.origin))
    report.add(_rows(faces))
    report.add(beside)
    report.sort()
    return report

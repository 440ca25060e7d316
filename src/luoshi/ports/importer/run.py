"""A whole import: read the file, deal its rows out, gather the counts, keep the refused rows.

1. one run a time; 2. rows go to the part that their id belongs to; 3. full batches are written, each in one
transaction; 4. a row that was refused is in the file of refused rows before the next batch is counted.
"""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, Final
from zlib import crc32

from luoshi.cases.imported import RIGHT
from luoshi.kernel import clock
from luoshi.kernel.ids import uuid7
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.ports.importer.job import Counts, Job, Rows
from luoshi.ports.importer.mapping import Mapping
from luoshi.ports.importer.refused import RefusedFile
from luoshi.ports.importer.rows import FileProblem, Row, Source
from luoshi.ports.importer.work import PARTS, Part, only_run

BATCH: Final = 2500
Progress = Callable[[int, int], None]


@dataclass
class Report:
    """What an import did; `refused_file` is None where no row was refused."""

    read: int = 0
    refused: int = 0
    seconds: float = 0.0
    counts: Counts = field(default_factory=Counts)
    refused_file: Path | None = None

    def numbers(self) -> dict[str, int | float]:
        """As `--json` prints it."""
        counts = self.counts
        return {
            "read": self.read, "created": counts.created, "updated": counts.updated, "unchanged": counts.unchanged,
            "refused": self.refused, "repeated": counts.repeated, "events": counts.events, "seconds": round(self.seconds, 3),
        }  # fmt: skip


class Run:
    """One import of one file."""

    def __init__(self, job: Job, url: str, refused: RefusedFile) -> None:
        self.parts = [Part(job, url) for _ in range(PARTS)]
        self.rows: list[list[tuple[int, dict[str, Any]]]] = [[] for _ in range(PARTS)]
        self.mapping = job.mapping
        self.refused, self.report = refused, Report()

    def take(self, row: Row) -> None:
        """One row of the file."""
        self.report.read += 1
        if row.data is None:
            self.refused.keep([(row.line, [row.fault] if row.fault else [])])
            return
        number = self._part_of(row.data)
        self.rows[number].append((row.line, row.data))
        if len(self.rows[number]) >= BATCH:
            self._count(self.parts[number].give(self._emptied(number), clock.now()))

    def _part_of(self, data: dict[str, Any]) -> int:
        return crc32(self.mapping.identity(data).encode("utf-8", "replace")) % PARTS

    def _emptied(self, number: int) -> Rows:
        rows, self.rows[number] = self.rows[number], []
        return rows

    def _count(self, done: Iterable[Counts]) -> None:
        for counts in done:
            self.report.counts.add(counts)
            self.refused.keep(counts.refused)

    def finish(self) -> None:
        """Write what is left and wait for all."""
        for number, part in enumerate(self.parts):
            self._count(part.finish(self._emptied(number), clock.now()))


def run(
    file: Path, mapping: Mapping, *, viewer: Viewer, url: str, refused: Path, dry: bool = False, progress: Progress
) -> Report:
    """Import a file; `url` is the database's address for the writers. Raises Denied, Busy, Broken or FileProblem.

    After FileProblem the rows before the damage are in, as after a run that was killed.
    """
    demand(viewer, RIGHT)
    begun = perf_counter()
    job = Job(viewer, uuid7(clock.now()), mapping, dry)
    with ExitStack() as stack:
        stack.enter_context(only_run())
        rejects = stack.enter_context(RefusedFile(refused))
        one = Run(job, url, rejects)
        for part in one.parts:
            stack.callback(part.close)
        _read(file, mapping, one, progress)
    one.report.refused, one.report.refused_file = rejects.count, refused if rejects.count else None
    one.report.seconds = perf_counter() - begun
    return one.report


def _read(file: Path, mapping: Mapping, one: Run, progress: Progress) -> None:
    source = Source.open(file)
    try:
        for row in source.rows():
            if one.report.read == 0 and row.data is not None:
                _demand_columns(file, mapping, row.data)
            one.take(row)
            if one.report.read % 500 == 0:
                progress(min(source.position, source.size - 1), source.size)
    except FileProblem:
        one.finish()
        raise
    one.finish()
    progress(source.size, source.size)


def _demand_columns(file: Path, mapping: Mapping, row: dict[str, Any]) -> None:
    """A file whose first row has none of the columns of the id was made for another mapping. Raises FileProblem."""
    columns = mapping.fields["id"]
    if not any(column in row for column in columns):
        names = ", ".join(columns)
        raise FileProblem(
            T(f"{file} 没有 {names} 这一列：映射不合", f"{file} has no column {names}: the mapping does not fit"),
            misused=True,
        )

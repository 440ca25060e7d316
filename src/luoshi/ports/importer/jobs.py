"""The job that takes an uploaded file in, and the daily sweep. A job that was killed goes on where it was."""

import os
from time import monotonic
from typing import Final

from luoshi.kernel.jobs import every, job
from luoshi.kernel.problems import Problem
from luoshi.kernel.text import T
from luoshi.kernel.viewer import PUBLIC
from luoshi.people.viewer import of_person
from luoshi.ports.importer import actions, files, reads, received
from luoshi.ports.importer.choice import Choice
from luoshi.ports.importer.mapping import MappingError
from luoshi.ports.importer.models import ImportRun
from luoshi.ports.importer.rows import FileProblem
from luoshi.ports.importer.run import Report, run
from luoshi.ports.importer.work import Broken, Busy

SHOW: Final = 1.0  # seconds between two words on how far it is


class _Progress:
    """Says how far a run is, not too often."""

    def __init__(self, row: ImportRun) -> None:
        self.row, self.last = row, monotonic()

    def __call__(self, done: int, total: int) -> None:
        if monotonic() - self.last > SHOW:
            self.last = monotonic()
            actions.got(self.row, done, total)


def _run(row: ImportRun) -> Report:
    path = files.file_of(row)
    if not path.exists():
        raise FileProblem(T("文件已清除", "The file is gone"))
    viewer = of_person(row.person) if row.person is not None and row.person.is_active else PUBLIC
    mapping = Choice.of(row.choice).mapping()
    url = os.environ["LUOSHI_DB_URL"]
    return run(path, mapping, viewer=viewer, url=url, refused=files.refused_of(row), progress=_Progress(row))


@job(actions.JOB)
def take_in(run: str) -> None:
    """Take one file in, as the person who started it may today."""
    row = reads.by_id(run)
    if row is None or not actions.begun(row):
        return
    try:
        report = _run(row)
    except Problem as problem:
        actions.failed(row, problem.title)
    except MappingError as error:
        actions.failed(row, error.text)
    except FileProblem as problem:
        actions.failed(row, received.named(problem.text, files.file_of(row), row.name))
    except (Busy, Broken) as error:
        actions.failed(row, error.text)
    else:
        flags, repeats = dict(sorted(report.counts.flags.items())), report.counts.repeats
        actions.ended(row, {**report.numbers(), "flags": flags, "repeats": repeats})


@every("41 3 * * *", "importer.sweep")
def sweep() -> None:
    """Once a day."""
    actions.sweep()

"""Everything that is written about runs: uploaded, chosen, started, how far, ended, thrown away. Real time.

What a run does to cases leaves events there; a file that waits is no fact of the city, so it leaves none.
"""

from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from luoshi.cases.imported import RIGHT
from luoshi.kernel import clock, jobs
from luoshi.kernel.problems import NotNow
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.ports.importer import files, received
from luoshi.ports.importer.choice import Choice
from luoshi.ports.importer.models import DONE, FAILED, QUEUED, RUNNING, UPLOADED, ImportRun

JOB: Final = "importer.run"
KEPT: Final = timedelta(days=7)


def upload(viewer: Viewer, file: "UploadedFile[Any]") -> ImportRun:
    """Keep a file that is to be taken in. Raises Denied or Invalid."""
    demand(viewer, RIGHT)
    suffix = received.check(file)
    run = ImportRun(
        id=uuid4(), name=(file.name or "")[-120:], suffix=suffix, person_id=viewer.person, at=clock.real(),
        size=file.size or 0,
    )  # fmt: skip
    received.keep(file, files.file_of(run))
    try:
        files.beginning(run)
        run.save(force_insert=True)
    except BaseException:
        files.file_of(run).unlink(missing_ok=True)
        raise
    return run


def _waits(run: ImportRun) -> None:
    if run.state not in (UPLOADED, FAILED) or not files.file_of(run).exists():
        raise NotNow(T("这个文件已经开始导入或已清除", "This file is being taken in, or is gone"))


def choose(viewer: Viewer, run: ImportRun, choice: Choice) -> None:
    """Keep what was pressed. Raises Denied or NotNow."""
    demand(viewer, RIGHT)
    _waits(run)
    run.choice = choice.plain()
    run.save(update_fields=["choice"])


def start(viewer: Viewer, run: ImportRun) -> None:
    """Let the job run, by the mapping that was chosen. Raises Denied, NotNow or MappingError."""
    demand(viewer, RIGHT)
    _waits(run)
    Choice.of(run.choice).mapping()
    with transaction.atomic():
        ready = ImportRun.objects.filter(pk=run.pk, state__in=(UPLOADED, FAILED))
        # who presses twice starts it once
        if ready.update(state=QUEUED, person_id=viewer.person, problem_zh="", problem_en="", done=0, total=run.size):
            jobs.defer(JOB, run=str(run.pk))


def drop(viewer: Viewer, run: ImportRun) -> None:
    """Throw the file away, with the rows that were refused. Raises Denied or NotNow."""
    demand(viewer, RIGHT)
    if run.state in (QUEUED, RUNNING):
        raise NotNow(T("正在导入", "It is being taken in"))
    _forget(run)
    run.delete()


def _forget(run: ImportRun) -> None:
    files.file_of(run).unlink(missing_ok=True)
    files.refused_of(run).unlink(missing_ok=True)


def begun(run: ImportRun) -> bool:
    """The job takes it up; False where there is nothing to do any more."""
    return bool(ImportRun.objects.filter(pk=run.pk, state__in=(QUEUED, RUNNING)).update(state=RUNNING))


def got(run: ImportRun, done: int, total: int) -> None:
    """How far it is."""
    ImportRun.objects.filter(pk=run.pk).update(done=done, total=total)


def ended(run: ImportRun, counts: dict[str, Any]) -> None:
    """It is over, with the report's numbers; the file is not needed any more."""
    fields = {"state": DONE, "counts": counts, "ended_at": clock.real(), "done": run.size, "total": run.size}
    ImportRun.objects.filter(pk=run.pk).update(**fields)
    files.file_of(run).unlink(missing_ok=True)


def failed(run: ImportRun, why: T) -> None:
    """It ended early; it can be started again."""
    fields = {"state": FAILED, "problem_zh": why.zh, "problem_en": why.en, "ended_at": clock.real()}
    ImportRun.objects.filter(pk=run.pk).update(**fields)


def sweep() -> int:
    """Throw away what is older than a week: files that nobody started, and rows that were refused; how many runs."""
    old = ImportRun.objects.filter(at__lt=clock.real() - KEPT).exclude(state__in=(QUEUED, RUNNING))
    found = list(old.filter(state__in=(UPLOADED, FAILED)))
    for run in old:
        _forget(run)
    ImportRun.objects.filter(pk__in=[run.pk for run in found]).delete()
    return len(found)

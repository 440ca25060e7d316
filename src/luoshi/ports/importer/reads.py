"""Runs that were begun on the page, the viewer first."""

from uuid import UUID

from luoshi.cases.imported import RIGHT
from luoshi.kernel.problems import Absent
from luoshi.kernel.rights import demand
from luoshi.kernel.viewer import Viewer
from luoshi.ports.importer.models import ImportRun


def runs(viewer: Viewer, limit: int = 50) -> list[ImportRun]:
    """The runs, the newest first. Raises Denied."""
    demand(viewer, RIGHT)
    return list(ImportRun.objects.select_related("person").order_by("-at")[:limit])


def get(viewer: Viewer, run: UUID) -> ImportRun:
    """One run. Raises Denied or Absent."""
    demand(viewer, RIGHT)
    found = ImportRun.objects.select_related("person").filter(pk=run).first()
    if found is None:
        raise Absent
    return found


def by_id(run: str) -> ImportRun | None:
    """One run for the job that works on it; None where it is gone."""
    return ImportRun.objects.select_related("person").filter(pk=run).first()

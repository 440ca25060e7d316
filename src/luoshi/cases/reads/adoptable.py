"""Records of another system that are open there and could become cases of ours."""

from luoshi.cases.flow import OPEN
from luoshi.cases.imported import STATUS
from luoshi.cases.reads.lists import Cursor, Page, newest
from luoshi.cases.reads.scope import visible
from luoshi.kernel.rights import demand
from luoshi.kernel.viewer import Viewer

SIZE = 50


def waits(viewer: Viewer, source: str) -> bool:
    """Does any record of a source wait?"""
    return "\0" not in source and visible(viewer).filter(source=source, status=STATUS, state__in=OPEN).exists()


def adoptable(viewer: Viewer, source: str, county: str = "", after: Cursor | None = None) -> Page:
    """A page of the records of a source that wait, newest first. Raises Denied."""
    demand(viewer, "cases.accept")
    rows = visible(viewer).filter(source=source, status=STATUS, state__in=OPEN)
    return newest(rows.filter(county=county) if county else rows, after, SIZE)

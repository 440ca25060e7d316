"""Who may do what, over which rows: one function answers for one row, one for lists."""

from luoshi.kernel.problems import Denied
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Reach, Scoped, Viewer

NOWHERE = Reach()


def may(viewer: Viewer, right: str, row: Scoped | None = None) -> bool:
    """May the viewer use `right` on this row (on any row at all, where none is given)?"""
    reach = viewer.reach(right)
    if reach is None:
        return False
    if row is None or reach.everything:
        return True
    if row.unit_id is not None and row.unit_id in reach.units:
        return True
    return reach.own and row.owned_by(viewer)


def demand(viewer: Viewer, right: str, row: Scoped | None = None) -> None:
    """Raise Denied where `may` says no."""
    if not may(viewer, right, row):
        raise Denied(T("您没有这项权限：{right}", "You do not have this right: {right}").fill(right=right))


def acting_for(viewer: Viewer, right: str, row: Scoped | None = None) -> int | None:
    """The person in whose place the viewer uses `right` on this row; None where it is the viewer's own right."""
    if not viewer.instead or may(viewer.only(viewer.alone), right, row):
        return None
    return next((one.person for one in viewer.instead if may(one, right, row)), None)


def rows(viewer: Viewer, right: str) -> Reach:
    """Which rows a list may show; an empty reach shows none."""
    return viewer.reach(right) or NOWHERE

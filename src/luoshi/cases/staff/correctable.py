"""Which lines of a timeline may be corrected, and by whom."""

from luoshi.cases import correcting
from luoshi.cases.flow import ALIVE
from luoshi.cases.models import Case
from luoshi.cases.reads.one import Entry
from luoshi.kernel.rights import may
from luoshi.kernel.viewer import Viewer


def correctable(viewer: Viewer, case: Case, entry: Entry) -> bool:
    """May the viewer propose to correct this line of a timeline?"""
    move = str(entry.body.get("move") or entry.verb)
    void = bool(entry.newer) and entry.newer[-1].verb == "void"
    fits = move in correcting.FIELDS and not void and entry.corrects is None and case.status in ALIVE
    return fits and may(viewer, correcting.PROPOSE_RIGHT, case)

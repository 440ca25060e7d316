"""What the shell may ask of the street line."""

from typing import Final

from luoshi.cases import reads
from luoshi.cases.flow import FLOW
from luoshi.cases.load import load_categories
from luoshi.cases.models import Case
from luoshi.cases.rights import GRANTS
from luoshi.kernel import clock
from luoshi.kernel.lines import Due, Found, Page
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.packs.model import Pack
from luoshi.people import reads as people


def title(case: Case) -> str:
    """`幸福路街道：人行道井盖松动`: where it is and how the text begins."""
    where = people.division_name(case.street or case.county) if case.county else ""
    text = case.private.text if hasattr(case, "private") else ""
    first = text.split("\n")[0][:40] or case.category.zh
    return f"{where}：{first}" if where else first


class _Face:
    name = "cases"
    title = T("街面", "Cases")
    flow = FLOW
    grants = GRANTS
    pages = (Page(T("街面", "Cases"), "/work/cases/", "cases.see"),)

    def due(self, viewer: Viewer, limit: int) -> list[Due]:
        """What waits for the viewer, first due first."""
        return [self._due(case, viewer) for case in reads.my_work(viewer, limit)]

    def _due(self, case: Case, viewer: Viewer) -> Due:
        moves = [move for move in FLOW.moves if move.main and FLOW.fits(move, case) and viewer.reach(move.right)]
        press = next((move.text for move in moves if not FLOW.lacks(move, case, viewer)), None)
        stage = FLOW.state(case.state).text
        where = f"/work/cases/{case.number}/"
        return Due(case.next_due_at, case.next_warn_at, case.number, title(case), stage, where, press, case.sim)

    def find(self, viewer: Viewer, text: str, limit: int) -> list[Found]:
        """Cases that the viewer may see and that match."""
        page = reads.list_page(viewer, reads.Filters(q=text), clock.now())
        return [Found(case.number, title(case), f"/work/cases/{case.number}/", case.sim) for case in page.rows[:limit]]

    def load(self, pack: Pack) -> None:
        """The categories."""
        load_categories(pack)


FACE: Final = _Face()

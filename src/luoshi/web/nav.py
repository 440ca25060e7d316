"""The menu: the shell's own first page, then what each installed line offers and the administrators' pages, by the viewer's rights."""

from collections.abc import Iterable
from typing import Final

from luoshi.kernel.lines import Page, installed
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people.roles import PAGES as ADMIN_PAGES

STAFF_FIRST: Final = Page(T("我的工作", "My work"), "/work/", "")
STAFF_LAST: Final = (
    Page(T("指标", "Figures"), "/figure/", ""),
    Page(T("目标", "Targets"), "/targets/", ""),
)
PUBLIC: Final = (
    Page(T("首页", "Home"), "/", ""),
    Page(T("目标", "Targets"), "/targets/", ""),
    Page(T("公开的案件", "Public cases"), "/cases/", ""),
    Page(T("上报", "Report"), "/report/", ""),
)


def entries(viewer: Viewer, demo: bool) -> tuple[Page, ...]:
    """The menu for a viewer, in a demo or not: entries without a right are for everybody."""
    first, last = ((STAFF_FIRST,), STAFF_LAST) if viewer.is_staff else (PUBLIC, ())
    offered = (*first, *(page for face in installed() for page in face.pages), *ADMIN_PAGES, *last)
    mine = (page for page in offered if not page.right or viewer.reach(page.right) is not None)
    return tuple(page for page in mine if demo or not page.demo)


def current(offered: Iterable[Page], path: str) -> str:
    """The address of the entry that `path` lies under (the longest one), or an empty text."""
    fitting = [
        page.address
        for page in offered
        if path == page.address or (page.address != "/" and path.startswith(page.address))
    ]
    return max(fitting, key=len, default="")

"""Keep and drop a person's own views of the list. They are nobody's business but theirs, so the log does not hold them."""

from typing import Final

from luoshi.cases.staff.models import SavedView
from luoshi.kernel import clock
from luoshi.kernel.problems import Absent, Denied, Fault, Invalid
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer

MOST: Final = 20
LONGEST: Final = 20


def _person(viewer: Viewer) -> int:
    demand(viewer, "cases.see")
    if viewer.person is None:
        raise Denied(T("视图是个人的", "A view belongs to a person"))
    return viewer.person


def keep_view(viewer: Viewer, name: str, query: str) -> SavedView:
    """Keep `query` under a name; the same name again takes its place. Raises Denied or Invalid."""
    person, name = _person(viewer), " ".join(name.split())
    if not 0 < len(name) <= LONGEST or not name.isprintable():
        rule = T("1–{n} 字", "1–{n} characters").fill(n=LONGEST)
        raise Invalid([Fault("name", name[:40], rule)])
    mine = SavedView.objects.filter(person_id=person)
    if not mine.filter(name=name).exists() and mine.count() >= MOST:
        rule = T("最多存 {n} 个，先删一个", "at most {n}: remove one first").fill(n=MOST)
        raise Invalid([Fault("name", name, rule)])
    row, _ = SavedView.objects.update_or_create(
        person_id=person, name=name, defaults={"query": query, "at": clock.now()}
    )
    return row


def drop_view(viewer: Viewer, key: int) -> str:
    """Remove one of the viewer's own views; gives its name. Raises Denied or Absent."""
    found = SavedView.objects.filter(person_id=_person(viewer), pk=key).first()
    if found is None:
        raise Absent
    found.delete()
    return found.name

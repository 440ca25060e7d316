"""Which cases a viewer may see."""

from django.db.models import Q, QuerySet

from luoshi.cases.models import Case
from luoshi.kernel.rights import rows
from luoshi.kernel.viewer import Viewer

SEE = "cases.see"
# what the public pages leave out: abuse, what was taken back, and what another case stands for
HIDDEN = ("abuse", "withdrawn", "merged")


def visible(viewer: Viewer) -> QuerySet[Case]:
    """The cases that the viewer may see as staff does (or, with a tracking code, the one it opens)."""
    reach = rows(viewer, SEE)
    if reach.everything:
        return Case.objects.all()
    if viewer.subject is not None:
        return Case.objects.filter(log_id=viewer.subject) if reach.own else Case.objects.none()
    mine = Q()
    if reach.units:
        mine |= Q(unit_id__in=reach.units) | Q(first_unit_id__in=reach.units)
    if reach.own and viewer.persons:
        mine |= Q(handler_id__in=viewer.persons)
    return Case.objects.filter(mine) if mine else Case.objects.none()


def public(source: str = "") -> QuerySet[Case]:
    """The cases that anybody may know of: ours (or those of one source that is asked for), of a kind that is public,
    none of `HIDDEN`."""
    whose = Q(source=source) if source else Q(ours=True)
    return Case.objects.filter(whose, public=True).exclude(state__in=HIDDEN)

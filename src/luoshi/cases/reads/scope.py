"""Which cases a viewer may see."""

from typing import Any

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


# The same two as conditions on `"case" c`, for statements that the ORM takes longer to write than the database to answer.
PUBLIC_CLAUSE = "c.ours AND c.public AND c.state <> ALL(%(hidden)s)"
PUBLIC_VALUES: dict[str, Any] = {"hidden": list(HIDDEN)}


def clause(viewer: Viewer) -> tuple[str, dict[str, Any]]:
    """`visible` as SQL with its values."""
    reach = rows(viewer, SEE)
    if reach.everything:
        return "true", {}
    if viewer.subject is not None:
        return "c.log_id = %(holds)s::uuid AND %(own)s", {"holds": viewer.subject, "own": reach.own}
    persons = sorted(viewer.persons) if reach.own else []
    mine = "(c.unit_id = ANY(%(units)s) OR c.first_unit_id = ANY(%(units)s) OR c.handler_id = ANY(%(persons)s))"
    return mine, {"units": sorted(reach.units), "persons": persons}

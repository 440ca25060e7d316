"""Which leads and companies a viewer may see: the rule alone, as conditions.

Before it is signed a lead may be for its unit or for named persons only, and so may the company that was listed for it.
"""

from typing import Any, Final

from django.db.models import Exists, OuterRef, Q

from luoshi.kernel.rights import may
from luoshi.kernel.viewer import Viewer
from luoshi.leads.flow import SEE
from luoshi.leads.models import Lead, Promise
from luoshi.leads.stages import OWED, SECRET


def shown(viewer: Viewer) -> Q:
    """Which leads the viewer may see, as a condition."""
    if viewer.kind == "holder":
        return Q(log_id=viewer.subject)
    if not may(viewer, SEE):
        return Q(pk__in=_owed(viewer)) if may(viewer, OWED) else Q(pk__in=[])
    if may(viewer, SECRET):
        return Q()
    return ~HIDDEN | mine(viewer) | Q(shown_to__overlap=list(viewer.persons))


HIDDEN: Final = ~Q(level="open") & Q(signed_at__isnull=True)
"""Leads that not all investment staff may see."""


def mine(viewer: Viewer) -> Q:
    """Those that the viewer has in hand, and what is for the unit's own eyes where it is theirs."""
    return Q(officer__in=viewer.persons) | Q(level="unit", unit__in=units(viewer))


def _owed(viewer: Viewer) -> Any:
    """Leads to whose investor a unit of the viewer's owes something."""
    rows = Promise.objects.filter(owner__in=units(viewer), state__in=["open", "kept", "disputed"])
    return rows.values("lead")


def units(viewer: Viewer) -> set[int]:
    """The units at which the viewer, and those they stand in for, work."""
    return {one.unit for one in (viewer, *viewer.instead) if one.unit is not None}


def listed_for(viewer: Viewer) -> Q:
    """Which companies the viewer may see: those that are nobody's secret, that they listed, or of which they may see a lead."""
    if not may(viewer, SEE):
        return Q(pk__in=[])
    if may(viewer, SECRET):
        return Q()
    theirs = Lead.objects.filter(shown(viewer), company=OuterRef("pk"))
    return Q(level="open") | Q(persons__overlap=list(viewer.persons)) | Q(Exists(theirs))

"""What came of one occasion, as of now; and of a lead that was merged, the one that stands for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from luoshi.kernel import clock
from luoshi.kernel.viewer import Viewer
from luoshi.leads.models import Lead, Occasion
from luoshi.leads.reads.lead import visible_leads
from luoshi.leads.reads.leads import Yield, at_occasion, met_at, yields


@dataclass(frozen=True)
class Came:
    """Its sums, the companies behind its leads, how many next steps are overdue, and the leads, signed ones first."""

    sums: Yield
    companies: int
    overdue: int
    leads: Sequence[Lead]


def came_of(viewer: Viewer, occasion: Occasion) -> Came:
    """What came of an occasion, as far as the viewer may see it; at most 500 of the leads."""
    (sums,) = yields(viewer, [occasion])
    leads = at_occasion(viewer, occasion)
    for one in leads:
        one.occasion = occasion
    late = visible_leads(viewer).filter(occasion=occasion, due_at__lt=clock.now()).exclude(state="merged")
    return Came(sums, met_at(viewer, occasion), late.count(), leads)


def stands_for(viewer: Viewer, lead: Lead) -> Lead | None:
    """The lead that a lead was merged into, where the viewer may see that one too."""
    into = lead.merged_into
    return into if into is not None and visible_leads(viewer).filter(pk=into.pk).exists() else None

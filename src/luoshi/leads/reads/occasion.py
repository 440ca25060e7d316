"""What came of one occasion, as of now."""

from collections.abc import Sequence
from dataclasses import dataclass

from luoshi.kernel import clock
from luoshi.kernel.viewer import Viewer
from luoshi.leads.models import Occasion
from luoshi.leads.reads.lead import visible_leads
from luoshi.leads.reads.leads import Yield, at_occasion, met_at, yields
from luoshi.leads.reads.rows import Row


@dataclass(frozen=True)
class Came:
    """Its sums, the companies behind its leads, how many next steps are overdue, and the leads, signed ones first."""

    sums: Yield
    companies: int
    overdue: int
    leads: Sequence[Row]


def came_of(viewer: Viewer, occasion: Occasion) -> Came:
    """What came of an occasion, as far as the viewer may see it; at most 500 of the leads."""
    (sums,) = yields(viewer, [occasion])
    leads = at_occasion(viewer, occasion)
    late = visible_leads(viewer).filter(occasion=occasion, due_at__lt=clock.now()).exclude(state="merged")
    return Came(sums, met_at(viewer, occasion), late.count(), leads)

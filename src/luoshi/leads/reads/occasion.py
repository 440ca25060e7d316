"""What came of one occasion, as of now; occasions that a contact may name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from luoshi.kernel import clock
from luoshi.kernel.problems import Absent, Fault, Invalid
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.leads.models import Company, Occasion
from luoshi.leads.occasions import CANCELLED
from luoshi.leads.reads import one as companies
from luoshi.leads.reads.lead import NO_OCCASION, get_occasion, visible_leads
from luoshi.leads.reads.leads import Yield, at_occasion, met_at, yields
from luoshi.leads.reads.rows import Row


@dataclass(frozen=True)
class Came:
    """Its sums, the companies met there, how many next steps are overdue, and the leads, signed ones first."""

    sums: Yield
    met: Sequence[Company]
    overdue: int
    leads: Sequence[Row]


def came_of(viewer: Viewer, occasion: Occasion) -> Came:
    """What came of an occasion, as far as the viewer may see it; at most 500 of the companies and of the leads."""
    (sums,) = yields(viewer, [occasion])
    leads = at_occasion(viewer, occasion)
    late = visible_leads(viewer).filter(occasion=occasion, due_at__lt=clock.now()).exclude(state="merged")
    return Came(sums, met_at(viewer, occasion), late.count(), leads)


def to_name() -> list[tuple[str, T]]:
    """Occasions that a contact may name, the latest first, by their ids in the log; for the form of whoever may note one."""
    rows = Occasion.objects.exclude(state=CANCELLED).order_by("-first_day", "-id")[:200]
    return [(str(one.log_id), T(f"{one.first_day} {one.name}", f"{one.first_day} {one.name}")) for one in rows]


def join_company(viewer: Viewer, verb: str, data: dict[str, Any]) -> None:
    """Read what a move of a company names by ids: other companies (locked), an occasion. Raises Invalid for one that is not there."""
    companies.join(viewer, verb, data)
    named = data.get("occasion")
    if isinstance(named, str) and named:
        try:
            data["occasion"] = get_occasion(viewer, named)
        except Absent:
            raise Invalid([Fault("occasion", named[:40], NO_OCCASION)]) from None

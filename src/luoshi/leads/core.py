"""Companies, leads and occasions as the kernel's writer knows them."""

from typing import Final

from luoshi.kernel.action import Line
from luoshi.leads import clocks, facts, occasions, reads, stages
from luoshi.leads.flow import FLOW
from luoshi.leads.models import Company, Lead, Occasion

LINE: Final[Line[Company]] = Line(
    flow=FLOW, widths=facts.WIDTHS, snapshot=facts.snapshot, lock=reads.lock, told=reads.told,
    entered=lambda company, now: None, join=reads.join_company,
)  # fmt: skip
LEADS: Final[Line[Lead]] = Line(
    flow=stages.FLOW, widths=facts.LEAD_WIDTHS, snapshot=facts.lead_snapshot, lock=reads.lock_lead, told=reads.told_lead,
    entered=clocks.entered, join=reads.join_lead,
    veils=lambda lead: frozenset() if lead.signed_at else facts.VEIL,
)  # fmt: skip
OCCASIONS: Final[Line[Occasion]] = Line(
    flow=occasions.FLOW, widths=facts.OCCASION_WIDTHS, snapshot=facts.occasion_snapshot, lock=reads.lock_occasion,
    told=lambda occasion: reads.TOLD, entered=lambda occasion, now: None,
)  # fmt: skip

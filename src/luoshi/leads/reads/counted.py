"""The records behind a number of the investment line, as far as a viewer may see them."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from luoshi.kernel.lines import Record
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.leads import money, stages
from luoshi.leads.flow import FLOW
from luoshi.leads.industries import INDUSTRIES
from luoshi.leads.models import Lead
from luoshi.leads.provinces import PROVINCES
from luoshi.leads.reads.lead import visible_leads
from luoshi.leads.reads.one import visible
from luoshi.people import reads as people
from luoshi.web import words

HEADS: Final = (
    T("地区", "Place"), T("行业", "Industry"), T("阶段", "Stage"), T("协议总投资", "Agreed investment"), T("日期", "Day"),
)  # fmt: skip


def records(viewer: Viewer, subjects: Sequence[UUID]) -> Mapping[UUID, Record]:
    """Those of the companies and leads that the viewer may see, by the log's id; two queries.

    Of a signed project anybody may know where it is, in which industry, at which stage and how large.
    """
    found = _signed(subjects)
    if not viewer.is_staff:
        return found
    found |= {
        one.log_id: Record(
            one.name, f"/work/companies/{one.log_id}/",
            (str(PROVINCES.get(one.province, "")), str(INDUSTRIES.get(one.industry, "")),
             str(FLOW.state(one.state).text), "", words.when(one.contacted_at)),
        )
        for one in visible(viewer).filter(log_id__in=subjects)
    }  # fmt: skip
    return found | {
        one.log_id: Record(f"{one.number} {one.name}", f"/work/leads/{one.log_id}/", _cells(one))
        for one in visible_leads(viewer).filter(log_id__in=subjects)
    }


def _cells(one: Lead) -> tuple[str, ...]:
    return (
        people.division_name(one.county) if one.county else "", str(INDUSTRIES.get(one.industry, "")),
        str(stages.FLOW.state(one.state).text), money.shown(one.agreed) if one.signed_at else "",
        words.day(one.signed_at or one.came_at),
    )  # fmt: skip


def _signed(subjects: Sequence[UUID]) -> dict[UUID, Record]:
    """What stands open in the log anyway."""
    rows = Lead.objects.filter(log_id__in=subjects, signed_at__isnull=False).exclude(state="merged")
    return {one.log_id: Record("", "", _cells(one)) for one in rows}

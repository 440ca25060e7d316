"""The companies behind a number, as far as a viewer may see them: to the public none is named."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from luoshi.kernel.lines import Record
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.leads.flow import FLOW
from luoshi.leads.industries import INDUSTRIES
from luoshi.leads.provinces import PROVINCES
from luoshi.leads.reads.one import visible
from luoshi.web import words

HEADS: Final = (
    T("省份", "Province"), T("行业", "Industry"), T("状态", "State"), T("最近联系", "Last contact"),
)  # fmt: skip


def records(viewer: Viewer, subjects: Sequence[UUID]) -> Mapping[UUID, Record]:
    """Those of the companies that the viewer may see, by the log's id; one query."""
    return {
        one.log_id: Record(
            one.name, f"/work/companies/{one.log_id}/",
            (str(PROVINCES.get(one.province, "")), str(INDUSTRIES.get(one.industry, "")),
             str(FLOW.state(one.state).text), words.when(one.contacted_at)),
        )
        for one in visible(viewer).filter(log_id__in=subjects)
    }  # fmt: skip

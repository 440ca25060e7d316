"""Companies as the kernel's writer knows them."""

from typing import Final

from luoshi.kernel.action import Line
from luoshi.leads import reads
from luoshi.leads.facts import WIDTHS, snapshot
from luoshi.leads.flow import FLOW
from luoshi.leads.models import Company

LINE: Final[Line[Company]] = Line(
    flow=FLOW, widths=WIDTHS, snapshot=snapshot, lock=reads.lock, told=reads.told, entered=lambda company, now: None,
    join=reads.join,
)  # fmt: skip

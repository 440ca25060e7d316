"""The street line as the kernel's writer knows it."""

from typing import Final

from luoshi.cases import clocks, reads, telling
from luoshi.cases.facts import WIDTHS, snapshot
from luoshi.cases.flow import FLOW
from luoshi.cases.models import Case
from luoshi.kernel.action import Line

LINE: Final[Line[Case]] = Line(
    flow=FLOW,
    widths=WIDTHS,
    snapshot=snapshot,
    lock=reads.lock,
    told=reads.told,
    entered=clocks.enter,
    join=reads.join,
    follows=telling.jobs_of,
)

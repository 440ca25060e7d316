"""Publish a report: from then on nobody can change what it declares and prints without being seen."""

from typing import Final

from luoshi.figures.models import Report
from luoshi.figures.package.flow import FLOW, PUBLISH, VERB, WIDTHS, facts
from luoshi.kernel.action import Act, Change, Line
from luoshi.kernel.text import T


def _never(*_: object) -> Report:
    raise TypeError("a published report never changes")


LINE: Final[Line[Report]] = Line(
    flow=FLOW, widths=WIDTHS, snapshot=facts, lock=_never, told=lambda row: T("", ""), entered=lambda row, now: None,
)  # fmt: skip


@LINE.creation(VERB, PUBLISH)
def publish(
    act: Act, *, report: str, language: str, title: str, period: str, size: int, declarations: str, numbers: str,
) -> tuple[Report, Change]:  # fmt: skip
    """A report as of a size of the log, with the SHA-256 (hex) of its declarations and of its numbers. Raises Denied."""
    row = Report(
        report=report, language=language, title=title, period=period, size=size,
        declarations=declarations, numbers=numbers, published_at=act.now, published_by_id=act.viewer.person,
    )  # fmt: skip
    return row, Change(answer={"report": str(row.log_id)})

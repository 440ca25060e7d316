"""A call is handed on to another desk: no case, but counted, and an event."""

from typing import Final

from luoshi.cases.staff.hotline.flow import FLOW, OUTCOMES, RIGHT, VERB, WIDTHS, facts
from luoshi.cases.staff.hotline.models import CallDesk, CallLog
from luoshi.kernel import installation
from luoshi.kernel.action import Act, Change, Line
from luoshi.kernel.problems import Absent, Fault, Invalid
from luoshi.kernel.text import T


def _no_lock(viewer: object, ref: object) -> CallLog:
    raise Absent  # what was handed on is over


LINE: Final[Line[CallLog]] = Line(
    flow=FLOW, widths=WIDTHS, snapshot=facts, lock=_no_lock, told=lambda row: T("", ""), entered=lambda row, now: None
)


@LINE.creation(VERB, RIGHT)
def hand_on(act: Act, *, desk: CallDesk, outcome: str) -> tuple[CallLog, Change]:
    """Hand a call on to `desk`; `outcome` is one of `OUTCOMES`. Nothing of the caller is kept. Raises Invalid."""
    if outcome not in OUTCOMES:
        raise Invalid([Fault("outcome", outcome[:20], T("从列出的结果里选", "one of the outcomes listed"))])
    row = CallLog(
        desk=desk, outcome=outcome, at=act.now, by_id=act.viewer.person, sim=installation.current().demo
    )  # fmt: skip
    return row, Change(answer={"desk": desk.code})

"""What time does by itself: warnings, overdue, closing without a verdict."""

from luoshi.cases.actions.again import judge
from luoshi.cases.core import LINE
from luoshi.cases.models import Case
from luoshi.kernel.action import Act, Change
from luoshi.kernel.models import Crossing
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T


def _cross(case: Case, act: Act, clock: str, threshold: str) -> Change:
    """A crossing is written once for each (subject, clock, threshold, due time)."""
    end = case.due_at if clock == "whole" else case.step_due_at
    if end is None:
        raise Invalid([Fault("clock", clock, T("这只钟没有在走", "this clock does not run"))])
    rule = f"{case.due_n} {case.due_kind}" if clock == "whole" else f"{case.step} {case.step_kind}"
    crossing = Crossing(subject=case.log_id, clock=clock, threshold=threshold, due_at=end, at=act.now)
    body = {"clock_name": clock, "threshold": threshold, "clock_due_at": end, "rule": rule}
    return Change(body=body, rows=[crossing])


@LINE.action("warn")
def warn(case: Case, act: Act, *, clock: str) -> Change:
    """A clock, `whole` or `step`, turned yellow."""
    return _cross(case, act, clock, "warn")


@LINE.action("overdue")
def overdue(case: Case, act: Act, *, clock: str) -> Change:
    """A clock ran out."""
    return _cross(case, act, clock, "overdue")


@LINE.action("close_unrated")
def close_unrated(case: Case, act: Act) -> Change:
    """No verdict in time: closed as unrated, which is not satisfied."""
    return judge(case, act, solved=None, grade=None, reasons=[])

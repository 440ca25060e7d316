"""The second person: verify or reject, grant more time."""

from luoshi.cases import clocks
from luoshi.cases.actions.again import close
from luoshi.cases.actions.parts import ended
from luoshi.cases.core import LINE
from luoshi.cases.models import Case
from luoshi.kernel.action import Act, Change


@LINE.action("verify")
def verify(case: Case, act: Act, *, note: str = "") -> Change:
    """Somebody who did no handling finds it done; now the reporter is asked."""
    case.verified_at = act.now
    return Change(body={"note": note})


@LINE.action("verify_close")
def verify_close(case: Case, act: Act, *, note: str = "") -> Change:
    """Found by staff: verified and closed, outside 解决率 and 满意率. The last part takes the whole with it."""
    case.verified_at = act.now
    change = close(case, act, {"note": note})
    return ended(case, act, change, "part_done", {"on_time": change.body["on_time"]})


@LINE.action("reject")
def reject(case: Case, act: Act, *, reason: str) -> Change:
    """Not done: back to the handler, with the reason."""
    case.handled_at, case.evidence = None, 0
    case.rejects += 1
    return Change(body={"reason": "rejected", "note": reason})


@LINE.action("grant_extension")
def grant_extension(case: Case, act: Act, *, note: str = "") -> Change:
    """Another person grants the new due time; the old one stays in the event.

    Where the clock has moved beyond what was asked for in the meantime, it stays there.
    """
    before, until = case.due_at, case.extend_to
    case.extend_to, case.extended = None, True
    if until is not None:
        clocks.extend(case, until)
    clocks.settle(case)
    return Change(body={"until": case.due_at, "due_before": before, "note": note})


@LINE.action("deny_extension")
def deny_extension(case: Case, act: Act, *, reason: str) -> Change:
    """The due time stays."""
    case.extend_to, case.extended = None, True
    return Change(body={"note": reason})

"""Several reports of one problem: one case stands for all, counts once, and every reporter is kept informed."""

from luoshi.cases import clocks
from luoshi.cases.core import LINE
from luoshi.cases.models import Case
from luoshi.kernel.action import Act, Also, Change
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T


@LINE.action("merge")
def merge(case: Case, act: Act, *, into: Case, note: str = "") -> Change:
    """Merge a case into another open one of ours; what is left of its clock is kept. Raises Invalid."""
    _check(case, into)
    if case.status == "going":
        clocks.pause(case, act.now)
    case.state_before, case.merged_into, case.status = case.state, into, "going"
    case.closed_at = act.now
    clocks.stop(case)
    told = Also(into, "absorb", Change(body={"other": str(case.log_id)}))
    return Change(body={"into": str(into.log_id), "state_before": case.state, "note": note}, also=[told])


def _check(case: Case, into: Case) -> None:
    rule = None
    if into.pk == case.pk:
        rule = T("不能并入自己", "cannot be merged into itself")
    elif into.part_of_id is not None or into.merged_into_id is not None or not into.ours:
        rule = T("要并入一件本市的主件", "must be a whole case of ours that is not merged itself")
    elif into.closed_at is not None:
        rule = T("那一件已经结束", "is over already")
    elif case.public is False and into.public:
        rule = T("不公开的件不能并入公开的件", "a private case cannot be merged into a public one")
    if rule is not None:
        raise Invalid([Fault("into", into.number, rule)])


@LINE.action("unmerge")
def unmerge(case: Case, act: Act, *, reason: str) -> Change:
    """It was another problem: the case lives again where it stood, with what was left of its clock and a new step."""
    return _apart(case, act, {"reason": "apart", "note": reason})


@LINE.action("not_same")
def not_same(case: Case, act: Act, *, note: str = "") -> Change:
    """The reporter says that it was another problem."""
    return _apart(case, act, {"reason": "reporter", "note": note})


def _apart(case: Case, act: Act, body: dict[str, object]) -> Change:
    into = case.merged_into
    assert into is not None
    case.state, case.merged_into, case.state_before, case.closed_at = case.state_before, None, "", None
    case.step_left_us = None
    clocks.go_on(case, act.now)
    clocks.enter(case, act.now)
    told = Also(into, "detach", Change(body={"other": str(case.log_id)}))
    return Change(body={"into": str(into.log_id), **body}, also=[told])

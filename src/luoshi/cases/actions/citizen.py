"""The reporter, who holds a tracking code: answer, withdraw, confirm, reopen, rate."""

from luoshi.cases import clocks
from luoshi.cases.actions.again import again, grade_case, judge
from luoshi.cases.actions.parts import taken_back
from luoshi.cases.actions.unit import go_on
from luoshi.cases.core import LINE
from luoshi.cases.models import Case
from luoshi.kernel.action import Act, Change


@LINE.action("reply")
def reply(case: Case, act: Act, *, note: str) -> Change:
    """Answer the question; the clocks go on."""
    case.private.question = ""
    change = go_on(case, act, note)
    change.saves.append(case.private)
    return change


@LINE.action("withdraw")
def withdraw(case: Case, act: Act, *, note: str = "") -> Change:
    """Take the report back; the parts that are not done end with it."""
    case.status, case.closed_at = "going", act.now
    clocks.stop(case)
    return Change(body={"note": note}, also=taken_back(case, act) if case.state == "parted" else [])


@LINE.action("confirm")
def confirm(
    case: Case, act: Act, *, grade: int | None = None, reasons: list[str] | None = None, note: str = ""
) -> Change:
    """The problem is solved; a grade may be given, and silence is not satisfaction."""
    return judge(case, act, solved=True, grade=grade, reasons=reasons or [], note=note)


@LINE.action("reopen")
def reopen(case: Case, act: Act, *, note: str = "") -> Change:
    """Not solved: one press and the unit has it again."""
    return again(case, act, note=note, solved=False)


@LINE.action("rate")
def rate(case: Case, act: Act, *, grade: int, reasons: list[str] | None = None, note: str = "") -> Change:
    """Rate a closed case, once."""
    grade_case(case, act, grade, reasons or [])
    return Change(body={"solved": case.solved, "grade": grade, "reasons": reasons or [], "note": note})

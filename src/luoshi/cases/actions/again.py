"""What several moves have in common: a verdict that closes, and beginning again."""

from hmac import digest
from typing import Final

from django.conf import settings

from luoshi.cases import clocks
from luoshi.cases.models import Case
from luoshi.kernel import calendar
from luoshi.kernel.action import Act, Change
from luoshi.kernel.deadlines import due
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.secret import secret
from luoshi.kernel.text import T

REASONS = {
    "slow": T("太慢", "Too slow"),
    "undone": T("没真正办好", "Not really done"),
    "manner": T("态度不好", "Manner"),
    "unclear": T("答复不清楚", "Unclear answer"),
    "quick": T("办得快", "Quick"),
    "thorough": T("办得彻底", "Thorough"),
    "kind": T("态度好", "Kind"),
}


def on_time(case: Case) -> bool | None:
    """Did the handling end by the due time of the whole? None where it never ended or had none."""
    if case.handled_at is None or case.due_at is None:
        return None
    return case.handled_at <= case.due_at


BAD: Final = 2
"""Grades up to this one are all followed up."""


def followed_up(case: Case, grade: int | None) -> bool:
    """Is a grade followed up: a bad one, or one that is picked for a spot check?

    Which are picked nobody outside can tell, so that a note after a case's end does not say that its grade was bad (ADR 4).
    """
    if grade is None or grade <= BAD:
        return grade is not None
    key = b"simulated" if case.sim else secret()
    drawn = int.from_bytes(digest(key, f"spot check {case.number}".encode(), "sha256")[:4])
    return drawn % 100 < settings.CONF.number("spot_checks")


def grade_case(case: Case, act: Act, grade: int | None, reasons: list[str]) -> None:
    """Take a grade of 1–5; some of them start the follow-up with its own clock. Raises Invalid."""
    if grade is not None and grade not in range(1, 6):
        raise Invalid([Fault("grade", str(grade), T("从 1 到 5", "from 1 to 5"))])
    unknown = [reason for reason in reasons if reason not in REASONS]
    if unknown:
        raise Invalid([Fault("reasons", unknown[0], T("不在可选的原因里", "is not one of the reasons"))])
    case.grade = grade
    if followed_up(case, grade):
        case.followup = "due"
        case.followup_due_at = due(clocks.rule("followup"), act.now, calendar.current())


def close(case: Case, act: Act, body: dict[str, object]) -> Change:
    """Close: no clock runs any more."""
    case.closed_at = act.now
    clocks.stop(case)
    facts = {"on_time": on_time(case), "contacted": case.contacted_at is not None, "handled_at": case.handled_at}
    return Change(body=facts | body)


def judge(
    case: Case, act: Act, *, solved: bool | None, grade: int | None, reasons: list[str], note: str = ""
) -> Change:
    """The reporter's verdict closes the case; without one the last word stands."""
    case.solved = case.solved if solved is None else solved
    grade_case(case, act, grade, reasons)
    return close(case, act, {"solved": solved, "grade": grade, "reasons": reasons, "note": note})


def again(case: Case, act: Act, *, note: str, solved: bool | None) -> Change:
    """The case goes back to its unit with a new clock; what was done and said stays in its events."""
    case.reopened += 1
    case.calls = case.evidence = 0
    case.handler = None
    case.handled_at = case.verified_at = case.closed_at = case.signed_at = None
    case.solved, case.grade, case.extended, case.extend_to = solved, None, False, None
    case.followup, case.followup_due_at, case.returns = "", None, 0
    case.dispatched_at = act.now
    clocks.start_whole(case, case.category, act.now)
    return Change(body={"solved": solved, "note": note, "response_due_at": case.response_due_at})

"""The reporter's word in the demo: call-back, confirmation, reopening, rating, silence; and the follow-up."""

from datetime import timedelta
from typing import Any

from luoshi.cases.demo.life import ANGRY, HOUR, PLEASED, Life


def hear(life: Life) -> None:
    """A verdict within seven days, or time closes the case."""
    if (not life.reachable and life.case.channel != "web") or life.strikes("unreachable"):
        _not_reached(life)
    elif not life.strikes("verdict"):
        _silence(life)
    elif life.strikes("solved") or life.case.reopened > 1:
        _solved(life)
    elif life.strikes("reopen"):
        _unsolved(life)
    else:
        life.angry = True
        _silence(life)


def _by_himself(life: Life) -> bool:
    """On the web, without waiting for a call; always so where no number was left."""
    return life.case.channel == "web" and (not life.reachable or life.strikes("web_confirms"))


def _wait(life: Life) -> timedelta:
    hours = 0.2 if life.plan is not None else life.draw.draw("callback_hours")
    return timedelta(hours=hours)


def _not_reached(life: Life) -> None:
    """The desk calls and nobody answers; without a number there is nothing to call."""
    if life.reachable:
        for _ in range(1 + life.strikes("second_call")):
            at = life.work(life.between(0.5, 9) * HOUR)
            life.do("call_failed", life.desk(), at, outcome="unreachable", note=life.say("callback_unreachable"))
    _silence(life)


def _silence(life: Life) -> None:
    """No verdict: the worker closes it."""
    life.course.wait(life.course.now + timedelta(days=30))


def _solved(life: Life) -> None:
    grade = int(life.draw.pick("grade_solved")) if life.strikes("grade_given") else None
    if life.plan is not None:
        grade = 1
    ends = life.course.now + _wait(life)
    data: dict[str, Any] = {} if grade is None else {"grade": grade}
    if _by_himself(life):
        if grade is not None:
            data["reasons"] = [life.draw.among(PLEASED if grade > 3 else ANGRY)]
        return life.do("confirm", life.holder, life.awake(ends), **data)
    life.do("call_solved", life.desk(), life.open(ends), **data)


def _unsolved(life: Life) -> None:
    ends = life.course.now + _wait(life)
    life.unlucky = False
    if _by_himself(life):
        return life.do("reopen", life.holder, life.awake(ends), note=life.say("reopen"))
    life.do("call_unsolved", life.desk(), life.open(ends), reason=life.say("reopen"))


def after(life: Life) -> None:
    """A late rating, the follow-up of a bad one, now and then done again by order."""
    case = life.case
    if case.by_staff:
        return
    late = life.angry or case.solved
    if case.grade is None and late and life.strikes("grade_given" if life.angry else "late_rating"):
        grade = int(life.draw.pick("grade_unsolved" if life.angry else "grade_solved"))
        reasons = [life.draw.among(PLEASED if grade > 3 else ANGRY)]
        life.do("rate", life.holder, life.later(2, 120), grade=grade, reasons=reasons)
    if case.followup == "due" and life.strikes("followup_done"):
        crowd = [*life.staff.dispatchers[life.unit().pk], life.supervisor()]
        life.do("follow_up", life.one(crowd), life.work(life.between(2, 30) * HOUR), note=life.say("followup"))
    elif life.strikes("staff_reopen"):
        life.unlucky = False
        life.do("staff_reopen", life.supervisor(), life.work(life.between(2, 60) * HOUR), reason=life.say("reopen"))

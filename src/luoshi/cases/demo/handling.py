"""The unit's own work in the demo: asking, waiting, more time, evidence, done."""

from datetime import datetime, timedelta
from typing import Final

from luoshi.cases.demo import beside
from luoshi.cases.demo.life import HOUR, Life
from luoshi.kernel.deadlines import Rule, due

MINUTE: Final = timedelta(minutes=1)


def handle(life: Life) -> None:
    """From signing to reporting as done. Nothing comes between when it is done over after a failed check."""
    start, end = life.course.now, _target(life)
    if not life.unlucky:
        end += _question(life, end - start)
        end += _pause(life, end - start)
        end += _more_time(life, end)
    first = life.strikes("two_pieces")
    for piece in ("progress", "handle_note") if first else ("handle_note",):
        share = 0.5 if piece == "progress" else 0.97
        at = life.open(life.course.now + (end - life.course.now) * share)
        life.do("add_evidence", life.worker(), at, note=life.say(piece))
    life.hold("evidence")
    if life.calls:
        # nobody reports as done without having called
        life.course.aside(life.course.now, "contact", lambda: beside.caller(life))
    answer = life.draw.among(life.draw.texts.answers).format(done=life.draw.done(life.path))
    life.do("finish", life.worker(), life.open(max(end, life.course.now)), answer=answer)


def _target(life: Life) -> datetime:
    """When it will be done: as measured from report to end, scaled by what the category allows and the unit's pace."""
    case, now = life.case, life.course.now
    if life.plan is not None:
        return now + timedelta(minutes=30)
    started = case.clock_from or case.reported_at
    allowed = (case.due_at - started).total_seconds() / HOUR if case.due_at else None
    hours = life.draw.closing_hours(allowed) * life.world.speed(life.unit())
    if case.rejects or case.reopened:
        hours *= 0.4
        started = now
    return max(started + timedelta(hours=hours), now + timedelta(minutes=life.between(15, 180)))


def _question(life: Life, span: timedelta) -> timedelta:
    """Ask the reporter; the clocks wait until the answer comes, or until time is up."""
    case = life.case
    if case.by_staff or case.reopened or not life.strikes("ask"):
        return timedelta(0)
    begun = life.open(life.course.now + span * life.between(0.02, 0.2))
    life.do("ask", life.worker(), begun, question=life.say("ask"))
    asked = life.course.now
    life.hold("asked")
    assert case.ask_due_at is not None
    if life.strikes("ask_answered"):
        life.do(
            "reply", life.holder, min(life.later(1, 90), case.ask_due_at - timedelta(minutes=5)), note=life.say("reply")
        )
    else:
        life.course.wait(case.ask_due_at + timedelta(minutes=2))
    return life.course.now - asked


def _pause(life: Life, span: timedelta) -> timedelta:
    """Suspend: material, weather, somebody else's papers."""
    if not life.strikes("suspend"):
        return timedelta(0)
    heads = life.staff.heads[life.unit().pk]
    viewer = life.one(heads) if heads and life.draw.chance("head_suspends") else life.supervisor()
    life.do("suspend", viewer, life.open(life.course.now + span * life.between(0.1, 0.5)), reason=life.say("suspend"))
    begun = life.course.now
    life.hold("suspended")
    life.do("resume", viewer, life.open(begun + timedelta(hours=life.between(20, 200))), note=life.say("resume"))
    return life.course.now - begun


def _more_time(life: Life, end: datetime) -> timedelta:
    """Ask for an extension before the clock runs out; somebody else decides."""
    case = life.case
    if not life.strikes("extend") or case.due_at is None or case.due_kind != "workdays":
        return timedelta(0)
    share = 0.0 if life.plan is not None else life.between(0.3, 0.8)
    at = life.open(life.course.now + max(case.due_at - life.course.now, timedelta(0)) * share)
    if life.plan is None and at >= end:
        return timedelta(0)
    # the due time may be corrected until then
    life.course.wait(at)
    if case.extended or life.course.now + MINUTE >= case.due_at:
        return timedelta(0)
    until = due(Rule("workdays", 2 + int(life.between(0, 4))), case.due_at, life.cal)
    life.do("ask_extension", life.worker(), life.course.now, until=until, reason=life.say("extend"))
    life.hold("extension")
    granter = life.one(life.staff.granters(life.unit().pk))
    decided = life.work(life.between(0.3, 7) * HOUR)
    if life.strikes("extend_granted"):
        life.do("grant_extension", granter, decided, note=life.say("extend_grant"))
        return (until - at) * life.between(0.0, 0.5)
    life.do("deny_extension", granter, decided, reason=life.say("extend_refuse"))
    return timedelta(0)

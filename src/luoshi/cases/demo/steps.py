"""The life of one case of the demo, state by state: who does what, when, and how often, by the rates of `profile.json`."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from luoshi.cases.demo import beside, handling, verdict
from luoshi.cases.demo.course import Course, Moved, Over
from luoshi.cases.demo.life import HOUR, Held, Life, Plan, World
from luoshi.kernel.viewer import Viewer
from luoshi.people.models import Unit

REFUSED: Final = {
    "outside": "不属街面治理范围",
    "no_place": "地点不明",
    "repeated": "重复上报",
    "court": "诉讼或复议中",
}
OUTSIDE: Final = frozenset({"school", "labour"})


def play(world: World, course: Course, reachable: bool, plan: Plan | None = None) -> None:
    """Play a case that was just reported: until it ends, waits where it should, or the present is reached."""
    life = Life(world, course, reachable, plan)
    beside.plan(life)
    try:
        while life.case.state in STEPS:
            life.hold(life.case.state)
            try:
                STEPS[life.case.state](life)
            except Moved:
                continue
    except (Over, Held):
        pass
    course.until(world.until)


def intake(life: Life) -> None:
    """The desk looks at it: accept, refuse, or abuse."""
    at, desk = life.work(life.minutes("accept_minutes")), life.desk()
    if not life.case.by_staff:
        if life.strikes("abuse"):
            return life.do("mark_abuse", desk, at, reason=life.say("abuse"))
        reason = _refusal(life)
        if reason:
            answer = life.draw.among(life.draw.texts.refuse[reason])
            return life.do("refuse", desk, at, reason=REFUSED[reason], answer=answer)
    data = {"note": life.say("accept")} if life.between(0, 1) < 0.3 else {}
    life.do("accept", desk, at, **data)
    beside.contact(life)


def _refusal(life: Life) -> str | None:
    outside = life.draw.texts.leaves[life.case.category.zh].topic in OUTSIDE
    if outside and life.strikes("outside_refused"):
        return "outside"
    return life.draw.pick("refuse_reason") if life.strikes("refuse") else None


def send(life: Life) -> None:
    """Dispatch to the unit that answers for it; to a wrong one first where it is going to come back."""
    case = life.case
    if case.returns:
        life.hold("returned")
    at = life.work(life.minutes("dispatch_minutes"))
    right = life.world.responsible(case.category, case.community or case.street or case.county)
    unit = _wrong(life, right) if case.returns < life.returns else right
    life.do("dispatch", life.desk(), at, unit=unit, note=life.say("dispatch"))


def _wrong(life: Life, right: Unit) -> Unit:
    """A unit of the same county, or of the city, that has nothing to do with it."""
    near = life.staff.units[life.case.county[:6]] or life.staff.units["city.g"]
    others = [unit for unit in near if unit.pk != right.pk]
    return life.draw.among(others) if others else right


def take(life: Life) -> None:
    """The unit signs, or says that it is not its own: once back to the desk, then to joint dispatch."""
    case, unit = life.case, life.unit()
    at = life.work(life.draw.draw("sign_hours") * HOUR * life.world.speed(unit))
    crowd = life.staff.handlers(unit.pk)
    if case.returns < life.returns and not case.reopened:
        verb = "escalate" if case.returns else "send_back"
        return life.do(verb, life.one(life.staff.heads[unit.pk] or crowd), at, reason=life.say("return"))
    handler = life.one(crowd)
    if life.staff.heads[unit.pk] and life.strikes("head_signs"):
        assert handler.person is not None
        person = life.staff.persons[handler.person]
        return life.do("sign", life.one(life.staff.heads[unit.pk]), at, handler=person)
    life.do("sign", handler, at)


def decide(life: Life) -> None:
    """Joint dispatch: a supervisor says whose it is."""
    at = life.work(life.between(1, 9) * HOUR)
    right = life.world.responsible(life.case.category, life.case.community or life.case.street)
    life.do("decide", life.supervisor(), at, unit=right, reason=life.say("joint"))


def check(life: Life) -> None:
    """Somebody else looks whether it is done."""
    case = life.case
    at = life.open(life.course.now + timedelta(hours=_scaled(life, "verify_hours")))
    viewer = _checker(life)
    if not life.unlucky and life.strikes("verify_reject"):
        life.unlucky = True
        return life.do("reject", viewer, at, reason=life.say("verify_reject"))
    verb = "verify_close" if case.by_staff else "verify"
    life.do(verb, viewer, at, note=life.say("verify"))


def _scaled(life: Life, name: str) -> float:
    return 0.1 if life.plan is not None else life.draw.draw(name)


def _checker(life: Life) -> Viewer:
    """A verifier of the county; now and then the dispatcher above the unit."""
    dispatchers = life.staff.dispatchers[life.unit().pk]
    if dispatchers and life.between(0, 1) < 0.15:
        return life.one(dispatchers)
    return life.one(life.staff.checkers(life.case.county))


def after(life: Life) -> None:
    """What comes after the end."""
    verdict.after(life)
    if life.case.state == "closed":
        raise Over


STEPS: Final[Mapping[str, Callable[[Life], None]]] = {
    "reported": intake,
    "accepted": send,
    "dispatched": take,
    "joint": decide,
    "handling": handling.handle,
    "handled": check,
    "verified": verdict.hear,
    "closed": after,
}

"""What happens beside the main course of a demo case: contact, notes, corrections, urging, release, withdrawal."""

from datetime import datetime, timedelta
from typing import Any

from luoshi.cases.demo.life import HOUR, Life
from luoshi.kernel.viewer import Viewer

Meant = tuple[Viewer, dict[str, Any]] | None


def plan(life: Life) -> None:
    """Draw for one case what will happen beside its course, and when."""
    case = life.case
    if not case.by_staff:
        if life.strikes("withdraw"):
            at = life.awake(case.reported_at + timedelta(hours=life.between(1, 60)))
            life.course.aside(at, "withdraw", lambda: (life.holder, {"note": life.say("withdraw")}))
        if case.channel == "web" and life.strikes("release"):
            life.course.aside(life.work(life.between(1, 20) * HOUR), "release", lambda: _release(life))
        if life.strikes("unmask"):
            life.course.aside(_sometime(life), "unmask", lambda: (life.desk(), {"reason": life.say("unmask")}))
    _corrections(life)
    if life.strikes("note"):
        life.course.aside(_sometime(life), "add_note", lambda: (life.supervisor(), {"note": life.say("note")}))
    if life.strikes("assign"):
        life.course.aside(_sometime(life), "assign", lambda: _assign(life))
    if life.strikes("urge") and case.due_at is not None:
        at = life.open(case.due_at + timedelta(hours=life.between(1, 50)))
        life.course.aside(at, "urge", lambda: (life.supervisor(), {}))


def _sometime(life: Life) -> datetime:
    """Within the first days."""
    return life.work(life.between(1, 25) * HOUR, life.case.reported_at)


def contact(life: Life) -> None:
    """Of an accepted case: by telephone, in time or late or never; who left no number cannot be called."""
    case = life.case
    if case.by_staff or not life.reachable or life.strikes("contact_never") or case.response_due_at is None:
        return
    life.calls = True
    in_time = life.plan is not None or life.draw.chance("contact_in_time")
    share = life.draw.draw("contact_share_of_limit" if in_time else "contact_late_factor")
    natural = life.case.category.response_kind in ("hours", "minutes")
    start, end = case.reported_at, case.response_due_at
    seconds = (end - start).total_seconds() if natural else life.cal.work_seconds_between(start, end)
    at = start + timedelta(seconds=seconds * share) if natural else life.cal.add_work_seconds(start, seconds * share)
    soonest = life.work(life.between(1, 8) * 60)
    life.course.aside(max(at, soonest), "contact", lambda: caller(life))


def caller(life: Life) -> tuple[Viewer, dict[str, Any]]:
    """Who contacts the reporter: the desk as long as no unit has it, then the unit."""
    viewer = life.desk() if life.case.state == "accepted" or life.case.unit is None else life.worker()
    return viewer, {"note": life.say("contact")}


def _release(life: Life) -> Meant:
    """The text, which names nobody; but never of a kind that is private."""
    return (life.desk(), {"public_text": life.case.private.text}) if life.case.public else None


def _corrections(life: Life) -> None:
    if life.strikes("reclassify"):
        life.course.aside(_early(life), "reclassify", lambda: _reclassify(life))
    if life.strikes("relocate"):
        life.course.aside(_early(life), "relocate", lambda: _relocate(life))


def _early(life: Life) -> datetime:
    return life.work(life.between(0.05, 4) * HOUR, life.case.reported_at)


def _reclassify(life: Life) -> Meant:
    """Another kind of the same trouble."""
    leaves = life.draw.texts.leaves
    topic = leaves[life.case.category.zh].topic
    others = [name for name, leaf in leaves.items() if leaf.topic == topic and name != life.case.category.zh]
    if not others:
        return None
    return life.desk(), {"category": life.world.kinds[life.draw.among(others)], "note": life.say("reclassify")}


def _relocate(life: Life) -> Meant:
    """Another place in the same street or town."""
    place = life.world.places.within(life.case.street, life.draw, life.world.random)
    data: dict[str, Any] = {"division": life.world.divisions[place.community or place.street], "place": place.words}
    if place.point is not None:
        data["lat"], data["lon"] = place.point
    return life.desk(), data | {"note": life.say("relocate")}


def _assign(life: Life) -> Meant:
    """A head gives it to another of the unit."""
    unit = life.case.unit_id
    if unit is None or not life.staff.heads[unit]:
        return None
    handler = life.one(life.staff.handlers(unit)).person
    assert handler is not None
    return life.one(life.staff.heads[unit]), {"handler": life.staff.persons[handler]}

"""Cases that are left waiting on purpose, so that every log-in of the demo finds work."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from luoshi.cases.demo import reports
from luoshi.cases.demo.course import Course
from luoshi.cases.demo.life import Plan, World
from luoshi.cases.demo.steps import OUTSIDE
from luoshi.cases.models import Category
from luoshi.cases.reads.lists import waiting
from luoshi.kernel import calendar
from luoshi.kernel.bulk import Batch
from luoshi.packs.read import BAOTOU, read
from luoshi.people import tree
from luoshi.people.models import Unit
from luoshi.people.viewer import of_login

_WORKS: Final = ("head", "handler", "street")
_BAD: Final = {"verdict": True, "solved": True, "grade_given": True}
_BACK: Final = {"return": True}
_TWICE: Final = {"return": True, "second_return": True}
# (plan, office hours before the present at which it was reported): green, yellow and red of most
_EACH: Final = (
    *((Plan("dispatched"), hours) for hours in (0.4, 3.6, 8.0)),
    *((Plan("handling"), hours) for hours in (1.0, 14.0, 29.0, 60.0)),
    *((Plan("evidence"), hours) for hours in (5.0, 22.0)),
    *((Plan("handled"), hours) for hours in (4.0, 14.0)),
    *((Plan("verified"), hours) for hours in (5.0, 18.0)),
    (Plan("asked", {"ask": True}), 9.0),
    (Plan("suspended", {"suspend": True}), 16.0),
    (Plan("extension", {"extend": True}), 12.0),
    (Plan("returned", _BACK), 3.0),
    (Plan("joint", _TWICE), 5.0),
    (Plan("ended", _BAD), 20.0),
)
_DESK: Final = ((Plan("reported"), 0.3), (Plan("reported"), 0.8), (Plan("accepted"), 0.9), (Plan("accepted"), 2.6))


@dataclass(frozen=True)
class Order:
    """One such case: when it is reported, what becomes of it, and the unit (by code) that has it."""

    at: datetime
    plan: Plan
    unit: str


def shown() -> list[tuple[str, str, str]]:
    """(login, role, unit's code) of the demo's log-ins."""
    return [(person.login, person.role, person.unit) for person in read(BAOTOU).people if person.shown]


def orders(present: datetime) -> list[Order]:
    """All cases that are to wait at the present, by moment of report."""
    cal = calendar.current()
    units = sorted({unit for _, role, unit in shown() if role in _WORKS})
    wanted = [(plan, hours, unit) for unit in units for plan, hours in _EACH]
    wanted += [(plan, hours, unit) for unit in units for plan, hours in _DESK]
    found = []
    for number, (plan, hours, unit) in enumerate(wanted):
        # not all at the same second
        seconds = -hours * 3600 - 7 * (number % 60)
        found.append(Order(cal.add_work_seconds(present, seconds) - timedelta(seconds=number % 3), plan, unit))
    return sorted(found, key=lambda order: order.at)


def begin(world: World, batch: Batch, order: Order, key: int, number: str) -> tuple[Course, bool]:
    """Report an order: by telephone, at a place and of a kind that its unit answers for."""
    unit = next(unit for unit in tree.today().units.values() if unit.code == order.unit)
    place = world.places.within(world.sampler.among(_streets(world, unit)), world.sampler, world.random)
    kinds = [kind for kind in _kinds(world) if world.responsible(kind, place.community or place.street).pk == unit.pk]
    days = [kind for kind in kinds if kind.handle_kind == "workdays"]
    kind = world.sampler.among(days or kinds)
    return reports.begin(world, batch, order.at, key, number, channel="hotline", place=place, kind=kind)


def _kinds(world: World) -> Iterator[Category]:
    leaves = world.sampler.texts.leaves
    return (kind for name, kind in world.kinds.items() if leaves[name].topic not in OUTSIDE and not leaves[name].rural)


def _streets(world: World, unit: Unit) -> list[str]:
    """The streets and towns that a unit answers for."""
    city = tree.today()
    covered = [code for code, keys in city.covers.items() if unit.pk in keys]
    return sorted(
        code
        for code, division in city.divisions.items()
        if division.level == "street" and any(above in covered for above in city.places.up(code))
    )


def waiting_for_logins() -> dict[str, int]:
    """For each log-in of the demo: how many cases wait for it now."""
    return {login: waiting(of_login(login)).count() for login, _, _ in shown()}

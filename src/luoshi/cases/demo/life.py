"""What the life of a demo case draws on: the city, its people, the rates of `profile.json`, moments of office and citizens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from luoshi.cases.demo.course import Course
from luoshi.cases.demo.places import Places
from luoshi.cases.demo.profile import Sampler
from luoshi.cases.demo.staff import Staff
from luoshi.cases.models import Category
from luoshi.kernel import calendar
from luoshi.kernel.viewer import Viewer
from luoshi.kernel.workdays import Calendar
from luoshi.people import reads as people
from luoshi.people import viewer as viewers
from luoshi.people.models import Division, Unit

HOUR: Final = 3600.0
PLEASED: Final = ("quick", "thorough", "kind")
ANGRY: Final = ("slow", "undone", "manner", "unclear")
_NATURAL: Final = frozenset({"hours", "minutes"})


@dataclass
class World:
    """What all lives of a stretch of time share. `until` is the demo's present: nothing happens after it."""

    sampler: Sampler
    random: Random
    staff: Staff
    places: Places
    kinds: Mapping[str, Category]
    paths: Mapping[str, tuple[str, ...]]
    divisions: Mapping[str, Division]
    until: datetime
    seed: int
    cal: Calendar = field(default_factory=calendar.current)
    _units: dict[tuple[str, str, str], Unit] = field(default_factory=dict)
    _speeds: dict[str, float] = field(default_factory=dict)

    def responsible(self, kind: Category, place: str) -> Unit:
        """Whose work it is, remembered."""
        key = (kind.function, kind.scope, place)
        if key not in self._units:
            unit = people.responsible(*key)
            if unit is None:
                raise LookupError(f"no unit answers for {kind.function} at {place}")
            self._units[key] = unit
        return self._units[key]

    def speed(self, unit: Unit) -> float:
        """How slow a unit is: a fixed factor within the assumed range."""
        if unit.code not in self._speeds:
            low, high = self.sampler.profile.value("unit_speed")
            self._speeds[unit.code] = low + (high - low) * Random(f"{self.seed}:{unit.code}").random()
        return self._speeds[unit.code]


@dataclass(frozen=True)
class Plan:
    """A case that is to wait somewhere at the end: where it stops, and what must happen to it on the way.

    `hold` is a state, or a moment of the handling: `asked`, `suspended`, `extension`, `evidence`; `ended` lets it go on
    to its end. `rates` overrides the profile's rates: all others count as zero.
    """

    hold: str
    rates: Mapping[str, bool] = field(default_factory=dict)


class Held(Exception):
    """The case waits where its plan says."""


class Life:
    """One case, played from its report until the end of the demo's year."""

    def __init__(self, world: World, course: Course, reachable: bool, plan: Plan | None = None) -> None:
        self.world, self.course, self.case, self.plan = world, course, course.case, plan
        self.draw, self.cal, self.staff = world.sampler, world.cal, world.staff
        self.reachable = reachable
        self.holder = viewers.holder(str(self.case.log_id))
        self.path = world.paths[self.case.category.zh]
        kind = self.case.category
        # where hours count by the clock on the wall, somebody is on duty day and night
        self.duty = kind.handle_kind in _NATURAL or kind.response_kind in _NATURAL
        joint = self.strikes("joint")
        self.returns = 2 if joint else int(self.strikes("return")) and 1 + int(self.strikes("second_return"))
        self.unlucky = False  # did a check fail already?
        self.calls = False  # is the reporter going to be contacted?
        self.angry = False  # not solved, says the reporter, but does not ask for more

    def hold(self, name: str) -> None:
        """Stop here if the plan says so."""
        if self.plan is not None and self.plan.hold == name:
            raise Held

    def strikes(self, rate: str) -> bool:
        """Does a rate of the profile strike? In a planned case only what the plan names."""
        if self.plan is not None:
            return self.plan.rates.get(rate, False)
        return self.draw.chance(rate)

    def between(self, low: float, high: float) -> float:
        """A number between two, all alike."""
        return low + (high - low) * self.world.random.random()

    def work(self, seconds: float, since: datetime | None = None) -> datetime:
        """The moment when the office has been open for so long; on duty, plain time."""
        since = since or self.course.now
        if self.plan is not None:
            seconds = min(seconds, 300.0)
        return since + timedelta(seconds=seconds) if self.duty else self.cal.add_work_seconds(since, seconds + 1)

    def open(self, at: datetime) -> datetime:
        """That moment, or soon after the office opens again."""
        return at if self.duty else self.cal.add_work_seconds(at, self.between(20, 1500))

    def awake(self, at: datetime) -> datetime:
        """That moment, or the morning after: citizens sleep."""
        early = 7 - self.cal.city_time(at).hour
        return at + timedelta(hours=early) if early > 0 else at

    def later(self, low_hours: float, high_hours: float) -> datetime:
        """A citizen's moment so many plain hours from now."""
        return self.awake(self.course.now + timedelta(hours=self.between(low_hours, high_hours)))

    def minutes(self, name: str) -> float:
        """A draw of the profile given in minutes, as seconds."""
        return self.draw.draw(name) * 60

    def one(self, crowd: list[Viewer]) -> Viewer:
        """Somebody of several."""
        return self.draw.among(crowd)

    def desk(self) -> Viewer:
        """Somebody at the desk."""
        return self.one(self.staff.by_role["desk"])

    def supervisor(self) -> Viewer:
        """Somebody who supervises."""
        return self.one(self.staff.by_role["supervisor"])

    def unit(self) -> Unit:
        """The unit that has the case."""
        assert self.case.unit is not None
        return self.case.unit

    def worker(self) -> Viewer:
        """The handler, else somebody of the unit."""
        crowd = self.staff.handlers(self.unit().pk)
        return next((viewer for viewer in crowd if viewer.person == self.case.handler_id), None) or self.one(crowd)

    def do(self, verb: str, viewer: Viewer, at: datetime, **data: Any) -> None:
        """Perform a move of the main course."""
        self.course.do(verb, viewer, at, **data)

    def say(self, step: str) -> str:
        """A note for a step."""
        return self.draw.phrase(step)

"""The demo's year: some 60,000 simulated street cases, played from a seed through the bulk twins of the actions.

Week by week, in order of report, each case is played whole, from its report to its end or to the demo's present.
Random ids and salts apart, the same seed and total give the same year.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from time import monotonic
from typing import Final

from luoshi.cases.actions.report import numbers
from luoshi.cases.demo import deep, orders, reports, staff, steps
from luoshi.cases.demo.life import World
from luoshi.cases.demo.orders import Order, waiting_for_logins
from luoshi.cases.demo.pair import each
from luoshi.cases.demo.places import Places
from luoshi.cases.demo.profile import Sampler, load_profile
from luoshi.cases.demo.swift import swift
from luoshi.cases.models import Case, Category
from luoshi.cases.public import home
from luoshi.figures import board, pages
from luoshi.figures.answer import Cell
from luoshi.figures.catalogue import all_figures
from luoshi.figures.period import moment
from luoshi.kernel import calendar, clock, installation
from luoshi.kernel.bulk import Batch, next_ids
from luoshi.kernel.text import T
from luoshi.people import tree
from luoshi.web import words

STEP: Final = T("演示的一年", "The demo's year")
Progress = Callable[[T, int, int], None]
_WEEK: Final = timedelta(days=7)
LAST_WEEK: Final = 100  # its own stream of chance


@dataclass(frozen=True)
class Arrival:
    """One report to come: its moment, key and number; an order where it is to wait on purpose."""

    at: datetime
    key: int
    number: str
    order: Order | None


@dataclass
class Summary:
    """What was generated: cases by state, events by verb."""

    states: Counter[str] = field(default_factory=Counter)
    verbs: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def cases(self) -> int:
        """All cases."""
        return self.states.total()

    @property
    def events(self) -> int:
        """All events."""
        return self.verbs.total()

    def add(self, other: "Summary") -> None:
        """Take the counts of a part in."""
        self.states += other.states
        self.verbs += other.verbs

    def __iter__(self) -> Iterator[tuple[T, str]]:
        """The summary in words and numbers, line by line."""
        return iter(self.lines())

    def lines(self) -> list[tuple[T, str]]:
        """The summary in words and numbers."""
        return [
            (T("街面案件（模拟）", "Street cases (simulated)"), f"{self.cases:,}"),
            (T("事件", "Events"), f"{self.events:,}"),
        ]


def told() -> list[tuple[T, str]]:
    """The year's numbers as the first page prints them, and as of when; once the log is sealed and they are counted."""
    found = home.numbers(board.this_year())
    at = f"{words.when(moment(found.at.moment))} · {words.number(found.at.size)}"
    return [*(_told(name, found.totals[name]) for name in (*home.COUNTS, *home.RATES)), (home.AS_OF, at)]


def _told(name: str, cell: Cell) -> tuple[T, str]:
    figure = all_figures()[name]
    share = f" ({words.number(cell.num)}/{words.number(cell.den)})" if cell.den is not None else ""
    return figure.name, pages.shown(figure, cell) + ("%" if figure.unit == "%" else "") + share


def _silent(label: T, done: int, total: int) -> None:
    """Says nothing."""


def run(*, total: int | None = None, seed: int = 2021, progress: Progress = _silent) -> Summary:
    """Generate the year into an installation that has its pack and people, and no case yet; fastest as the owner."""
    begun, profile = monotonic(), load_profile()
    present = profile.moment("until").astimezone(UTC)
    summary = Summary()
    with clock.at(present), swift():
        cal = calendar.current()
        sampler = Sampler(seed, profile, rest=lambda day: not cal.is_workday(day))
        shared = _shared(seed, sampler, present)
        arrivals = _arrivals(sampler, present, int(profile.number("total")) if total is None else total)
        weeks = _weeks(arrivals)
        for part in each(lambda week: _week(shared(week), weeks[week]), sorted(weeks)):
            summary.add(part)
            progress(STEP, summary.cases, len(arrivals))
        verbs, moved = deep.play(shared(LAST_WEEK))
        summary.verbs += verbs
        summary.states.update(moved)
    _settle(present)
    summary.seconds = monotonic() - begun
    return summary


def _weeks(arrivals: Sequence[Arrival]) -> dict[int, list[Arrival]]:
    """Arrivals by the week of the year."""
    weeks: dict[int, list[Arrival]] = defaultdict(list)
    for arrival in arrivals:
        weeks[(arrival.at - arrivals[0].at) // _WEEK].append(arrival)
    return weeks


def _arrivals(sampler: Sampler, present: datetime, total: int) -> list[Arrival]:
    """All reports in order of time, with keys and numbers that ascend."""
    wanted = orders.orders(present)
    free = [(at.astimezone(UTC), None) for at in sampler.arrivals(max(total - len(wanted), 0))]
    moments: list[tuple[datetime, Order | None]] = sorted([*free, *((o.at, o) for o in wanted)], key=lambda m: m[0])
    keys = next_ids(Case, len(moments))
    return [
        Arrival(at, key, number, order)
        for (at, order), key, number in zip(moments, keys, numbers(present.year, len(moments)), strict=True)
    ]


def _shared(seed: int, sampler: Sampler, present: datetime) -> Callable[[int], World]:
    """Makes the world of a week; what all weeks share is read once."""
    everybody, places = staff.load(sampler), Places(seed, sampler)
    rows = {row.code: row for row in Category.objects.select_related("parent__parent")}
    kinds = {row.zh: row for row in rows.values() if row.level == 3 and row.zh in sampler.texts.leaves}
    paths = {name: _path(row) for name, row in kinds.items()}
    divisions = tree.today().divisions

    def world(week: int) -> World:
        draw = Sampler(seed * 1000 + week, sampler.profile, sampler.texts)
        return World(draw, Random(f"{seed}:life:{week}"), everybody, places, kinds, paths, divisions, present, seed)

    return world


def _path(row: Category) -> tuple[str, ...]:
    return (*(_path(row.parent) if row.parent else ()), row.zh)


def _week(world: World, arrivals: Sequence[Arrival]) -> Summary:
    """Play the cases of a week and write them."""
    batch, summary = Batch(), Summary()
    for arrival in arrivals:
        if arrival.order is None:
            course, reachable = reports.drawn(world, batch, arrival.at, arrival.key, arrival.number)
            steps.play(world, course, reachable)
        else:
            course, reachable = orders.begin(world, batch, arrival.order, arrival.key, arrival.number)
            steps.play(world, course, reachable, arrival.order.plan)
        summary.states[course.case.state] += 1
    summary.verbs.update(event.verb for event in batch.events)
    batch.flush()
    return summary


def _settle(present: datetime) -> None:
    """The demo's clock stands at the present."""
    if installation.current().demo and not clock.is_simulated():
        clock.set_demo(present)


__all__ = ["Summary", "run", "told", "waiting_for_logins"]

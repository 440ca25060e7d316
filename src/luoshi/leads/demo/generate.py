"""The demo's year of the investment line, played from a seed through the bulk twins of the actions.

In January the register is filled with what the office had; the others are listed on the day on which they are first
contacted. Some never are; some stand twice in the register, contacted under either name, until they are merged.
So whoever counts rows, or contacts, gets other numbers than whoever asks which companies were contacted.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from luoshi.kernel import calendar, clock
from luoshi.kernel.action import Act
from luoshi.kernel.bulk import Batch, next_ids
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.leads import actions
from luoshi.leads.demo import deals, planned
from luoshi.leads.demo.invented import Invented, companies, otherwise
from luoshi.leads.demo.totals import AGREED, CONTACTED, LANDED, SIGNED
from luoshi.leads.flow import WAYS
from luoshi.leads.models import Company
from luoshi.people.viewer import of_login
from luoshi.web import words

STEP: Final = T("招商的一年", "The year's investment work")
LEADS_STEP: Final = T("招商项目", "Leads")
YEAR: Final = 2021
YI: Final = 10_000_000_000
"""Fen of 100 million yuan."""
NEVER, TWICE = 240, 20
"""Companies that were never contacted; that stand in the register twice for a while."""
LISTED: Final = 0.35
"""The share of those contacted in the year that were in the register before it."""
MORE: Final = 0.4
"""How likely another contact follows the last one."""
_WEIGHTS: Final = (40, 6, 14, 30, 10)
"""How often each of `WAYS` is met, an assumption."""
_NOTES: Final = ("介绍了园区和政策", "询问用地和电价", "约定再谈", "送了项目手册", "对方考察了现场", "互留联系方式")
Progress = Callable[[T, int, int], None]


@dataclass(order=True)
class Step:
    """Something to be done at a moment: list the company, or note a contact that happened `at`."""

    when: datetime
    number: int
    at: datetime | None = field(default=None, compare=False)


def _silent(label: T, done: int, total: int) -> None:
    """Says nothing."""


def run(*, progress: Progress = _silent, contacted: int = CONTACTED, seed: int = YEAR) -> Sequence[tuple[T, str]]:
    """Generate the year into an installation that has its pack and people; gives what to say about it."""
    random = Random(f"{seed}:leads")
    scale = contacted / CONTACTED
    never, twice = (max(1, round(n * scale)) for n in (NEVER, TWICE))
    invented = list(islice(companies(random), contacted + never))
    invented += [one._replace(name=otherwise(one.name)) for one in invented[:twice]]
    days = _workdays()
    steps = sorted(
        step
        for number in range(len(invented))
        for step in _steps(random, days, number, contacted, len(invented) - twice)
    )
    rows = _play(random, invented, steps, progress)
    for number in range(twice):
        _merge(random, rows[len(invented) - twice + number], rows[number], days)
    leads = _leads(Random(f"{seed}:deals"), rows[:contacted], steps, days, scale, progress)
    return [
        (T("企业（模拟）", "Companies (simulated)"), words.number(len(rows))),
        (T("招商项目（模拟）", "Leads (simulated)"), words.number(leads)),
        (T("联系", "Contacts"), words.number(sum(step.at is not None for step in steps))),
    ]


def _leads(
    random: Random, rows: Sequence[Company], steps: Sequence[Step], days: list[date], scale: float, progress: Progress
) -> int:
    """The year's leads, on companies that had been contacted before; how many."""
    first, cal = dict[int, int](), calendar.current()
    places = {day: at for at, day in enumerate(days)}
    for step in steps:
        if step.at is not None and step.number < len(rows):
            first.setdefault(step.number, places[cal.city_date(step.when)])
    agreed, many = round(AGREED * scale) * YI, planned.sizes(round(SIGNED * scale), round(LANDED * scale), scale)
    year = deals.Year(random, days, _moment)
    plans = planned.plans(
        random,
        [first[number] for number in range(len(rows))],
        [row.industry for row in rows],
        days,
        many,
        agreed // planned.WAN,
    )
    deals.settle(plans, days, agreed)
    year.gather()
    progress(LEADS_STEP, 0, len(plans))
    deals.play(year, plans, rows)
    progress(LEADS_STEP, len(plans), len(plans))
    return len(plans)


def _workdays() -> list[date]:
    cal = calendar.current()
    first = date(YEAR, 1, 4)
    return [day for n in range(359) if cal.is_workday(day := first + timedelta(days=n))]


def _moment(random: Random, day: date) -> datetime:
    """A moment of a day's office hours."""
    minutes = random.choice((random.uniform(35, 175), random.uniform(340, 535)))
    zone = ZoneInfo(calendar.current().tz)
    return datetime.combine(day, time(8, 0), zone) + timedelta(minutes=minutes)


def _steps(random: Random, days: list[date], number: int, contacted: int, doubles: int) -> Iterator[Step]:
    """When a company is listed, and its contacts; those that stand twice are contacted in spring under either name."""
    january = _moment(random, days[number % 5])
    if number >= doubles:
        spring = _moment(random, random.choice(days[40:110]))
        yield from (Step(spring, number), Step(spring + timedelta(minutes=5), number, spring - timedelta(hours=1)))
    elif number >= contacted:
        yield Step(january, number)
    else:
        yield from _contacted(random, days, number, january)


def _contacted(random: Random, days: list[date], number: int, january: datetime) -> Iterator[Step]:
    """In the register from January on, or from the day of the first contact; further contacts follow."""
    at = random.randrange(5, len(days))
    moment = _moment(random, days[at])
    yield Step(january if random.random() < LISTED else moment, number)
    while at < len(days):
        yield Step(moment + timedelta(minutes=5), number, moment - timedelta(minutes=random.uniform(10, 90)))
        if random.random() > MORE:
            return
        at += random.randrange(3, 60)
        moment = _moment(random, days[min(at, len(days) - 1)])


def _play(random: Random, invented: Sequence[Invented], steps: Sequence[Step], progress: Progress) -> list[Company]:
    """List and contact, in the order of time, and write all at once; the rows by number."""
    batch, keys = Batch(), next_ids(Company, len(invented))
    officers = [of_login(login) for login in ("officer", "officer2", "promoter")]
    rows: dict[int, Company] = {}
    for done, step in enumerate(steps):
        act, one = Act.of(officers[step.number % 3], step.when), invented[step.number]
        if step.at is None:
            rows[step.number], _ = batch.create(
                actions.add_company, act, key=next(keys), looked=True, name=one.name, province=one.province,
                industry=one.industry,
            )  # fmt: skip
        else:
            (way,) = random.choices(list(WAYS), _WEIGHTS)
            batch.move(actions.contact, rows[step.number], act, way=way, at=step.at, note=random.choice(_NOTES))
        if done % 500 == 0:
            progress(STEP, done, len(steps))
    batch.flush()
    progress(STEP, len(steps), len(steps))
    return [rows[number] for number in range(len(invented))]


def _merge(random: Random, double: Company, stays: Company, days: list[date]) -> None:
    """In summer or later somebody sees that two are one."""
    with clock.at(_moment(random, random.choice(days[120:]))):
        promoter: Viewer = of_login("promoter")
        actions.merge_company(viewer=promoter, on=str(double.log_id), into=str(stays.log_id), reason="同一家企业")

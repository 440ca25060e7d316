"""A city as data: what a pack holds once it has been read. Nothing here knows a database or a framework."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property

from luoshi.kernel.deadlines import Rule
from luoshi.kernel.text import T
from luoshi.kernel.workdays import Day

DIVISION_LEVELS = ("city", "county", "street", "community")
UNIT_LEVELS = ("city", "district", "street")
EVIDENCE = ("photo", "document", "note")
OPTIONAL_STEPS = ("joint", "response", "handle")
"""Steps whose clock a pack may leave to the product."""
STEPS = ("accept", "dispatch", "sign", "verify", "callback", "unrated", "followup", "ask")
ROLES = (
    "desk",
    "supervisor",
    "dispatcher",
    "head",
    "handler",
    "verifier",
    "street",
    "officer",
    "promoter",
    "leader",
    "statistician",
    "sysadmin",
    "secadmin",
    "auditadmin",
)

Point = tuple[float, float]
"""Longitude, latitude in degrees, WGS-84."""
Ring = tuple[Point, ...]
"""A closed line: first and last point are the same."""
Polygon = tuple[Ring, ...]
"""An outer ring, then its holes."""


@dataclass(frozen=True)
class LightRule:
    """Yellow when at most `percent` of the time is left, or at most `workdays` where the clock counts days."""

    percent: int
    workdays: int


BASES: Mapping[str, tuple[str, ...]] = {
    "response": ("due", "all"), "solved": ("answered", "closed"), "satisfied": ("rated", "answered", "closed"),
}  # fmt: skip
"""Of which cases each of a unit's three rates is taken; the first is the usual one.

`due`: reporters who were contacted, or whose answer is overdue; `all`: every case with a time for the answer;
`answered`: the reporter said whether it is solved; `rated`: gave a grade; `closed`: every closed case, also silent ones.
"""


@dataclass(frozen=True)
class Rates:
    """A unit's three rates: satisfied from which grade on, weights of the sum by rate, base of each (keys of BASES)."""

    satisfied_from: int = 4
    weights: Mapping[str, int] = field(default_factory=lambda: {"response": 20, "solved": 40, "satisfied": 40})
    bases: Mapping[str, str] = field(default_factory=lambda: {name: some[0] for name, some in BASES.items()})


@dataclass(frozen=True)
class OfficeHours:
    """One stretch of opening: from `opens` to `closes` in the city's time."""

    opens: time
    closes: time


@dataclass(frozen=True)
class City:
    """The city itself: names, time, numbers to call, promises, and the clock of each step (keys: STEPS, some of OPTIONAL_STEPS)."""

    code: str
    name: T
    timezone: str
    coordinates: str
    hotline: str
    emergency: T
    emergency_numbers: tuple[str, ...]
    office_hours: tuple[OfficeHours, ...]
    promises: tuple[T, ...]
    clocks: Mapping[str, Rule]
    light: LightRule
    map_note: T
    rates: Rates = field(default_factory=Rates)


@dataclass(frozen=True)
class Division:
    """A place in the tree city → county → street → community; `code` has 12 digits."""

    code: str
    name: T
    level: str
    kind: str
    parent: str | None
    valid_from: date
    note: str = ""


@dataclass(frozen=True)
class Unit:
    """An office: what it does (`functions`), at which level, and which divisions (with all below) it covers."""

    code: str
    name: T
    kind: str
    parent: str | None
    functions: tuple[str, ...]
    level: str
    covers: tuple[str, ...]
    valid_from: date


@dataclass(frozen=True)
class Handling:
    """How a leaf category is handled: whose work it is, how fast, and what has to be shown."""

    function: str
    level: str
    respond: Rule
    limit: Rule
    evidence: tuple[str, ...]
    emergency: bool


@dataclass(frozen=True)
class Category:
    """A kind of problem; `handling` is there on leaves only, `public` False never appears on a public page."""

    code: str
    name: T
    depth: int
    parent: str | None
    public: bool
    reportable: bool
    handling: Handling | None


@dataclass(frozen=True)
class Person:
    """A person of the demo: invented, always marked 模拟; `shown` ones get a password and are listed as logins."""

    login: str
    name: T
    title: T
    unit: str
    role: str
    shown: bool


@dataclass(frozen=True)
class Boundary:
    """The outline of a division, schematic: polygons in WGS-84, and a point inside for its label."""

    code: str
    label: Point
    polygons: tuple[Polygon, ...]

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east and north end."""
        points = [point for polygon in self.polygons for point in polygon[0]]
        lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
        return min(lons), min(lats), max(lons), max(lats)


@dataclass(frozen=True)
class Desk:
    """Where the hotline hands a call on: a telephone number, whose it is, and what for."""

    code: str
    number: str
    name: T
    when: T


@dataclass(frozen=True)
class Pack:
    """A whole city. Tuples keep the order of the files; the mappings below find by code."""

    city: City
    divisions: tuple[Division, ...]
    units: tuple[Unit, ...]
    categories: tuple[Category, ...]
    people: tuple[Person, ...]
    days: tuple[Day, ...]
    calendar_years: tuple[int, ...]
    boundaries: tuple[Boundary, ...]
    texts: Mapping[str, T]
    desks: tuple[Desk, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def division_by_code(self) -> Mapping[str, Division]:
        """Divisions by their 12 digits."""
        return {d.code: d for d in self.divisions}

    @cached_property
    def unit_by_code(self) -> Mapping[str, Unit]:
        """Units by code."""
        return {u.code: u for u in self.units}

    @cached_property
    def category_by_code(self) -> Mapping[str, Category]:
        """Categories by code."""
        return {c.code: c for c in self.categories}

    @cached_property
    def units_by_function(self) -> Mapping[str, tuple[Unit, ...]]:
        """All units that carry a function."""
        names = {f for u in self.units for f in u.functions}
        return {name: tuple(u for u in self.units if name in u.functions) for name in names}

    def ancestors(self, division: str) -> tuple[str, ...]:
        """The division and all above it, nearest first; empty where the code is unknown."""
        chain: list[str] = []
        code: str | None = division
        while code is not None and code in self.division_by_code:
            chain.append(code)
            code = self.division_by_code[code].parent
        return tuple(chain)

"""Annual targets as they are declared: `[targets.<year>.<figure>]` in the files of the figures. Pure.

What is checked stands with file, line and rule, as for the figures themselves.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property
from hashlib import sha256
from json import dumps
from pathlib import Path
from typing import Any, Final

from luoshi.figures.declare import Figure, FigureError, one_of
from luoshi.figures.reported.declare import Reported
from luoshi.figures.targets.sums import MONTHS, Rule
from luoshi.kernel.measures import DIVIDED
from luoshi.kernel.text import T
from luoshi.packs.faults import Faults
from luoshi.packs.tables import Toml, read_toml

ROOT: Final = "targets"
LIGHT: Final = "light"
DIRECTIONS: Final = ("at_least", "at_most")
TRAJECTORIES: Final = ("linear", "last_year", "points")
ADDS: Final = frozenset({"count", "sum"})
"""Kinds whose months add up to the year; of the others the number of the year so far is compared."""
SUMMED: Final = ADDS | DIVIDED | {"index"}
"""Kinds whose number of the year so far follows from those of its months."""
_KEYS: Final = frozenset({"value", "direction", "trajectory", "points", "from", "level", LIGHT, "source"})
Known = Mapping[str, Figure | Reported]


@dataclass(frozen=True)
class Target:
    """What a figure is to reach, or not to exceed (`most`), by the end of a year; `level`: it does not add up over the year."""

    of: Figure | Reported
    year: int
    value: Decimal
    most: bool
    trajectory: str
    rule: Rule
    source: T
    level: bool
    start: Decimal
    points: Mapping[int, Decimal] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The figure's."""
        return self.of.id

    @property
    def unit(self) -> T:
        """What the figure is counted in."""
        return self.of.unit_name if isinstance(self.of, Figure) else self.of.unit

    @cached_property
    def said(self) -> dict[str, Any]:
        """All that decides the light beside the figure's number, as plain data."""
        return {
            "figure": self.id, "year": self.year, "target": f"{self.value:f}",
            "direction": DIRECTIONS[self.most], "trajectory": self.trajectory, "from": f"{self.start:f}",
            "points": {str(month): f"{value:f}" for month, value in sorted(self.points.items())},
            "rule": {"yellow": f"{self.rule.yellow:f}", "red": f"{self.rule.red:f}"}, "level": self.level,
        }  # fmt: skip

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of `said`."""
        text = dumps(self.said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return sha256(text.encode()).hexdigest()


def targets(sources: Iterable[Path], known: Known, *, whole: bool = True) -> dict[tuple[int, str], Target]:
    """The targets of some files by year and figure, in their order. Raises FigureError with all that is wrong.

    Without `whole` a figure that is not known may stand elsewhere: what is said of it is not looked at.
    """
    faults, found = Faults(), dict[tuple[int, str], Target]()
    files = [toml for path in sources if (toml := read_toml(path.parent, path.name, faults)) is not None]
    usual = _usual(files)
    for toml in files:
        for path in _paths(toml):
            one = _target(toml, path, known, usual, whole)
            if one is not None and (one.year, one.id) in found:
                toml.fault(path, "重复的目标", "this target stands already")
            elif one is not None:
                found[one.year, one.id] = one
    if faults.found:
        raise FigureError(faults.found)
    return found


def _usual(files: Iterable[Toml]) -> Rule | None:
    """The rule of `[targets.light]`, for targets without one of their own."""
    found = None
    for toml in files:
        if toml.value(ROOT, LIGHT) is None:
            continue
        if found is not None:
            toml.fault((ROOT, LIGHT), "重复的亮灯规则", "this rule stands already")
        found = _rule(toml, (ROOT, LIGHT))
    return found


def _paths(toml: Toml) -> list[tuple[str, ...]]:
    """Where the entries stand: `targets`, year, line, name. Notes what is no year."""
    years = toml.value(ROOT)
    found: list[tuple[str, ...]] = []
    for year, lines in years.items() if isinstance(years, dict) else ():
        if year == LIGHT:
            continue
        if not (year.isascii() and year.isdigit() and 1900 <= int(year) <= 9998) or not isinstance(lines, dict):
            toml.fault((ROOT, year), "应为年份，如 2021", "must be a year like 2021")
            continue
        for line, names in lines.items():
            found += [(ROOT, year, line, name) for name in names] if isinstance(names, dict) else [(ROOT, year, line)]
    return found


def _target(toml: Toml, path: tuple[str, ...], known: Known, usual: Rule | None, whole: bool) -> Target | None:
    before = len(toml.faults.found)
    entry, name = toml.value(*path), ".".join(path[2:])
    figure = known.get(name)
    if figure is None or not isinstance(entry, dict):
        if whole or not isinstance(entry, dict):
            toml.fault(path, "没有指标 {name}", "there is no figure {name}", name=name)
        return None
    for key in entry.keys() - _KEYS:
        toml.fault((*path, key), "未知的项", "is no key of a target")
    value = _number(toml, (*path, "value"), above=True)
    level = _level(toml, path, figure)
    direction = one_of(toml, (*path, "direction"), DIRECTIONS, DIRECTIONS[figure.better == "down"])
    trajectory = _trajectory(toml, path, figure)
    start = _number(toml, (*path, "from")) if "from" in entry else value if level else Decimal(0)
    points = _points(toml, path, value) if trajectory == "points" else {}
    rule = _rule(toml, (*path, LIGHT)) if LIGHT in entry else usual
    if rule is None:
        toml.fault(path, "没有亮灯规则：这里写 light，或写 [targets.light]",
                   "has no rule for its light: write `light` here, or [targets.light]")  # fmt: skip
    if trajectory != "points" and "points" in entry:
        toml.fault((*path, "points"), '只用于 trajectory = "points"', 'goes with trajectory = "points" alone')
    source = toml.both(*path, "source")
    if len(toml.faults.found) > before or rule is None:
        return None
    most = direction == DIRECTIONS[1]
    return Target(figure, int(path[1]), value, most, trajectory, rule, source, level, start, points)


def _level(toml: Toml, path: tuple[str, ...], figure: Figure | Reported) -> bool:
    """A rate or a stock; of a reported figure the declaration may say so, per cent are one anyhow."""
    given = toml.value(*path, "level")
    if isinstance(figure, Figure):
        if given is not None:
            toml.fault((*path, "level"), "只用于报送指标", "goes with a reported figure alone")
        return figure.measure.clock is None or figure.measure.kind not in ADDS
    if given not in (None, True, False):
        toml.fault((*path, "level"), "应为 true 或 false", "must be true or false")
    return figure.unit.zh == "%" if given is None else bool(given)


def _trajectory(toml: Toml, path: tuple[str, ...], figure: Figure | Reported) -> str:
    found = one_of(toml, (*path, "trajectory"), TRAJECTORIES, "linear")
    summed = isinstance(figure, Figure) and (figure.measure.clock is None or figure.measure.kind in SUMMED)
    if found == "last_year" and not summed:
        toml.fault((*path, "trajectory"), "这个指标的各月累不成全年，不能照去年的走势",
                   "the months of this figure do not make its year: last year has no course to follow")  # fmt: skip
    return found


def _number(toml: Toml, path: tuple[str, ...], *, above: bool = False) -> Decimal:
    """A decimal number, as text or as it is; `above` 0. 1 beside a fault."""
    given = toml.value(*path)
    try:
        found = Decimal(str(given)) if type(given) in (str, int, float) else Decimal("NaN")
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found) >= 10**24 or (above and found <= 0):
        rule = ("应为大于 0 的数", "must be a number above 0") if above else ("应为数", "must be a number")
        toml.fault(path, *rule)
        return Decimal(1)
    return found


def _points(toml: Toml, path: tuple[str, ...], value: Decimal) -> dict[int, Decimal]:
    """Where months (1–12) should end; December, where it is given, is the target."""
    given = toml.value(*path, "points")
    if not isinstance(given, dict) or not given:
        toml.fault(
            (*path, "points"), "应为月份（1–12）和到月底的值", "must be months (1–12) and the values at their ends"
        )
        return {}
    found: dict[int, Decimal] = {}
    for month in given:
        if month not in map(str, range(1, MONTHS + 1)):
            toml.fault((*path, "points", month), "应为 1–12 月", "must be a month from 1 to 12")
        else:
            found[int(month)] = _number(toml, (*path, "points", month))
    if found.get(MONTHS, value) != value:
        toml.fault((*path, "points"), "12 月的值应等于目标", "December must be the target")
    return found


def _rule(toml: Toml, path: tuple[str, ...]) -> Rule:
    found = Rule(_number(toml, (*path, "yellow")), _number(toml, (*path, "red")))
    if not 0 <= found.yellow <= found.red:
        toml.fault(path, "应 0 ≤ yellow ≤ red", "must have 0 <= yellow <= red")
    return found

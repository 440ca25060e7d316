"""The arithmetic of targets: trajectory, 序时进度, gap, light, forecast. Pure; exact fractions, no floats.

A trajectory is thirteen numbers: where the year begins and where each month should end. Within a month it runs straight,
by days: a day counts from its first hour on.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final

MONTHS: Final = 12
Path = tuple[Fraction, ...]
"""Thirteen numbers."""
LIGHTS: Final = ("g", "y", "r")
"""On track, behind, far behind: the codes of `web.parts.light`."""
LEAST: Final = 3
"""Months that must be over before a year's end is forecast."""
T80: Final[Mapping[int, Decimal]] = {
    free: Decimal(text)
    for free, text in enumerate(
        ("1.886", "1.638", "1.533", "1.476", "1.440", "1.415", "1.397", "1.383", "1.372", "1.363"), 2
    )
}
"""Student's t by degrees of freedom: nine tenths lie below, so that four fifths lie between it and its negative."""


def elapsed(day: date, year: int) -> Fraction:
    """How many months of a year are over at the end of a day: 0 before the year, 12 after it."""
    if day.year != year:
        return Fraction(0 if day.year < year else MONTHS)
    return day.month - 1 + Fraction(day.day, monthrange(year, day.month)[1])


def straight(start: Fraction, end: Fraction) -> Path:
    """The same step each month."""
    return tuple(start + (end - start) * month / MONTHS for month in range(MONTHS + 1))


def through(start: Fraction, points: Mapping[int, Fraction], end: Fraction) -> Path:
    """Through the ends of some months (1–12), straight between them; December's is the end."""
    given = {0: start, **points, MONTHS: end}
    known = sorted(given)
    found = []
    for month in range(MONTHS + 1):
        before = max(one for one in known if one <= month)
        after = min(one for one in known if one >= month)
        part = Fraction(month - before, after - before) if after > before else Fraction(0)
        found.append(given[before] + (given[after] - given[before]) * part)
    return tuple(found)


def shaped(start: Fraction | None, ends: Sequence[Fraction], target: Fraction) -> Path | None:
    """The course of another year, whose months ended at `ends`, stretched to the target; None where it ended at 0.

    `start` is where that year began, January's end where it is not known.
    """
    if not ends[-1]:
        return None
    whole = (ends[0] if start is None else start, *ends)
    return tuple(target * one / ends[-1] for one in whole)


def at(path: Sequence[Fraction], months: Fraction) -> Fraction:
    """Where a trajectory stands after some months."""
    before = min(int(months), MONTHS - 1)
    return path[before] + (path[before + 1] - path[before]) * (months - before)


@dataclass(frozen=True)
class Rule:
    """Behind 序时进度 by so many points of the target: from `yellow` on yellow, above `red` red."""

    yellow: Decimal
    red: Decimal


@dataclass(frozen=True)
class Measured:
    """In per cent of the target: what should be done by now, what is done; and how many points it is ahead (behind: < 0)."""

    schedule: Fraction
    progress: Fraction
    gap: Fraction


def measured(target: Fraction, due: Fraction, value: Fraction, *, most: bool) -> Measured:
    """`due` is where the trajectory stands; `most`: the target is to be kept, not to be reached."""
    schedule, progress = 100 * due / target, 100 * value / target
    return Measured(schedule, progress, schedule - progress if most else progress - schedule)


def light(gap: Fraction, rule: Rule, *, over: bool) -> str:
    """The light of a gap; when the year is `over`, a target that is missed by less than the rule is yellow too."""
    behind = -gap
    if behind > rule.red:
        return "r"
    return "y" if (behind >= rule.yellow and behind > 0) or (over and behind > 0) else "g"


@dataclass(frozen=True)
class Forecast:
    """The year's end as it may be: the number, and between which two it lies in four of five cases."""

    value: Fraction
    low: Fraction
    high: Fraction


def forecast(done: Sequence[Fraction], base: Sequence[Fraction], part: tuple[Fraction, Fraction], rest: Fraction, left: Fraction) -> Forecast | None:  # fmt: skip
    """The whole of the year from its finished months, each beside a base that is known to the year's end.

    `done` and `base` are the finished months, `part` both in the running one, `rest` the base still to come in `left`
    months. The ratio of done to base so far is taken to hold on; how far single months lie from it says how sure that is.
    None with fewer than three finished months, or where the base is 0.
    """
    count, so_far, under = len(done), sum(done) + part[0], sum(base) + part[1]
    if count < LEAST or not under:
        return None
    ratio = so_far / under
    spread = sum(((one - ratio * other) ** 2 for one, other in zip(done, base, strict=True)), Fraction(0)) / (count - 1)
    # the months to come scatter as those that are over did, and the ratio itself is known from these alone
    variance = spread * (left + count * (rest / under) ** 2)
    half = Fraction(T80[min(count, MONTHS) - 1]) * root(variance)
    whole = so_far + ratio * rest
    return Forecast(whole, whole - half, whole + half)


def root(value: Fraction) -> Fraction:
    """The square root to forty digits."""
    with localcontext() as context:
        context.prec = 40
        return Fraction((Decimal(value.numerator) / Decimal(value.denominator)).sqrt())

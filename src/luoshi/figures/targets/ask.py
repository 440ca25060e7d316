"""How targets stand, as of a size of the log: the one way to ask; pages, the command and the job come here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Final

from luoshi.figures import ask as counted
from luoshi.figures import board, days
from luoshi.figures.answer import Cell, Group, exact
from luoshi.figures.ask import AsOf, Question
from luoshi.figures.asked import usual
from luoshi.figures.declare import Figure
from luoshi.figures.period import MONTH, Period, moment
from luoshi.figures.reported.ask import values
from luoshi.figures.targets import course, reads, sums
from luoshi.figures.targets.catalogue import all_targets
from luoshi.figures.targets.course import Cells, Ends
from luoshi.figures.targets.declare import ADDS, Target
from luoshi.figures.targets.reads import Instead, Key
from luoshi.figures.targets.sums import Forecast, Measured, Path
from luoshi.kernel import calendar
from luoshi.kernel.measures import DIVIDED
from luoshi.kernel.text import T

NOT_BEGUN: Final = T("这一年还没有开始", "the year has not begun")
NO_NUMBER: Final = T("还没有数", "no number yet")
FEW: Final = T("记录太少，不显示", "too few records: not shown")
NO_PATH: Final = T(
    "去年没有完整的数，没有走势可照", "last year's numbers are not complete: there is no course to follow"
)
OVER: Final = T("不预测：这一年已经过完", "none: the year is over")
NO_YEAR: Final = T("不预测：去年的数不全", "none: last year is not complete")
NO_MONTHS: Final = T("不预测：过完的月份不到三个", "none: fewer than three months are over")
HIDDEN: Final = T("不预测：有的月份不显示", "none: some months are hidden")
NOT_SUMMED: Final = T("不预测：各月累不成全年", "none: its months do not make a year")
TOLD: Final = T("不预测：报送的数", "none: others report it")
NOTHING: Final[Ends] = (None,) * sums.MONTHS
_WORST: Final = {"r": 0, "y": 1, "g": 2, "n": 3}


def _free() -> None:
    """What the operator has counted is not limited."""


@dataclass(frozen=True)
class Standing:
    """A target as of a size of the log. `day` is that of the last entry; `due` where the trajectory stands for what `value`
    speaks of; `actual` the year so far by months. Without `measured` the light is n and `why` says why.
    """

    target: Target
    as_of: AsOf
    day: date | None
    light: str = "n"
    why: T = NO_NUMBER
    value: Fraction | None = None
    due: Fraction | None = None
    measured: Measured | None = None
    path: Path | None = None
    actual: Ends = NOTHING
    forecast: Forecast | None = None
    forecast_why: T = NO_NUMBER
    instead: Instead | None = None

    @property
    def shown(self) -> str:
        """The light that counts: the one that a person set, as long as it holds, else the computed one."""
        return self.instead.light if self.instead else self.light


@dataclass(frozen=True)
class _Known:
    """The numbers of a target's figure: the year so far, the months of it and of last year, as of when."""

    as_of: AsOf
    total: Cell
    cells: Cells


def year_of(target: Target) -> Period:
    """The target's year."""
    return Period(12 * target.year, 12 * target.year + 12)


def standings(
    wanted: Iterable[Target] | None = None, as_of: AsOf | None = None, spend: Callable[[], None] = _free
) -> list[Standing]:
    """All targets, or some, the worst first; without `as_of` as of what pages speak of.

    `spend` is called before a number is counted that is not kept.
    """
    chosen = list(all_targets().values() if wanted is None else wanted)
    kept, now = _kept(chosen), as_of or usual()
    found = []
    for target in chosen:
        at = days.shown(target.of, now) if isinstance(target.of, Figure) else now
        found.append(_one(target, at, kept if as_of is None else _same(kept, at), spend))
    set_by = {size: reads.set_by(size) for size in {one.as_of.size for one in found}}
    whole = [_instead(one, set_by[one.as_of.size]) for one in found]
    return sorted(whole, key=_worst)


def _worst(one: Standing) -> tuple[int, Fraction, int, str]:
    return _WORST[one.shown], one.measured.gap if one.measured else Fraction(0), -one.target.year, one.target.id


def _kept(chosen: Iterable[Target]) -> dict[Key, _Known]:
    """What is kept of the targets' figures: one query a year."""
    found: dict[Key, _Known] = {}
    figures: dict[int, list[Figure]] = {}
    for target in chosen:
        if isinstance(target.of, Figure):
            figures.setdefault(target.year, []).append(target.of)
    for year, some in figures.items():
        whole = Period(12 * year, 12 * year + 12)
        two = Period(whole.first - 12, whole.last)
        known = board.kept(some, [((), whole), ((MONTH,), two)])
        for figure in some:
            total, months = known.get((figure.id, "", whole.text)), known.get((figure.id, MONTH, two.text))
            if total and months and total.as_of == months.as_of:
                found[year, figure.id] = _Known(total.as_of, total.total, _by_month(months.cells))
    return found


def _same(kept: Mapping[Key, _Known], as_of: AsOf) -> dict[Key, _Known]:
    return {key: one for key, one in kept.items() if one.as_of.size == as_of.size}


def _by_month(cells: Mapping[Group, Cell]) -> dict[int, Cell]:
    return {int(group[0] or 0): cell for group, cell in cells.items()}


def _one(target: Target, as_of: AsOf, kept: Mapping[Key, _Known], spend: Callable[[], None]) -> Standing:
    if not isinstance(target.of, Figure):
        return _reported(target, as_of)
    known = kept.get((target.year, target.id))
    if known is None:
        spend()
        known = _counted(target, target.of, as_of)
    return _computed(target, target.of, known)


def _counted(target: Target, figure: Figure, as_of: AsOf) -> _Known:
    year = year_of(target)
    whole = Question(figure, year, as_of)
    months = replace(whole, period=Period(year.first - 12, year.last), by=(MONTH,))
    return _Known(as_of, counted.ask(whole).total, _by_month(counted.ask(months, total=False).cells))


def _day(as_of: AsOf) -> date | None:
    return calendar.current().city_date(moment(as_of.moment)) if as_of.size else None


def _computed(target: Target, figure: Figure, known: _Known) -> Standing:
    day, first = _day(known.as_of), 12 * target.year
    base = Standing(target, known.as_of, day)
    if day is None or day.year < target.year:
        return replace(base, why=NOT_BEGUN, forecast_why=NOT_BEGUN)
    if known.total.suppressed:
        return replace(base, why=FEW, forecast_why=FEW)
    last = course.ends(figure, known.cells, first - 12) if course.is_whole(known.cells, first - 12) else None
    months = sums.elapsed(day, target.year)
    actual = course.ends(figure, known.cells, first, -int(-months // 1))
    value = exact(figure, known.total)
    found = _stands(replace(base, actual=actual), value, months, last)
    forecast, why = _forecast(figure, known.cells, first, months)
    return replace(found, forecast=forecast, forecast_why=why)


def _forecast(figure: Figure, cells: Cells, first: int, months: Fraction) -> tuple[Forecast | None, T]:
    """The year's end, or why nothing is said of it."""
    if months == sums.MONTHS:
        return None, OVER
    if figure.measure.clock is None or figure.measure.kind not in ADDS | DIVIDED:
        return None, NOT_SUMMED
    if not course.is_whole(cells, first - 12):
        return None, NO_YEAR
    if months < sums.LEAST:
        return None, NO_MONTHS
    return course.year_end(figure, cells, first, months), HIDDEN


def _reported(target: Target, as_of: AsOf) -> Standing:
    """The last published value, beside the trajectory at the end of what it speaks of."""
    day, first = _day(as_of), 12 * target.year
    base = Standing(target, as_of, day, forecast_why=TOLD)
    if day is None or day.year < target.year or isinstance(target.of, Figure):
        return replace(base, why=NOT_BEGUN)
    last, actual = course.published(values(target.of, as_of.size), first)
    months = min(sums.elapsed(day, target.year), Fraction(last.months if last else 0))
    return _stands(replace(base, actual=actual), last.value if last else None, months, None)


def _stands(base: Standing, value: Fraction | None, months: Fraction, last: Ends | None) -> Standing:
    target = base.target
    path = _path(target, last)
    if path is None:
        return replace(base, value=value, why=NO_PATH)
    if value is None:
        return replace(base, path=path)
    due = sums.at(path, months)
    found = sums.measured(Fraction(target.value), due, value, most=target.most)
    light = sums.light(found.gap, target.rule, over=months == sums.MONTHS)
    return replace(base, value=value, due=due, measured=found, path=path, light=light, why=T("", ""))


def _path(target: Target, last: Ends | None) -> Path | None:
    """The trajectory; None where it follows last year, whose numbers are not whole."""
    start, end = Fraction(target.start), Fraction(target.value)
    if target.trajectory == "points":
        return sums.through(start, {month: Fraction(value) for month, value in target.points.items()}, end)
    if target.trajectory == "linear":
        return sums.straight(start, end)
    known = [one for one in last or () if one is not None]
    if len(known) < sums.MONTHS:
        return None
    return sums.shaped(None if target.level else Fraction(0), known, end)


def _instead(one: Standing, found: Mapping[Key, Instead]) -> Standing:
    """With the light that a person set, as long as it holds: through its last day, by the log's last entry."""
    mine = found.get((one.target.year, one.target.id))
    if mine is None or one.day is None or one.day > mine.until:
        return one
    return replace(one, instead=mine)

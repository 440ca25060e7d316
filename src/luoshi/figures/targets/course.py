"""How a year went, by the ends of its months: from the months' cells as a question gives them, or from published values. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from luoshi.figures.answer import Cell, exact
from luoshi.figures.declare import Figure
from luoshi.figures.period import PeriodError, parse
from luoshi.figures.reported.ask import Value
from luoshi.figures.targets.declare import ADDS, SUMMED
from luoshi.figures.targets.sums import MONTHS, Forecast, forecast
from luoshi.kernel.measures import DIVIDED

Cells = Mapping[int, Cell]
"""By month, as `period.Period` counts them."""
Ends = tuple[Fraction | None, ...]
"""The number of the year so far at the end of each month; None where nothing can be said."""


def ends(figure: Figure, cells: Cells, first: int, begun: int = MONTHS) -> Ends:
    """Of the year that begins with the month `first`, of which so many months have begun; the last of them as it stands.

    A month that is hidden hides what follows too: a difference would give it away.
    """
    if figure.measure.clock is None:
        found = [cells.get(first + month) for month in range(begun)]
        return _filled([None if cell is None else exact(figure, cell) for cell in found])
    if figure.measure.kind not in SUMMED:
        return _filled([])
    so_far, out = Cell(0, 0, 0), list[Fraction | None]()
    for month in range(begun):
        so_far = _plus(so_far, cells.get(first + month, Cell(0, 0, 0)))
        out.append(exact(figure, so_far))
    return _filled(out)


def _filled(known: Sequence[Fraction | None]) -> Ends:
    return (*known, *[None] * (MONTHS - len(known)))


def _plus(one: Cell, other: Cell) -> Cell:
    if one.suppressed or other.suppressed:
        return Cell(None, None, None, (), True)
    pairs = zip(one.parts or ((0, 0),) * len(other.parts), other.parts or ((0, 0),) * len(one.parts), strict=True)
    parts = tuple((a + c, b + d) for (a, b), (c, d) in pairs)
    return Cell(
        (one.num or 0) + (other.num or 0), (one.den or 0) + (other.den or 0), (one.n or 0) + (other.n or 0), parts
    )


def is_whole(cells: Cells, first: int) -> bool:
    """Has each month of a year records, none of them hidden?"""
    found = [cells.get(first + month) for month in range(MONTHS)]
    return all(cell is not None and cell.n and not cell.suppressed for cell in found)


def year_end(figure: Figure, cells: Cells, first: int, months: Fraction) -> Forecast | None:
    """The year's end of what adds up, on last year's months; of a share or a ratio, on its denominators. None where it cannot be said.

    `months` are over; last year must be whole.
    """
    over, hidden = int(months), any(cells[one].suppressed for one in cells if one >= first)
    this, last = ([cells.get(start + m, Cell(0, 0, 0)) for m in range(MONTHS)] for start in (first, first - MONTHS))
    if hidden or figure.measure.kind not in ADDS | DIVIDED or figure.measure.clock is None:
        return None
    share, running = figure.measure.kind in DIVIDED, min(over, MONTHS - 1)
    y, x = [Fraction(cell.num or 0) for cell in this], [Fraction(_base(cell, share)) for cell in last]
    y_part, x_part = (y[running] if over < MONTHS else Fraction(0)), (months - over) * x[running]
    rest = sum(x[over:], Fraction(0)) - x_part
    left = MONTHS - months
    if not share:
        found = forecast(y[:over], x[:over], (y_part, x_part), rest, left)
        return _scaled(found, Fraction(1, figure.per), sum(y, Fraction(0)), None)
    den = [Fraction(cell.den or 0) for cell in this]
    before = sum(x[:over], Fraction(0)) + x_part
    if not before:
        return None
    more = sum(den, Fraction(0)) * rest / before
    found = forecast(y[:over], den[:over], (y_part, den[running] if over < MONTHS else Fraction(0)), more, left)
    whole = sum(den, Fraction(0)) + more
    most = Fraction(100) if figure.measure.kind == "share" else None
    return _scaled(found, 100 / whole, Fraction(0), most) if whole else None


def _base(cell: Cell, share: bool) -> int:
    return (cell.den if share else cell.num) or 0


def _scaled(found: Forecast | None, by: Fraction, low: Fraction, high: Fraction | None) -> Forecast | None:
    """In the figure's unit; never below what is done already, nor above what can be."""
    if found is None:
        return None
    below, above = max(found.low, low) * by, found.high * by
    return Forecast(found.value * by, below, above if high is None else min(above, high))


@dataclass(frozen=True)
class Published:
    """The last published value of a year, and how many of its months it speaks of."""

    value: Fraction
    months: int


def published(values: Mapping[tuple[str, str], Value], first: int) -> tuple[Published | None, Ends]:
    """Of the city's published values those of the year that begins with the month `first`: the last one, and all by their ends.

    Nothing is added up. Of two that end together the longer period counts.
    """
    found: dict[int, tuple[int, Fraction]] = {}
    for (text, member), value in values.items():
        try:
            period = parse(text)
        except PeriodError:
            continue
        end, length = period.last - first, period.last - period.first
        if not member and period.first >= first and end <= MONTHS and length >= found.get(end, (0, Fraction(0)))[0]:
            found[end] = (length, Fraction(value.number))
    line = tuple(found[month][1] if month in found else None for month in range(1, MONTHS + 1))
    last = max(found, default=0)
    return (Published(found[last][1], last) if last else None), line

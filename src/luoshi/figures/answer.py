"""What a question gives: cells of whole numbers, and the one place where they are divided and rounded. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import prod
from typing import Any, Final, TypeVar

from luoshi.figures.declare import HOUR, Figure
from luoshi.kernel.measures import DIVIDED, RATES, Measure, Value

Group = tuple[Value | None, ...]
K = TypeVar("K")
DAY: Final = 24 * HOUR
"""Facts hold times in microseconds."""


@dataclass(frozen=True)
class Cell:
    """A number's parts: `num`, `den` of a share or a ratio, `n` records behind it; `parts` of an index as (numerator,
    denominator), of a survival as (for whom it came on a day, who still waited on it), day by day.

    `known` is the size of the log, and its last entry's time, as of which it stands, where that is not the answer's own.
    """

    num: int | None = None
    den: int | None = None
    n: int | None = 0
    parts: tuple[tuple[int, int], ...] = ()
    suppressed: bool = False
    known: tuple[int, int] | None = None


HIDDEN = Cell(None, None, None, (), True)


def packed(cell: Cell) -> list[Any]:
    """A cell as JSON keeps it."""
    return [cell.num, cell.den, cell.n, cell.parts, cell.suppressed, cell.known]


def unpacked(kept: Sequence[Any]) -> Cell:
    """The cell of what was `packed`; what was kept before there was `known` has none."""
    num, den, n, parts, suppressed, *known = kept
    return Cell(
        num, den, n, tuple((a, b) for a, b in parts), suppressed, tuple(known[0]) if known and known[0] else None
    )


def cell_of(measure: Measure, row: Mapping[str, Any]) -> Cell:
    """A cell from a row of an engine's answer."""
    n = int(row["n"] or 0)
    if measure.kind == "index":
        pairs = tuple((int(row[f"num_{at}"] or 0), int(row[f"den_{at}"] or 0)) for at in range(len(measure.parts)))
        return Cell(None, None, n, pairs)
    num = None if row["num"] is None else int(row["num"])
    if measure.kind in DIVIDED:
        return Cell(num or 0, int(row["den"] or 0), n)
    return Cell(num if measure.kind == "quantile" else num or 0, None, n)


def cells_of(measure: Measure, by: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> dict[Group, Cell]:
    """The cells by groups from the rows of an engine's answer; of a survival there is one row a group and day."""
    found: dict[Group, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in by), []).append(row)
    if measure.kind == "survival":
        return {group: _survived(measure, some) for group, some in found.items()}
    return {group: cell_of(measure, row) for group, (row,) in found.items()}


def _survived(measure: Measure, rows: Iterable[Mapping[str, Any]]) -> Cell:
    """Who was lost on a day still waited on it; after the measure's days nothing counts."""
    days = sorted((int(row["spent"]) // DAY, int(row["num"] or 0), int(row["n"])) for row in rows)
    n = waiting = sum(count for _, _, count in days)
    parts = []
    for day, came, count in days:
        parts += [(came, waiting)] if came and day <= measure.days else []
        waiting -= count
    return Cell(None, None, n, tuple(parts))


def exact(figure: Figure, cell: Cell) -> Fraction | None:
    """The number itself, in the figure's unit; None where nothing can be said."""
    measure = figure.measure
    if cell.suppressed:
        return None
    if measure.kind == "index":
        weights = sum(weight for weight, _ in measure.parts)
        if any(den == 0 for _, den in cell.parts) or not weights or not cell.parts:
            return None
        shares = zip(measure.parts, cell.parts, strict=True)
        return sum((Fraction(100 * weight * num, den * weights) for (weight, _), (num, den) in shares), Fraction(0))
    if measure.kind == "survival":
        left = prod((1 - Fraction(came, waiting) for came, waiting in cell.parts), start=Fraction(1))
        return 100 * (1 - left) if cell.n else None
    if measure.kind in DIVIDED:
        return Fraction(100 * (cell.num or 0), cell.den) if cell.den else None
    return None if cell.num is None else Fraction(cell.num, figure.per)


def rounded(value: Fraction | None, decimals: int) -> Decimal | None:
    """Half up, to some decimals."""
    if value is None:
        return None
    step = Fraction(1, 10**decimals)
    whole = Decimal(int(abs(value) / step * 2 + 1) // 2).scaleb(-decimals)
    return (-whole if value < 0 else whole).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def value(figure: Figure, cell: Cell) -> Decimal | None:
    """The number as it is printed."""
    return rounded(exact(figure, cell), figure.decimals)


def numerator(figure: Figure, cell: Cell) -> int | Decimal | None:
    """What stands above the line: of a sum all of its digits, in the figure's unit; else a whole number."""
    if cell.num is None or figure.measure.kind != "sum" or figure.per == 1:
        return cell.num
    return (Decimal(cell.num) / figure.per).normalize()  # a power of ten: nothing is lost


def change(figure: Figure, now: Cell, before: Cell) -> tuple[Decimal | None, str]:
    """From one number to another: percentage points of a rate, per cent of anything else; with the unit of the change."""
    a, b = exact(figure, now), exact(figure, before)
    points = figure.measure.kind in RATES
    unit = "pp" if points else "%"
    if a is None or b is None or (not points and b == 0):
        return None, unit
    return rounded(a - b if points else (a / b - 1) * 100, max(1, figure.decimals)), unit


def ranks(figure: Figure, cells: Mapping[Group, Cell]) -> dict[Group, int]:
    """1 for the best; equal numbers share a rank, and the next one follows as if they did not. Those without a number have none."""
    known = {group: number for group, cell in cells.items() if (number := exact(figure, cell)) is not None}
    return placed(known, figure.better)


def placed(known: Mapping[K, Decimal | Fraction], better: str) -> dict[K, int]:
    """The rank of each number: 1 for the largest, or the smallest where less is better."""
    found = sorted(known.values(), reverse=better != "down")
    return {name: found.index(number) + 1 for name, number in known.items()}

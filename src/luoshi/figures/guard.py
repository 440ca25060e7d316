"""Figures that read verdicts, reasons or persons: which of their cells are shown. One rule for whoever asks.

They are shown by one dimension at a time, with those that stand above it, and by months; never by two that are independent.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from luoshi.figures.answer import HIDDEN, Cell, Group
from luoshi.figures.declare import Figure
from luoshi.figures.hidden import Hidden, Path, hidden
from luoshi.figures.period import MONTH, Period, month_at
from luoshi.kernel import calendar
from luoshi.kernel.measures import Value
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T

if TYPE_CHECKING:
    from luoshi.figures.ask import Question

Cells = Callable[["Question", tuple[str, ...]], Mapping[Group, Cell]]
Given = Mapping[str, Value | None]
ONE: Final = T(
    "这个指标涉及评价，一次只能按一个维度看", "this figure reads verdicts: it is shown by one dimension at a time"
)


def trees(figure: Figure) -> list[tuple[str, ...]]:
    """No dimension at all, and those of the figure that belong together, widest first."""
    known = [found for one in figure.facts.trees if (found := tuple(name for name in one if name in figure.by))]
    return [(), *known, *((name,) for name in figure.by if not any(name in one for one in known))]


def tree(figure: Figure, asked: tuple[str, ...]) -> tuple[str, ...]:
    """The dimensions, widest first, among which all that was asked stand. Raises Invalid for independent ones."""
    asked = tuple(name for name in asked if name != MONTH)
    for one in trees(figure):
        if set(asked) <= set(one):
            return one
    raise Invalid([Fault("by", ",".join(asked), ONE)])


class Guard:
    """What is hidden of a figure along one tree, in some whole years."""

    def __init__(self, years: "Question", along: tuple[str, ...], cells: Cells) -> None:
        """`years` asks for the years; `cells` answers a question without hiding anything."""
        self.along, self._years = along, dict[int, list[Hidden]]()
        measure, running = years.figure.measure, month_at(years.as_of.moment, calendar.current().tz)
        verdicts: list[int | None] = [at for at, (_, part) in enumerate(measure.parts) if part.suppress_below]
        for first in range(years.period.first, years.period.last, 12):
            by_month = cells(replace(years, period=Period(first, first + 12)), (MONTH, *along))
            self._years[first] = [
                hidden(
                    {_key(group): _size(cell, at) for group, cell in by_month.items()}, measure.suppress_below, running
                )
                for at in verdicts or [None]
            ]

    def hidden(self, period: Period) -> set[Path]:
        """The places of which the number of a period is not shown."""
        length = period.last - period.first
        if length in (12, 3, 1) and period.first % length == 0:
            return set().union(*(one.of(period.first, length) for one in self._years[period.first // 12 * 12]))
        return set().union(*(self.hidden(month) for month in period.months()))

    def cells(self, question: "Question", found: Mapping[Group, Cell]) -> dict[Group, Cell]:
        """The cells of a question by its groups, with a hidden one for each place of which nothing must be told."""
        names = [name for name in question.by if name != MONTH]
        shown = dict(found)
        for period in question.period.months() if MONTH in question.by else [question.period]:
            for path in self.hidden(period):
                said = self._said(path, names, question.where)
                if said is not None:
                    shown[tuple(period.first if name == MONTH else said[name] for name in question.by)] = HIDDEN
        return shown

    def _said(self, path: Path, names: list[str], where: Given) -> Given | None:
        """The dimensions of a place, if it is one of those that are asked for."""
        said = dict(zip(self.along, path, strict=False))
        deepest = max((self.along.index(name) + 1 for name in (*names, *where)), default=0)
        mine = len(path) == deepest and all(said[name] == value for name, value in where.items())
        return said if mine else None


def _key(group: Group) -> tuple[int, Path]:
    return int(group[0] or 0), group[1:]


def _size(cell: Cell, at: int | None) -> int:
    """The records behind a cell, or behind one part of an index."""
    return (cell.n or 0) if at is None else cell.parts[at][1] if cell.parts else 0

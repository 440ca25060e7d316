"""Which numbers about few people are hidden, so that none of them can be told from others either. Pure.

Numbers stand in two trees: a year has quarters and these have months; a city has counties and these have streets. In each:

- what has few records is hidden;
- where a number is shown, none or at least two below it are hidden, and together they have none or many records;
- where one is hidden that has others below it, one of these is hidden.

Spans in which the whole city has few records are hidden for every place, and the month that has not ended is. A place that
then still has few in some span is shown in no span but the year. So for each hidden number there is another one to which
records could be moved, and back elsewhere, without changing any that is shown: nothing is determined.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Any, Final

from luoshi.kernel.measures import Value

Path = tuple[Value | None, ...]
Sizes = Mapping[tuple[int, Path], int]
"""The records of each month (year × 12 + month − 1) of one year and each longest path down the tree of places."""
Counts = Mapping[Path, Mapping[Any, int]]
"""The records of each node of a tree, by span."""
QUARTER: Final = 3


@dataclass(frozen=True)
class Hidden:
    """What is hidden in a year: spans (first month, length) for every place, places in the year, places in shorter spans."""

    spans: Set[tuple[int, int]]
    in_year: Set[Path]
    in_parts: Set[Path]
    places: Set[Path]
    """All places that have records in the year."""

    def of(self, first: int, length: int) -> Set[Path]:
        """The places of which the number of a year, a quarter or a month is hidden."""
        if length == 12:
            return self.in_year
        return self.places if (first, length) in self.spans else self.in_parts


def hidden(sizes: Sizes, limit: int, running: int | None = None) -> Hidden:
    """What must be hidden of a year; `running` is the month that has not ended.

    While that has just begun many places have few records in it: then it is hidden for all of them, where that hides less.
    """
    months = len({month for (month, _), n in sizes.items() if n})
    ways = [_hidden(sizes, limit, dark) for dark in (None, running)]
    return min(
        ways, key=lambda one: len(one.in_parts) * months + len(one.places) * len(one.spans) + 1000 * len(one.in_year)
    )


def _hidden(sizes: Sizes, limit: int, running: int | None) -> Hidden:
    when = _tree({((month // QUARTER, month), 0): n for month, n in _by_month(sizes).items()})
    few = {node for node, spans in when.items() if spans[0] < limit or node[-1:] == (running,)}
    dark = _closed(when, few, limit, order=lambda node: tuple(-int(one or 0) for one in node))
    whole = _tree({(path, 0): n for (_, path), n in _summed(sizes, lambda month: 0).items()})
    in_year = _closed(whole, _few(whole, limit) | ({()} if () in dark else set()), limit)
    parts = _tree({(path, span): n for (span, path), n in _summed(sizes, lambda month: _shown(month, dark)).items()})
    in_parts = _closed(parts, _few(parts, limit) | in_year, limit)
    return Hidden({_span(node) for node in dark if node}, in_year, in_parts, set(whole))


def _span(node: Path) -> tuple[int, int]:
    """The first month and the length of a quarter `(quarter,)` or a month `(quarter, month)`."""
    return (int(node[0] or 0) * QUARTER, QUARTER) if len(node) == 1 else (int(node[1] or 0), 1)


def _by_month(sizes: Sizes) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for (month, _), n in sizes.items():
        found[month] += n
    return found


def _summed(sizes: Sizes, span: Callable[[int], Any]) -> dict[tuple[Any, Path], int]:
    """The records by span and longest path."""
    found: dict[tuple[Any, Path], int] = defaultdict(int)
    for (month, path), n in sizes.items():
        found[span(month), path] += n
    return found


def _shown(month: int, dark: Set[Path]) -> Any:
    """The smallest span with this month that can be told: itself, or what is left of its quarter or of the year."""
    quarter = month // QUARTER
    return month if (quarter, month) not in dark else ("quarter", quarter) if (quarter,) not in dark else "year"


def _tree(leaves: Mapping[tuple[Path, Any], int]) -> dict[Path, dict[Any, int]]:
    """The records of each node by span; nodes without any are left out."""
    found: dict[Path, dict[Any, int]] = defaultdict(lambda: defaultdict(int))
    for (path, span), n in leaves.items():
        for depth in range(len(path) + 1 if n else 0):
            found[path[:depth]][span] += n
    return found


def _few(known: Counts, limit: int) -> set[Path]:
    return {path for path, spans in known.items() if any(0 < n < limit for n in spans.values())}


def _closed(known: Counts, hidden: set[Path], limit: int, order: Callable[[Path], Any] | None = None) -> set[Path]:
    """With all that must be hidden besides; the smallest first, or the first in an order."""
    below: dict[Path, list[Path]] = defaultdict(list)
    for path in sorted(known, key=order or (lambda one: (sum(known[one].values()), repr(one)))):
        if path:
            below[path[:-1]].append(path)
    grown = bool(hidden)
    while grown:
        before = len(hidden)
        for whole, parts in below.items():
            _close(whole, parts, known, hidden, limit)
        grown = len(hidden) > before
    return hidden


def _close(whole: Path, parts: list[Path], known: Counts, hidden: set[Path], limit: int) -> None:
    """Hide what a node and those below it need, the first of them first."""
    mine = [path for path in parts if path in hidden]
    rest = [path for path in parts if path not in hidden]
    while (not mine) if whole in hidden else (bool(mine) and not _many(mine, known, limit)):
        if not rest:
            hidden.add(whole)
            return
        mine.append(rest.pop(0))
        hidden.add(mine[-1])


def _many(paths: list[Path], known: Counts, limit: int) -> bool:
    """Are they two at least, with none or enough records together in each span?"""
    total: dict[Any, int] = defaultdict(int)
    for path in paths:
        for span, n in known[path].items():
            total[span] += n
    return len(paths) > 1 and all(n >= limit for n in total.values() if n)

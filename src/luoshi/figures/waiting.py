"""When numbers that read verdicts move for the public, and which of them wait, so that no few changes can be told. Pure.

There are editions: the ends of months. At each, the number of a year moves for a place, or stays as it was last shown; the
number of a month is shown once, with the first edition after it. What is shown of a place and of those below it:

- a place moves where it has no changed record since it last moved, or enough of them, and only where the one above it does;
- one that could not move waits for the end of the quarter, one that could not then for the end of the year: so the times
  between two moves of any two places are one within the other, or apart;
- of those that did not move, and of those whose time began before any earlier edition, enough records have changed since the
  last edition: without those in the months that are shown now, or none at all. Else more places wait, the smallest first;
- the months of a place are shown as long as it moves with every edition and each of these parts has none or enough changes,
  and the parts of those beside it that are not shown have, together.

So whatever is added to and taken from each other, what is left over is none, or holds one of these parts (ADR 9).
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass

from luoshi.figures.hidden import Path

Cell = tuple[int, Path]
"""A month (year × 12 + month − 1) and a longest path down the tree of places."""
MONTH, QUARTER, YEAR, NEVER = range(4)
"""How often something may move: with every edition, at the ends of quarters, at the end of the year, no more."""
Months = Callable[[int], bool]


def _any(month: int) -> bool:
    return True


def _only(month: int) -> Months:
    return lambda one: one == month


def _without(months: Set[int]) -> Months:
    told = frozenset(months)
    return lambda one: one not in told


@dataclass(frozen=True)
class Edition:
    """The running month at an edition, and what ends with it: MONTH, QUARTER or YEAR."""

    month: int
    ends: int = MONTH


@dataclass(frozen=True)
class Taken:
    """An edition at which the whole moves: its place among all, what ends with it, the months that are shown now."""

    at: int
    ends: int
    months: frozenset[int]


@dataclass(frozen=True)
class Shown:
    """The places of which the year's number moves with an edition, and those of which its months are shown."""

    moved: frozenset[Path]
    months: frozenset[Path]


class Changes:
    """The records that are different at two editions: of each cell how many, and those that went from one cell to another."""

    def __init__(self, cells: Mapping[Cell, int], gone: Sequence[tuple[Cell, Cell]] = ()) -> None:
        """`cells` counts a record that went in both of its cells."""
        self._gone = gone
        self._at: dict[Path, Counter[int]] = defaultdict(Counter)
        for (month, leaf), n in cells.items():
            for depth in range(len(leaf) + 1):
                self._at[leaf[:depth]][month] += n

    @property
    def paths(self) -> Set[Path]:
        """All places in which anything changed."""
        return self._at.keys()

    def some(self, paths: Collection[Path], months: Months = _any) -> int:
        """The changes in some places of one depth, in some months."""
        return sum(n for path in paths if path in self._at for month, n in self._at[path].items() if months(month))

    def sure(self, paths: Collection[Path], months: Months = _any) -> int:
        """How many records at least make a difference to these places together: not those that went from one to another."""
        within = set(paths)

        def inside(cell: Cell) -> bool:
            return months(cell[0]) and any(cell[1][:depth] in within for depth in range(len(cell[1]) + 1))

        return self.some(paths, months) - 2 * sum(inside(a) and inside(b) for a, b in self._gone)

    def few(self, paths: Collection[Path], limit: int, months: Months = _any) -> bool:
        """Is something different, and less than the limit?"""
        return self.some(paths, months) > 0 and self.sure(paths, months) < limit


Between = Callable[[int, int], Changes]
"""The changes from one edition to another, by their places among all; −1 is the time before any record."""
Sizes = Sequence[Mapping[Cell, int]]
"""The records of each cell at each edition."""


def taken(editions: Sequence[Edition], between: Between, sizes: Sequence[Mapping[int, int]], limit: int) -> list[Taken]:
    """The editions at which the number of the whole year moves, and the months that are shown with each.

    `between` speaks of the whole, `sizes` of its months.
    """
    found = list[Taken]()
    last, told, ends = -1, set[int](), MONTH
    for at, edition in enumerate(editions):
        block, ends = between(last, at), max(ends, edition.ends)
        over = [month for month in sorted(sizes[at]) if month < edition.month and month not in told]
        early = [between(one.at, at) for one in found[:2]]
        months = {
            month
            for month in over
            if not 0 < sizes[at][month] < limit and not any(one.few([()], limit, _only(month)) for one in early)
        }
        net = sum(sizes[at].values()) - (sum(sizes[last].values()) if last >= 0 else 0)
        if not block.some([()]) or 0 < abs(net) < limit:
            continue
        if block.sure([()], _without(months)) < limit:
            continue
        found.append(Taken(at, ends, frozenset(months)))
        told, last, ends = told | months, at, MONTH
    return found


def shown(editions: Sequence[Taken], between: Between, sizes: Sizes, limit: int) -> list[Shown]:
    """What moves with each of the taken editions along one tree."""
    families = _Families(between, sizes, limit)
    return [families.step(one) for one in editions]


class _Families:
    """How often each place may move, when it moved, and which places were not told apart by months."""

    def __init__(self, between: Between, sizes: Sizes, limit: int) -> None:
        self._between, self._limit = between, limit
        self._sizes = [Changes(one) for one in sizes]
        self._pace: dict[Path, int] = defaultdict(int)
        self._moves: dict[Path, list[int]] = {(): [-1]}
        self._loose: set[Path] = set()
        self._pools: dict[Path, list[frozenset[Path]]] = defaultdict(list)
        self._below: dict[Path, set[Path]] = defaultdict(set)
        self._taken: list[Taken] = []
        self._blocks: list[Changes] = []

    def step(self, edition: Taken) -> Shown:
        """One edition more."""
        block = self._between(self._taken[-1].at if self._taken else -1, edition.at)
        self._taken.append(edition)
        self._blocks.append(block)
        for path in sorted(block.paths - {()}, key=len):
            self._below[path[:-1]].add(path)
            self._moves.setdefault(path, self._moves[path[:-1]][-1:])
        moved: set[Path] = {()}
        months: set[Path] = {()} if edition.months else set()
        for whole in sorted(self._below, key=lambda path: (len(path), repr(path))):
            parts = self._below[whole]
            mine = self._moving(whole, parts) if whole in moved else set[Path]()
            for path in parts - mine:
                if self._pace[path] <= edition.ends:
                    self._pace[path] = edition.ends + 1
            self._loose |= {path for path in parts if path not in mine or self._thin([path]) or self._few([path])}
            if whole in months:
                months |= self._told(whole, parts)
            elif edition.months:
                self._loose |= parts
            moved |= mine
        for path in moved:
            self._moves[path].append(len(self._taken) - 1)
        return Shown(frozenset(moved), frozenset(months))

    def _moving(self, whole: Path, parts: Set[Path]) -> set[Path]:
        """Which of those below a place move with it."""
        ends = self._taken[-1].ends
        mine = {path for path in parts if self._pace[path] <= ends and self._may(path)}
        for pool in self._pools[whole]:
            if self._thin(pool):
                mine -= pool
        order = self._smallest_last(mine)
        while any(self._leaves_few(parts, mine, since) for since in self._moves[whole]):
            if not order:
                return set()
            mine.discard(order.pop())
        return mine

    def _smallest_last(self, paths: Collection[Path]) -> list[Path]:
        return sorted(paths, key=lambda path: (self._blocks[-1].some([path]), repr(path)), reverse=True)

    def _may(self, path: Path) -> bool:
        """Have none or enough records changed since a place last moved, and are there none or enough more or less?"""
        since, now = self._moves[path][-1], self._taken[-1].at
        old = self._taken[since].at if since >= 0 else -1
        net = self._sizes[now].some([path]) - (self._sizes[old].some([path]) if old >= 0 else 0)
        return not self._between(old, now).few([path], self._limit) and not 0 < abs(net) < self._limit

    def _leaves_few(self, parts: Set[Path], mine: Set[Path], since: int) -> bool:
        """Take from the changes of a place since an edition what moves of those below it: are few left over?"""
        for at in range(len(self._blocks) - 1, since, -1):
            rest = [path for path in parts if self._stands_out(path, at, since, path in mine)]
            if self._blocks[at].some(rest):
                return self._lacks(rest, at)
        return False

    def _stands_out(self, path: Path, at: int, since: int, moves: bool) -> bool:
        """Does the time between two moves in which a block lies begin before `since`, or not end yet?"""
        found = self._moves[path]
        place = bisect_left(found, at)
        return place > 0 and (found[place - 1] < since or (place == len(found) and not moves))

    def _lacks(self, paths: Collection[Path], at: int) -> bool:
        """Is too little changed in some places in a block, outside of the months that were shown with it?"""
        return self._blocks[at].sure(paths, _without(self._taken[at].months)) < self._limit

    def _thin(self, paths: Collection[Path]) -> bool:
        """Is too little changed in some places in the last block in which anything is?"""
        for at in range(len(self._blocks) - 1, -1, -1):
            if self._blocks[at].some(paths):
                return self._lacks(paths, at)
        return False

    def _few(self, paths: Collection[Path]) -> bool:
        """Has one of the months that are shown now few records in some places, or few changes since the first two editions?

        Of these all changes are known by their months: nothing later can be among them.
        """
        now = self._taken[-1]
        tables = [self._sizes[now.at], *(self._between(one.at, now.at) for one in self._taken[:2] if one.at < now.at)]
        return any(one.few(paths, self._limit, _only(month)) for month in now.months for one in tables)

    def _told(self, whole: Path, parts: Set[Path]) -> set[Path]:
        """Those below a place of which the months are told; the others make a pool that is large enough."""
        steady, pool = self._smallest_last(parts - self._loose), set(parts & self._loose)
        while steady and (self._thin(pool) or self._few(pool)):
            pool.add(steady.pop())
        self._loose |= pool
        self._pools[whole].append(frozenset(pool))
        return set(steady)

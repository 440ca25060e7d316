"""What the public is told of figures that read verdicts: at the ends of months, and only of what moves then (`waiting.py`).

Each number that is shown is that of one size of the log: of this edition, or of an earlier one since which it waits. Which,
follows from the log alone; it is derived data, kept in files below the lake, named by the definition, the days and their sizes.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from hashlib import sha256
from itertools import repeat
from pathlib import Path as File
from typing import Any, Final

from django.conf import settings

from luoshi import home as homes
from luoshi.figures import ask, guard
from luoshi.figures.answer import HIDDEN, Cell, Group, packed, unpacked
from luoshi.figures.ask import Answer, AsOf, Question
from luoshi.figures.hidden import Path
from luoshi.figures.period import MONTH, Period
from luoshi.figures.shape import Engine
from luoshi.figures.waiting import MONTH as MONTHLY
from luoshi.figures.waiting import QUARTER, YEAR, Changes, Edition, Shown, Taken, shown, taken
from luoshi.kernel import calendar, clock
from luoshi.kernel.kept import Kept
from luoshi.kernel.measures import Measure

VERSION: Final = 2
"""Another number where the rule or the form changes."""
_AFTER: Final = (12, 14)
"""Editions after the year: at the ends of January and of March, which is the last one."""
State = tuple[int, tuple[Any, ...], int]
"""A record's month, its places, and for each share that the figure has whether it is in it, and in its numerator."""


def day_of(day: date) -> date:
    """The last end of a month that a day has reached."""
    return day if (day + timedelta(days=1)).day == 1 else day.replace(day=1) - timedelta(days=1)


def _end(month: int) -> date:
    return date((month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)


@dataclass(frozen=True)
class Step:
    """What moves with one edition: the numbers of places in the year, those of its months, and the places that are new."""

    size: int
    year: Mapping[Path, Cell]
    months: Mapping[tuple[int, Path], Cell]
    there: Mapping[int, frozenset[Path]]
    """The places that have records for the first time, by month; of the year under −1."""


class Told:
    """What is shown along one tree of a year after some of its editions."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._year: dict[Path, Cell] = {}
        self._months: dict[tuple[int, Path], Cell] = {}
        self._there: dict[int, set[Path]] = defaultdict(set)
        for step in steps:
            self._year |= step.year
            self._months |= step.months
            for month, paths in step.there.items():
                self._there[month] |= paths

    def cells(self, span: Period) -> dict[Path, Cell]:
        """The cells of a year or a month; hidden ones of places that are not shown, and of all in any other span."""
        length = span.last - span.first
        if length == 12 and span.first % 12 == 0:
            there, known = self._there.get(-1, set()), self._year
        else:
            there = set().union(*(self._there.get(month, set()) for month in range(span.first, span.last)))
            known = {path: cell for (month, path), cell in self._months.items() if length == 1 and month == span.first}
        return {path: known.get(path, HIDDEN) for path in there | known.keys()}


def answer(question: Question, total: bool) -> Answer:
    """The number with its groups, as of the last edition. Raises Invalid for independent dimensions."""
    along = guard.tree(question.figure, (*question.by, *question.where))
    whole = _cells(replace(question, by=()), along) if total else {}
    return Answer(question, whole.get((), Cell()), _cells(question, along) if question.by else {})


def _cells(question: Question, along: tuple[str, ...]) -> dict[Group, Cell]:
    names = [name for name in question.by if name != MONTH]
    deepest = max((along.index(name) + 1 for name in (*names, *question.where)), default=0)
    found: dict[Group, Cell] = {}
    for span in question.period.months() if MONTH in question.by else [question.period]:
        for path, cell in _told(question, along, span.first // 12 * 12).cells(span).items():
            said = dict(zip(along, path, strict=False))
            if len(path) != deepest or any(said[name] != value for name, value in question.where.items()):
                continue
            group = tuple(span.first if name == MONTH else said[name] for name in question.by)
            found[group] = HIDDEN if group in found else cell
    return {group: _own(cell, question.as_of) for group, cell in found.items()}


def _own(cell: Cell, as_of: AsOf) -> Cell:
    return replace(cell, known=None) if cell.known and cell.known[0] == as_of.size else cell


def _told(question: Question, along: tuple[str, ...], first: int) -> Told:
    """What was told with the editions that a size of the log holds; one in which nothing came in tells nothing."""
    today = calendar.current().city_date(clock.now())
    over = tuple(month for month in _editions(first) if _end(month) < today)
    steps = _kept(question.figure.id, question.figure.fingerprint, along, first, over, question.engine)
    return Told([step for step in steps if step.size <= question.as_of.size])


def _editions(first: int) -> list[int]:
    """The months with whose ends a year is told."""
    return [*range(first, first + 12), *(first + more for more in _AFTER)]


def _make(
    name: str, mark: str, along: tuple[str, ...], first: int, months: tuple[int, ...], engine: Engine
) -> list[Step]:
    """What moves with each edition that is over, from a file; one not made yet is made along all trees."""
    figure, known = ask.figure(name), [ask.known_on(_end(month)) for month in months]

    def file(tree: tuple[str, ...]) -> File:
        said = [VERSION, mark, figure.measure.suppress_below, [one.size for one in known]]
        digest = sha256(json.dumps(said).encode()).hexdigest()[:24]
        return settings.CONF.home / "lake" / "editions" / f"{'-'.join((name, str(first // 12), *tree))}.{digest}.json"

    if not file(along).exists():
        file(along).parent.mkdir(parents=True, exist_ok=True)
        year = _Year(Question(figure, Period(first, first + 12), AsOf(0, 0), engine=engine), known)
        for tree in guard.trees(figure):
            homes.write(file(tree), _written(year.steps(tree)))
            for old in file(tree).parent.glob(f"{file(tree).name.rsplit('.', 2)[0]}.*.json"):
                if old != file(tree):
                    old.unlink(missing_ok=True)
    return _read(file(along))


_kept: Final = Kept(_make, 600)


class _Year:
    """The records of a year's number at each edition."""

    def __init__(self, question: Question, known: Sequence[AsOf]) -> None:
        self._question, self._known = question, known
        self._limit, self._masks = question.figure.measure.suppress_below, _verdicts(question.figure.measure)
        self._names = tuple(dict.fromkeys(name for tree in guard.trees(question.figure) for name in tree))
        self._states, self._columns = _columns([self._records(question.period, one) for one in known])
        self._of_month = lru_cache(maxsize=None)(
            lambda month, at: Counter(self._records(Period(month, month + 1), known[at]).values())
        )
        self._taken = [self._whole(mask) for mask in self._masks]

    def _whole(self, mask: int) -> list[Taken]:
        whole = self._along((), mask)
        return taken(self._editions(), whole.changes, [_by_month(one) for one in whole.sizes], self._limit)

    def steps(self, tree: tuple[str, ...]) -> list[Step]:
        """What moves with each edition along one tree.

        An index moves where all of its parts do that read verdicts, so it tells nothing that these do not tell by themselves.
        """
        parts = [self._along(tree, mask) for mask in self._masks]
        mine, moving = parts[0], dict[int, tuple[Taken, Shown]]()
        for number, (one, editions) in enumerate(zip(parts, self._taken, strict=True)):
            moves = zip(editions, shown(editions, one.changes, one.sizes, self._limit), strict=True)
            theirs = {edition.at: (edition, move) for edition, move in moves}
            moving = {at: _both(moving[at], theirs[at]) for at in moving.keys() & theirs} if number else theirs
        found, seen = list[Step](), dict[int, set[Path]]()
        for at, table in enumerate(mine.tables):
            there = {month: frozenset(paths - seen.get(month, set())) for month, paths in _there(table).items()}
            seen = {month: seen.get(month, set()) | there.get(month, set()) for month in seen.keys() | there.keys()}
            year, months = self._step(mine, *moving[at]) if at in moving else ({}, {})
            found.append(Step(self._known[at].size, year, months, there))
        return found

    def _step(
        self, mine: "_Along", edition: Taken, move: Shown
    ) -> tuple[dict[Path, Cell], dict[tuple[int, Path], Cell]]:
        """The numbers that move with an edition: of the year, and of months.

        A month of an index is asked for itself, since what is due by a month's end may not be due by the year's.
        """
        cells, months = self._cells(mine.tables[edition.at], edition.at), dict[tuple[int, Path], Cell]()
        for month in edition.months:
            by = cells
            if self._question.figure.measure.kind == "index":
                by = self._cells(mine.narrowed(self._of_month(month, edition.at)), edition.at)
            months |= {(month, path): by[month, path] for path in move.months if (month, path) in by}
        return {path: cells.get((-1, path), Cell()) for path in move.moved}, months

    def _records(self, period: Period, known: AsOf) -> Mapping[str, State]:
        return ask.states(replace(self._question, period=period, as_of=known), self._names) if known.size else {}

    def _along(self, tree: tuple[str, ...], mask: int) -> "_Along":
        return _Along(self._states, self._columns, tuple(map(self._names.index, tree)), mask)

    def _editions(self) -> list[Edition]:
        first, last = self._question.period.first, self._question.period.first + _AFTER[-1]
        return [
            Edition(month, YEAR if month == last else QUARTER if month % 3 == 2 else MONTHLY)
            for month in _editions(first)[: len(self._known)]
        ]

    def _cells(self, table: Mapping[State, int], at: int) -> dict[tuple[int, Path], Cell]:
        known = self._known[at]
        return _counted(self._question.figure.measure, table, (known.size, known.moment))


def _both(one: tuple[Taken, Shown], other: tuple[Taken, Shown]) -> tuple[Taken, Shown]:
    """What moves for both."""
    (edition, move), (also, moved) = one, other
    both = replace(edition, months=edition.months & also.months)
    return both, Shown(move.moved & moved.moved, move.months & moved.months)


def _columns(records: Sequence[Mapping[str, State]]) -> tuple[list[State], list[list[int]]]:
    """All states that there are, and at each edition the number of each record's state, −1 before it came."""
    numbers, rows, columns = dict[State, int](), dict[str, int](), list[list[int]]()
    for some in records:
        column = [-1] * len(rows)
        for subject, state in some.items():
            row = rows.setdefault(subject, len(rows))
            if row == len(column):
                column.append(-1)
            column[row] = numbers.setdefault(state, len(numbers))
        columns.append(column)
    return list(numbers), [[*column, *([-1] * (len(rows) - len(column)))] for column in columns]


class _Along:
    """The records of a year's number along one tree at each edition: how many in each state, and which verdicts moved."""

    def __init__(
        self, states: Sequence[State], columns: Sequence[Sequence[int]], at: tuple[int, ...], mask: int
    ) -> None:
        self._at, self._mask = at, mask
        numbers = dict[State, int]()
        mine = [numbers.setdefault((first, self._path(path), bits), len(numbers)) for first, path, bits in states]
        self._columns = [list(map([*mine, -1].__getitem__, column)) for column in columns]
        self._states = list(numbers)
        self.tables = [
            {self._states[one]: n for one, n in Counter(column).items() if one >= 0} for column in self._columns
        ]
        self.sizes = [_sizes(one, mask) for one in self.tables]
        self.changes: Callable[[int, int], Changes] = lru_cache(maxsize=None)(self._changes)

    def narrowed(self, table: Mapping[State, int]) -> Counter[State]:
        """How many records of any place are in each state along the tree."""
        found = Counter[State]()
        for (first, path, bits), n in table.items():
            found[first, self._path(path), bits] += n
        return found

    def _path(self, path: tuple[Any, ...]) -> Path:
        return tuple(path[place] for place in self._at)

    def _changes(self, a: int, b: int) -> Changes:
        """From one edition to another; −1 is the time before any record."""
        before = self._columns[a] if a >= 0 else repeat(-1)
        cells, gone = Counter[tuple[int, Path]](), list[tuple[Any, Any]]()
        for pair, n in Counter(zip(before, self._columns[b], strict=False)).items():
            found = [(*state[:2], state[2] & self._mask) for one in pair if one >= 0 and (state := self._states[one])]
            found = [state for state in found if state[2]]
            if len(found) == 2 and found[0][:2] == found[1][:2]:
                cells[found[0][:2]] += n if found[0] != found[1] else 0
                continue
            for state in found:
                cells[state[:2]] += n
            gone += [(found[0][:2], found[1][:2])] * n if len(found) == 2 else []
        return Changes(+cells, gone)


def _sizes(table: Mapping[State, int], mask: int) -> Counter[tuple[int, Path]]:
    found = Counter[tuple[int, Path]]()
    for (month, path, bits), n in table.items():
        if bits & mask:
            found[month, path] += n
    return found


def _by_month(sizes: Mapping[tuple[int, Path], int]) -> Counter[int]:
    found = Counter[int]()
    for (month, _), n in sizes.items():
        found[month] += n
    return found


def _there(states: Iterable[State]) -> dict[int, set[Path]]:
    found: dict[int, set[Path]] = defaultdict(set)
    for month, path in {state[:2] for state in states}:
        for key in (month, -1):
            found[key] |= {path[:depth] for depth in range(len(path) + 1)}
    return found


def _verdicts(measure: Measure) -> list[int]:
    """The bits of a state that read verdicts, of each part that does."""
    parts = [part.suppress_below for _, part in measure.parts] or [measure.suppress_below]
    return [3 << 2 * at for at, limit in enumerate(parts) if limit]


def _counted(measure: Measure, table: Mapping[State, int], known: tuple[int, int]) -> dict[tuple[int, Path], Cell]:
    """The cells of the year (month −1) and of its months, for each place."""
    bits: dict[tuple[int, Path], Counter[int]] = defaultdict(Counter)
    for (month, path, flags), n in table.items():
        for depth in range(len(path) + 1):
            bits[month, path[:depth]][flags] += n
            bits[-1, path[:depth]][flags] += n
    return {key: _cell(measure, found, known) for key, found in bits.items()}


def _cell(measure: Measure, found: Mapping[int, int], known: tuple[int, int]) -> Cell:
    def having(bit: int) -> int:
        return sum(n for flags, n in found.items() if flags >> bit & 1)

    n = sum(found.values())
    if measure.kind == "index":
        return Cell(
            None, None, n, tuple((having(2 * at + 1), having(2 * at)) for at in range(len(measure.parts))), known=known
        )
    return Cell(having(1), n, n, known=known) if measure.kind == "share" else Cell(n, None, n, known=known)


def _written(steps: Sequence[Step]) -> str:
    return json.dumps([
        {
            "size": step.size,
            "year": sorted(([path, packed(cell)] for path, cell in step.year.items()), key=repr),
            "months": sorted(([month, path, packed(cell)] for (month, path), cell in step.months.items()), key=repr),
            "there": sorted([month, sorted(some, key=repr)] for month, some in step.there.items()),
        }
        for step in steps
    ])  # fmt: skip


def _read(file: File) -> list[Step]:
    return [
        Step(
            said["size"],
            {tuple(path): unpacked(kept) for path, kept in said["year"]},
            {(month, tuple(path)): unpacked(kept) for month, path, kept in said["months"]},
            {month: frozenset(tuple(path) for path in some) for month, some in said["there"]},
        )
        for said in json.loads(file.read_text("utf-8"))
    ]

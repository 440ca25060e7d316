"""Nobody who asks every month, and adds and subtracts all answers, finds out how few judged: tried on invented years.

Each record is in a month and a street, comes in at some edition, and may change or go to another street at a later one.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from random import Random
from typing import Any

import numpy as np
import pytest

from luoshi.figures.hidden import Path
from luoshi.figures.waiting import MONTH, QUARTER, YEAR, Cell, Changes, Edition, Shown, Taken, shown, taken

LIMIT = 5
EDITIONS = [Edition(at, QUARTER if at % 3 == 2 else MONTH) for at in range(6)] + [Edition(8, YEAR)]
States = list[dict[int, tuple[int, Path, bool]]]
"""At each edition the records that there are: month, street, what the citizen said."""


def world(seed: int, scale: float = 1) -> States:
    """Streets of different sizes; half of the records come in with the edition after their month, some later."""
    random = Random(seed)
    streets = [(f"c{a}", f"s{a}{b}") for a in range(3) for b in range(random.randint(1, 3))]
    weight = {street: scale * random.choice((1, 4, 12, 30)) for street in streets}
    found: States = [{} for _ in EDITIONS]
    number = 0
    for month in range(6):
        for street in streets:
            for _ in range(int(random.expovariate(1 / weight[street]))):
                number += 1
                said, place = random.random() < 0.7, street
                comes = month + random.choices((0, 1, 2, 3), (50, 40, 7, 3))[0]
                for at in range(comes, len(EDITIONS)):
                    said = said != (random.random() < 0.02)
                    place = random.choice(streets) if random.random() < 0.004 else place
                    found[at][number] = month, place, said
    return found


def changes(states: States, a: int, b: int, depth: int = 2) -> Changes:
    """Between two editions, by places down to a depth."""
    before, after = states[a] if a >= 0 else {}, states[b]
    cells, gone = Counter[Cell](), list[tuple[Cell, Cell]]()
    for one in before.keys() | after.keys():
        was, now = before.get(one), after.get(one)
        if was == now:
            continue
        both = [(state[0], state[1][:depth]) for state in (was, now) if state]
        if len(both) == 2 and both[0] == both[1]:
            cells[both[0]] += was[2] != now[2]  # type: ignore[index]
        else:
            cells.update(both)
            gone += [(both[0], both[1])] if len(both) == 2 else []
    return Changes(+cells, gone)


@dataclass
class Told:
    """What is shown of a world, as sums over its smallest changes: (block, month, street)."""

    states: States
    editions: list[Taken] = field(default_factory=list)
    steps: list[Shown] = field(default_factory=list)
    differences: list[tuple[Path, int, int]] = field(default_factory=list)
    months: list[tuple[Path, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        sizes = [Counter(month for month, *_ in state.values()) for state in self.states]
        cells = [Counter((month, street) for month, street, _ in state.values()) for state in self.states]
        self.editions = taken(EDITIONS, lambda a, b: changes(self.states, a, b, 0), sizes, LIMIT)
        self.steps = shown(self.editions, lambda a, b: changes(self.states, a, b), cells, LIMIT)
        since: dict[Path, int] = {}
        for block, (edition, step) in enumerate(zip(self.editions, self.steps, strict=True)):
            for path in step.moved:
                self.differences.append((path, since.get(path, -1), block))
                since[path] = block
            self.months += [(path, month, block) for path in step.months for month in edition.months]
        self.streets = sorted({street for state in self.states for _, street, _ in state.values()})
        self.atoms = [
            (block, month, street)
            for block, one in enumerate(self.editions)
            for month in range(min(6, EDITIONS[one.at].month + 1))
            for street in self.streets
        ]
        self.tables = [
            changes(self.states, self.editions[block - 1].at if block else -1, one.at)
            for block, one in enumerate(self.editions)
        ]

    def row(self, of: Any) -> np.ndarray[Any, Any]:
        return np.array([float(of(*atom)) for atom in self.atoms])

    def rows(self) -> np.ndarray[Any, Any]:
        """All that is known to whoever has kept every answer."""
        found = [
            self.row(lambda t, m, s, p=path, a=a, b=b: a < t <= b and s[: len(p)] == p)
            for path, a, b in self.differences
        ]
        found += [
            self.row(lambda t, m, s, p=path, n=month, b=b: t <= b and m == n and s[: len(p)] == p)
            for path, month, b in self.months
        ]
        return np.array(found)

    def counts(self) -> np.ndarray[Any, Any]:
        return self.row(lambda t, m, s: self.tables[t].some([s], lambda one: one == m))


def regions(told: Told) -> Iterator[np.ndarray[Any, Any]]:
    """Changes that somebody may want to know: of a place or two beside each other, over some blocks, in one month, all others, or all."""
    places = sorted({street[:depth] for street in told.streets for depth in range(3)})
    pairs = [pair for pair in combinations(places, 2) if len(pair[0]) == len(pair[1]) and pair[0][:-1] == pair[1][:-1]]
    for group in [*((place,) for place in places), *pairs]:
        for a, b in combinations(range(-1, len(told.editions)), 2):
            for month in range(-1, 6):
                for other in (False, True) if month >= 0 else (False,):
                    yield told.row(
                        lambda t, m, s, g=group, a=a, b=b, n=month, o=other:
                        a < t <= b and any(s[: len(p)] == p for p in g) and (n < 0 or (m != n if o else m == n))
                    )  # fmt: skip


def isolated(told: Told) -> list[np.ndarray[Any, Any]]:
    """The small changes among these that some sum and difference of what is shown gives away."""
    rows, counts = told.rows(), told.counts()
    _, values, right = np.linalg.svd(rows, full_matrices=False)
    basis = right[values > 1e-9]
    small = np.unique([one for one in regions(told) if 0 < one @ counts < LIMIT] or [counts * 0], axis=0)
    left = small - (small @ basis.T) @ basis
    return [one for one, rest in zip(small, left, strict=True) if one.any() and np.abs(rest).max() < 1e-7]


@pytest.mark.parametrize("scale", [0.3, 1, 3])
@pytest.mark.parametrize("seed", range(10))
def test_no_few_changes_follow_from_all_that_is_ever_shown(seed: int, scale: float) -> None:
    told = Told(world(seed, scale))
    assert isolated(told) == []


def test_without_waiting_they_follow() -> None:
    found = 0
    for seed in range(5):
        told = Told(world(seed))
        told.differences = [
            (path, at - 1, at) for at in range(len(told.editions)) for path in {street[:depth] for street in told.streets for depth in range(3)}
        ]  # fmt: skip
        found += len(isolated(told))
    assert found


def test_each_place_for_itself_is_not_enough() -> None:
    """A place that moves on its own beside one that waits: the one above them tells the rest."""
    found = 0
    for seed in range(5):
        told = Told(world(seed))
        since: dict[Path, int] = {}
        told.months, told.differences = [], []
        for at, one in enumerate(told.editions):
            for path in {street[:depth] for street in told.streets for depth in range(3)}:
                block = changes(told.states, told.editions[since[path]].at if path in since else -1, one.at)
                if not block.few([path], LIMIT):
                    told.differences.append((path, since.get(path, -1), at))
                    since[path] = at
        found += len(isolated(told))
    assert found


def test_large_places_move_with_every_edition_and_show_their_months() -> None:
    states: States = [{} for _ in EDITIONS]
    streets = [("c0", "s00"), ("c0", "s01"), ("c1", "s10")]
    for number in range(6 * 3 * 40):
        month, street, late = number % 6, streets[number // 6 % 3], number // 18 % 2
        for at in range(month + late, len(EDITIONS)):
            states[at][number] = month, street, True
    told, every = Told(states), {(), ("c0",), ("c1",), *streets}
    assert [one.at for one in told.editions] == [0, 1, 2, 3, 4, 5]
    assert all(step.moved == every for step in told.steps)
    assert [sorted(one.months) for one in told.editions] == [[], [0], [1], [2], [3], [4]]
    assert all(step.months == every for step in told.steps[1:])


def test_what_waits_moves_at_the_end_of_the_quarter() -> None:
    states: States = [{} for _ in EDITIONS]
    large, small = [("c0", "s00"), ("c0", "s01")], ("c0", "s02")
    for number in range(6 * 60):
        for at in range(number % 6, len(EDITIONS)):
            states[at][number] = number % 6, large[number // 6 % 2], True
    for number, (month, n) in enumerate([(0, 3), (1, 2), (2, 3)]):
        for one in range(n):
            for at in range(month, len(EDITIONS)):
                states[at][1000 + 10 * number + one] = month, small, True
    told = Told(states)
    moved = [small in step.moved for step in told.steps]
    assert moved[:3] == [False, False, True] and not any(small in step.months for step in told.steps)
    assert all(("c0",) in step.moved for step in told.steps)
    assert all(any(street not in step.moved for street in large) for step in told.steps[:2]), (
        "another one waits with it"
    )


def test_a_record_that_goes_to_another_place_makes_no_difference_to_the_one_above() -> None:
    block = Changes({(1, ("c", "a")): 5, (1, ("c", "b")): 5}, [((1, ("c", "a")), (1, ("c", "b")))] * 5)
    assert block.some([("c",)]) == 10 and block.sure([("c",)]) == 0 and block.few([("c",)], LIMIT)
    assert not block.few([("c", "a")], LIMIT) and block.few([("c", "a"), ("c", "b")], LIMIT)

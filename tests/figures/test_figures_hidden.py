"""What is hidden cannot be computed from what is shown: tried by solving all sums at once."""

from random import Random

import numpy as np
import pytest

from luoshi.figures.hidden import Hidden, Path, hidden

Sizes = dict[tuple[int, Path], int]
Node = tuple[tuple[int, int], Path]
LIMIT = 5
MONTHS = tuple(range(2021 * 12, 2021 * 12 + 12))


def world(seed: int, running: int | None = None) -> Sizes:
    """Records by month and street of a small city; many months of a street have few or none, the one that runs has few."""
    random = Random(seed)
    streets = [(f"county {a}", f"street {a}{b}") for a in range(3) for b in range(random.randint(1, 4))]
    weight = {street: random.choice((0.3, 2, 8)) for street in streets}
    found = {(month, street): int(random.expovariate(1 / weight[street])) for month in MONTHS for street in streets}
    for month, street in found if running is not None else ():
        found[month, street] = 0 if month > running else found[month, street] + (0 if month == running else 3)
    return found


def nodes(sizes: Sizes) -> dict[Node, int]:
    """Every number that could be asked for: years, quarters and months of each place that is not empty in the year."""
    found: dict[Node, int] = {}
    paths = {street[:depth] for (_, street), n in sizes.items() for depth in range(3) if n}
    for length in (12, 3, 1):
        for first in range(MONTHS[0], MONTHS[0] + 12, length):
            for path in paths:
                span = (first, first + length)
                found[span, path] = sum(n for key, n in sizes.items() if below(key, (span, path)))
    return found


def below(cell: tuple[int, Path], node: Node) -> bool:
    (first, last), path = node
    return first <= cell[0] < last and cell[1][: len(path)] == path


def hides(found: Hidden, node: Node) -> bool:
    (first, last), path = node
    return path in found.of(first, last - first)


def told(sizes: Sizes, found: Hidden) -> list[Node]:
    """The hidden numbers that the shown ones determine: those in the row space of the shown sums over the smallest cells."""
    known, cells = nodes(sizes), list(sizes)

    def row(node: Node) -> list[float]:
        return [float(below(cell, node)) for cell in cells]

    shown = np.array([row(node) for node in known if not hides(found, node)] or [[0.0] * len(cells)])
    rank = np.linalg.matrix_rank(shown)
    secret = [node for node in known if hides(found, node) and any(row(node))]
    return [node for node in secret if np.linalg.matrix_rank(np.vstack([shown, row(node)])) == rank]


WORLDS = [(seed, running) for seed in range(8) for running in (None, MONTHS[10])]


@pytest.mark.parametrize(("seed", "running"), WORLDS)
def test_no_hidden_number_follows_from_those_that_are_shown(seed: int, running: int | None) -> None:
    sizes = world(seed, running)
    found = hidden(sizes, LIMIT, running)
    few = [node for node, n in nodes(sizes).items() if 0 < n < LIMIT]
    assert few and all(hides(found, node) for node in few)
    assert told(sizes, found) == []


@pytest.mark.parametrize("seed", range(60))
def test_what_is_left_over_where_a_place_is_shown_is_nobody_or_many(seed: int) -> None:
    sizes = world(seed)
    found, known = hidden(sizes, LIMIT), nodes(sizes)
    for node, n in known.items():
        span, path = node
        parts = [one for one in known if one[0] == span and one[1][:-1] == path and one[1]]
        shorter = [
            one for one in known if one[1] == path and one[0] != span and span[0] <= one[0][0] < one[0][1] <= span[1]
        ]
        months = [one for one in shorter if one[0][1] - one[0][0] == (3 if span[1] - span[0] == 12 else 1)]
        for some in (parts, months):
            if some and not hides(found, node):
                left = n - sum(known[one] for one in some if not hides(found, one))
                assert left == 0 or left >= LIMIT, (node, some)


def test_nothing_is_hidden_where_all_are_many_and_everything_where_all_are_few() -> None:
    many = {(month, ("a", "b")): 9 for month in MONTHS}
    found = hidden(many, LIMIT)
    assert (found.spans, found.in_year, found.in_parts) == (set(), set(), set())
    few = hidden({(MONTHS[0], ("a", "b")): 4}, LIMIT)
    assert few.in_year == few.in_parts == few.of(MONTHS[0], 1) == few.places == {(), ("a",), ("a", "b")}


def test_a_small_street_takes_one_other_with_it() -> None:
    usual = {"large": 9, "larger": 10, "small": 0}
    sizes = {(month, ("a", street)): n for month in MONTHS for street, n in usual.items()}
    sizes[MONTHS[3], ("a", "small")] = 2
    found = hidden(sizes, LIMIT)
    assert found.in_year == found.in_parts == {("a", "large"), ("a", "small")}
    assert told(sizes, found) == []


def test_a_month_that_has_just_begun_is_hidden_with_the_one_before_and_no_place_is() -> None:
    sizes = {(month, ("a", street)): 20 for month in MONTHS[:11] for street in ("one", "other", "third")}
    sizes |= {(MONTHS[10], ("a", street)): 2 for street in ("one", "other", "third")}
    found = hidden(sizes, LIMIT, MONTHS[10])
    assert found.spans == {(MONTHS[10], 1), (MONTHS[9], 1)} and not found.in_parts and not found.in_year
    assert told(sizes, found) == []

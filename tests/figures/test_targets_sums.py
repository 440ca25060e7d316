"""The arithmetic of targets against numbers worked out by hand and against NumPy and the standard library's statistics."""

import random
from datetime import date
from decimal import Decimal
from fractions import Fraction as F
from math import gamma, pi, sqrt

import numpy as np
import pytest

from luoshi.figures.targets import sums
from luoshi.figures.targets.sums import Rule

YINCHUAN = Rule(Decimal(10), Decimal(30))


@pytest.mark.parametrize(
    ("day", "months"),
    [
        ("2020-12-31", F(0)), ("2021-01-01", F(1, 31)), ("2021-01-31", F(1)), ("2021-02-14", F(3, 2)), ("2021-06-30", F(6)),
        ("2021-07-10", 6 + F(10, 31)), ("2021-12-29", 11 + F(29, 31)), ("2021-12-31", F(12)), ("2022-01-01", F(12)),
    ],
)  # fmt: skip
def test_a_day_counts_from_its_first_hour(day: str, months: F) -> None:
    assert sums.elapsed(date.fromisoformat(day), 2021) == months
    assert sums.elapsed(date(2024, 2, 29), 2024) == 2


def test_trajectories_by_hand() -> None:
    line = sums.straight(F(0), F(1200))
    assert line == tuple(F(100 * month) for month in range(13))
    assert sums.at(line, F(3, 2)) == 150 and sums.at(line, F(0)) == 0 and sums.at(line, F(12)) == 1200
    given = sums.through(F(0), {3: F(90), 6: F(300)}, F(1200))
    assert given == (0, 30, 60, 90, 160, 230, 300, 450, 600, 750, 900, 1050, 1200)
    assert sums.at(given, 4 + F(1, 2)) == 195
    last = [F(n) for n in (10, 20, 40, 60, 80, 100, 120, 140, 160, 180, 190, 200)]
    assert sums.shaped(F(0), last, F(1000)) == (0, 50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 950, 1000)
    rates = [F(90)] * 11 + [F(80)]
    assert sums.shaped(None, rates, F(88)) == (99,) * 12 + (88,)
    assert sums.shaped(F(0), [F(0)] * 12, F(1000)) is None


def test_trajectories_lie_where_numpy_interpolates() -> None:
    points = {2: F(7), 3: F(20), 8: F(25), 11: F(80)}
    path = sums.through(F(3), points, F(100))
    xs, ys = [0, *points, 12], [3.0, *map(float, points.values()), 100.0]
    for day in (date(2021, 1, 1), date(2021, 2, 27), date(2021, 8, 31), date(2021, 9, 12), date(2021, 12, 30)):
        months = sums.elapsed(day, 2021)
        assert float(sums.at(path, months)) == pytest.approx(np.interp(float(months), xs, ys))


@pytest.mark.parametrize(
    ("value", "due", "most", "gap", "light"),
    [
        (500, 500, False, 0, "g"), (600, 500, False, 10, "g"), (401, 500, False, F(-99, 10), "g"),
        (400, 500, False, -10, "y"), (200, 500, False, -30, "y"), (199, 500, False, F(-301, 10), "r"),
        (500, 500, True, 0, "g"), (600, 500, True, -10, "y"), (801, 500, True, F(-301, 10), "r"), (0, 500, True, 50, "g"),
    ],
)  # fmt: skip
def test_gap_and_light_by_hand(value: int, due: int, most: bool, gap: F, light: str) -> None:
    found = sums.measured(F(1000), F(due), F(value), most=most)
    assert (found.schedule, found.progress, found.gap) == (F(due, 10), F(value, 10), gap)
    assert sums.light(found.gap, YINCHUAN, over=False) == light


def test_a_target_that_was_missed_is_not_green_when_the_year_is_over() -> None:
    assert sums.light(F(-1, 10), YINCHUAN, over=True) == "y" and sums.light(F(0), YINCHUAN, over=True) == "g"
    assert sums.light(F(-1, 10), YINCHUAN, over=False) == "g" and sums.light(F(0), Rule(Decimal(0), Decimal(5)), over=False) == "g"  # fmt: skip


def test_the_forecast_is_a_weighted_fit_through_zero() -> None:
    """The ratio of sums is the least-squares slope through zero where a month's variance grows with its base."""
    done, base = [F(n) for n in (12, 30, 25, 41, 18)], [F(n) for n in (10, 24, 25, 30, 16)]
    rest, left = F(140), F(7)
    found = sums.forecast(done, base, (F(0), F(0)), rest, left)
    assert found is not None
    x, y = np.array(base, dtype=float), np.array(done, dtype=float)
    slope = np.linalg.lstsq((x / np.sqrt(x))[:, None], y / np.sqrt(x), rcond=None)[0][0]
    assert float(found.value) == pytest.approx(y.sum() + slope * 140)
    spread = ((y - slope * x) ** 2).sum() / 4
    half = 1.533 * sqrt(spread * (7 + 5 * (140 / x.sum()) ** 2))
    assert float(found.high - found.value) == pytest.approx(half) == pytest.approx(float(found.value - found.low))


def test_a_year_like_the_last_has_no_doubt() -> None:
    months = [F(n) for n in (5, 7, 9, 8)]
    found = sums.forecast([2 * n for n in months], months, (F(6), F(3)), F(60), F(15, 2))
    assert found is not None and found.value == found.low == found.high == 2 * (29 + 3 + 60)
    assert sums.forecast(months[:2], months[:2], (F(0), F(0)), F(60), F(10)) is None
    assert sums.forecast(months, [F(0)] * 4, (F(0), F(0)), F(60), F(8)) is None


def test_the_table_of_t_is_students() -> None:
    """Each value has a tenth of the distribution above it, by summing the density."""
    for free, t in sums.T80.items():
        scale = gamma((free + 1) / 2) / (sqrt(free * pi) * gamma(free / 2))
        xs = np.linspace(0.0, float(t), 4001)
        inside = np.trapezoid(scale * (1 + xs**2 / free) ** (-(free + 1) / 2), xs)
        assert 0.5 + inside == pytest.approx(0.9, abs=2e-4)


def test_four_of_five_intervals_hold_the_year_that_comes() -> None:
    dice, base = random.Random(6), [F(n) for n in (80, 60, 90, 100, 120, 130, 140, 130, 110, 100, 90, 70)]
    held = 0
    for _ in range(600):
        ratio = F(dice.randint(80, 130), 100)
        year = [ratio * month + F(round(dice.gauss(0, 8) * 1000), 1000) for month in base]
        over = dice.randint(3, 10)
        found = sums.forecast(year[:over], base[:over], (F(0), F(0)), sum(base[over:], F(0)), F(12 - over))
        assert found is not None
        held += found.low <= sum(year) <= found.high
    assert 0.75 < held / 600 < 0.85


def test_roots() -> None:
    assert sums.root(F(0)) == 0 and sums.root(F(9, 4)) == F(3, 2)
    assert abs(sums.root(F(2)) ** 2 - 2) < F(1, 10**38)

"""How a year went and will end, from cells made up by hand; and from published values."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction as F
from statistics import mean

import pytest

from luoshi.figures import ask
from luoshi.figures.answer import HIDDEN, Cell
from luoshi.figures.period import micros, parse
from luoshi.figures.reported.ask import Value
from luoshi.figures.reported.reads import Known
from luoshi.figures.targets import ask as targets
from luoshi.figures.targets import course, part, said, sums
from luoshi.figures.targets.declare import Target
from luoshi.figures.targets.sums import Rule
from luoshi.kernel.text import T

FIRST = 2021 * 12
LAST = [100, 80, 120, 110, 130, 140, 150, 140, 120, 110, 100, 100]


def counts(first: int, numbers: list[int]) -> dict[int, Cell]:
    return {first + month: Cell(n, None, n) for month, n in enumerate(numbers)}


def shares(first: int, pairs: list[tuple[int, int]]) -> dict[int, Cell]:
    return {first + month: Cell(a, b, b) for month, (a, b) in enumerate(pairs)}


def test_what_adds_up_is_added_and_a_share_is_taken_of_sums(db: None) -> None:
    closed, on_time = ask.figure("cases.closed"), ask.figure("cases.on_time")
    found = course.ends(closed, counts(FIRST, [3, 4]), FIRST, 3)
    assert found[:4] == (3, 7, 7, None) and len(found) == 12
    assert course.ends(on_time, shares(FIRST, [(1, 2), (2, 8)]), FIRST, 2)[:3] == (50, 30, None)
    stock = {FIRST: Cell(9, None, 9), FIRST + 1: Cell(4, None, 4)}
    assert course.ends(ask.figure("cases.open"), stock, FIRST, 3)[:3] == (9, 4, None)
    assert course.ends(ask.figure("cases.close_median"), stock, FIRST, 3) == (None,) * 12
    three = Cell(None, None, 3, ((1, 2), (1, 4), (3, 4)))
    score = course.ends(ask.figure("cases.score"), {FIRST: three, FIRST + 1: three}, FIRST, 2)
    assert score[0] == score[1] is not None


def test_a_hidden_month_hides_what_follows(db: None) -> None:
    cells = shares(FIRST, [(5, 9), (6, 9), (7, 9)]) | {FIRST + 1: HIDDEN}
    solved = ask.figure("cases.solved")
    assert course.ends(solved, cells, FIRST, 3)[:3] == (F(500, 9), None, None)
    last = shares(FIRST - 12, [(8, 10)] * 12)
    assert course.is_whole(last, FIRST - 12) and course.year_end(solved, last | cells, FIRST, F(3)) is None
    assert not course.is_whole(last | {FIRST - 12: HIDDEN}, FIRST - 12)
    assert not course.is_whole(shares(FIRST - 12, [(8, 10)] * 11), FIRST - 12)


def test_the_year_ends_as_last_years_share_to_date_says(db: None) -> None:
    """Until mid-April a tenth more than last year: 1.1 times last year's whole; no month strays, so nothing is unsure."""
    closed, this = ask.figure("cases.closed"), [110, 88, 132, 60]
    last = counts(FIRST - 12, LAST)
    months = sums.elapsed(date(2021, 4, 15), 2021)
    found = course.year_end(closed, last | counts(FIRST, this), FIRST, months)
    share = F(sum(LAST[:3]) + F(LAST[3], 2), sum(LAST))
    assert found is not None and found.value == F(sum(this)) / share
    assert found.low < found.value < found.high and found.low >= sum(this)
    exact = course.year_end(closed, last | counts(FIRST, [110, 88, 132, 0]), FIRST, F(3))
    assert exact is not None and exact.low == exact.value == exact.high == F(11, 10) * sum(LAST)


def test_a_share_ends_as_it_stands_and_the_months_say_how_sure_that_is(db: None) -> None:
    on_time = ask.figure("cases.on_time")
    last = shares(FIRST - 12, [(n - 10, n) for n in LAST])
    pairs = [(90, 100), (70, 80), (118, 120), (99, 110)]
    found = course.year_end(on_time, last | shares(FIRST, pairs), FIRST, F(4))
    done, under = (sum(column) for column in zip(*pairs, strict=True))
    assert found is not None and found.value == F(100 * done, under) and found.high <= 100
    spread = mean((a - done / under * b) ** 2 for a, b in pairs) * 4 / 3
    rest = sum(LAST[4:]) * under / sum(LAST[:4])
    half = 100 * 1.638 * (spread * (8 + 4 * (rest / under) ** 2)) ** 0.5 / (under + rest)
    assert float(found.value - found.low) == pytest.approx(half)


def published(period: str, value: str, member: str = "") -> tuple[tuple[str, str], Value]:
    known = Known("city.x", period, member, Decimal(value), date(2021, 1, 1), "final", "", "", "", "", "", 0)
    return (parse(period).text, member), Value(known, known)


def test_of_published_values_the_last_counts_and_none_is_added(db: None) -> None:
    values = dict([
        published("2020", "7"), published("2021-03", "1.5"), published("2021Q1", "2.5"), published("2021Q2", "3"),
        published("2021Q4", "9", "150600"), published("2022Q1", "8"),
    ])  # fmt: skip
    last, line = course.published(values, FIRST)
    assert (
        last == course.Published(F(3), 6)
        and line[2] == F(5, 2)
        and line[5] == 3
        and sum(one is not None for one in line) == 2
    )
    assert course.published({}, FIRST) == (None, (None,) * 12)


def test_with_a_whole_last_year_a_target_follows_it_and_the_years_end_is_printed(db: None) -> None:
    closed = ask.figure("cases.closed")
    cells = counts(FIRST - 12, LAST) | counts(FIRST, [110, 80, 140, 60])
    total = Cell(390, None, 390)
    moment = micros(datetime(2021, 4, 15, 12, tzinfo=UTC))
    rule = Rule(Decimal(5), Decimal(20))
    aim = Target(closed, 2021, Decimal(2800), False, "last_year", rule, T("", ""), False, Decimal(0))
    one = targets._computed(aim, closed, targets._Known(ask.AsOf(9, moment), total, cells))
    due = F(2800) * (sum(LAST[:3]) + F(LAST[3], 2)) / sum(LAST)
    assert one.due == due and one.measured is not None and one.measured.gap == 100 * (390 - due) / 2800
    assert one.actual[:5] == (110, 190, 330, 390, None) and one.light == "y" and one.forecast is not None
    found = said.said(one)
    assert found["forecast"]["value"] == str(round(390 * F(sum(LAST)) / (sum(LAST[:3]) + F(LAST[3], 2)))) == "1538"
    assert int(found["forecast"]["low"]) < 1538 < int(found["forecast"]["high"]) and found["forecast_why"] == ""
    assert f"1,538 件（八成可能在 {int(found['forecast']['low']):,} 到" in str(part.forecast(one))
    assert said.row(one)[said.HEADS.index("forecast")] == "1538"
    assert "<polyline" in part.chart(one) and "八成可能" in part.number(one)


def test_a_hidden_number_has_no_light(db: None) -> None:
    solved, moment = ask.figure("cases.solved"), micros(datetime(2021, 4, 15, 12, tzinfo=UTC))
    aim = Target(
        solved, 2021, Decimal(90), False, "linear", Rule(Decimal(5), Decimal(20)), T("", ""), True, Decimal(90)
    )
    one = targets._computed(aim, solved, targets._Known(ask.AsOf(9, moment), HIDDEN, shares(FIRST, [(2, 3)])))
    assert (one.light, one.value, one.measured, one.why) == ("n", None, None, targets.FEW)
    assert not any(one.actual)


def test_why_nothing_is_forecast(db: None) -> None:
    closed, last = ask.figure("cases.closed"), counts(FIRST - 12, LAST)
    assert targets._forecast(closed, last, FIRST, F(12))[1] == targets.OVER
    assert targets._forecast(closed, last, FIRST, F(2))[1] == targets.NO_MONTHS
    assert targets._forecast(closed, {}, FIRST, F(5))[1] == targets.NO_YEAR
    assert targets._forecast(ask.figure("cases.open"), last, FIRST, F(5))[1] == targets.NOT_SUMMED
    assert targets._forecast(closed, last | {FIRST: HIDDEN}, FIRST, F(5)) == (None, targets.HIDDEN)

"""Shares by Kaplan and Meier are what lifelines gives: small cohorts with ties, losses, unknowns; groups; an end in the past."""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from luoshi.figures import dialects, expr
from luoshi.figures.answer import DAY, Cell, cells_of, exact
from luoshi.figures.declare import Figure
from luoshi.figures.shape import Shape
from luoshi.kernel.measures import Column, Facts, Measure, Rolled, check
from luoshi.kernel.text import T

FACTS: Final = Facts(
    line="tried",
    columns=(Column("kind", "text"), Column("start_at", "time"), Column("came_at", "time"), Column("lost_at", "time")),
    carried=("kind", "start_at", "came_at", "lost_at"),
    rolled=(Rolled("times", "count", "place"),),
    clocks=("start_at",),
    dimensions=("kind",),
)  # fmt: skip
Row = tuple[str, int, int | None, int | None]
"""Kind, start, when it came, when it was lost; in quarters of a day."""
_QUARTER: Final = DAY // 4
_times: Final = st.none() | st.integers(0, 60)
COHORTS: Final = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 19), _times, _times), max_size=25)


def measure(days: int, *, lost: bool) -> Measure:
    found = Measure(
        "tried.one", "survival", "life", "start_at", value="came_at", days=days, until="lost_at" if lost else None
    )
    check(found, FACTS)
    return found


def cells(one: Measure, cohort: Sequence[Row], end: int, by: tuple[str, ...]) -> dict[Any, Cell]:
    """By DuckDB over a table of such rows."""
    database = duckdb.connect()
    types = {"text": "VARCHAR", "int": "BIGINT", "time": "BIGINT", "uuid": "VARCHAR"}
    columns = ", ".join(f"{name} {types[type_]}" for name, type_ in FACTS.types("life").items())
    database.execute(f"CREATE TABLE tried_life ({columns})")
    for number, (kind, *moments) in enumerate(cohort):
        start, came, lost = (None if at is None else at * _QUARTER for at in moments)
        values = {"subject": str(number), "kind": kind, "start_at": start, "came_at": came, "lost_at": lost, "times": 1,
                  "first": number, "start_at_month": 7}  # fmt: skip
        database.execute(
            f"INSERT INTO tried_life BY NAME SELECT {', '.join(f'${name} AS {name}' for name in values)}", values
        )
    text = dialects.text("duckdb", expr.answer(one, FACTS, Shape(one.id, by, (), "kept")))
    rows = database.sql(text, params={"end": end * _QUARTER, "first_month": 7, "last_month": 8})
    return cells_of(one, by, [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()])


def share(one: Measure, cell: Cell) -> Fraction | None:
    """As the figure shows it, of one."""
    figure = Figure("tried.one", FACTS, one, T("", ""), T("", ""), (), "%", 1, "up", "", "M", T("", ""), T("", ""))
    found = exact(figure, cell)
    return None if found is None else found / 100


def by_hand(rows: Sequence[Row], end: int, days: int, *, lost: bool) -> float:
    """lifelines over whole days; what had not come by the end, or by the loss, is censored there."""
    spans, came = [], []
    for _, start, event, loss in rows:
        stop = min(end, loss) if lost and loss is not None else end
        seen = event is not None and event < end and event <= stop
        spans.append(max((event if seen else stop) - start, 0) // 4)
        came.append(seen)
    return 1 - float(KaplanMeierFitter().fit(spans, came).predict(days))


@given(COHORTS, st.integers(20, 61), st.integers(1, 9), st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_share_is_what_lifelines_gives(cohort: list[Row], end: int, days: int, lost: bool) -> None:
    one = measure(days, lost=lost)
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in cohort:
        groups[(row[0],)].append(row)
    whole, found = cells(one, cohort, end, ()), cells(one, cohort, end, ("kind",))
    assert set(found) == set(groups) and set(whole) == ({()} if cohort else set())
    for group, rows in [*groups.items(), *([((), cohort)] if cohort else [])]:
        cell = {**whole, **found}[group]
        assert (cell.num, cell.den, cell.n) == (None, None, len(rows))
        assert share(one, cell) == pytest.approx(by_hand(rows, end, days, lost=lost), abs=1e-12)


def test_a_cohort_by_hand() -> None:
    """Four came on days 0, 1, 1 and 3; one was lost on day 1, still waiting when two came; one waits."""
    cohort: list[Row] = [
        ("a", 0, 3, None),
        ("a", 0, 4, None),
        ("a", 4, 11, None),
        ("b", 0, 14, 60),
        ("b", 0, 20, 7),
        ("b", 0, None, None),
    ]
    one = measure(3, lost=True)
    cell = cells(one, cohort, 40, ())[()]
    assert cell.parts == ((1, 6), (2, 5), (1, 2)) and cell.n == 6
    assert share(one, cell) == 1 - Fraction(5, 6) * Fraction(3, 5) * Fraction(1, 2) == Fraction(3, 4)
    assert share(measure(2, lost=True), cells(measure(2, lost=True), cohort, 40, ())[()]) == Fraction(1, 2)
    # as of an end in the past: only what had come by then, and who began just before is not waited for on day 1
    assert cells(one, cohort, 5, ())[()].parts == ((1, 6), (1, 4))
    assert share(one, Cell()) is None and share(one, Cell(None, None, 3)) == 0

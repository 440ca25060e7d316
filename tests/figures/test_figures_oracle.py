"""Every figure of the street line against SQL written by hand from its words, as of four sizes of the log."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import oracle

from luoshi.figures import ask, lake
from luoshi.figures.answer import Cell
from luoshi.figures.ask import Question
from luoshi.figures.catalogue import all_figures
from luoshi.figures.period import parse, start_of
from luoshi.kernel import installation
from luoshi.kernel.ledger import rows

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def bounds(period: str, size: int) -> tuple[datetime, datetime, datetime]:
    """The period's first moment, the one after it, and the end by which things have happened."""
    asked = parse(period)
    start, stop = (start_of(month, "Asia/Shanghai") for month in (asked.first, asked.last))
    return start, stop, min(stop, EPOCH + timedelta(microseconds=ask.as_of(str(size)).moment + 1))


def by_hand(period: str, size: int) -> dict[str, oracle.Numbers]:
    return oracle.figures(size, *bounds(period, size))


def test_every_figure_is_what_its_words_say(here: Any, face: Any) -> None:
    assert installation.current().pack["rates"] == {
        "satisfied_from": 4, "weights": {"response": 20, "solved": 40, "satisfied": 40},
        "bases": {"response": "due", "solved": "answered", "satisfied": "rated"},
    }, "the oracle is written for these"  # fmt: skip
    lake.bring(here.home, face, lives=True)
    wrong, counted = [], set()
    sizes = (rows.size_on(date(2021, 8, 31)), *here.sizes)
    assert 0 < sizes[0] < sizes[1]
    for size in sizes:
        for period in ("2021", "2021-07"):
            hand = by_hand(period, size)
            for figure in (one for one in all_figures().values() if one.line == "cases"):
                cell = ask.ask(Question(figure, parse(period), ask.as_of(str(size)))).total
                beside = cell.suppressed and "-" in period and figure.measure.suppress_below
                if not (beside or says(hand, figure.id, cell)):
                    wrong.append((period, size, figure.id, cell, hand[figure.id]))
                counted |= {figure.id} if cell.n else set()
    assert not wrong, "\n".join(map(str, wrong))
    assert len(counted) >= 38, sorted(set(oracle.FIGURES) - counted)


def says(hand: dict[str, oracle.Numbers], name: str, cell: Cell) -> bool:
    """Is a cell what the oracle says? Of a hidden one, that it hides few.

    A month may also be hidden so that another one cannot be told: test_figures_hidden.py.
    """
    num, den, n = hand[name]
    if cell.suppressed:
        return 0 < n < 5
    if name == "cases.score":
        parts = tuple(hand[f"cases.{one}"][:2] for one in ("response", "solved", "satisfied"))
        return (cell.parts, cell.n) == (parts, n)
    return (cell.num, cell.den, cell.n) == (num, den, n)

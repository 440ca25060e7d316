"""What the public is told of figures that read verdicts: true numbers of one size of the log each, which move by none or many."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from given import NOW

from luoshi.figures import ask, days, editions, guard
from luoshi.figures.answer import Cell, ranks
from luoshi.figures.ask import AsOf, Question
from luoshi.figures.catalogue import all_figures
from luoshi.figures.declare import Figure
from luoshi.figures.period import MONTH, Period, parse
from luoshi.kernel import clock

YEAR = parse("2021")
VERDICTS = ("cases.solved", "cases.satisfied", "cases.score", "cases.unrated", "cases.bad", "cases.unreached")
ENDS = [date(2021, month, 1) - timedelta(days=1) for month in range(2, 13)]


def told(figure: Figure, day: date, by: tuple[str, ...] = ()) -> ask.Answer:
    return ask.ask(Question(figure, YEAR, days.shown(figure, ask.as_of(day.isoformat())), by))


def numbers(cell: Cell) -> tuple[Any, ...]:
    return cell.num, cell.den, cell.n, cell.parts


@pytest.fixture(autouse=True)
def now(here: Any) -> Any:
    with clock.at(NOW):
        yield here


def test_these_are_all_that_read_verdicts() -> None:
    assert {one.id for one in all_figures().values() if one.measure.suppress_below and one.line == "cases"} == set(
        VERDICTS
    )


def test_a_day_means_the_month_that_was_over_by_then() -> None:
    figure = ask.figure("cases.solved")
    for day, end in (
        (date(2021, 11, 29), "2021-10-31"),
        (date(2021, 11, 30), "2021-11-30"),
        (date(2021, 12, 28), "2021-11-30"),
    ):
        at = days.shown(figure, ask.as_of(day.isoformat()))
        assert at.paced and str(at.day) == end and at.size == ask.as_of(end).size
    assert days.shown(ask.figure("cases.closed"), ask.as_of("2021-11-29")) == ask.as_of("2021-11-29")


@pytest.mark.parametrize("name", VERDICTS)
def test_each_number_is_that_of_its_own_size_of_the_log(name: str) -> None:
    figure, shown = ask.figure(name), 0
    for tree in guard.trees(figure):
        answer = told(figure, ENDS[-1], tree)
        for group, cell in {**answer.cells, **({} if tree else {(): answer.total})}.items():
            if cell.suppressed:
                continue
            known = ask.known_of(cell, answer.question.as_of)
            true = ask._cells(replace(answer.question, as_of=AsOf(known.size, known.moment)), tree)
            assert numbers(cell) == numbers(true.get(group, Cell())), (tree, group)
            shown += 1
    by_month = told(figure, ENDS[-1], (MONTH,))
    for (month,), cell in by_month.cells.items():
        if not cell.suppressed:
            known = ask.known_of(cell, by_month.question.as_of)
            first = int(month or 0)
            alone = Question(figure, Period(first, first + 1), AsOf(known.size, known.moment))
            assert numbers(cell) == numbers(ask._cells(alone, ())[()])
            shown += 1
    assert shown


@pytest.mark.parametrize("name", VERDICTS)
def test_from_day_to_day_each_number_moves_by_none_or_many(name: str) -> None:
    figure, moves = ask.figure(name), 0
    limit = figure.measure.suppress_below
    for tree in guard.trees(figure):
        before: dict[Any, Cell] = {}
        for day in ENDS:
            answer = told(figure, day, tree)
            for group, cell in (answer.cells if tree else {(): answer.total}).items():
                old = before.get(group, Cell(0, 0, 0))
                if cell.suppressed:
                    assert group not in before, "what was shown stays"
                    continue
                if numbers(old) != numbers(cell) and figure.measure.kind != "index":
                    assert abs((cell.n or 0) - (old.n or 0)) >= limit, (tree, group, day)
                    moves += 1
                before[group] = cell
    assert moves or figure.measure.kind == "index"


def test_a_past_edition_is_the_same_whenever_it_is_asked_for_and_from_files(here: Any) -> None:
    figure, folder = ask.figure("cases.solved"), here.home / "lake" / "editions"
    first = told(figure, ENDS[5], ("county",))
    kept = {file.name: file.read_bytes() for file in folder.iterdir()}
    editions._kept.forget()
    again = told(figure, ENDS[5], ("county",))
    for file in folder.iterdir():
        file.unlink()
    editions._kept.forget()
    anew = told(figure, ENDS[5], ("county",))
    assert first.cells == again.cells == anew.cells and first.total == anew.total
    made = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert made and all(kept[name] == data for name, data in made.items())


def test_the_api_says_since_when_a_number_waits(public: Client) -> None:
    found = public.get("/api/figures/cases.solved?period=2021&by=month").json()
    waiting = [row for row in found["rows"] if row["value"] is not None]
    assert waiting and all(row["known_size"] < found["log_size"] for row in waiting[:-1])
    assert found["as_of"].startswith("2021-11-30")
    quarter = public.get("/api/figures/cases.solved?period=2021Q3").json()
    assert quarter["suppressed"] and quarter["n"] is None


def test_an_index_moves_where_its_parts_do_and_with_them() -> None:
    """Else whoever knows the weights reads a part that waits out of the sum."""
    parts = [ask.figure(name) for name in ("cases.solved", "cases.satisfied")]
    shown = 0
    for tree in (("county",), ("street",), ("top",), ("unit",), (MONTH,)):
        for day in ENDS[2:]:
            score, *others = (told(figure, day, tree) for figure in (ask.figure("cases.score"), *parts))
            for group, cell in score.cells.items():
                if cell.suppressed or not cell.n:
                    continue
                size = ask.known_of(cell, score.question.as_of).size
                for part, (num, den) in zip(others, cell.parts[1:], strict=True):
                    theirs = part.cells.get(group, Cell())
                    same = ask.known_of(theirs, part.question.as_of).size == size
                    assert not theirs.suppressed and (not same or (theirs.num or 0, theirs.den or 0) == (num, den))
                    assert same or MONTH in tree or ask.known_of(theirs, part.question.as_of).size > size
                    shown += 1
    assert shown


def test_what_waits_has_no_rank_and_each_month_its_own() -> None:
    """Six of six in March is not the best of November."""
    waiting = 0
    for figure in map(ask.figure, VERDICTS):
        for tree in guard.trees(figure)[1:]:
            answer = told(figure, ENDS[-1], tree)
            stale = {group for group, cell in answer.cells.items() if cell.known}
            assert (
                not stale & ranks(figure, answer.together).keys()
                and answer.together.keys() == answer.cells.keys() - stale
            )
            waiting += len(stale)
    assert waiting
    months = told(ask.figure("cases.satisfied"), ENDS[-1], (MONTH,))
    assert months.together == months.cells and any(cell.known for cell in months.cells.values())

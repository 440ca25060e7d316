"""A figure asked in every way: engines agree, two times, groups, ranks, comparisons, drill-down."""

from dataclasses import replace
from typing import Any

import pytest

from luoshi.figures import ask, lake
from luoshi.figures.ask import AsOf, Question
from luoshi.figures.catalogue import all_figures
from luoshi.figures.period import parse

YEAR = parse("2021")


def known(size: int) -> AsOf:
    return ask.as_of(str(size))


KINDS = (
    "cases.reported",
    "cases.reports",
    "cases.on_time",
    "cases.score",
    "cases.open",
    "cases.close_p90",
    "cases.places",
)


def agree(question: Question) -> int:
    one, other = ask.ask(question), ask.ask(replace(question, engine="postgres"))
    assert (one.total, one.cells) == (other.total, other.cells), question
    return int((one.total.n or 0) > 0)


def test_duckdb_and_postgres_agree_on_every_figure(here: Any, face: Any) -> None:
    lake.bring(here.home, face, lives=True)
    assert sum(agree(Question(one, YEAR, known(here.sizes[2]))) for one in all_figures().values()) > 30
    for name in KINDS:
        figure = ask.figure(name)
        for size in here.sizes[:2]:
            assert agree(Question(figure, YEAR, known(size), figure.by[:1]))


def test_a_past_as_of_never_changes_whatever_is_sealed_later(here: Any, face: Any) -> None:
    for figure in all_figures().values():
        before = ask.ask(Question(figure, YEAR, known(here.sizes[0])))
        lake.bring(here.home, face, lives=True)
        assert ask.ask(Question(figure, YEAR, known(here.sizes[0]))).total == before.total, figure.id
    satisfied = [ask.ask(Question(ask.figure("cases.satisfied"), YEAR, known(size))).total.num for size in here.sizes]
    assert satisfied[0] is not None and satisfied[1] is not None and satisfied[1] < satisfied[0], (
        "grades were corrected"
    )


@pytest.mark.parametrize(
    "name", ["cases.reported", "cases.on_time", "cases.close_median", "cases.places", "cases.score", "cases.open"]
)
def test_as_many_records_open_as_the_number_says(here: Any, name: str) -> None:
    for size in here.sizes:
        question = Question(ask.figure(name), YEAR, known(size))
        total, found = ask.ask(question).total, ask.records(question)
        assert len(found) == total.n and len({one.place for one in found}) == len(found)
        if total.den is not None:
            assert sum(one.part for one in found) == total.num
        some = ask.records(question, limit=7)
        assert ask.records(question, after=some[-1].place, limit=5) == found[7:12]

"""Records found in PostgreSQL's rows of subjects are those that the lake gives, at every figure; nothing else is taken for them."""

from dataclasses import replace
from typing import Any

from django.db import connection, transaction
from django.test import Client

from luoshi.figures import ask, lake, lake_check, subjects
from luoshi.figures.ask import Question
from luoshi.figures.period import parse


def test_every_figure_gives_the_same_records(public: Client, monkeypatch: Any) -> None:
    asked = [
        Question(figure, parse(period), ask.as_of(), (), where)
        for figure in ask.all_figures().values()
        for period, where in (("2021", {}), ("2021-10", {}), ("2021", {figure.by[0]: "150203000000"} if "county" in figure.by[:1] else {}))
    ]  # fmt: skip
    seen = [(ask.records(one), ask.records(one, 40, 7), ask.records(one, part=True)) for one in asked]
    assert sum(bool(whole) for whole, _, _ in seen) > 60
    monkeypatch.setattr(subjects, "records", lambda *_: None)
    for one, told in zip(asked, seen, strict=True):
        assert told == (ask.records(one), ask.records(one, 40, 7), ask.records(one, part=True)), one.figure.id


def test_rows_of_another_size_are_not_taken(public: Client, here: Any, monkeypatch: Any) -> None:
    told: list[Any] = []
    own = subjects.records
    monkeypatch.setattr(subjects, "records", lambda *asked: told.append(own(*asked)) or told[-1])
    question = Question(ask.figure("cases.closed"), parse("2021"), ask.as_of())
    now = ask.records(question, limit=5)
    assert len(told) == 1 and len(told[0]) == 5 == len(now)
    assert ask.records(replace(question, as_of=ask.as_of(str(here.sizes[0])))) and len(told) == 1
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE fact_life SET size = size - 1")
            cursor.execute("DELETE FROM cases_life")
        assert ask.records(question, limit=5) == now and told[1:] == [None]
        transaction.set_rollback(True)


def test_a_table_that_was_lost_is_filled_from_the_file(public: Client, here: Any, face: Any) -> None:
    there = lake.bring(here.home, face, lives=True)
    rows = list(subjects.csv(face.facts))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM cases_life")
            cursor.execute("DELETE FROM fact_life")
        assert lake.bring(here.home, face, lives=True) == there
        assert list(subjects.csv(face.facts)) == rows and subjects.size_of(face.facts) == there.size
        transaction.set_rollback(True)


def test_a_row_that_was_changed_by_hand_is_named(public: Client, here: Any, face: Any) -> None:
    lake.bring(here.home, face, lives=True)
    assert list(lake_check.faults(here.home, face)) == []
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE cases_life SET grade = 5 WHERE grade = 1 AND first = (SELECT min(first) FROM cases_life WHERE grade = 1)"
            )
            cursor.execute("SELECT min(first) FROM cases_life")
        (bad,) = list(lake_check.faults(here.home, face))
        assert bad.what == "lake" and bad.detail.startswith("cases_life:") and bad.subject and bad.idx is not None
        transaction.set_rollback(True)

"""A figure that the city declares over values that there are: others are refused with file, line, rule and what there is."""

import sys
from functools import partial
from typing import Any

import pytest
import targets_home
from django.test import Client

from luoshi.figures import ask, catalogue, labels
from luoshi.figures.ask import Question
from luoshi.figures.catalogue import all_figures
from luoshi.figures.declare import FigureError
from luoshi.figures.period import parse
from luoshi.figures.reported import catalogue as reported
from luoshi.figures.targets import catalogue as targets

HEAD = """[cases.ours]
measure = "cases.closed"
name = { zh = "甲", en = "A" }
define = { zh = "甲", en = "A" }
unit = "件"
owner = "局"
"""
WRONG = {
    'where = { channel = ["telepathy"] }': "no value 'telepathy'; there are: web, hotline, counter,",
    'where = { channel = ["web", "telepathy"] }': "no value 'telepathy'",
    'where = { stage = ["done"] }': "no value 'done'; there are: reported, accepted,",
    'where = { county = ["999999999999"] }': "no value '999999999999'; there are: 150202000000, ",
    'where = { county = ["150200000000"] }': "no value '150200000000'",
    'where = { street = ["150203000000"] }': "no value '150203000000'",
    'where = { community = ["150203000000"] }': "no value '150203000000'",
    'where = { top = ["99"] }': "no value '99'; there are: ",
    'where = { category = ["999999"] }': "no value '999999'",
    'where = { unit = ["stadtwerke"] }': "no value 'stadtwerke'; there are: ",
    "where = { unit = [3] }": "must be codes (text), not internal numbers",
    'where = { unit = ["stadtwerke", 3] }': "must be codes (text), not internal numbers",
    "where = { unit = [] }": "must be a list of values",
    'where = { planet = ["earth"] }': "no dimension 'planet'",
    'where = ["web"]': "must be a table of dimensions and values",
    'where = { channel = "web" }': "must be a list of values",
}


declared = partial(targets_home.declared, name="mine.toml")


@pytest.mark.parametrize(("line", "rule"), WRONG.items())
def test_a_value_that_there_is_not_is_refused(here: Any, line: str, rule: str) -> None:
    with declared(here.home, f"{HEAD}{line}\n"), pytest.raises(FigureError) as refused:
        all_figures()
    (fault,) = refused.value.faults
    assert (fault.file, fault.line) == ("mine.toml", 7) and rule in fault.rule.en
    assert len(fault.rule.en) < 500


@pytest.mark.parametrize(
    "line", ['where = { channel = ["web", "app"], county = ["150203000000"], stage = ["closed"] }', 'where = { source = ["another"] }']
)  # fmt: skip
def test_values_that_there_are_and_open_lists_are_taken(here: Any, line: str) -> None:
    with declared(here.home, f"{HEAD}{line}\n"):
        assert all_figures()["cases.ours"].where


def test_a_unit_is_named_by_its_code(here: Any) -> None:
    year = parse("2021")
    by_unit = ask.ask(Question(ask.figure("cases.closed"), year, ask.as_of(), ("unit",))).cells
    two = sorted(((cell.n or 0, int(group[0])) for group, cell in by_unit.items() if group[0]), reverse=True)[:2]
    codes = ", ".join(f'"{labels.code("unit", key)}"' for _, key in two)
    with declared(here.home, f"{HEAD}where = {{ unit = [{codes}] }}\n"):
        ours = ask.ask(Question(ask.figure("cases.ours"), year, ask.as_of())).total
    assert len(two) == 2 and ours.n == sum(n for n, _ in two) > 0


def test_what_is_no_table_is_refused(here: Any) -> None:
    with declared(here.home, "cases = 3\n"), pytest.raises(FigureError, match=r"mine.toml:1: cases"):
        all_figures()


def test_a_measure_of_verdicts_takes_no_filter(here: Any) -> None:
    text = HEAD.replace("cases.closed", "cases.solved").replace("件", "%")
    with declared(here.home, f'{text}where = {{ channel = ["web"] }}\n'), pytest.raises(FigureError) as refused:
        all_figures()
    (fault,) = refused.value.faults
    assert (fault.file, fault.line) == ("mine.toml", 7) and "takes no filter" in fault.rule.en
    with declared(here.home, text):
        assert all_figures()["cases.ours"].measure.suppress_below


def test_a_server_goes_on_with_the_last_that_was_good(public: Client, here: Any, monkeypatch: Any) -> None:
    page = public.get("/figure/cases.closed").status_code
    with declared(here.home, f"{HEAD}nonsense = 1\n"):
        with pytest.raises(FigureError):
            all_figures()
        monkeypatch.setitem(sys.modules, "luoshi.wsgi", sys)
        assert page == public.get("/figure/cases.closed").status_code == 200
        assert public.get("/targets/").status_code == public.get("/").status_code == 200
        for kept in (catalogue._figures, reported._both, targets._targets):
            monkeypatch.setattr(kept, "_kept", None)
        broken = public.get("/figure/cases.closed")
        assert broken.status_code == 503 and "luoshi doctor" in broken.content.decode()
    assert public.get("/figure/cases.closed").status_code == 200

"""Spark on this machine gives what DuckDB gives, for every figure, now and as of an earlier size."""

import shutil
import warnings
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import pytest
from django.conf import settings

from luoshi.conf import Conf
from luoshi.figures import ask, lake
from luoshi.figures.ask import Question
from luoshi.figures.catalogue import all_figures
from luoshi.figures.period import parse


@pytest.fixture
def spark(here: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spark on two cores."""
    if shutil.which("java") is None or find_spec("pyspark") is None:
        warnings.warn(
            "!!!!!! NO SPARK: java or pyspark is not here, NOTHING IS HELD AGAINST SPARK !!!!!!", stacklevel=1
        )
        pytest.skip("NO SPARK: java, pyspark")
    # for a minute's work the fast compiler alone costs half the CPU
    monkeypatch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "spark_master": "local[2]"}))


def test_spark_and_duckdb_agree_on_every_figure(here: Any, face: Any, spark: None) -> None:
    lake.bring(here.home, face, lives=True)
    wrong, counted = [], 0
    for size in (here.sizes[2], here.sizes[0]):
        for figure in all_figures().values():
            question = Question(figure, parse("2021"), ask.as_of(str(size)))
            one, other = ask.ask(question), ask.ask(replace(question, engine="spark"))
            counted += bool(one.total.n)
            if one.total != other.total:
                wrong.append((figure.id, size, one.total, other.total))
    assert not wrong, wrong
    assert counted > 70
    # a stock cut at a month's end, groups, records
    question = Question(ask.figure("cases.open"), parse("2021-09"), ask.as_of(str(here.sizes[1])), ("county",))
    other = replace(question, engine="spark")
    assert ask.ask(question).cells == ask.ask(other).cells
    assert ask.records(question, limit=9) == ask.records(other, limit=9) != []

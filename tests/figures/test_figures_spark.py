"""Spark gives what DuckDB gives: on this machine for every figure, now and as of an earlier size; through a master too."""

import shutil
import socket
import subprocess
import warnings
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from django.conf import settings

from luoshi.conf import Conf
from luoshi.figures import ask, lake
from luoshi.figures import spark as engine
from luoshi.figures.ask import Question
from luoshi.figures.catalogue import all_figures
from luoshi.figures.engines import EngineMissing
from luoshi.figures.period import parse


@pytest.fixture
def java(here: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Java and PySpark; what a test starts of them ends with it."""
    if shutil.which("java") is None or find_spec("pyspark") is None:
        warnings.warn(
            "!!!!!! NO SPARK: java or pyspark is not here, NOTHING IS HELD AGAINST SPARK !!!!!!", stacklevel=1
        )
        pytest.skip("NO SPARK: java, pyspark")
    # for a minute's work the fast compiler alone costs half the CPU
    monkeypatch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    yield
    _stop()


def _stop() -> None:
    """End the session, so that the next one may go to another master."""
    if engine._session.cache_info().currsize:
        engine._session().stop()
    for one in (engine._lives.held.clear, engine._read.cache_clear, engine._session.cache_clear):
        one()


@pytest.fixture
def spark(java: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spark on two cores."""
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "spark_master": "local[2]"}))


@pytest.fixture
def cluster(java: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """A master and a worker of Spark's own, on free ports of this machine; the master's address."""
    import pyspark

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    master, running = f"spark://127.0.0.1:{port}", []
    places = ("--host", "127.0.0.1", "--webui-port", "0")
    command = str(Path(pyspark.__path__[0]) / "bin" / "spark-class")
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    for name, more, ready in (
        ("master.Master", ("--port", str(port)), "I have been elected leader"),
        ("worker.Worker", ("--cores", "1", "--memory", "1g", "--work-dir", str(tmp_path), master), "Successfully registered"),
    ):  # fmt: skip
        log = tmp_path / name
        with log.open("wb") as out:
            running.append(
                subprocess.Popen([command, f"org.apache.spark.deploy.{name}", *places, *more], stdout=out, stderr=out)
            )
        until = monotonic() + 60
        while ready not in log.read_text("utf-8") and monotonic() < until and running[-1].poll() is None:
            sleep(0.2)
        assert ready in log.read_text("utf-8"), log.read_text("utf-8")
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "spark_master": master}))
    yield master
    _stop()
    for one in reversed(running):
        one.terminate()
        one.wait(30)


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


def test_a_cluster_answers_through_its_master_s_address(here: Any, face: Any, cluster: str) -> None:
    lake.bring(here.home, face, lives=True)
    for size, name, by in ((here.sizes[2], "cases.on_time", "county"), (here.sizes[0], "cases.returns", "month")):
        question = Question(ask.figure(name), parse("2021"), ask.as_of(str(size)), (by,))
        one, other = ask.ask(question), ask.ask(replace(question, engine="spark"))
        assert one.total.n and one.total == other.total and one.cells == other.cells, (name, size)
    assert engine._session().sparkContext.master == cluster


def test_a_master_or_a_path_that_is_not_there_is_said(
    face: Any, spark: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(EngineMissing, match=r"Spark \(local\[2\]\) does not answer: .*gone\.parquet"):
        engine.run(face.facts, [tmp_path / "gone.parquet"], None, "SELECT 1", {})
    _stop()
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "spark_master": "spark://nowhere"}))
    with pytest.raises(EngineMissing) as refused:
        engine.run(face.facts, [], None, "SELECT 1", {})
    assert (
        "spark://nowhere" in refused.value.text.zh
        and "没有答复" in refused.value.text.zh
        and len(str(refused.value)) < 500
    )

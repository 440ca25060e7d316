"""Targets over the simulated year: as of any size, crossings written once, a light set by hand, the pages."""

import csv
import io
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction as F
from html import unescape
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from given import NOW, connect
from targets_home import HEAD, declared, entry

from luoshi.conf import Conf
from luoshi.figures import ask as counted
from luoshi.figures import board, rows_check
from luoshi.figures.answer import value
from luoshi.figures.models import TargetLight
from luoshi.figures.period import parse
from luoshi.figures.targets import actions, reads, said, sums
from luoshi.figures.targets.ask import Standing, standings
from luoshi.figures.targets.catalogue import all_targets
from luoshi.figures.targets.watch import watch
from luoshi.kernel import clock
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.ledger.seal import seal_all
from luoshi.kernel.models import Event
from luoshi.kernel.problems import Denied, Invalid, Stale
from luoshi.people.models import Person
from luoshi.people.viewer import of_login

TARGETS = (
    HEAD
    + entry("cases.reported", value="400")
    + entry("cases.closed", value="1000")
    + entry("cases.on_time", value="95", light="{ yellow = 1, red = 60 }")
    + entry("cases.open", value="1000")
    + entry("cases.reports", value="400", trajectory='"last_year"')
    + entry("cases.reported", 2022, value="500")
)


@pytest.fixture
def aimed(here: Any) -> Iterator[Any]:
    with clock.at(NOW), declared(here.home, TARGETS):
        yield here


@pytest.fixture
def alone(world: Any, server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A copy of the year's database and home, in which a test may write and seal."""
    connection.close()
    with psycopg.connect(server.url("super"), autocommit=True) as admin:
        admin.execute("CREATE DATABASE aimed TEMPLATE figured OWNER luoshi_owner")
        admin.execute("GRANT CONNECT ON DATABASE aimed TO luoshi_app, luoshi_read")
    url = urlunsplit(urlsplit(world.url)._replace(path="/aimed"))
    home = tmp_path / "home"
    shutil.copytree(world.home, home)
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "home": home}))
    connect(url)
    place = Place(world.place.origin, Folder(home / "log"), home / "keys" / "log")
    try:
        with clock.at(NOW), declared(home, TARGETS):
            board.refresh(home)
            yield replace(world, url=url, home=home, place=place)
    finally:
        connect(server.url("app"))
    with psycopg.connect(server.url("super"), autocommit=True) as admin:
        admin.execute("DROP DATABASE aimed WITH (FORCE)")


def standing(figure: str, year: int = 2021, size: int | None = None) -> Standing:
    as_of = counted.as_of(None if size is None else str(size))
    (one,) = standings([all_targets()[year, figure]], as_of)
    return one


def seal(here: Any) -> None:
    seal_all(here.place)
    board.refresh(here.home)


def events(verb: str) -> list[Event]:
    return list(Event.objects.filter(line="figures", verb=verb).order_by("recorded_at", "id"))


def test_what_is_said_is_what_the_figure_says_on_the_days_trajectory(aimed: Any) -> None:
    one = standing("cases.reported")
    answer = counted.ask(counted.Question(one.target.of, parse("2021"), counted.as_of()))  # type: ignore[arg-type]
    assert one.day == date(2021, 12, 29) and one.value == value(one.target.of, answer.total)  # type: ignore[arg-type]
    due = 400 * (11 + Decimal(29) / 31) / 12
    assert said.number(one, one.due) == due.quantize(Decimal(1))
    found = said.said(one)
    shares = [str((part / 4).quantize(Decimal("0.1"), ROUND_HALF_UP)) for part in (due, Decimal(found["value"]))]
    assert [found["schedule"], found["progress"]] == shares
    assert one.actual[-1] == one.value and list(one.actual) == sorted(one.actual)  # type: ignore[type-var]
    assert (found["forecast"], found["light"]) == (None, "g") and "last year" in one.forecast_why.en


def test_rates_and_stocks_are_compared_at_their_level(aimed: Any) -> None:
    rate, stock = standing("cases.on_time"), standing("cases.open")
    assert rate.due == 95 and rate.measured is not None and rate.measured.schedule == 100
    assert rate.measured.gap == 100 * F(rate.value or 0) / 95 - 100  # type: ignore[arg-type]
    assert stock.light == "g" and stock.measured is not None and stock.measured.gap == 100 - F(stock.value or 0) / 10
    months = counted.ask(
        replace(counted.Question(stock.target.of, parse("2021"), counted.as_of()), by=("month",)), total=False
    )  # type: ignore[arg-type]
    assert stock.actual[:3] == tuple(months.cells[2021 * 12 + m,].num for m in range(3))


def test_without_a_whole_last_year_there_is_no_course_to_follow(aimed: Any) -> None:
    one = standing("cases.reports")
    assert (one.light, one.measured, one.path) == ("n", None, None) and "last year" in one.why.en and one.value
    later = standing("cases.reported", 2022)
    assert (later.light, later.value) == ("n", None) and "not begun" in later.why.en


def test_the_worst_stands_first_and_kept_answers_are_what_counting_gives(aimed: Any) -> None:
    board.refresh(aimed.home)
    kept, again = standings(), standings(as_of=counted.as_of())
    assert [one.light for one in kept] == sorted((one.light for one in kept), key="rygn".index) and kept[0].light == "r"
    assert [said.said(one) for one in kept] == [said.said(one) for one in again]


def test_an_earlier_size_gives_that_days_answer(aimed: Any) -> None:
    early, late = standing("cases.reported", size=aimed.sizes[0] // 2), standing("cases.reported")
    assert early.day is not None and late.day is not None and early.day < late.day
    assert early.value is not None and late.value is not None and early.value < late.value
    assert early.due == 400 * sums.elapsed(early.day, 2021) / 12
    known = counted.as_of(str(aimed.sizes[0] // 2))
    answer = counted.ask(counted.Question(early.target.of, parse("2021"), known, engine="postgres"))  # type: ignore[arg-type]
    assert early.value == answer.total.num
    assert standing("cases.reported", size=0).light == "n"


def test_a_crossing_is_written_once(alone: Any) -> None:
    before = counted.as_of()
    assert watch() == 5 + 2 and watch() == 0
    crossed = events("cross")
    assert sorted(one.body["figure"] for one in crossed) == ["cases.closed", "cases.on_time"]
    body = next(one.body for one in crossed if one.body["figure"] == "cases.closed")
    assert (body["was"], body["light"], body["log_size"], body["rule"]) == (
        "g",
        "r",
        before.size,
        {"yellow": "10", "red": "30"},
    )
    assert body["target"] == "1000" and Decimal(body["gap"]) == Decimal(body["progress"]) - Decimal(body["schedule"])
    assert all(b'"gap"' in one.payload and b'"private":null' in one.payload and one.actor is None for one in crossed)
    seal(alone)
    assert watch() == 0, "what is sealed since changes no light"
    assert [(turn.was, turn.light) for turn in reads.crossings(2021, "cases.closed", counted.as_of().size)] == [
        ("g", "r")
    ]
    assert reads.crossings(2021, "cases.closed", before.size) == []


def test_a_light_turns_back_and_a_new_declaration_is_an_event(alone: Any) -> None:
    watch()
    with declared(alone.home, TARGETS.replace("value = 1000", "value = 100", 1)):
        assert watch() == 1, "the log has not grown: nothing is judged twice"
        seal(alone)
        assert watch() == 1 and watch() == 0
    changed, crossed = events("redeclare"), events("cross")
    assert [one.body["target"] for one in changed] == ["100"] and crossed[-1].body["was"] == "r"
    assert crossed[-1].body["light"] == "g" and crossed[-1].body["target"] == "100"


def test_the_same_crossing_is_written_once_a_day(alone: Any) -> None:
    watch()
    low, high = TARGETS.replace("value = 1000", "value = 100", 1), TARGETS
    for text in (low, high, low):
        with declared(alone.home, text):
            watch()
            seal(alone)
            watch()
            seal(alone)
    told = [(one.body["was"], one.body["light"]) for one in events("cross") if one.body["figure"] == "cases.closed"]
    assert told == [("g", "r"), ("r", "g")], "back to red a second time that day is not written"
    with declared(alone.home, high), clock.at(NOW.replace(day=30)):
        actions.set_light(
            viewer=of_login("supervisor"), on=row_of("cases.open").pk, light="y", reason="次日", until="2021-12-31"
        )
        seal(alone)
        assert standing("cases.closed").light == "r" and watch() == 2
    assert events("cross")[-1].body["was"] == "g"


def test_two_workers_at_once_write_it_once(alone: Any) -> None:
    def work() -> None:
        with closing(connection), clock.at(NOW):
            watch()

    workers = [Thread(target=work) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert (len(events("declare")), len(events("cross"))) == (5, 2)


def row_of(figure: str) -> Any:
    return reads.one(of_login("supervisor"), 2021, figure)


def test_a_person_sets_a_light_for_a_while(alone: Any) -> None:
    watch()
    seal(alone)
    row, before = row_of("cases.closed"), counted.as_of().size
    given = {"light": "y", "reason": "系统停机一周，已补录", "until": "2021-12-30"}
    for login in ("desk", "statistician"):
        with pytest.raises(Denied):
            actions.set_light(viewer=of_login(login), on=row.pk, **given)
    actions.set_light(viewer=of_login("supervisor"), on=row.pk, seen=row.version, **given)
    with pytest.raises(Stale):
        actions.set_light(viewer=of_login("supervisor"), on=row.pk, seen=row.version, **given)
    assert standing("cases.closed").instead is None, "not sealed yet"
    seal(alone)
    one = standing("cases.closed")
    assert one.instead is not None and (one.shown, one.light, one.instead.reason) == ("y", "r", given["reason"])
    assert said.said(one)["light_set"] == {"light": "y", "reason": given["reason"], "until": "2021-12-30"}
    assert standing("cases.closed", size=before).instead is None
    assert list(rows_check.faults()) == []
    for change, field in (({"state": "g"}, "light"), ({"instead": "g"}, "instead")):
        was = {name: getattr(row_of("cases.closed"), name) for name in change}
        TargetLight.objects.filter(pk=row.pk).update(**change)
        (bad,) = rows_check.faults()
        assert f": {field} is g" in bad.detail
        TargetLight.objects.filter(pk=row.pk).update(**was)
    (event,) = events("set_light")
    assert "系统停机".encode() in event.payload and event.actor == of_login("supervisor").person
    actions.lift_light(viewer=of_login("supervisor"), on=row.pk, reason="补录已完")
    with pytest.raises(Invalid):
        actions.lift_light(viewer=of_login("supervisor"), on=row.pk, reason="补录已完")
    seal(alone)
    assert standing("cases.closed").instead is None


def test_after_its_last_day_the_computed_light_stands_alone(alone: Any) -> None:
    watch()
    actions.set_light(
        viewer=of_login("supervisor"), on=row_of("cases.closed").pk, light="g", reason="一天", until="2021-12-29"
    )
    seal(alone)
    assert standing("cases.closed").shown == "g"
    with clock.at(NOW.replace(day=30)):
        actions.set_light(
            viewer=of_login("supervisor"), on=row_of("cases.open").pk, light="y", reason="次日", until="2021-12-31"
        )
        seal(alone)
        assert standing("cases.closed").day == date(2021, 12, 30)
        assert (standing("cases.closed").instead, standing("cases.open").shown) == (None, "y")


def test_what_cannot_be_set(alone: Any) -> None:
    watch()
    row = row_of("cases.closed")
    wrong = [
        ({"light": "n"}, "light"), ({"reason": " "}, "reason"), ({"reason": "长" * 301}, "reason"), ({"until": "2021-12-28"}, "until"),
        ({"until": "2023-01-01"}, "until"), ({"until": "soon"}, "until"), ({"until": "2021-02-30"}, "until"),
    ]  # fmt: skip
    for given, field in wrong:
        data = {"light": "y", "reason": "有据", "until": "2021-12-30"} | given
        with pytest.raises(Invalid) as refused:
            actions.set_light(viewer=of_login("supervisor"), on=row.pk, **data)
        assert [fault.field for fault in refused.value.faults] == [field]
    assert events("set_light") == []


@pytest.fixture
def browsers(alone: Any) -> tuple[Client, Client]:
    """The public and the supervisor, where lights were judged and sealed."""
    watch()
    seal(alone)
    public, supervisor = Client(HTTP_HOST="127.0.0.1"), Client(HTTP_HOST="127.0.0.1")
    supervisor.force_login(Person.objects.get(login="supervisor"))
    return public, supervisor


def text(browse: Client, address: str) -> str:
    found = browse.get(address)
    assert found.status_code == 200, (address, found.status_code)
    return found.content.decode()


def test_the_list_and_its_file_say_the_same(browsers: tuple[Client, Client]) -> None:
    public, supervisor = browsers
    page = text(public, "/targets/")
    names = re.findall(r'href="/figure/([a-z.]+)_?[a-z_]*\?period=(\d+)', page)
    assert len(names) == 6 and '<html lang="zh-CN" class="land">' in page
    rows = list(csv.DictReader(io.StringIO(text(public, "/targets.csv").lstrip("\ufeff"))))
    assert [(row["light"], row["figure"]) for row in rows][:2] == [("r", "cases.closed"), ("y", "cases.on_time")]
    first = rows[0]
    assert (
        f"{first['progress']}%" in page and f"落后 {first['gap'].lstrip('-')} 个百分点" in page and "严重落后" in page
    )
    assert 'href="/targets/"' in text(public, "/") and "/work/targets/" not in page
    assert 'href="/work/targets/2021/cases.closed/"' in text(supervisor, "/targets/")
    early = list(csv.DictReader(io.StringIO(text(public, "/targets.csv?as_of=2021-06-30").lstrip("\ufeff"))))
    assert {row["as_of"][:10] for row in early} <= {"2021-06-30", "2021-06-29"}
    assert (
        public.get("/targets/?as_of=soon").status_code == 422 == public.get("/targets.csv?as_of=99999999").status_code
    )
    public.cookies["lang"] = "en"
    assert "Far behind" in text(public, "/targets/") and "points behind" in text(public, "/targets/")


def test_of_verdicts_the_public_may_ask_for_days_only(alone: Any, browsers: tuple[Client, Client]) -> None:
    public, supervisor = browsers
    assert text(public, "/targets/?as_of=4000")
    with declared(alone.home, TARGETS + entry("cases.satisfied", value="90")):
        day = text(public, "/targets/?as_of=2021-11-30")
        assert "as_of=2021-11-30" in day and text(supervisor, "/targets/?as_of=4000")
        for page in (text(public, "/targets/"), text(public, "/targets/?as_of=4000"), day):
            address = re.search(r'href="(/figure/cases.satisfied[^"]*)#target', page)
            assert address and "as_of=4000" not in address[1] and text(public, unescape(address[1]))


def test_a_figures_page_shows_its_target(browsers: tuple[Client, Client]) -> None:
    public, _ = browsers
    page = text(public, "/figure/cases.closed")
    part = page[page.index('aria-labelledby="target"') :]
    assert 'class="light light-r"' in part and "严重落后" in part and "<polyline" in part and "看数据" in part
    assert part.count('<tr><th scope="row">') == 12 and "正常变为严重落后" in part and "演示" not in part
    assert 'aria-labelledby="target"' not in text(public, "/figure/cases.closed?period=2020")
    assert 'aria-labelledby="target"' not in text(public, "/figure/cases.returns")
    early = text(public, "/figure/cases.closed?as_of=2021-06-30")
    assert "正常变为" not in early and 'aria-labelledby="target"' in early


def test_a_light_is_set_and_withdrawn_on_its_page(alone: Any, browsers: tuple[Client, Client]) -> None:
    public, supervisor = browsers
    address = "/work/targets/2021/cases.closed/"
    page = text(supervisor, address)
    form = {
        "light": "y",
        "reason": "<b>补录</b>",
        "until": "2021-12-30",
        "seen": re.search(r'name="seen" value="(\d+)"', page)[1],
    }  # type: ignore[index]
    assert (
        public.get(address).status_code in (302, 303, 403)
        and supervisor.get("/work/targets/2021/cases.score/").status_code == 404
    )
    refused = supervisor.post(address, form | {"until": "2020-01-01", "reason": ""})
    assert refused.status_code == 422 and supervisor.post(address, form | {"until": "2020-01-01"}).status_code == 422
    assert supervisor.post(address, form).status_code == 303 and supervisor.post(address, form).status_code == 409
    seal(alone)
    shown = text(public, "/targets/")
    assert "&lt;b&gt;补录" in shown and "人工改判到 2021-12-30" in shown and "严重落后" in shown
    assert supervisor.post(f"{address}lift/", {"reason": "", "seen": "99"}).status_code == 409
    assert supervisor.post(f"{address}lift/", {"reason": "补完"}).status_code == 303
    seal(alone)
    assert "人工改判" not in text(public, "/targets/")

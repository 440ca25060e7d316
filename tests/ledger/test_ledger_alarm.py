"""What a monitor, the doctor and the administrators are told of the log: sizes, ages, and an alarm until it is mended."""

import json
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sealing
from django.conf import settings
from django.test import Client
from given import NOW
from procrastinate.contrib.django import app
from procrastinate.periodic import PeriodicDeferrer, PeriodicRegistry, PeriodicTask

from luoshi.cli import examinations
from luoshi.conf import Conf
from luoshi.kernel import clock
from luoshi.kernel.ledger import keys, nightly, seal
from luoshi.kernel.ledger import place as places
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.place import Place
from luoshi.people.models import Person

BAD = {"what": "payload", "idx": 17, "event": "0189", "line": "cases", "subject": None, "detail": "市民甲"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own with the token `abc`."""
    values = {**settings.CONF.values, "home": tmp_path, "metrics_token": "abc"}
    monkeypatch.setattr(settings, "CONF", Conf(values))
    yield tmp_path


@pytest.fixture
def log(home: Path, db: None, monkeypatch: pytest.MonkeyPatch) -> Place:
    ours = Place(sealing.ORIGIN, Folder(home / "log"), home / "keys" / "log")
    keys.create(ours.key_file, ours.origin)
    monkeypatch.setattr(places, "current", lambda: ours)
    return ours


def numbers(answer: Any) -> dict[str, float]:
    """The exposition's numbers; every one has its help and type."""
    lines = answer.content.decode().splitlines()
    found = {name: float(value) for name, value in (line.split(" ") for line in lines if line[0] != "#")}
    for name in found:
        assert f"# TYPE {name} gauge" in lines and any(line.startswith(f"# HELP {name} ") for line in lines)
    return {name.removeprefix("luoshi_log_"): value for name, value in found.items()}


def test_a_monitor_reads_sizes_and_ages(log: Place, browse: Client, home: Path) -> None:
    sealing.write(3)
    assert numbers(browse.get("/metrics")) == {
        "sealed_entries": 0, "published_entries": 0, "waiting_entries": 3, "oldest_waiting_seconds": 0,
    }  # fmt: skip
    seal.seal_all(log)
    sealing.write(2, NOW + timedelta(seconds=10))
    nightly.keep(home, 3, None)
    with clock.at(NOW + timedelta(seconds=70)):
        found = numbers(browse.get("/metrics"))
    assert found.pop("verified_age_seconds") < 60
    assert found == {
        "sealed_entries": 3, "published_entries": 3, "waiting_entries": 2, "oldest_waiting_seconds": 60,
        "checkpoint_age_seconds": 70, "verified": 1,
    }  # fmt: skip
    nightly.keep(home, 3, BAD)
    assert numbers(browse.get("/metrics"))["verified"] == 0


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({}, 200),
        ({"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 404),
        ({"REMOTE_ADDR": "10.0.0.9"}, 404),
        ({"REMOTE_ADDR": "10.0.0.9", "HTTP_AUTHORIZATION": "Bearer abc"}, 200),
        ({"REMOTE_ADDR": "10.0.0.9", "HTTP_AUTHORIZATION": "Bearer abd"}, 404),
        ({"REMOTE_ADDR": "10.0.0.9", "HTTP_AUTHORIZATION": "Bearer ä"}, 404),
        ({"REMOTE_ADDR": "10.0.0.9", "HTTP_AUTHORIZATION": "Bearer "}, 404),
        ({"HTTP_HOST": "city.example"}, 404),
    ],
)
def test_whoever_else_asks_finds_no_such_page(
    log: Place, browse: Client, monkeypatch: pytest.MonkeyPatch, how: dict[str, str], status: int
) -> None:
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", [*settings.ALLOWED_HOSTS, "city.example"])
    assert browse.get("/metrics", **how).status_code == status


def test_without_a_token_an_empty_one_opens_nothing(
    log: Place, browse: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "metrics_token": ""}))
    for given in ("", "Bearer ", "Bearer"):
        assert browse.get("/metrics", REMOTE_ADDR="10.0.0.9", HTTP_AUTHORIZATION=given).status_code == 404


def logged_in(login: str) -> Client:
    person = Person.objects.get(login=login)
    person.must_change = False
    person.save()
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(person, backend="luoshi.people.door.Backend")
    return client


@pytest.mark.parametrize(
    ("login", "path", "told"),
    [
        ("sysadmin", "/system/", True),
        ("secadmin", "/security/", True),
        ("auditadmin", "/audit/", True),
        ("desk", "/work/cases/", False),
    ],
)
def test_the_administrators_see_the_alarm_until_it_is_mended(
    log: Place, home: Path, login: str, path: str, told: bool
) -> None:
    client = logged_in(login)
    assert "账本验证不符" not in client.get(path).content.decode()
    nightly.keep(home, 20, BAD)
    shown = client.get(path).content.decode()
    assert ("账本验证不符" in shown, "第 17 条，payload · cases" in shown) == (told, told)
    assert "市民甲" not in shown, "what a row holds is no business of a banner"
    finding = examinations.verified(settings.CONF)
    assert finding.mend is not None and "idx=17" in finding.detail.en
    nightly.keep(home, 20, None)
    assert "账本验证不符" not in client.get(path).content.decode()
    assert examinations.verified(settings.CONF).mend is None


def _daily() -> dict[str, PeriodicTask[..., Any, Any]]:
    """What the worker's queue runs once a day, by name."""
    app.perform_import_paths()  # as a worker does at its start
    found = app.periodic_registry.periodic_tasks.items()
    return {name: task for (name, _), task in found if task.cron.split()[1].isdigit()}


def test_what_is_done_at_night_is_done_at_night_in_the_city() -> None:
    hours = {}
    for name, task in _daily().items():
        at = task.croniter.get_next(ret_type=float, start_time=NOW.timestamp())
        hours[name] = datetime.fromtimestamp(at, ZoneInfo("Asia/Shanghai")).strftime("%H:%M")
    assert hours["ledger.verify"] == "02:07" and hours["privacy.nightly"] == "03:23"
    assert all("02:00" < hour < "05:00" for hour in hours.values())


def test_the_night_comes_by_itself_and_raises_the_alarm(
    log: Place, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue's own schedule gives the job at its minute; run as the worker runs it, it leaves the alarm."""
    deferrer = PeriodicDeferrer(PeriodicRegistry())
    deferrer.registry.periodic_tasks = {("ledger.verify", "ledger.verify"): _daily()["ledger.verify"]}
    night = datetime(2021, 12, 30, 2, 7, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
    assert list(deferrer.get_previous_tasks(night - 1)) == []
    ((due, at),) = deferrer.get_previous_tasks(night + 1)
    assert at == night
    asked: list[list[str]] = []

    def child(command: list[str], **more: Any) -> subprocess.CompletedProcess[str]:
        asked.append([*command[1:], more["env"]["LUOSHI_HOME"]])
        return subprocess.CompletedProcess(command, 1, json.dumps({"ok": False, "size": 20, "first_bad": BAD}), "")

    monkeypatch.setattr(nightly.subprocess, "run", child)  # it would look at the installation of the tests
    client = logged_in("auditadmin")
    assert "账本验证不符" not in client.get("/audit/").content.decode()
    due.task.func(timestamp=at)
    assert asked == [["-m", "luoshi", "verify", "log", "--json", str(home)]]
    assert "账本验证不符" in client.get("/audit/").content.decode()
    monkeypatch.setattr(
        nightly.subprocess,
        "run",
        lambda *_, **__: subprocess.CompletedProcess([], 2, json.dumps({"ok": False, "error": "no database"}), ""),
    )
    due.task.func(timestamp=at)
    outcome = nightly.last(home)
    assert outcome and outcome.first_bad == {"what": "not verified", "detail": "no database"}

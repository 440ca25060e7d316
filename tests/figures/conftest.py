"""A small simulated year in a database of its own, sealed day by day, with corrections and late word after its first sizes."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from given import NOW, connect

from luoshi.conf import Conf
from luoshi.figures import board
from luoshi.kernel import clock, installation, lines
from luoshi.kernel.kept import forget_all
from luoshi.kernel.ledger import keys, rows
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.ledger.seal import seal_all, seal_past
from luoshi.people.viewer import of_login

TOTAL = 400


@dataclass(frozen=True)
class World:
    """Where it lies: the address as the application, the home, the log; and three sizes of the log, the last the present."""

    url: str
    home: Path
    place: Place
    sizes: tuple[int, int, int]


def _database(server: Any, name: str) -> str:
    connection.close()
    with psycopg.connect(server.url("super"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE luoshi OWNER luoshi_owner")
        admin.execute(f"GRANT CONNECT ON DATABASE {name} TO luoshi_app, luoshi_read")
    return urlunsplit(urlsplit(server.url("app"))._replace(path=f"/{name}"))


@pytest.fixture(scope="package")
def world(server: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The year; its past sealed at the end of each day, what came later in two more sizes."""
    from luoshi.cases.demo import generate

    url = _database(server, "figured")
    home = tmp_path_factory.mktemp("figures") / "home"
    place = Place("test.example/log", Folder(home / "log"), home / "keys" / "log")
    keys.create(place.key_file, place.origin)
    connect(url)
    patch = pytest.MonkeyPatch()
    patch.setattr(settings, "CONF", Conf({**settings.CONF.values, "home": home}))
    city = replace(installation.current(), demo=True)
    with clock.at(NOW), patch.context() as inner:
        inner.setattr(installation, "current", lambda: city)
        generate.run(total=TOTAL, seed=6)
        clock.forget()
    with clock.at(NOW):
        forget_all()
        seal_past(place, NOW)
        sizes = [rows.places()]
        for later in (_corrections, _more):
            later()
            seal_all(place)
            sizes.append(rows.places())
    patch.undo()
    connect(server.url("app"))
    yield World(url, home, place, (sizes[0], sizes[1], sizes[2]))
    connection.close()
    with psycopg.connect(server.url("super"), autocommit=True) as admin:
        admin.execute("DROP DATABASE figured WITH (FORCE)")


def _corrections() -> None:
    """Verdicts, kinds, places and times that were typed wrongly, and a contact that nobody made."""
    from luoshi.cases import reads
    from luoshi.cases.actions import correct
    from luoshi.cases.correction import Correction
    from luoshi.cases.models import Case, Category

    kind = Category.objects.filter(level=3, reportable=True, public=True, source="").order_by("-code").first()
    assert kind is not None
    changes: dict[str, Any] = {
        "call_solved": {"grade": 2}, "report": {"category": kind.pk}, "relocate": {"division": "150203005000"},
    }  # fmt: skip
    done = dict.fromkeys([*changes, "contact"], 0)
    for case in Case.objects.filter(ours=True, part_of=None).order_by("id")[:200]:
        for entry in reads.entries(case):
            move = entry.body.get("move") or entry.verb
            if done.get(move, 9) >= 5:
                continue
            given = {"void": True} if move == "contact" else {"changes": changes[move]}
            try:
                correct.propose(viewer=of_login("desk"), on=case.number, event=entry.id, reason="写错了", **given)
            except Exception as error:
                assert type(error).__name__ in ("Invalid", "NotNow"), error
                continue
            row = Correction.objects.latest("id")
            correct.approve(row)(viewer=of_login("supervisor"), on=case.number, proposal=row.pk)
            done[move] += 1
    assert done["call_solved"] and done["report"] and done["contact"], done


def _more() -> None:
    """Reports of today, accepted."""
    from luoshi.cases.actions import BY_VERB, report_case
    from luoshi.cases.models import Category
    from luoshi.people.viewer import public

    kind = Category.objects.get(code="010102")
    for number in range(12):
        given: dict[str, Any] = {
            "county": "150203000000",
            "street": "150203001000",
            "text": "路面破损",
            "channel": "web",
        }
        done = report_case(viewer=public(), category=kind, place="路口", phone=f"1551234{number:04d}", **given)
        BY_VERB["accept"](viewer=of_login("desk"), on=done.answer["number"])
    _parted(kind)


def _parted(kind: Any) -> None:
    """A find of the staff in two parts: one is taken off, the end of the other closes it."""
    from luoshi.cases.actions import BY_VERB, report_case
    from luoshi.cases.actions.parts import Share
    from luoshi.people.models import Unit

    found = report_case(viewer=of_login("handler"), category=kind, county="150203000000", street="150203001000",
                        text="路面破损", channel="patrol", by_staff=True, place="路口")  # fmt: skip
    number = found.answer["number"]
    mine = Unit.objects.get(pk=of_login("handler").unit)
    other = Unit.objects.exclude(pk=mine.pk).order_by("id")[0]
    moves: list[tuple[str, str, dict[str, Any]]] = [
        ("sign", "handler", {}), ("add_evidence", "handler", {"note": "办了"}), ("finish", "handler", {"answer": "修好"}),
        ("verify_close", "verifier", {}),
    ]  # fmt: skip
    BY_VERB["accept"](viewer=of_login("desk"), on=number)
    BY_VERB["split"](viewer=of_login("desk"), on=number, parts=[Share(mine, "修路面"), Share(other, "补标线")])
    BY_VERB["cancel_part"](viewer=of_login("desk"), on=f"{number}-2", reason="不用了")
    for verb, who, given in moves:
        BY_VERB[verb](viewer=of_login(who), on=f"{number}-1", **given)


@pytest.fixture
def here(world: World, server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The year, as the application sees it."""
    connect(world.url)
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "home": world.home}))
    yield world
    connect(server.url("app"))


@pytest.fixture
def face() -> Any:
    """The street line's."""
    return lines.installed()[0]


@pytest.fixture
def public(here: World) -> Iterator[Client]:
    """A client of the public in a city whose pages are up to date."""
    with clock.at(NOW):
        board.refresh(here.home)
        yield Client(HTTP_HOST="127.0.0.1")


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """A command in Chinese, in the database that is connected: its exit code and what it said."""
    from luoshi.cli import run, session
    from luoshi.kernel.text import set_language

    monkeypatch.setattr(session, "connected", lambda role="app": nullcontext())
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")

    def call(*words: str) -> tuple[int, str]:
        code = run(words)
        set_language("zh")
        out = capsys.readouterr()
        return code, out.out + out.err

    return call

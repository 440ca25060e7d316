"""Every state × verb × person over HTTP for reported values and the lights of targets, held against `figures.csv`.

403 where the person may not, 409 where the state does not allow, else done. Each attempt is rolled back.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from given import NOW

from luoshi.figures.models import ReportedValue, TargetLight
from luoshi.figures.reported.flow import FLOW as VALUES
from luoshi.figures.targets.flow import FLOW as LIGHTS
from luoshi.figures.targets.flow import TIME
from luoshi.kernel import clock
from luoshi.kernel.models import Event
from luoshi.people.models import Person

KNOWN = ("statistician", "supervisor")
OTHERS = ("desk", "dispatcher", "head", "handler", "verifier", "leader", "street", "officer", "sysadmin", "secadmin", "auditadmin",
          "nobody")  # fmt: skip
FIGURE = "cases.closed"
LIGHT = {"light": "y", "reason": "补完", "until": "2021-12-31"}
TARGET = """[targets.light]
yellow = 10
red = 30

[targets.2021.cases.closed]
value = 100
source = { zh = "测试", en = "test" }
"""


def table() -> dict[str, tuple[set[str], set[str]]]:
    """By verb: the states, the persons."""
    lines = Path(__file__).with_name("figures.csv").read_text("utf-8").splitlines()
    rows = [line.split(";") for line in lines if line and not line.startswith(("#", "verb;"))]
    return {verb: (set(states.split()), set(persons.split())) for verb, states, persons in rows}


TABLE = table()


def test_the_table_kept_by_hand_names_every_verb_of_persons() -> None:
    persons = [move.verb for flow in (VALUES, LIGHTS) for move in flow.moves if move.right != TIME]
    assert sorted(TABLE) == sorted(persons)


@pytest.fixture(scope="module")
def rows(server: Any) -> Iterator[tuple[ReportedValue, TargetLight]]:
    """A value that `head` once entered, and the light of a target, which is red by hand."""
    file = settings.CONF.home / "figures" / "matrix.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(TARGET, "utf-8")
    with clock.at(NOW), transaction.atomic():
        value = ReportedValue.objects.create(
            subject=uuid4(), figure="city.gdp", period="2021", value=Decimal("3293.0"), vintage=date(2021, 12, 1),
            release="preliminary", source="统计局", document="公报", placed_by=Person.objects.get(login="head"), placed_at=NOW,
            updated_at=NOW,
        )  # fmt: skip
        light = TargetLight.objects.create(
            subject=uuid4(), figure=FIGURE, year=2021, fingerprint="0" * 64, instead="r", reason="停工",
            until=date(2021, 12, 31), updated_at=NOW,
        )  # fmt: skip
        yield value, light
        transaction.set_rollback(True)
    file.unlink()


@pytest.fixture(scope="module")
def clients(rows: Any) -> dict[str, Client]:
    found = {name: Client(HTTP_HOST="127.0.0.1", HTTP_ACCEPT="application/json") for name in (*KNOWN, *OTHERS)}
    for name, browse in found.items():
        if name != "nobody":
            browse.force_login(Person.objects.get(login=name), backend="luoshi.people.door.Backend")
    return found


def expected(verb: str, state: str, person: str) -> int:
    if person == "nobody":
        return 302
    states, persons = TABLE[verb]
    return 403 if person not in persons else 303 if state in states else 409


def attempt(verb: str, state: str, browse: Client, rows: tuple[ReportedValue, TargetLight]) -> int:
    """The status of the answer."""
    value, light = rows
    if verb in {move.verb for move in VALUES.moves}:
        ReportedValue.objects.filter(pk=value.pk).update(state=state)
        return browse.post(f"/work/figures/{value.pk}/{verb}/", {"seen": value.version, "reason": "写错了"}).status_code
    TargetLight.objects.filter(pk=light.pk).update(state=state)
    address = f"/work/targets/2021/{FIGURE}/" + ("lift/" if verb == "lift_light" else "")
    return browse.post(address, {"seen": light.version, **LIGHT}).status_code


@pytest.mark.parametrize("verb", sorted(TABLE))
def test_state_by_verb_by_person(
    verb: str, rows: tuple[ReportedValue, TargetLight], clients: dict[str, Client]
) -> None:
    flow, wrong = next(flow for flow in (VALUES, LIGHTS) if any(move.verb == verb for move in flow.moves)), []
    for state, person in product((state.name for state in flow.states), (*KNOWN, *OTHERS)):
        with clock.at(NOW), transaction.atomic():
            before = Event.objects.count()
            status = attempt(verb, state, clients[person], rows)
            if status != expected(verb, state, person) or (status == 303) != (Event.objects.count() > before):
                wrong.append((state, person, status, expected(verb, state, person)))
            transaction.set_rollback(True)
    assert not wrong, wrong


@pytest.mark.parametrize("state", [state.name for state in VALUES.states])
def test_nobody_approves_what_they_entered(
    state: str, rows: tuple[ReportedValue, TargetLight], clients: dict[str, Client]
) -> None:
    for person in KNOWN:
        with clock.at(NOW), transaction.atomic():
            ReportedValue.objects.filter(pk=rows[0].pk).update(placed_by=Person.objects.get(login=person))
            assert attempt("approve", state, clients[person], rows) == 409
            transaction.set_rollback(True)

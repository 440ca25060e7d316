"""Two hundred hostile requests over every door: each gets the clear answer of its row, none is a fault of ours."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hostile import DOORS, RTL, Ask, Raw, Shot

import luoshi.web
from luoshi.api import actions as tokens
from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.models import Category
from luoshi.people.models import Person, Unit
from luoshi.people.viewer import of_login, public
from luoshi.ports.open311 import actions as keys

Ground = dict[str, str]


@pytest.fixture
def ground(db: None) -> Ground:
    """A public, dispatched case with its code, a key and a token."""
    done = report_case(
        viewer=public(), category=Category.objects.get(code="010102"), text="路面破损", channel="web",
        county="150203000000", lat=40.65, lon=109.84,
    )  # fmt: skip
    assert done.row is not None
    BY_VERB["accept"](viewer=of_login("desk"), on=done.row.number)
    BY_VERB["dispatch"](viewer=of_login("desk"), on=done.row.number, unit=Unit.objects.get(code="150203.urban"))
    return {
        "number": done.row.number, "code": done.secret["code"], "key": keys.make("hostile"),
        "photo": "00000000-0000-4000-8000-000000000000",
    }  # fmt: skip


@pytest.fixture
def clients(ground: Ground) -> Iterator[dict[str, Client]]:
    """A client of everybody in the table."""
    found = {}
    for who in {ask.who for door in DOORS.values() for ask in door}:
        found[who] = Client(HTTP_HOST="127.0.0.1", raise_request_exception=False)
        if who == "token":
            found[who].defaults["HTTP_AUTHORIZATION"] = "Bearer " + tokens.make("desk", "hostile")
        elif who != "nobody":
            found[who].force_login(Person.objects.get(login=who), backend="luoshi.people.door.Backend")
    yield found


def filled(value: Any, ground: Ground) -> Any:
    """With the number, the code and the key in their places."""
    if isinstance(value, str):
        return re.sub(r"\{(number|code|key|photo)\}", lambda found: ground[found[1]], value)
    if isinstance(value, dict):
        return {name: filled(one, ground) for name, one in value.items()}
    return value.file() if isinstance(value, Shot) else value


def answer(client: Client, ask: Ask, ground: Ground) -> Any:
    """What the site answers; whatever was written is taken back."""
    path, sent = filled(ask.path, ground), filled(ask.sent, ground)
    with transaction.atomic():
        if isinstance(sent, Raw):
            extra = {
                name if name.isupper() else "HTTP_" + name.upper().replace("-", "_"): v
                for name, v in sent.headers.items()
            }
            body = sent.body.replace(b"{key}", ground["key"].encode())
            found = client.generic(ask.method, path, body, sent.kind, **extra)
        elif ask.method == "POST":
            found = client.post(path, sent)
        else:
            found = client.generic(ask.method, path)
        transaction.set_rollback(True)
    return found


def wrong(found: Any, ask: Ask) -> str:
    """Why an answer is not as it should be; empty where it is."""
    if found.status_code != ask.status:
        return f"{found.status_code}, not {ask.status}"
    if "evil" in found.headers.get("Location", "") or "evil" in found.cookies or "X" in found.headers:
        return "a header is led astray"
    return "a traceback" if not found.streaming and b"Traceback" in found.content else ""


@pytest.mark.parametrize("door", DOORS)
def test_every_hostile_request_gets_a_clear_answer(door: str, clients: dict[str, Client], ground: Ground) -> None:
    faults = {}
    for ask in DOORS[door]:
        fault = wrong(answer(clients[ask.who], ask, ground), ask)
        if fault:
            faults[f"{ask.who} {ask.method} {ask.path[:70]} {str(ask.sent)[:90]!r}"] = fault
    assert not faults, "\n".join(f"{what} → {fault}" for what, fault in faults.items())


def test_a_text_that_turns_the_direction_of_writing_is_kept_and_turns_nothing_beside_it(
    clients: dict[str, Client], ground: Ground
) -> None:
    number = ground["number"]
    assert clients["desk"].post(f"/work/cases/{number}/do/add_note/", {"note": RTL}).status_code == 303
    page = clients["desk"].get(f"/work/cases/{number}/").content.decode()
    sheet = (Path(luoshi.web.__file__).parent / "static" / "luoshi.css").read_text("utf-8")
    isolated = re.search(r"([\w,]+){unicode-bidi:isolate}", sheet)
    assert isolated
    tags = isolated[1].replace(",", "|")
    assert re.search(rf"{RTL}(\s*<({tags})\b[^>]*>[^<]*</\2>)*\s*</(div|p|td|li|{tags})>", page)


def test_there_are_two_hundred_and_none_is_due_a_fault() -> None:
    asks = [ask for door in DOORS.values() for ask in door]
    assert len(asks) >= 200
    assert {ask.status for ask in asks} <= {200, 201, 302, 303, *range(400, 500)}

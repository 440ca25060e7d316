"""What stands in the public files: marked strings of every verb and of a whole case are nowhere in them, and a reader
of nothing but `/log/` recovers no name, no officer's day and no verdict."""

from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
import sealing
from django.conf import settings
from given import NOW
from sealing import files, new_place

from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.facts import WIDTHS as CASE_WIDTHS
from luoshi.cases.flow import FLOW as CASES
from luoshi.cases.models import Category
from luoshi.kernel.flow import Flow
from luoshi.kernel.ids import uuid7
from luoshi.kernel.ledger import event, record, seal, tiles
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.models import Event
from luoshi.leads.facts import LEAD_WIDTHS
from luoshi.leads.stages import FLOW as LEADS
from luoshi.people.models import Unit

MARK = "标记甲乙丙"


def verbs() -> Iterator[tuple[str, str, Any]]:
    for line in settings.LINES:
        for name, declared in vars(import_module(f"luoshi.{line}.facts")).items():
            if name.endswith("WIDTHS"):
                for verb, widths in declared.items():
                    yield line, verb, widths


def entries(place: Place) -> list[Any]:
    """All that an outsider can read, entry by entry."""
    head = place.folder.head()
    assert head is not None
    bundles = [tile for tile in tiles.all_of(head.size) if tile.level is None]
    return [orjson.loads(one) for tile in bundles for one in tiles.entries(place.folder.read(tile), tile.width)]


def everything(place: Place) -> bytes:
    return b"\n".join(files(place).values())


@pytest.mark.parametrize("line, verb, widths", list(verbs()), ids=lambda value: value if isinstance(value, str) else "")
def test_only_open_fields_of_a_verb_stand_in_its_payload(line: str, verb: str, widths: Any) -> None:
    names = {*widths.restricted, "text", "name", "phone", "place", "lat", "note", "answer", "whatever"}
    head = event.Head("150200", False, line, uuid4(), 424242424242, 434343434343, NOW)
    body = dict.fromkeys(widths.open, "open") | {name: f"{MARK}{name}" for name in names - widths.open}
    made = event.build(head, widths, subject=uuid4(), verb=verb, body=body)
    for secret in (
        MARK.encode(),
        str(head.act).encode(),
        b"424242424242",
        b"434343434343",
        made.secret,
        made.private_salt,
    ):
        assert secret is not None and secret not in made.payload
    bare = event.build(head, widths, subject=uuid4(), verb=verb, body={})
    assert set(orjson.loads(bare.payload)["restricted"]) == set(orjson.loads(made.payload)["restricted"])


def test_a_whole_case_full_of_marked_strings_leaves_none_in_the_public_files(
    cast: dict[str, Any], tmp_path: Path
) -> None:
    place = sealing_place(tmp_path)
    kind = Category.objects.get(code="010102")
    number = report_case(
        viewer=cast["public"], category=kind, text=MARK, channel="web", place=MARK, county="150203000000",
        street="150203001000", lat=40.6512345, lon=109.8412345, name=MARK, phone="15512345678",
    ).answer["number"]  # fmt: skip
    unit = Unit.objects.get(code="150203.urban")
    walk = [
        ("accept", "desk", {"note": MARK}), ("dispatch", "desk", {"unit": unit, "note": MARK}), ("sign", "handler", {}),
        ("contact", "handler", {"note": MARK}), ("ask", "handler", {"question": MARK}), ("end_ask", "handler", {"note": MARK}),
        ("ask_extension", "handler", {"until": NOW + timedelta(days=30), "reason": MARK}),
        ("deny_extension", "supervisor", {"reason": MARK}), ("add_note", "supervisor", {"note": MARK}),
        ("add_evidence", "handler", {"note": MARK}), ("finish", "handler", {"answer": MARK}),
        ("reject", "verifier", {"reason": MARK}), ("add_evidence", "handler", {"note": MARK}),
        ("finish", "handler", {"answer": MARK}), ("verify", "verifier", {"note": MARK}),
        ("call_solved", "desk", {"grade": 1, "note": MARK}),
    ]  # fmt: skip
    for verb, who, data in walk:
        BY_VERB[verb](viewer=cast[who], on=number, **_taken(verb, data))
    assert seal.seal_all(place) is not None
    assert len(entries(place)) >= len(walk)
    public = everything(place)
    told = (
        MARK,
        "15512345678",
        number,
        "40.651",
        "109.841",
        "150203001000",
        "010102",
        str(unit.pk) + ",",
        "150203.urban",
    )
    assert [secret for secret in told if secret.encode() in public] == []
    people = [viewer.name for viewer in cast.values() if viewer.name]
    assert [name for name in people if name.encode() in public] == []


def _taken(verb: str, data: dict[str, Any]) -> dict[str, Any]:
    """Of the data, what the move takes."""
    move = BY_VERB[verb].move
    return {name: value for name, value in data.items() if name in (*move.needs, *move.takes)}


def sealing_place(folder: Path) -> Place:
    """The log of the test's own transaction."""
    return new_place(folder)


def test_a_reader_of_the_log_alone_recovers_no_name_no_officers_day_and_no_verdict(db: None, tmp_path: Path) -> None:
    place = sealing_place(tmp_path)
    facts = import_module("luoshi.cases.facts").WIDTHS["close"]
    phones = [f"1551234{number:04d}" for number in range(200)]
    made = []
    for number in range(200):
        when = NOW + timedelta(seconds=number)
        head = event.Head("150200", False, "cases", uuid7(when), 7 + number % 2, 3, when)
        body = {
            "county": "150203000000",
            "stage": "closed",
            "solved": number % 3 == 0,
            "grade": 1 + number % 5,
            "phone": phones[number],
        }
        made.append(event.build(head, facts, subject=UUID(int=number), verb="close", body=body))
    record.write_many(made)
    seal.seal_all(place)
    read = entries(place)
    hashes = Counter(value for entry in read for value in [*entry["restricted"].values(), entry["private"]])
    assert set(hashes.values()) == {1}  # nothing repeats: neither an officer nor a verdict can be followed
    guesses = [*phones, *(orjson.dumps({"phone": phone}).decode() for phone in phones)]
    guesses += [f"{name}{value}" for name in ("solved", "grade", "actor") for value in ("true", "false", *range(1, 9))]
    tried = {urlsafe_b64encode(sha256(guess.encode()).digest()).rstrip(b"=").decode() for guess in guesses}
    assert not tried & set(hashes)
    shapes = {tuple(sorted((key, len(str(value))) for key, value in entry["restricted"].items())) for entry in read}
    assert len(shapes) == 1  # solved or not, graded or not: the same length
    assert sealing.ORIGIN.encode() in everything(place)


def shape(payload: bytes) -> tuple[Any, ...]:
    """What the form of an entry tells beside its open values."""
    entry = orjson.loads(payload)
    hashes = {name: len(value) for name, value in entry["restricted"].items()}
    return entry["verb"], sorted(entry["open"]), hashes, len(entry["private"] or "")


@pytest.mark.parametrize("line, flow, widths", [("cases", CASES, CASE_WIDTHS), ("leads", LEADS, LEAD_WIDTHS)])
def test_moves_that_share_a_verb_have_one_form_with_and_without_a_word(line: str, flow: Flow, widths: Any) -> None:
    assert flow.shared
    for verb in flow.shared:
        head = event.Head("150200", False, line, uuid4(), 7, 3, NOW)
        opened = dict.fromkeys(widths[verb].open, "x")
        said = [{}, {"note": MARK}, {"move": "a", "note": ""}, {"grade": 1, "move": "b", "reason": MARK}]
        made = [event.build(head, widths[verb], subject=uuid4(), verb=verb, body=opened | more) for more in said]
        assert len({str(shape(one.payload)) for one in made}) == 1, verb


def test_urging_cannot_be_told_from_a_note(cast: dict[str, Any]) -> None:
    number = report_case(
        viewer=cast["public"], category=Category.objects.get(code="010102"), text="井盖坏了", channel="web", place="路口",
        county="150203000000", street="150203001000",
    ).answer["number"]  # fmt: skip
    unit = Unit.objects.get(code="150203.urban")
    for verb, who, data in (
        ("accept", "desk", {}), ("dispatch", "desk", {"unit": unit}), ("urge", "supervisor", {}),
        ("add_note", "handler", {"note": "在路上"}), ("add_note", "supervisor", {"note": "请快办"}),
    ):  # fmt: skip
        BY_VERB[verb](viewer=cast[who], on=number, **_taken(verb, data))
    notes = Event.objects.filter(verb="note").order_by("recorded_at")
    assert [row.body["move"] for row in notes] == ["urge", "add_note", "add_note"]
    assert len({str(shape(bytes(row.payload))) for row in notes}) == 1

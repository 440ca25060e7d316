"""The receipt on the tracking page: before and after sealing, its file, the holder's own words, and no code on the way."""

import html
import io
import json
import logging
import re
from base64 import b64decode, urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from time import time

import pytest
from django.test import Client
from given import NOW
from public_walk import Walk

from luoshi.cases.models import Case
from luoshi.kernel import clock
from luoshi.kernel.ledger import compare, keys, proof, seal
from luoshi.kernel.ledger import place as places
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.models import Event

ORIGIN = "test.example/log"


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    ours = Place(ORIGIN, Folder(tmp_path / "log"), tmp_path / "keys" / "log")
    keys.create(ours.key_file, ORIGIN)
    monkeypatch.setattr(places, "current", lambda: ours)
    return ours


@pytest.fixture
def mine(browse: Client, log: Place) -> tuple[Case, str]:
    return Walk(browse).through(name="市民甲", phone="138 0000 0000")


def page(browse: Client, code: str) -> str:
    return html.unescape(browse.get(f"/track/{code}").content.decode())


def address(shown: str) -> str:
    found = re.search(r'href="(/receipt\?p=[^"]+)"', shown)
    assert found, shown
    return found[1]


def test_before_sealing_it_says_when_and_afterwards_gives_a_file_that_verifies_alone(
    browse: Client, mine: tuple[Case, str], log: Place
) -> None:
    case, code = mine
    assert "约 10 秒后封存进日志" in page(browse, code) and "/receipt?" not in page(browse, code)
    with clock.at(NOW + timedelta(minutes=5)):
        assert "比平常晚" in page(browse, code)
    seal.seal_all(log)
    shown = page(browse, code)
    answer = browse.get(address(shown))
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    vkey = keys.load(log.key_file, ORIGIN).verifier
    index, head, fault = compare.receipt(answer.content, [vkey])
    assert fault == "" and head is not None and index is not None
    entry = json.loads(proof.parse(answer.content).extra or b"")
    assert entry["id"] == str(Event.objects.get(subject=case.log_id, verb="report").pk)
    assert answer.content.decode() in shown, "the page checks the same file without asking for it"
    assert re.search(rf"/log/check#{index}\.[\w-]{{43}}", shown) is None, "the slip's address is in its QR only"
    assert re.search(rf"<code>{index}\.[\w-]{{43}}\.[\w-]{{4}}</code>", shown)
    for personal in ("市民甲", "138", case.number, code):
        assert personal not in answer.content.decode()


def test_the_second_file_opens_the_commitment_and_is_gone_with_the_words(
    browse: Client, mine: tuple[Case, str], log: Place
) -> None:
    _, code = mine
    seal.seal_all(log)
    entry = json.loads(proof.parse(browse.get(address(page(browse, code))).content).extra or b"")
    answer = browse.post(f"/track/{code}", {"do": "words"})
    own = json.loads(answer.content)
    assert own["event"] == entry["id"] and json.loads(own["body"])["name"] == "市民甲"
    opened = sha256(b64decode(own["salt"]) + own["body"].encode()).digest()
    assert urlsafe_b64encode(opened).decode().rstrip("=") == entry["private"]
    key = re.search(r'name="key" value="(\w+)"', page(browse, code))
    assert key and browse.post(f"/track/{code}", {"do": "withdraw", "key": key[1]}).status_code == 303
    assert browse.post(f"/track/{code}", {"do": "erase", "sure": "yes"}).status_code == 303
    shown = page(browse, code)
    assert "另存我的原话" not in shown and address(shown), "the proof outlives the words"
    assert browse.post(f"/track/{code}", {"do": "words"}).status_code == 404


def test_the_address_is_good_for_an_hour_and_holds_no_code(
    browse: Client, mine: tuple[Case, str], log: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, code = mine
    seal.seal_all(log)
    given = address(page(browse, code))
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    logging.getLogger().addHandler(handler)
    assert browse.get(given).status_code == 200
    logging.getLogger().removeHandler(handler)
    assert code not in given and code not in out.getvalue() and "p=" not in out.getvalue()
    for bad in ("/receipt", "/receipt?p=x", given[:-3], given.replace("?p=", "?p=a")):
        assert browse.get(bad).status_code == 404
    later = time() + 3700
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert browse.get(given).status_code == 404

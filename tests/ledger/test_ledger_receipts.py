"""Receipts from the public files: what we did not write accepts each and refuses altered ones; anybody can ask for one."""

import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from dataclasses import replace
from hashlib import sha256
from typing import Any

import metamorphic_log as other
import pytest
from django.test import Client
from sealing import ORIGIN, write

from luoshi.kernel.ledger import compare, keys, receipt, seal
from luoshi.kernel.ledger import place as places
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.ledger.receipt import Receipt


def parts(text: bytes) -> tuple[str, int, list[str], str]:
    """A tlog-proof read by hand: entry, index, path and checkpoint."""
    head, _, signed = text.decode().partition("\n\n")
    first, extra, index, *path = head.split("\n")
    assert first == "c2sp.org/tlog-proof@v1" and extra.startswith("extra ")
    return extra[6:], int(index.removeprefix("index ")), path, signed


def questions(found: Receipt, vkey: str, root: str) -> list[str]:
    extra, index, path, signed = parts(found.text)
    leaf = b64encode(sha256(b"\0" + found.payload).digest()).decode()
    assert b64encode(found.payload).decode() == extra
    return [
        f"note {vkey} {b64encode(signed.encode()).decode()}",
        f"inclusion {found.size} {root} {index} {leaf} {','.join(path) or '-'}",
    ]


@pytest.fixture
def sealed(place: Place) -> list[bytes]:
    payloads = [event.payload for event in write(300)]
    seal.seal_all(place)
    return payloads


def test_go_accepts_every_receipt_and_refuses_another_entry(go: Any, place: Place, sealed: list[bytes]) -> None:
    vkey, head = str(keys.load(place.key_file, ORIGIN).verifier), place.folder.head()
    assert head is not None
    root = b64encode(head.root).decode()
    found = [receipt.at(place, index) for index in (0, 1, 127, 255, 256, 299)]
    asked = [question for one in found if one for question in questions(one, vkey, root)]
    assert len(asked) == 12 and set(go(asked)) == {"yes"}
    leaf = b64encode(sha256(b"\0" + sealed[5]).digest()).decode()
    assert "yes" not in go([re.sub(r"(inclusion \d+ \S+ \d+) \S+", rf"\1 {leaf}", one) for one in asked[1::2]])


def test_metamorphic_log_accepts_a_receipt_and_our_own_command_refuses_every_altered_line(
    place: Place, sealed: list[bytes]
) -> None:
    verifier = keys.load(place.key_file, ORIGIN).verifier
    found = receipt.at(place, 200)
    assert found is not None and found.payload == sealed[200]
    _, index, path, signed = parts(found.text)
    leaf = sha256(b"\0" + found.payload).digest()
    hashes = [b64decode(one) for one in path]
    other.checkpoint_verify_inclusion(signed, [str(verifier)], index, leaf, hashes)
    assert compare.receipt(found.text, [verifier])[2] == ""
    lines = found.text.decode().split("\n")
    for at, line in enumerate(lines):
        if line:
            middle = len(line) * 3 // 4
            changed = line[:middle] + ("A" if line[middle] != "A" else "B") + line[middle + 1 :]
            text = "\n".join([*lines[:at], changed, *lines[at + 1 :]]).encode()
            assert compare.receipt(text, [verifier])[2] != "", line


def test_what_was_seen_of_a_log_is_held_against_what_it_publishes_now(place: Place, sealed: list[bytes]) -> None:
    seen = place.folder.head()
    assert seen is not None and compare.contained(place.folder, seen) == ""
    write(5)
    seal.seal_all(place)
    assert compare.contained(place.folder, seen) == ""
    assert "rewritten" in compare.contained(place.folder, replace(seen, root=bytes(32)))
    assert "400 were signed" in compare.contained(place.folder, replace(seen, size=400))
    assert compare.contained(place.folder, replace(seen, origin="log.elsewhere", root=bytes(32))) == ""


def test_of_an_event_there_is_a_receipt_once_it_is_published(place: Place) -> None:
    first, second = write(2)
    assert receipt.of(place, first.id) is None
    seal.seal_all(place)
    found = receipt.of(place, second.id)
    assert found is not None and found.payload == second.payload and found.index == 1
    leaf = urlsafe_b64encode(sha256(b"\0" + second.payload).digest()).decode().rstrip("=")
    mark = urlsafe_b64encode(sha256(f"1.{leaf}".encode()).digest()).decode()[:4]
    assert found.slip == f"1.{leaf}.{mark}" and len(found.slip) < 60
    (place.folder.root / "checkpoint").unlink()
    assert receipt.of(place, second.id) is None


def test_anybody_asks_for_the_proof_of_an_entry(
    place: Place, sealed: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "current", lambda: place)
    client = Client(HTTP_HOST="127.0.0.1")
    answer = client.get("/log/proof?index=299")
    assert answer.status_code == 200 and answer["Content-Type"] == "text/plain; charset=utf-8"
    assert compare.receipt(answer.content, [keys.load(place.key_file, ORIGIN).verifier])[0] == 299
    for bad in ("300", "-1", "x", "", "9" * 19, "²", "1.0"):
        refused = client.get("/log/proof", {"index": bad})
        assert (refused.status_code, refused["Access-Control-Allow-Origin"]) == (404, "*"), bad
    page = client.get("/log/check").content.decode()
    vkey = str(keys.load(place.key_file, ORIGIN).verifier)
    assert vkey in page and "receipt.js" in page and "style=" not in page

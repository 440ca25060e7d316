"""The public log over HTTP: right bytes, right headers, no tile beyond the checkpoint, and a page for people."""

from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sealing
from click.testing import CliRunner
from django.test import Client
from given import NOW
from sealing import write

from luoshi.cli.verify import verify
from luoshi.kernel import clock
from luoshi.kernel.ledger import checkpoint, compare, keys, receipt, rekey, rotate, seal, tiles, tree
from luoshi.kernel.ledger import place as places
from luoshi.kernel.ledger.note import Verifier
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.ledger.proof import Proof
from luoshi.log import page


@pytest.fixture
def get(place: Place, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(places, "current", lambda: place)
    monkeypatch.setattr(page, "_counted", None)
    client = Client(HTTP_HOST="127.0.0.1")
    return lambda path, **more: client.get(f"/log/{path}", **more)


def test_before_the_first_checkpoint_there_is_none(get: Any) -> None:
    assert get("checkpoint").status_code == 404
    assert get("tile/0/000").status_code == 404
    assert "日志还没有检查点" in get("").content.decode()


def test_a_stranger_verifies_the_whole_log_over_http(get: Any, place: Place) -> None:
    events = write(700)
    seal.seal_all(place)
    key = Verifier.read(get("key").content.decode().splitlines()[0])
    answer = get("checkpoint")
    assert answer["Content-Type"] == "text/plain; charset=utf-8" and "max-age=3" in answer["Cache-Control"]
    head = checkpoint.verify(answer.content, [key], sealing.ORIGIN)
    leaves: list[bytes] = []
    payloads: list[bytes] = []
    for tile in tiles.all_of(head.size):
        got = get(f"tile/{tile.path}")
        assert got.status_code == 200 and got["Content-Type"] == "application/octet-stream"
        assert "immutable" in got["Cache-Control"] and "Set-Cookie" not in got and "Cookie" not in got.get("Vary", "")
        if tile.level == 0:
            leaves += tiles.hashes(got.content, tile.width)
        if tile.level is None:
            payloads += tiles.entries(got.content, tile.width)
    assert payloads == [event.payload for event in events]
    assert [*map(tree.leaf_hash, payloads)] == leaves and tree.root_of(leaves) == head.root


def test_yesterdays_partial_tiles_are_served_and_none_beyond_the_checkpoint(get: Any, place: Place) -> None:
    write(100)
    seal.seal_all(place)
    before = {name: get(f"tile/{name}.p/100").content for name in ("0/000", "entries/000")}
    with clock.at(NOW + timedelta(days=3)):
        write(200)
        seal.seal_all(place)
        seal.prune(place)
    for name, data in before.items():
        assert get(f"tile/{name}.p/100").content == data
    for path in ("0/001.p/45", "0/002", "1/000.p/2", "entries/001.p/45", "0/1", "0/000.p/256", "x", "2/000.p/1"):
        assert get(f"tile/{path}").status_code == 404, path
    stray = place.folder.root / "tile/0/002"
    stray.write_bytes(b"\0" * 8192)
    assert get("tile/0/002").status_code == 404


def test_the_key_stands_alone_on_the_first_line_and_former_ones_follow(get: Any, place: Place) -> None:
    write(1)
    old, fresh = rekey.rotate(place)
    assert get("key").content.decode() == f"{fresh}\n{old} until 2\n"
    policy = get("policy").content.decode().splitlines()
    assert policy == [
        f"log {fresh} http://127.0.0.1/log",
        f"# former key, for at most 2 entries: {old}",
        "quorum none",
    ]
    assert get("handed/1").status_code == 404
    assert checkpoint.verify(get("handed/2").content, [old]).size == 2


def test_a_former_key_proves_nothing_beyond_the_entry_that_ended_it(
    get: Any, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody finds the old key and signs another log with it, which has entries after the change."""
    write(3, NOW - timedelta(minutes=1))
    seal.seal_all(place)
    stolen = keys.load(place.key_file, place.origin)
    early = receipt.at(place, 1)
    rekey.rotate(place)
    write(9)
    seal.seal_all(place)
    trusted = rotate.trusted(place)
    assert early and compare.receipt(early.text, trusted)[2] == ""
    late = receipt.at(place, 10)
    assert late and compare.receipt(late.text, trusted)[2] == ""
    leaf = tree.leaf_hash(b"{}")
    for size, says in ((4, ""), (5, "a former key, which may speak of 4 at most"), (4096, "a former key")):
        head = checkpoint.Head(place.origin, size, tree.root_of([leaf] * size))
        path = tree.inclusion(0, size, lambda height, _: tree.root_of([leaf] * 2**height))
        forged = Proof(0, tuple(path), checkpoint.sign(head, [stolen]), b"{}").text
        assert compare.receipt(forged, [stolen.verifier])[2] == ""
        fault = compare.receipt(forged, trusted)[2]
        assert says in fault if says else fault == "", size
        named = [text for line in get("key").content.decode().splitlines() for text in ("--key", line)]
        (tmp_path / "forged").write_bytes(forged)
        done = CliRunner().invoke(verify, ["receipt", str(tmp_path / "forged"), *named])
        assert done.exit_code == bool(says), done.output


def test_the_page_says_todays_size_and_root_in_both_languages(get: Any, place: Place) -> None:
    write(1234)
    seal.seal_all(place)
    write(5)
    head = place.folder.head()
    assert head is not None
    for language, words in (("zh", "公开日志"), ("en", "The public log")):
        text = get("", headers={"Accept-Language": language}).content.decode()
        assert (
            words in text
            and "1,234" in text
            and b64encode(head.root).decode().replace("+", "&#x2B;") in text.replace("+", "&#x2B;")
        )
        assert str(keys.load(place.key_file, place.origin).verifier).split("+")[1] in text
        assert "<svg" in text and "style=" not in text and "<script>" not in text
    assert page.reports() == 1234


def test_nothing_but_reading_is_allowed(get: Any) -> None:
    client = Client(HTTP_HOST="127.0.0.1")
    assert client.post("/log/checkpoint").status_code == 405


def test_a_proof_whose_files_are_being_made_again_is_asked_for_later(get: Any, place: Place) -> None:
    write(3)
    seal.seal_all(place)
    assert [get(f"proof?index={one}").status_code for one in ("2", "3", "x", "")] == [200, 404, 404, 404]
    (place.folder.root / "tile/0/000.p/3").unlink()
    answer = get("proof?index=2")
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "5", "no-store")

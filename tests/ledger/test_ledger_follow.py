"""Somebody else's machine: a mirror that verifies itself, a witness that names the fork, over real HTTP."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from given import NOW
from live import serving
from sealing import files, write

from luoshi import home as homes
from luoshi.cli.mirror import mirror
from luoshi.cli.verify import verify
from luoshi.cli.witness import witness
from luoshi.kernel.ledger import checkpoint, keys, note, publish, rekey, rotate, seal, tiles
from luoshi.kernel.ledger import place as places
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.ledger.tree import leaf_hash


@pytest.fixture
def url(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(places, "current", lambda: place)
    write(600)
    seal.seal_all(place)
    with serving(NOW) as address:
        yield f"{address}/log"


def rewrite(place: Place, forced: psycopg.Connection[Any], index: int) -> None:
    """What a superuser with the log's key can do: another payload, and leaf, tree, tiles and checkpoints to match."""
    event, payload = forced.execute(
        "SELECT id, payload FROM log_leaf JOIN event ON event_id = id WHERE idx = %s", [index]
    ).fetchone() or ("", b"")
    other = payload.replace(b'"new"', b'"old"')
    forced.execute(
        'UPDATE event SET payload = %s, leaf = %s, body = body || \'{"stage": "old"}\' WHERE id = %s',
        [other, leaf_hash(other), event],
    )
    leaves = [row[0] for row in forced.execute("SELECT leaf FROM log_leaf JOIN event ON event_id = id ORDER BY idx")]
    from luoshi.kernel.ledger.tree import root_of

    head = checkpoint.Head(place.origin, len(leaves), root_of(leaves))
    signed = checkpoint.sign(head, place.signers())
    forced.execute("UPDATE checkpoint SET root = %s, note = %s WHERE size = %s", [head.root, signed, head.size])
    keys.remember(place.key_file, head)
    (place.folder.root / "checkpoint").write_bytes(signed)
    publish.remake(place)


def watch(url: str, folder: Path, *more: str) -> Result:
    arguments = ["--log", url, "--state", str(folder / "state"), "--key", str(folder / "witness.key"), "--once", *more]
    return CliRunner().invoke(witness, arguments)


def test_a_witness_cosigns_growth_and_names_the_fork(
    url: str, place: Place, forced: psycopg.Connection[Any], tmp_path: Path
) -> None:
    assert watch(url, tmp_path).exit_code == 0
    write(40)
    seal.seal_all(place)
    done = watch(url, tmp_path)
    assert done.exit_code == 0 and done.stdout.startswith("640 ")
    kept = (tmp_path / "state" / "checkpoint").read_bytes()
    key = note.Key.read((tmp_path / "witness.key").read_text())
    log = keys.load(place.key_file, place.origin).verifier
    _, signed = note.open_note(kept, [log, note.Witness(key, 0).verifier])
    assert [one.name for one in signed] == [place.origin, "witness.luoshi"]
    told = (tmp_path / "state" / "witness.vkey").read_text().strip()
    assert told == str(note.Witness(key, 0).verifier) and told in done.stderr
    assert note.Verifier.read(told).verify(note.split(kept)[0], note.split(kept)[1][1][2])
    rewrite(place, forced, 123)
    done = watch(url, tmp_path)
    assert done.exit_code == 1 and "✗ fork: 日志被改写（分叉）" in done.stdout
    assert (tmp_path / "state" / "checkpoint").read_bytes() == kept
    (evidence,) = (tmp_path / "state" / "evidence").iterdir()
    assert evidence.name.startswith("640-20") and str(evidence) in done.stdout
    assert evidence.read_bytes() == place.folder.checkpoint()
    again = watch(url, tmp_path, "--json")
    found = json.loads(again.stdout)
    assert again.exit_code == 1 and not found["ok"] and found["first_bad"]["what"] == "fork"
    assert "rewritten (fork)" in found["first_bad"]["detail"]
    assert found["evidence"] == str(evidence) and [*evidence.parent.iterdir()] == [evidence]


def test_a_witness_refuses_a_log_that_shrank_and_one_of_another_key(url: str, place: Place, tmp_path: Path) -> None:
    early = place.folder.checkpoint()
    write(3)
    seal.seal_all(place)
    assert watch(url, tmp_path).exit_code == 0
    (place.folder.root / "checkpoint").write_bytes(early or b"")
    done = watch(url, tmp_path)
    assert done.exit_code == 1 and "shrunken" in done.stdout and "shrank" in done.stdout
    assert [file.read_bytes() for file in (tmp_path / "state" / "evidence").glob("600-*")] == [early]
    stranger = str(note.Key.new(place.origin).verifier)
    assert "not to be trusted" in watch_trusting(url, tmp_path, stranger)


def watch_trusting(url: str, folder: Path, vkey: str) -> str:
    from luoshi.kernel.ledger import follow
    from luoshi.kernel.ledger.problem import LogProblem
    from luoshi.kernel.ledger.remote import Remote

    witness_key = note.Witness(note.Key.new("other"), 1)
    with pytest.raises(LogProblem) as refused:
        follow.witness(Remote(url), folder / "state", witness_key, [note.Verifier.read(vkey)])
    return str(refused.value)


def test_a_mirror_holds_the_same_bytes_and_verifies_alone(url: str, place: Place, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for more in (0, 100):
        write(more)
        seal.seal_all(place)
        done = CliRunner().invoke(mirror, [url, str(copy), "--json"])
        found = json.loads(done.output)
        assert done.exit_code == 0 and found["ok"] and found["size"] == 600 + more
    ours, theirs = files(place), {k: v for k, v in _files(copy).items() if k != "trusted"}
    assert {name: data for name, data in theirs.items() if ours.get(name) != data} == {}
    assert CliRunner().invoke(verify, ["mirror", str(copy), "--json"]).exit_code == 0
    for path in ("tile/0/001", "tile/entries/000", "tile/1/000.p/2"):
        whole = (copy / path).read_bytes()
        (copy / path).write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
        done = CliRunner().invoke(verify, ["mirror", str(copy), "--json"])
        assert done.exit_code == 1 and path in json.dumps(json.loads(done.output)["bad"])
        (copy / path).write_bytes(whole)
    assert CliRunner().invoke(verify, ["mirror", str(tmp_path / "none")]).exit_code == 2


def _files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_mirror_refuses_a_rewritten_log_and_keeps_what_it_had(
    url: str, place: Place, forced: psycopg.Connection[Any], tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    assert CliRunner().invoke(mirror, [url, str(copy)]).exit_code == 0
    before = _files(copy)
    rewrite(place, forced, 7)
    done = CliRunner().invoke(mirror, [url, str(copy), "--json"])
    found = json.loads(done.stdout)
    assert done.exit_code == 1 and not found["ok"] and "rewritten (fork)" in found["first_bad"]["detail"]
    after, evidence = _files(copy), Path(found["evidence"])
    assert after.pop(evidence.relative_to(copy).as_posix()) == place.folder.checkpoint()
    assert after == before


@pytest.mark.parametrize("path", ["tile/0/001", "tile/entries/000", "both"])
def test_what_was_damaged_in_a_mirror_is_fetched_again_and_told(url: str, copy_of: Any, path: str) -> None:
    copy, whole = copy_of
    paths = ["tile/0/001", "tile/entries/001"] if path == "both" else [path]
    for one in paths:  # both: as one who rewrites the mirror would, so that entry and leaf agree
        data = (copy / one).read_bytes()
        (copy / one).write_bytes(bytes(len(data)) if "entries" not in one else data.replace(b'"new"', b'"old"', 1))
    if path == "both":
        entries = tiles.entries((copy / paths[1]).read_bytes(), 256)
        (copy / paths[0]).write_bytes(b"".join(map(leaf_hash, entries)))
    done = copied(url, copy, "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["ok"], sorted(found["fetched_again"])) == (0, True, sorted(paths))
    assert all(path in done.stderr for path in paths)
    assert _files(copy) == whole


@pytest.fixture
def copy_of(url: str, tmp_path: Path) -> tuple[Path, dict[str, bytes]]:
    copy = tmp_path / "copy"
    assert copied(url, copy).exit_code == 0
    return copy, _files(copy)


def test_what_cannot_be_read_is_no_fault_of_the_log(url: str, tmp_path: Path) -> None:
    nobody = "http://127.0.0.1:9/log"
    for done in (copied(nobody, tmp_path / "copy", "--json"), watch(nobody, tmp_path, "--json")):
        found = json.loads(done.stdout)
        assert (done.exit_code, found["ok"]) == (2, False) and nobody in found["error"] and "first_bad" not in found
    assert copied(url, tmp_path / "copy", "--key", "nonsense", "--json").exit_code == 2
    (tmp_path / "witness.key").chmod(0o644)
    done = watch(url, tmp_path, "--json")
    assert done.exit_code == 2 and "chmod 600" in json.loads(done.stdout)["error"]


def grow(place: Place, count: int = 30) -> None:
    write(count)
    seal.seal_all(place)


def kept(folder: Path) -> list[str]:
    return (folder / "trusted").read_text().splitlines()


def copied(url: str, copy: Path, *more: str) -> Result:
    return CliRunner().invoke(mirror, [url, str(copy), *more])


def test_mirror_and_witness_follow_a_change_that_the_key_they_trust_has_sealed(
    url: str, place: Place, tmp_path: Path
) -> None:
    copy, state = tmp_path / "copy", tmp_path / "state"
    assert (copied(url, copy).exit_code, watch(url, tmp_path).exit_code) == (0, 0)
    first = kept(copy)
    stolen = keys.load(place.key_file, place.origin)
    changes = []
    for _ in range(2):  # two changes between two looks
        grow(place)
        changes.append(rekey.rotate(place))
    grow(place)
    assert (copied(url, copy).exit_code, watch(url, tmp_path).exit_code) == (0, 0)
    sizes = [one.size for one in rotate.rotations(place.origin)]
    lines = [f"{old} until {size}" for (old, _), size in zip(changes, sizes, strict=True)] + [str(changes[-1][1])]
    assert [(copy / "handed" / str(size)).read_bytes() for size in sizes] == [
        place.folder.handed(size) for size in sizes
    ]
    assert kept(copy) == kept(state) == lines and first == [str(changes[0][0])]
    assert CliRunner().invoke(verify, ["mirror", str(copy)]).exit_code == 0
    assert copied(url, copy, "--key", first[0]).exit_code == 0 and kept(copy) == lines
    head = place.folder.head()
    assert head is not None
    forged = checkpoint.sign(checkpoint.Head(place.origin, head.size, head.root), [stolen])
    (place.folder.root / "checkpoint").write_bytes(forged)
    for done in (copied(url, copy), copied(url, copy, "--key", first[0]), watch(url, tmp_path)):
        assert done.exit_code == 1 and "former key" in done.stdout


def test_a_named_key_is_remembered(url: str, place: Place, tmp_path: Path) -> None:
    """Also where nothing leads from the old key to it, as after a lost key."""
    copy = tmp_path / "copy"
    assert copied(url, copy).exit_code == 0
    _, fresh = rekey.rotate(place)
    grow(place)
    (place.folder.root / "handed" / "601").unlink()
    assert "no handed/601" in copied(url, copy).stdout
    assert copied(url, copy, "--key", str(fresh)).exit_code == 0 and kept(copy) == [str(fresh)]
    assert copied(url, copy).exit_code == 0 and CliRunner().invoke(verify, ["mirror", str(copy)]).exit_code == 0


def test_a_change_that_the_trusted_key_did_not_seal_is_not_followed(url: str, place: Place, tmp_path: Path) -> None:
    """The log's server alone says that its key was changed."""
    copy = tmp_path / "copy"
    assert copied(url, copy).exit_code == 0
    rekey.rotate(place)
    grow(place)
    handed = place.folder.root / "handed" / "601"
    stranger = note.Key.new(place.origin)
    for forged in (
        checkpoint.sign(checkpoint.unsigned(handed.read_bytes()), [stranger]),
        checkpoint.sign(checkpoint.Head(place.origin, 601, bytes(32)), [stranger]),
        handed.read_bytes().replace(b"\n601\n", b"\n600\n"),
    ):
        handed.write_bytes(forged)
        done = copied(url, copy)
        assert done.exit_code == 1 and "检查点不可信" in done.stdout
    assert len(kept(copy)) == 1


def test_two_looks_of_a_witness_never_overlap(url: str, place: Place, tmp_path: Path) -> None:
    """Whoever fetched an older checkpoint must not write it over a newer one that was seen meanwhile."""
    assert watch(url, tmp_path).exit_code == 0
    with ThreadPoolExecutor(1) as other:
        with homes.alone(tmp_path / "state"):
            slow = other.submit(watch, url, tmp_path)
            with pytest.raises(TimeoutError):
                slow.result(1)
            grow(place)
        assert slow.result(30).exit_code == 0
    head = place.folder.head()
    assert head and checkpoint.unsigned((tmp_path / "state" / "checkpoint").read_bytes()) == head


@pytest.mark.parametrize(("name", "content"), [("checkpoint", b"\xff"), ("trusted", b"nobody"), ("trusted", b"")])
def test_a_witness_whose_memory_is_damaged_says_so_and_cosigns_nothing(
    url: str, tmp_path: Path, name: str, content: bytes
) -> None:
    assert watch(url, tmp_path).exit_code == 0
    file = tmp_path / "state" / name
    file.write_bytes(content)
    done = watch(url, tmp_path, "--json")
    assert done.exit_code == 2 and str(file) in json.loads(done.stdout)["error"] and file.read_bytes() == content


def test_a_witness_that_lost_what_it_saw_does_not_begin_anew_by_itself(url: str, tmp_path: Path) -> None:
    assert watch(url, tmp_path).exit_code == 0
    state = tmp_path / "state"
    (state / "checkpoint").unlink()
    done = watch(url, tmp_path)
    assert done.exit_code == 2 and "已损坏" in done.output and not (state / "checkpoint").exists()
    state.rename(tmp_path / "old")
    assert watch(url, tmp_path).exit_code == 0

"""A database restored from before what was published: sealing stops; a tail is supplied, or a new log begun."""

import shutil
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from django.db import ProgrammingError, transaction
from given import NOW
from sealing import ORIGIN, holds, rows, sealed_once, write

from luoshi.kernel import installation, lines
from luoshi.kernel.ledger import anew, checkpoint, keys, note, rekey, rotate, seal, tail, tiles, verify
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.ledger.problem import LogProblem
from luoshi.kernel.problems import Invalid

Forced = psycopg.Connection[Any]


def look(place: Place) -> verify.Report:
    return verify.verify(place, rotate.trusted(place), lines.installed())


@pytest.fixture
def mirror(place: Place, forced: Forced, tmp_path: Path) -> Folder:
    """300 entries in the database, 5 that waited when it was backed up; 700 and those 5 were sealed since, and mirrored."""
    forced.execute('TRUNCATE "case" CASCADE')
    write(300)
    seal.seal_all(place)
    waited = write(5, NOW + timedelta(minutes=1))
    before = shutil.copytree(place.folder.root, tmp_path / "before")
    lost = write(400, NOW + timedelta(minutes=2))
    seal.seal_all(place)
    lost += write(300, NOW + timedelta(minutes=3))
    seal.seal_all(place)
    shutil.copytree(place.folder.root, tmp_path / "mirror")
    shutil.rmtree(place.folder.root)
    shutil.copytree(before, place.folder.root)
    ids = [one.id for one in lost]
    for table, column in (("event", "id"), ("event_private", "event_id"), ("event_salt", "event_id")):
        forced.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s)", [ids])  # type: ignore[arg-type]
    forced.execute("DELETE FROM log_leaf WHERE idx >= 300")
    forced.execute("DELETE FROM checkpoint WHERE size > 300")
    for one in waited:
        forced.execute("INSERT INTO event_pending VALUES (%s)", [one.id])
    return Folder(tmp_path / "mirror")


def test_it_is_noticed_and_the_missing_tail_makes_it_whole(place: Place, mirror: Folder) -> None:
    fresh = write(3, NOW + timedelta(hours=1))
    with pytest.raises(LogProblem, match="missing tail"):
        seal.seal_all(place)
    report = look(place)
    assert [(one.what, one.idx) for one in report.bad] == [("behind", 300)]
    assert "ends at 300 entries and 1005 were published (log.last)" in report.bad[0].detail
    assert place.folder.head().size == 300 and rows("SELECT count(*) FROM log_leaf") == [(300,)]  # type: ignore[union-attr]
    assert tail.supply(place, mirror) == (300, 1005, 700)
    assert holds(place) == 1009 == sealed_once()  # what was written meanwhile, and the event that tells of it
    assert rows("SELECT idx FROM log_leaf WHERE event_id = %s", [fresh[0].id])[0][0] in range(1005, 1009)  # type: ignore[operator]
    report = look(place)
    assert report.bad == [] and report.deleted == 700
    assert [(one.reason, one.bodies) for one in report.deletions] == [("supply_tail", 700)]
    shown = place.folder.root / "tile" / "0" / "000"
    assert shown.read_bytes() == (mirror.root / "tile" / "0" / "000").read_bytes()
    write(2, NOW + timedelta(hours=2))
    seal.seal_all(place)
    assert holds(place) == 1011


def test_a_body_that_vanishes_outside_the_tail_is_still_a_fault(place: Place, mirror: Folder, forced: Forced) -> None:
    tail.supply(place, mirror)
    forced.execute("DELETE FROM event_private WHERE event_id = (SELECT event_id FROM log_leaf WHERE idx = 299)")
    assert [(one.what, one.idx) for one in look(place).bad] == [("private", 299)]


def test_a_tail_that_was_altered_or_falls_short_changes_nothing(place: Place, mirror: Folder, tmp_path: Path) -> None:
    bundle = mirror.root / "tile" / "entries" / "002"
    whole = bundle.read_bytes()
    bundle.write_bytes(whole.replace(b"150203000000", b"150203000001", 1))
    with pytest.raises(LogProblem, match="not what was signed"):
        tail.supply(place, mirror)
    bundle.unlink()
    with pytest.raises(LogProblem, match="missing"):
        tail.supply(place, mirror)
    with pytest.raises(
        LogProblem, match=r"ends at 300 .* 1005 were published .* holds 300: entries 300 to 1004 are still"
    ):
        tail.supply(place, Folder(tmp_path / "before"))
    with pytest.raises(LogProblem, match="not to be trusted"):
        tail.supply(place, Folder(tmp_path / "nowhere"))
    assert rows("SELECT count(*) FROM log_leaf") == [(300,)] == rows("SELECT max(size) FROM checkpoint")
    bundle.write_bytes(whole)
    assert tail.supply(place, mirror).end == 1005
    with pytest.raises(LogProblem, match="Nothing is missing: the database holds 1006"):
        tail.supply(place, mirror)


def test_a_mirror_that_is_behind_what_was_published_is_refused(place: Place, mirror: Folder) -> None:
    head = mirror.head()
    assert head is not None
    keys.remember(place.key_file, replace(head, size=head.size + 1))
    with pytest.raises(LogProblem, match="ends at 1005 entries, 1006 were published"):
        tail.supply(place, mirror)


def begun(place: Place) -> tuple[Place, bytes]:
    """A new log, and the public half of the old key."""
    old = str(keys.load(place.key_file, place.origin).verifier).encode()
    fresh, head = anew.begin(place, "备份太旧，没有镜像")
    assert head is not None and head.size == 306 and fresh.origin == f"{ORIGIN}/2"
    return fresh, old


def test_a_new_log_begins_with_the_size_and_root_of_the_old_one(place: Place, mirror: Folder, owner: None) -> None:
    published = place.folder.head()
    remembered = keys.remembered(place.key_file)
    assert published is not None and remembered is not None and (published.size, remembered.size) == (300, 1005)
    fresh, old = begun(place)
    first = orjson.loads(tiles.entries(fresh.folder.read(tiles.Tile(None, 0, 256)), 256)[0])
    assert first["open"] == {
        "old_origin": ORIGIN, "old_size": 1005, "old_root": b64encode(remembered.root).decode(), "old_key": old.decode(),
        "reason": "备份太旧，没有镜像",
    }  # fmt: skip
    text = fresh.folder.checkpoint()
    assert text is not None
    key = keys.load(fresh.key_file, fresh.origin).verifier
    assert key.name == fresh.origin and checkpoint.verify(text, [key], fresh.origin).size == 306 == sealed_once()
    assert look(fresh).bad == []
    assert Folder(fresh.folder.root.with_name("log.1")).head() == published
    write(1, NOW + timedelta(hours=1))
    assert seal.seal_all(fresh).size == 307  # type: ignore[union-attr]
    with pytest.raises(ProgrammingError, match="only ever grows"), transaction.atomic():
        rows("DELETE FROM log_leaf")


def test_a_new_log_cut_short_goes_on(
    place: Place, mirror: Folder, owner: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(old: Place) -> None:
        raise OSError("cut")

    with monkeypatch.context() as patch:
        patch.setattr(anew, "_put_aside", cut)
        with pytest.raises(OSError, match="cut"):
            anew.begin(place, "备份太旧，没有镜像")
    assert installation.current().origin == f"{ORIGIN}/2"
    turned = Place(f"{ORIGIN}/2", place.folder, place.key_file)
    with pytest.raises(LogProblem):
        seal.seal_all(turned)
    fresh, head = anew.begin(turned, "备份太旧，没有镜像")
    assert (fresh.origin, head.size) == (f"{ORIGIN}/2", 306) and look(fresh).bad == []  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("reason", "origin", "field"),
    [
        ("", "", "--reason"),
        ("理" * 501, "", "--reason"),
        ("备份太旧", "Bad Name", "--origin"),
        ("备份太旧", "demo.city", "--origin"),
        ("备份太旧", ORIGIN, "--origin"),
    ],
)
def test_a_new_log_needs_a_reason_and_a_name_of_its_own(
    place: Place, mirror: Folder, owner: None, reason: str, origin: str, field: str
) -> None:
    before = place.key_file.read_bytes()
    with pytest.raises(Invalid) as refused:
        anew.begin(place, reason, origin)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert place.key_file.read_bytes() == before and installation.current().origin == ORIGIN


def test_a_rotation_of_the_old_log_that_was_cut_short_does_not_stop_the_new_one(
    place: Place, mirror: Folder, owner: None
) -> None:
    keys.create(keys.next_of(place.key_file), place.origin)
    fresh, _ = begun(place)
    write(1, NOW + timedelta(hours=1))
    assert seal.seal_all(fresh).size == 307  # type: ignore[union-attr]
    assert not keys.next_of(fresh.key_file).exists() and look(fresh).bad == []


def test_a_name_is_not_used_twice(place: Place, mirror: Folder, owner: None) -> None:
    fresh, _ = begun(place)
    for name in (ORIGIN, fresh.origin):
        with pytest.raises(Invalid):
            anew.begin(fresh, "又一次", name)


def test_the_next_name() -> None:
    assert [anew.next_origin(one) for one in ("log.city", "log.city/2", "log.city/a")] == [
        "log.city/2", "log.city/3", "log.city/a/2",
    ]  # fmt: skip


def test_a_tail_with_a_change_of_the_key_brings_back_how_it_was_handed_on(
    place: Place, forced: Forced, tmp_path: Path
) -> None:
    forced.execute('TRUNCATE "case" CASCADE')
    write(300)
    seal.seal_all(place)
    before = shutil.copytree(place.folder.root, tmp_path / "before")
    old, _ = rekey.rotate(place)
    write(50, NOW + timedelta(minutes=2))
    seal.seal_all(place)
    mirror = Folder(shutil.copytree(place.folder.root, tmp_path / "mirror"))
    shutil.rmtree(place.folder.root)
    shutil.copytree(before, place.folder.root)
    lost = [row[0] for row in rows("SELECT event_id FROM log_leaf WHERE idx >= 300")]
    for table, column in (("event", "id"), ("event_private", "event_id"), ("event_salt", "event_id")):
        forced.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s)", [lost])  # type: ignore[arg-type]
    forced.execute("DELETE FROM log_leaf WHERE idx >= 300")
    forced.execute("DELETE FROM checkpoint WHERE size > 300")
    handed = mirror.root / "handed" / "301"
    whole = handed.read_bytes()
    for wrong in (b"", checkpoint.sign(checkpoint.unsigned(whole), [note.Key.new(ORIGIN)])):
        handed.write_bytes(wrong)
        with pytest.raises(LogProblem, match="not to be trusted"):
            tail.supply(place, mirror)
    handed.write_bytes(whole)
    assert tail.supply(place, mirror).end == 351
    assert place.folder.handed(301) == whole and checkpoint.verify(whole, [old]).size == 301
    assert look(place).bad == [] and holds(place) == 352


def test_with_the_key_alone_nothing_is_sealed_until_somebody_says_what_was_published(
    place: Place, mirror: Folder, tmp_path: Path
) -> None:
    """A restored home whose `log.last` is lost: it cannot tell by itself that more was published."""
    place.key_file.with_name(f"{place.key_file.name}.last").unlink()
    for act in (seal.seal_all, rekey.rotate):
        with pytest.raises(LogProblem, match="what was published last is not known"):
            act(place)
    assert place.folder.head().size == 300 == rows("SELECT count(*) FROM log_leaf")[0][0]  # type: ignore[union-attr]
    other = checkpoint.Head(ORIGIN, 299, bytes(32))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "checkpoint").write_bytes(checkpoint.sign(other, place.signers()))
    with pytest.raises(LogProblem, match="does not lead to that checkpoint"):
        tail.supply(place, Folder(tmp_path / "other"))
    assert tail.supply(place, mirror) == (300, 1005, 700)
    assert holds(place) == 1006 and look(place).bad == []


def test_with_the_key_alone_a_checkpoint_that_holds_no_more_lets_sealing_go_on(place: Place, tmp_path: Path) -> None:
    write(20)
    seal.seal_all(place)
    witness = tmp_path / "witness"
    witness.mkdir()
    shutil.copy(place.folder.root / "checkpoint", witness)
    write(3, NOW + timedelta(minutes=1))
    seal.seal_all(place)
    place.key_file.with_name(f"{place.key_file.name}.last").unlink()
    write(2, NOW + timedelta(minutes=2))
    assert tail.supply(place, Folder(witness)) == (23, 23, 0)
    assert holds(place) == 25 == sealed_once()

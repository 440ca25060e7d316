"""A superuser changes what nobody may change, in every way that others met: verification names each."""

import json
import os
import shutil
import subprocess
import sys
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from given import NOW
from sealing import write

from luoshi.cases.actions import report_case
from luoshi.cases.models import Category
from luoshi.cli.verify import deleted
from luoshi.kernel import clock, lines
from luoshi.kernel.ledger import checkpoint, chunks, keys, rotate, seal, verify
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.ledger.tree import leaf_hash
from luoshi.people import viewer

Forced = psycopg.Connection[Any]


def look(place: Place) -> verify.Report:
    return verify.verify(place, rotate.trusted(place), lines.installed())


@pytest.fixture
def case(place: Place, forced: Forced) -> str:
    """A log of 600 entries in three checkpoints, one of them a case's report, and one more that waits."""
    forced.execute('TRUNCATE "case" CASCADE')
    write(300)
    seal.seal_all(place)
    kind = Category.objects.filter(reportable=True, level=3, handle_kind="workdays").first()
    done = report_case(
        viewer=viewer.public(), key="k", door="web", category=kind, text="井盖松动", channel="web",
        place="幸福路12号", county="150203000000", street="", lat=40.66, lon=109.84,
    )  # fmt: skip
    write(299)
    seal.seal_all(place, limit=200)
    write(1)
    return str(done.answer["number"])


def test_an_untouched_log_is_well(place: Place, case: str) -> None:
    report = look(place)
    assert report.bad == []
    assert (report.size, report.checkpoints, report.pending, report.deleted) == (600, 3, 1, 0)
    assert report.root == place.folder.head().root  # type: ignore[union-attr]


def test_what_is_sealed_while_it_is_looked_at_is_no_fault(
    place: Place, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = chunks.all_of

    def slow(*given: Any) -> Any:
        for number, chunk in enumerate(whole(*given)):
            if number == 0:
                write(5)
                seal.seal_all(place)
            yield chunk

    monkeypatch.setattr(chunks, "all_of", slow)
    report = look(place)
    assert (report.bad, report.checkpoints) == ([], 3) and place.folder.head().size == 606  # type: ignore[union-attr]


CHANGES = {
    "payload": ("payload = payload || ' '", "payload", ""),
    "verb": ("verb = 'close'", "column", "verb"),
    "recorded_at": ("recorded_at = recorded_at + interval '1 microsecond'", "column", "recorded_at"),
    "subject": ("subject = gen_random_uuid()", "column", "subject"),
    "actor": ("actor = 8", "column", "actor"),
    "unit": ("unit = 77", "column", "unit"),
    "open": ('body = body || \'{"stage": "closed"}\'', "column", "body.stage"),
    "restricted": ("body = body || '{\"grade\": 5}'", "column", "body.grade"),
    "added": ("body = body || '{\"more\": 1}'", "column", "body.more"),
    "gone": ("body = body - 'county'", "column", "body.county"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_event_is_named(place: Place, case: str, forced: Forced, name: str) -> None:
    change, what, detail = CHANGES[name]
    event, line, subject = forced.execute(
        "SELECT event_id, line, subject FROM log_leaf JOIN event ON event_id = id WHERE idx = 123"
    ).fetchone() or ("", "", "")
    forced.execute(f"UPDATE event SET {change} WHERE id = %s", [event])
    first = look(place).first_bad
    assert first is not None and (first.what, first.idx, first.event, first.line) == (what, 123, str(event), line)
    assert detail in first.detail
    assert name == "subject" or first.subject == str(subject)


def test_a_payload_changed_with_its_leaf_does_not_fit_the_tree(place: Place, case: str, forced: Forced) -> None:
    event, payload = forced.execute(
        "SELECT id, payload FROM log_leaf JOIN event ON event_id = id WHERE idx = 5"
    ).fetchone() or ("", b"")
    other = payload.replace(b'"new"', b'"old"')
    forced.execute("UPDATE event SET payload = %s, leaf = %s WHERE id = %s", [other, leaf_hash(other), event])
    report = look(place)
    kinds = {bad.what for bad in report.bad}
    assert {"column", "tile", "checkpoint"} <= kinds
    assert report.bad[0].idx == 5


def test_a_changed_case_is_named_with_its_number(place: Place, case: str, forced: Forced) -> None:
    for change, field in (
        ("state = 'closed'", "state"),
        ("due_at = due_at + interval '1 day'", "due_at"),
        ("grade = 5", "grade"),
        ("solved = true", "solved"),
        ("county = '150204000000'", "county"),
    ):
        forced.execute(f'UPDATE "case" SET {change} WHERE number = %s', [case])
        bad = look(place).bad
        assert [one.what for one in bad] == ["row"]
        assert bad[0].line == "cases" and bad[0].detail.startswith(f"{case}: {field} is ")
        _back(forced, case, field)
    assert look(place).ok


def _back(forced: Forced, case: str, field: str) -> None:
    body = (
        forced.execute(
            'SELECT body FROM event WHERE subject = (SELECT log_id FROM "case" WHERE number = %s)', [case]
        ).fetchone()
        or ({},)
    )[0]
    value = {"state": body["stage"], "due_at": body["due_at"], "county": body["county"]}.get(field)
    forced.execute(f'UPDATE "case" SET {field} = %s WHERE number = %s', [value, case])


def test_a_private_body_changed_or_gone_is_named(place: Place, case: str, forced: Forced) -> None:
    for table, what in (("event_private", "private"), ("event_salt", "salt")):
        event = (forced.execute("SELECT event_id FROM log_leaf WHERE idx = 40").fetchone() or ("",))[0]
        forced.execute(f"DELETE FROM {table} WHERE event_id = %s", [event])  # type: ignore[arg-type]
        first = look(place).first_bad
        assert first is not None and (first.what, first.idx, first.event) == (what, 40, str(event))
        assert "tells of no deletion" in first.detail
    event = (forced.execute("SELECT event_id FROM log_leaf WHERE idx = 41").fetchone() or ("",))[0]
    forced.execute("UPDATE event_private SET body = body || ' ' WHERE event_id = %s", [event])
    assert [one.what for one in look(place).bad if one.idx == 41] == ["private"]


def test_a_body_deleted_on_request_is_told_with_day_and_role_and_is_no_fault(
    place: Place, case: str, forced: Forced
) -> None:
    from luoshi.cases.actions import BY_VERB
    from luoshi.cases.actions.erase import erase
    from luoshi.kernel.viewer import EVERYTHING, Viewer

    desk, officer = viewer.of_login("desk"), viewer.of_login("secadmin")
    able = Viewer("staff", person=officer.person, grants={"cases.see": EVERYTHING, "cases.erase": EVERYTHING})
    with clock.at(NOW + timedelta(hours=1)):
        BY_VERB["refuse"](viewer=desk, on=case, reason="重复", answer="已在办")
        erase(able, case, "asked")
    seal.seal_all(place)
    report = look(place)
    assert report.bad == [] and report.deleted == 2
    (told,) = deleted(report.deletions)
    assert (told["on"], told["by"], told["reason"], told["bodies"]) == ("2021-12-29", "安全管理员", "asked", 2)
    later = write(1, NOW + timedelta(days=1))[0]
    forced.execute(
        "UPDATE event SET subject = (SELECT subject FROM event WHERE verb = 'erase') WHERE id = %s", [later.id]
    )
    forced.execute("DELETE FROM event_private WHERE event_id = %s", [later.id])
    assert "private" in {one.what for one in look(place).bad}  # after the deletion, and of nothing that tells of it


def test_a_changed_tile_is_named_at_every_level(place: Place, case: str) -> None:
    for path in ("tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/000"):
        file = place.folder.root / path
        data = file.read_bytes()
        file.write_bytes(data[:70] + bytes([data[70] ^ 1]) + data[71:] if len(data) > 70 else data[::-1])
        bad = look(place).bad
        assert [(one.what, one.detail) for one in bad] == [("tile", path)]
        file.unlink()
        assert path in [one.detail for one in look(place).bad]
        file.write_bytes(data)
    assert look(place).ok


def test_a_changed_partial_tile_of_an_older_checkpoint_is_named(place: Place, case: str) -> None:
    root = place.folder.root / "tile"
    kept = {path.relative_to(root).as_posix() for path, _ in place.folder.partial()}
    older = ["0/001.p/44", "entries/001.p/44", "1/000.p/1", "0/001.p/244"]
    assert kept >= {*older, "0/002.p/88"}
    for path in older:
        data = (root / path).read_bytes()
        (root / path).write_bytes(data[:20] + bytes([data[20] ^ 1]) + data[21:])
        assert [(one.what, one.detail) for one in look(place).bad] == [("tile", f"tile/{path}")]
        (root / path).unlink()
        assert look(place).ok  # a wider one gives it
        (root / path).write_bytes(data)
    assert look(place).ok


def test_what_was_left_out_or_taken_out_is_named(place: Place, case: str, forced: Forced) -> None:
    event = (forced.execute("DELETE FROM event_pending RETURNING event_id").fetchone() or ("",))[0]
    assert [(one.what, one.event) for one in look(place).bad] == [("left out", str(event))]
    forced.execute("INSERT INTO event_pending VALUES (%s)", [event])


@pytest.mark.parametrize("place_too", [False, True], ids=["event", "event and place"])
def test_a_deleted_event_is_named_alone(place: Place, case: str, forced: Forced, place_too: bool) -> None:
    key, subject = forced.execute(
        "SELECT id, subject FROM event JOIN log_leaf ON event_id = id WHERE idx = 17"
    ).fetchone() or ("", "")
    forced.execute("DELETE FROM event WHERE id = %s", [key])
    if place_too:
        forced.execute("DELETE FROM log_leaf WHERE idx = 17")
    (bad,) = look(place).bad
    assert bad[:5] == ("place", 17, str(key), "test", str(subject)) and "no event" in bad.detail
    shutil.rmtree(place.folder.root / "tile" / "entries")
    first = look(place).first_bad
    assert first is not None and (first.what, first.idx) == ("place", 17)
    assert first.event == (None if place_too else str(key))


def test_a_record_without_events_is_said_to_have_none(place: Place, case: str, forced: Forced) -> None:
    ((subject,),) = forced.execute('SELECT log_id FROM "case" WHERE number = %s', [case]).fetchall()
    forced.execute("DELETE FROM event WHERE subject = %s", [subject])
    bad = look(place).bad
    assert [(one.what, one.subject) for one in bad] == [("place", str(subject)), ("row", str(subject))]
    assert bad[1].detail == f"{case}: the record has no events"


def test_a_checkpoint_changed_or_signed_by_another_is_named(place: Place, case: str, forced: Forced) -> None:
    from luoshi.kernel.ledger.note import Key

    head = place.folder.head()
    assert head is not None
    forged = checkpoint.sign(head, [Key.new(place.origin)])
    forced.execute("UPDATE checkpoint SET note = %s WHERE size = 600", [forged])
    first = look(place).first_bad
    assert first is not None and first.what == "checkpoint" and "no trusted key" in first.detail
    forced.execute("UPDATE checkpoint SET note = %s WHERE size = 600", [place.folder.checkpoint()])
    (place.folder.root / "checkpoint").write_bytes(forged)
    assert [one.what for one in look(place).bad] == ["published"]


def test_two_processes_find_the_same_as_one(
    place: Place, case: str, forced: Forced, monkeypatch: pytest.MonkeyPatch
) -> None:
    forced.execute("UPDATE event SET verb = 'x' WHERE id = (SELECT event_id FROM log_leaf WHERE idx = 290)")
    alone = look(place)
    monkeypatch.setattr(chunks, "_FEW", 1)
    monkeypatch.setattr(chunks, "LENGTH", 256)
    assert look(place) == alone and not alone.ok


@pytest.fixture
def command(place: Place, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `luoshi verify …` on this log; gives exit code and answer."""
    from contextlib import nullcontext

    from luoshi.cli import verify as cli
    from luoshi.kernel.ledger import place as places

    monkeypatch.setattr(cli, "connected", lambda: nullcontext())
    monkeypatch.setattr(places, "current", lambda: place)

    def run(*arguments: str) -> tuple[int, Any]:
        done = CliRunner().invoke(cli.verify, [*arguments, "--json"])
        return done.exit_code, json.loads(done.stdout)

    return run


def test_the_command_answers_in_json_with_its_exit_codes(
    place: Place, case: str, forced: Forced, command: Any, tmp_path: Path
) -> None:
    code, found = command("log")
    assert (code, found["ok"], found["first_bad"], found["size"]) == (0, True, None, 600)
    assert found["root"] == b64encode(place.folder.head().root).decode()  # type: ignore[union-attr]
    forced.execute("UPDATE event SET verb = 'x' WHERE id = (SELECT event_id FROM log_leaf WHERE idx = 290)")
    code, found = command("log")
    assert (code, found["first_bad"]["what"], found["first_bad"]["idx"]) == (1, "column", 290)
    assert found["first_bad"]["line"] == "test" and found["first_bad"]["subject"]
    code, found = command("log", "--key", "nonsense")
    assert (code, found["ok"]) == (2, False) and "VKEY" in found["error"]
    place.key_file.chmod(0o644)
    code, found = command("log")
    assert (code, found["ok"]) == (2, False) and "chmod 600" in found["error"]


def test_consistency_of_two_checkpoints(place: Place, case: str, forced: Forced, command: Any, tmp_path: Path) -> None:
    notes = [bytes(row[0]) for row in forced.execute("SELECT note FROM checkpoint ORDER BY size").fetchall()]
    old, new, fork = (tmp_path / name for name in ("old", "new", "fork"))
    old.write_bytes(notes[0])
    new.write_bytes(notes[-1])
    assert command("consistency", str(old), str(new)) == (0, {"ok": True, "first_bad": None, "old": 300, "new": 600})
    head = checkpoint.unsigned(notes[0])
    key = keys.load(place.key_file, place.origin)
    fork.write_bytes(checkpoint.sign(checkpoint.Head(head.origin, 300, leaf_hash(b"another past")), [key]))
    code, found = command("consistency", str(fork), str(new))
    assert code == 1 and "forked" in found["first_bad"]["detail"]
    code, found = command("consistency", str(new), str(old))
    assert code == 1 and "shrank" in found["first_bad"]["detail"]
    code, found = command("consistency", str(old), str(tmp_path / "none"))
    assert (code, found["ok"]) == (2, False) and "none" in found["error"]
    shutil.copytree(place.folder.root, tmp_path / "mirror")
    outsider(tmp_path, old, new, fork, str(key.verifier))


def outsider(folder: Path, old: Path, new: Path, fork: Path, vkey: str) -> None:
    """Nothing but files and the key: no home, no settings, no database."""
    empty = folder / "empty"
    empty.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LUOSHI_", "DATABASE_"))}

    def ask(*arguments: str) -> tuple[int, Any]:
        command = [sys.executable, "-m", "luoshi", "verify", *arguments, "--json"]
        done = subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, json.loads(done.stdout)

    key, mirror = ("--key", vkey), str(folder / "mirror")
    well = {"ok": True, "first_bad": None, "old": 300, "new": 600}
    assert ask("consistency", str(old), str(new), *key, "--log", mirror) == (0, well)
    assert ask("consistency", str(old), f"{mirror}/checkpoint", *key) == (0, well)
    code, found = ask("consistency", str(fork), str(new), *key, "--log", mirror)
    assert code == 1 and "forked" in found["first_bad"]["detail"]
    assert ask("consistency", str(new), str(old), *key)[0] == 1  # it shrank: no proof is needed to see that
    assert ask("consistency", str(old), str(old), *key)[0] == 0
    for arguments in (("consistency", str(old), str(new), *key), ("consistency", str(old), str(new)), ("log",)):
        code, found = ask(*arguments)
        assert (code, found["ok"]) == (2, False) and found["error"]
    assert ask("mirror", mirror, *key)[0] == 0
    assert list(empty.iterdir()) == []


def test_the_night_keeps_what_it_found_and_doctor_says_it(
    place: Place, case: str, forced: Forced, command: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from luoshi import conf
    from luoshi.cli import examinations
    from luoshi.kernel.ledger import nightly

    def child(*_: Any, **__: Any) -> subprocess.CompletedProcess[str]:
        code, found = command("log")
        return subprocess.CompletedProcess([], code, json.dumps(found), "")

    monkeypatch.setattr(subprocess, "run", child)  # the child would look at the installation, not at this log
    settings = conf.load({"LUOSHI_HOME": str(tmp_path)})
    assert examinations.verified(settings).mend is None
    nightly.run(tmp_path)
    assert "600" in examinations.verified(settings).detail.en and examinations.verified(settings).mend is None
    forced.execute("UPDATE event SET verb = 'x' WHERE id = (SELECT event_id FROM log_leaf WHERE idx = 290)")
    outcome = nightly.run(tmp_path)
    assert outcome == nightly.last(tmp_path) and outcome.first_bad and outcome.first_bad["idx"] == 290
    assert examinations.verified(settings).mend is not None and "idx=290" in examinations.verified(settings).detail.en

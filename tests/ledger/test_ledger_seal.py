"""Sealing: what waits gets its place once, whatever stops it, and the published files always fit the checkpoint."""

import os
import shutil
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import sealing
from django.db import connection
from given import NOW
from sealing import files, holds, sealed_once, write

from luoshi.kernel import clock
from luoshi.kernel.ledger import publish, record, rekey, rotate, rows, seal
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.note import Key
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.ledger.problem import LogProblem


def test_an_empty_log_has_no_checkpoint(place: Place) -> None:
    assert seal.seal_all(place) is None
    assert place.folder.checkpoint() is None


def test_what_waits_is_sealed_in_order_of_recording_and_only_once(place: Place) -> None:
    late = write(40, NOW + timedelta(minutes=1))
    early = write(300, NOW)
    head = seal.seal_all(place, limit=170)
    assert head is not None and head.size == 340 == holds(place) == sealed_once()
    order = [row[0] for row in sealing.rows("SELECT event_id FROM log_leaf ORDER BY idx")]
    assert order == [event.id for event in early + late]
    assert sealing.rows("SELECT size FROM checkpoint ORDER BY size") == [(170,), (340,)]
    again = seal.seal_all(place)
    assert again == head and sealed_once() == 340


def test_files_made_again_are_the_same_byte_for_byte(place: Place) -> None:
    for count in (1, 254, 1, 1, 300, 5):
        write(count)
        seal.seal_all(place)
    before = files(place)
    assert {"checkpoint", "tile/0/000", "tile/0/001", "tile/0/002.p/50", "tile/entries/001", "tile/1/000.p/2"} <= set(
        before
    )
    shutil.rmtree(place.folder.root)
    publish.remake(place)
    after = files(place)
    assert all(before[name] == data for name, data in after.items())
    assert holds(place) == 562


def test_partial_tiles_of_yesterdays_checkpoint_are_still_served(place: Place) -> None:
    from luoshi.kernel.ledger.tiles import Tile, entries

    write(10)
    seal.seal_all(place)
    early = place.folder.read(Tile(0, 0, 10))
    with clock.at(NOW + timedelta(hours=23)):
        write(300, NOW + timedelta(hours=1))
        seal.seal_all(place)
        seal.prune(place)
        assert (place.folder.root / "tile/0/000.p/10").read_bytes() == early
    with clock.at(NOW + timedelta(hours=25)):
        assert seal.prune(place) > 0
        assert not (place.folder.root / "tile/0/000.p/10").exists()
    assert place.folder.read(Tile(0, 0, 10)) == early  # cut from the full one
    assert len(entries(place.folder.read(Tile(None, 0, 10)), 10)) == 10
    assert holds(place) == 310


def test_a_slow_transaction_with_a_lower_id_is_sealed_later(place: Place, strongest: str) -> None:
    slow = sealing.made(1, NOW - timedelta(seconds=5))[0]
    with psycopg.connect(strongest) as other:
        other.execute(
            "INSERT INTO event (id, line, subject, verb, act, occurred_at, recorded_at, body, payload, leaf)"
            " VALUES (%s, 'test', %s, 'report', %s, %s, %s, '{}', %s, %s)",
            [slow.id, slow.subject, slow.act, slow.occurred_at, slow.recorded_at, slow.payload, slow.leaf],
        )
        other.execute("INSERT INTO event_pending VALUES (%s)", [slow.id])
        write(3)
        seal.seal_all(place)
        assert sealing.rows("SELECT count(*) FROM log_leaf") == [(3,)]
    seal.seal_all(place)
    assert sealing.rows("SELECT idx FROM log_leaf WHERE event_id = %s", [slow.id]) == [(3,)]
    assert holds(place) == 4 == sealed_once()


def test_two_sealers_at_once_seal_nothing_twice(place: Place) -> None:
    write(200)
    faults: list[BaseException] = []

    def work() -> None:
        try:
            with clock.at(NOW):
                while rows.waiting()[0]:
                    seal.seal(place, 7)
        except BaseException as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert holds(place) == 200 == sealed_once()


def test_a_clock_turned_back_does_not_turn_sealed_at_back(place: Place) -> None:
    for hours in (0, -3, 2):
        with clock.at(NOW + timedelta(hours=hours)):
            write(2)
            seal.seal_all(place)
    times = [row[0] for row in sealing.rows("SELECT sealed_at FROM checkpoint ORDER BY size")]
    assert times == [NOW, NOW, NOW + timedelta(hours=2)]


def test_as_of_a_day_is_the_last_checkpoint_sealed_by_its_end(place: Place) -> None:
    today = NOW.date()
    assert rows.size_on(today) == 0
    write(2)
    seal.seal_all(place)
    with clock.at(rows.end_of(today)):
        write(3)
        seal.seal_all(place)
    with clock.at(rows.end_of(today) + timedelta(microseconds=1)):
        write(5)
        seal.seal_all(place)
    days = [today + timedelta(days=step) for step in (-1, 0, 1)]
    assert [rows.size_on(day) for day in days] == [0, 5, 10]


class Full(OSError):
    """No space left."""


def _fails_at(step: int, do: Callable[[], None]) -> Callable[..., Any]:
    """`Folder._write` that goes wrong at the given call, in the middle of the file."""
    whole, calls = Folder._write, iter(range(10_000))

    def write_some(self: Folder, at: Path, data: bytes) -> None:
        if next(calls) == step:
            at.with_name(".new-half").write_bytes(data[: len(data) // 2])
            do()
        whole(self, at, data)

    return write_some


def test_a_full_disk_leaves_the_published_log_as_it_was(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    write(100)
    seal.seal_all(place)
    text = place.folder.checkpoint()
    write(200)

    def full() -> None:
        raise Full(28, "No space left on device")

    for step in range(6):
        with monkeypatch.context() as patch, pytest.raises(Full):
            patch.setattr(Folder, "_write", _fails_at(step, full))
            seal.seal_all(place)
        assert place.folder.checkpoint() == text and holds(place) == 100
    seal.seal_all(place)
    assert holds(place) == 300 == sealed_once()


@pytest.mark.faults
def test_killed_at_any_step_it_goes_on_where_it_was(place: Place) -> None:
    """kill -9 in the middle of the transaction, of each file, and just before the checkpoint is renamed."""
    draw, killed = Random(9), 0
    for step in range(14):
        write(draw.choice([1, 60, 256, 300]))
        killed += _killed(place, step % 7)
        published = holds(place)
        assert published in {size for (size,) in sealing.rows("SELECT size FROM checkpoint")} | {0}
        sealed_once()
        if draw.random() < 0.5:
            seal.seal_all(place)
            assert holds(place) == sealed_once()
    seal.seal_all(place)
    assert holds(place) == sealed_once() and rows.waiting()[0] == 0
    assert killed >= 10
    assert not [name for name in files(place) if ".new-" in name]
    before = files(place)
    publish.remake(place)
    assert files(place) == before


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _killed(place: Place, step: int) -> bool:
    """Seal in a child that kills itself: 0 within the transaction, 1 right after it, else in a file."""
    connection.close()
    child = os.fork()
    if child == 0:
        if step == 0:
            rows.keep = _die
        elif step == 1:
            seal.publish = lambda at: publish.publish(at) if rows.waiting()[0] else _die()
        else:
            Folder._write = _fails_at(step - 2, _die)  # type: ignore[method-assign]
        seal.seal_all(place)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("files_too", [False, True])
def test_a_database_restored_from_before_a_published_checkpoint_stops_sealing(
    place: Place, forced: psycopg.Connection[Any], files_too: bool
) -> None:
    write(5)
    seal.seal_all(place)
    shutil.copytree(place.folder.root, place.folder.root.with_name("kept"))
    write(3)
    seal.seal_all(place)
    forced.execute("DELETE FROM checkpoint WHERE size = 8")
    forced.execute("DELETE FROM log_leaf WHERE idx >= 5")
    if files_too:  # then only what lies beside the key remembers
        shutil.rmtree(place.folder.root)
        place.folder.root.with_name("kept").rename(place.folder.root)
    text = place.folder.checkpoint()
    write(1)
    with pytest.raises(LogProblem, match="published checkpoint of 8"):
        seal.seal_all(place)
    assert place.folder.checkpoint() == text and rows.waiting()[0] == 1


def killed(*_: Any) -> bool:
    raise InterruptedError


def test_a_changed_key_is_sealed_by_the_old_one_and_both_stay_valid(place: Place) -> None:
    from luoshi.kernel.ledger import checkpoint

    write(3)
    seal.seal_all(place)
    before = place.folder.checkpoint()
    old, fresh = rekey.rotate(place)
    announced = place.folder.checkpoint()
    assert before and announced and checkpoint.verify(before, [old]).size == 3
    assert [checkpoint.verify(announced, [key]).size for key in (old, fresh)] == [4, 4], "signed by both at once"
    assert not seal.is_due(place)
    write(2)
    seal.seal_all(place)
    assert checkpoint.verify(place.folder.checkpoint() or b"", [fresh]).size == 6
    assert [key.line for key in rotate.trusted(place)] == [f"{old} until 4", str(fresh)]
    publish.remake(place)
    assert place.folder.handed(4) is not None and holds(place) == 6


def test_another_key_under_the_same_name_neither_signs_nor_takes_over(place: Place) -> None:
    write(3)
    seal.seal_all(place)
    published, ours = place.folder.checkpoint(), place.key_file.read_bytes()
    place.key_file.write_text(Key.new(place.origin).secret())
    for act in (seal.seal_all, rekey.rotate, publish.remake):
        with pytest.raises(LogProblem, match="not this log's"):
            act(place)
    assert place.folder.checkpoint() == published and rotate.rotations(place.origin) == []
    place.key_file.write_bytes(ours)
    rekey.rotate(place)
    assert holds(place) == 4


def test_a_change_of_the_key_is_the_last_that_the_old_one_seals_whatever_comes_meanwhile(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process killed between the event and its sealing: the running sealer ends the change, at the same place."""
    write(3, NOW - timedelta(minutes=1))
    with monkeypatch.context() as cut, pytest.raises(InterruptedError):
        cut.setattr(rekey, "seal_all", killed)
        rekey.rotate(place)
    later = write(4, NOW + timedelta(seconds=1))
    assert seal.is_due(place)
    seal.seal_all(place)
    (change,) = rotate.rotations(place.origin)
    assert change.size == 4 and rotate.trusted(place)[-1] == change.new and not seal.is_due(place)
    assert [one[0] for one in sealing.rows("SELECT event_id FROM log_leaf WHERE idx > 3 ORDER BY idx")] == [
        one.id for one in later
    ]
    assert sealing.rows("SELECT size FROM checkpoint ORDER BY size") == [(4,), (8,)]
    assert holds(place) == 8 == sealed_once()


def test_a_head_that_only_the_old_key_signed_is_signed_anew_without_a_new_event(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the new key took its place and before it signed."""
    from luoshi.kernel.ledger import checkpoint

    write(3)
    with monkeypatch.context() as cut, pytest.raises(InterruptedError):
        take = rotate.take_over
        cut.setattr(rotate, "take_over", lambda place: take(place) and killed())
        rekey.rotate(place)
    assert seal.is_due(place)
    seal.seal_all(place)
    assert checkpoint.verify(place.folder.checkpoint() or b"", [rotate.trusted(place)[-1]]).size == 4


def test_a_key_that_others_can_read_is_refused(place: Place) -> None:
    place.key_file.chmod(0o640)
    write(1)
    with pytest.raises(LogProblem, match="chmod 600"):
        seal.seal_all(place)
    assert rows.waiting()[0] == 1


@pytest.mark.parametrize("table", ["event", "log_leaf", "checkpoint"])
def test_the_applications_role_can_only_add(place: Place, server: Any, table: str) -> None:
    write(1)
    seal.seal_all(place)
    column = "body" if table == "event" else {"log_leaf": "idx", "checkpoint": "size"}[table]
    for role in ("app", "owner"):
        url = urlsplit(server.url(role))._replace(path="/sealed").geturl()
        for command in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with psycopg.connect(url) as other, pytest.raises(psycopg.errors.InsufficientPrivilege):
                other.execute(command)


def test_a_past_written_beforehand_gets_one_checkpoint_a_day(place: Place) -> None:
    for days in (3, 1, 0):  # not in order of time, as several lines write theirs
        write(2, NOW - timedelta(days=days))
    head = seal.seal_past(place, NOW)
    assert head is not None and head.size == 6 == holds(place) == sealed_once()
    found = sealing.rows("SELECT size, sealed_at FROM checkpoint ORDER BY size")
    ends = [rows.end_of(NOW.date() - timedelta(days=days)) for days in (3, 1)]
    assert found == [(2, ends[0]), (4, ends[1]), (6, NOW)]
    with pytest.raises(LogProblem):
        seal.seal_past(place, NOW)


@pytest.mark.slow
def test_any_schedule_of_writers_sealers_and_failures_seals_all_once(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Random interleavings of open transactions, sealings, failing files, and clocks going either way."""
    schedule = Random(2021)
    held: list[Any] = []
    written = 0
    for _ in range(60):
        do = schedule.choice(["write", "open", "commit", "seal", "fail", "prune"])
        moment = NOW + timedelta(seconds=schedule.randint(-900, 900))
        with clock.at(moment):
            if do == "write":
                count = schedule.choice([1, 3, 90])
                write(count, moment)
                written += count
            elif do == "open":
                held.append(sealing.made(1, moment))
            elif do == "commit" and held:
                record.write_many(held.pop(schedule.randrange(len(held))))
                written += 1
            elif do == "fail":
                with monkeypatch.context() as patch, suppress(Full):
                    patch.setattr(Folder, "_write", _fails_at(schedule.randrange(8), _full))
                    seal.seal(place, schedule.choice([2, 50]))
            elif do == "seal":
                seal.seal(place, schedule.choice([1, 100, 1000]))
            else:
                seal.prune(place)
        holds(place)
        sealed_once()
    seal.seal_all(place)
    assert holds(place) == sealed_once() == written


def _full() -> None:
    raise Full(28, "No space left on device")

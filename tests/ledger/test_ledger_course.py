"""A checkpoint's row cannot be moved in time, taken out or put in without being named, nor sealed over."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from given import NOW
from sealing import rows, write

from luoshi.kernel import clock
from luoshi.kernel.ledger import checkpoint, course, keys, rekey, rotate, seal, verify
from luoshi.kernel.ledger import rows as log_rows
from luoshi.kernel.ledger.checkpoint import Head
from luoshi.kernel.ledger.note import Key
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.ledger.problem import LogProblem

Forced = psycopg.Connection[Any]
MOVED = "UPDATE checkpoint SET sealed_at = sealed_at - interval '10 days' WHERE size = %s"
WRONG = "its time is not what was sealed, or a checkpoint before it is gone or added"


@pytest.fixture
def days(place: Place) -> Place:
    """Five checkpoints, an hour apart, of ten entries each."""
    for hour in range(5):
        with clock.at(NOW + timedelta(hours=hour)):
            write(10, NOW + timedelta(hours=hour))
            seal.seal_all(place)
    return place


def faults(place: Place) -> list[str]:
    return [one.detail for one in verify.verify(place, rotate.trusted(place), []).bad]


def test_a_time_moved_is_named_wherever_it_stands(days: Place, forced: Forced) -> None:
    assert faults(days) == []
    for size in (10, 30, 50):
        forced.execute(MOVED, [size])
        assert faults(days) == [f"checkpoint of {size}: {WRONG}"]
        forced.execute(MOVED.replace(" - ", " + "), [size])
    assert faults(days) == []


def test_a_row_taken_out_is_named_by_the_next(days: Place, forced: Forced) -> None:
    for size, after in ((10, 20), (40, 50)):
        forced.execute("CREATE TEMP TABLE kept AS SELECT * FROM checkpoint WHERE size = %s", [size])
        forced.execute("DELETE FROM checkpoint WHERE size = %s", [size])
        assert faults(days) == [f"checkpoint of {after}: {WRONG}"]
        forced.execute("INSERT INTO checkpoint SELECT * FROM kept")
        forced.execute("DROP TABLE kept")
    forced.execute("UPDATE checkpoint SET seal = NULL WHERE size = 30")
    assert faults(days) == ["checkpoint of 30: its seal is gone"]
    forced.execute("UPDATE checkpoint SET seal = NULL")
    assert "no seal covers the times" in faults(days)[0]


def test_whoever_has_not_the_key_cannot_make_the_course_anew(days: Place, forced: Forced) -> None:
    forced.execute(MOVED, [30])
    digest, stranger = course.BEGIN, Key.new(days.origin)
    for row in list(log_rows.checkpoints()):
        digest = course.follow(digest, row)
        note = checkpoint.sign(Head(f"{days.origin} sealing", row.size, digest), [stranger])
        forced.execute("UPDATE checkpoint SET seal = %s WHERE size = %s", [note, row.size])
    assert [one for one in faults(days) if one.startswith("checkpoint of 50: its seal: no trusted key")]
    write(1)
    with pytest.raises(LogProblem, match="sealing stops"):
        seal.seal_all(days)


@pytest.mark.parametrize("change", ["sealed_at = sealed_at - interval '1 second'", "seal = ''"])
def test_a_changed_last_row_is_not_sealed_over(days: Place, forced: Forced, change: str) -> None:
    forced.execute(f"UPDATE checkpoint SET {change} WHERE size = 50")
    write(1)
    with pytest.raises(LogProblem, match="sealing stops"):
        seal.seal_all(days)
    assert rows("SELECT max(size) FROM checkpoint") == [(50,)]


def test_rows_from_before_there_were_seals_are_covered_by_the_next(days: Place, forced: Forced) -> None:
    forced.execute("UPDATE checkpoint SET seal = NULL")
    write(1, NOW + timedelta(hours=6))
    seal.seal_all(days)
    assert faults(days) == []
    forced.execute(MOVED, [20])
    assert faults(days) == [f"checkpoint of 51: {WRONG}"]


def test_it_goes_on_over_a_change_of_the_key(days: Place) -> None:
    rekey.rotate(days)
    write(1)
    seal.seal_all(days)
    assert faults(days) == []
    assert keys.load(days.key_file, days.origin).verifier == rotate.trusted(days)[-1]

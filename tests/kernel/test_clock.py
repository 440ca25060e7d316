"""The demo's clock: runs while a server runs, stands when it is killed, and is never behind the log."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from luoshi.kernel import clock
from luoshi.kernel.clock import GRACE, Row

START = datetime(2021, 12, 29, 1, tzinfo=UTC)
REAL = datetime(2026, 1, 1, tzinfo=UTC)


def test_it_stands_without_a_server() -> None:
    assert Row(START, None, None).at(REAL) == START


def test_it_runs_with_a_server() -> None:
    assert Row(START, REAL, REAL + timedelta(hours=1)).at(REAL + timedelta(hours=1)) == START + timedelta(hours=1)


def test_a_killed_server_stops_it_after_the_grace() -> None:
    row = Row(START, REAL, REAL + timedelta(minutes=5))
    assert row.at(REAL + timedelta(days=9)) == START + timedelta(minutes=5) + GRACE


def test_a_machine_whose_clock_is_turned_back_does_not_turn_it_back_behind_its_base() -> None:
    assert Row(START, REAL, REAL).at(REAL - timedelta(days=1)) == START


@pytest.fixture
def demo(committed: str) -> psycopg.Connection[tuple[datetime]]:
    clock.set_demo(START)
    connection: psycopg.Connection[tuple[datetime]] = psycopg.connect(committed, autocommit=True)
    return connection


def base(connection: psycopg.Connection[tuple[datetime]]) -> datetime:
    row = connection.execute("SELECT base FROM demo_clock").fetchone()
    assert row is not None
    return row[0]


def test_a_server_starts_and_stops_it_in_the_database(demo: psycopg.Connection[tuple[datetime]]) -> None:
    clock.server_started()
    demo.execute("UPDATE demo_clock SET since = since - interval '1 hour'")
    clock.server_beat()
    clock.server_stopped()
    assert timedelta(hours=1) <= base(demo) - START < timedelta(hours=1, minutes=1)
    clock.forget()


def test_after_a_kill_it_goes_on_from_where_it_stood(demo: psycopg.Connection[tuple[datetime]]) -> None:
    clock.server_started()
    demo.execute("UPDATE demo_clock SET since = since - interval '9 days', beat = since - interval '8 days'")
    clock.server_started()
    assert base(demo) == START + timedelta(days=1) + GRACE
    clock.forget()


def test_it_is_never_behind_the_last_event(demo: psycopg.Connection[tuple[datetime]]) -> None:
    late = START + timedelta(days=3)
    columns = "id, line, subject, verb, act, occurred_at, recorded_at, body, payload, leaf"
    values = "gen_random_uuid(), 'x', gen_random_uuid(), 'x', gen_random_uuid(), %s, %s, '{}', '', ''"
    demo.execute(f"INSERT INTO event ({columns}) VALUES ({values})", [late, late])
    clock.server_started()
    assert base(demo) == late
    clock.forget()


def test_a_real_city_has_no_row_and_the_machine_s_time(committed: str) -> None:
    clock.forget()
    clock.server_started()
    assert not clock.is_simulated()


def test_the_demo_mark_can_be_neither_added_nor_removed(committed: str, server: object) -> None:
    url = server.url("owner")  # type: ignore[attr-defined]
    with psycopg.connect(url, dbname="copied", autocommit=True) as owner:
        for command in ("UPDATE installation SET demo = true", "DELETE FROM installation", "TRUNCATE installation"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute(command)  # type: ignore[arg-type]
        with pytest.raises(psycopg.errors.IntegrityError):
            owner.execute(
                "INSERT INTO installation SELECT 2, true, origin, city, name_zh, name_en, pack, created_at FROM installation"
            )

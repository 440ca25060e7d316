"""Times from the database: the same as psycopg's own reading, in UTC."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection
from django.db.utils import DataError

pytestmark = pytest.mark.usefixtures("db")


def ask(expression: str) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression}")
        found: datetime = cursor.fetchone()[0]
        return found


@pytest.mark.parametrize(
    "text",
    [
        "2021-12-29 09:00:00+08", "2021-12-29 01:00:00.5+00", "2021-12-29 01:00:00.000001+00", "0001-01-01 00:00:00+00",
        "9999-12-31 23:59:59.999999+00", "1938-05-01 12:00:00+08:05:43", "2024-02-29 23:59:59.123+05:30",
    ],
)  # fmt: skip
def test_a_time_comes_back_as_the_moment_that_was_meant_in_utc(text: str) -> None:
    found = ask(f"'{text}'::timestamptz")
    assert found == datetime.fromisoformat(text) and found.tzinfo is UTC


def test_a_session_in_another_zone_changes_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'Asia/Shanghai'")
        cursor.execute("SELECT '2021-12-29 09:00:00+08'::timestamptz")
        found = cursor.fetchone()[0]
    assert found == datetime(2021, 12, 29, 9, tzinfo=timezone(timedelta(hours=8))) and found.tzinfo is UTC


def test_nothing_stays_nothing_and_what_is_no_time_for_python_is_refused() -> None:
    assert ask("NULL::timestamptz") is None
    with pytest.raises(DataError):
        ask("'infinity'::timestamptz")

"""The same key at the same door gives the same answer and nothing new, for 24 hours of real time."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

import orjson
from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

from luoshi.kernel import clock
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T

KEPT: Final = timedelta(hours=24)
LONGEST: Final = 200
TRIES: Final = 6  # six people who merged three cases in every direction needed three
D = TypeVar("D")


class _Raced(Exception):
    """Another transaction wrote the same key first."""


def fingerprint(verb: str, on: Any, data: Mapping[str, Any]) -> bytes:
    """A hash of what is asked, so that a key cannot be used for something else."""
    plain = repr((verb, str(on), sorted((name, _plain(value)) for name, value in data.items())))
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).digest()


def _plain(value: Any) -> str:
    if hasattr(value, "pk"):
        return f"{type(value).__name__}:{value.pk}"
    if isinstance(value, list | tuple):
        return repr([_plain(item) for item in value])
    return repr(value)


def find(door: str, key: str | None, asked: bytes) -> dict[str, Any] | None:
    """The answer once given to this key, or None. Raises Invalid if the key was used for something else."""
    if not key:
        return None
    if len(key) > LONGEST:
        raise Invalid([Fault("key", key[:20] + "…", T("最长 {n} 个字符", "at most {n} characters").fill(n=LONGEST))])
    if not key.isprintable():
        raise Invalid([Fault("key", repr(key[:20]), T("只能是看得见的字符", "visible characters only"))])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT asked, answer::text FROM idempotency WHERE door = %s AND key = %s AND at > %s",
            [door, key, clock.real() - KEPT],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    if bytes(row[0]) != asked:
        rule = T("这个键已用于另一个请求", "this key was already used for a different request")
        raise Invalid([Fault("key", key, rule)])
    answer: dict[str, Any] = orjson.loads(row[1])
    return answer


def keep(door: str, key: str, asked: bytes, answer: Mapping[str, Any], subject: UUID | None = None) -> None:
    """Keep the answer in the caller's transaction; a key that has expired is taken over. `subject`: what was written."""
    now = clock.real()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO idempotency AS old (door, key, asked, answer, subject, at) VALUES (%s, %s, %s, %s::jsonb, %s, %s)
            ON CONFLICT (door, key) DO UPDATE
            SET asked = excluded.asked, answer = excluded.answer, subject = excluded.subject, at = excluded.at
            WHERE old.at <= %s
            """,
            [door, key, asked, orjson.dumps(answer).decode(), subject, now, now - KEPT],
        )
        if cursor.rowcount == 0:
            raise _Raced


def once(perform: Callable[[], D]) -> D:
    """Run in one transaction; if another with the same key was first, run again and find its answer.

    Acts that lock rows in opposite orders meet in a deadlock, which the database ends: that one runs again too.
    """
    for _ in range(TRIES - 1):
        try:
            with transaction.atomic():
                return perform()
        except _Raced:
            pass
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected) or connection.in_atomic_block:
                raise
    with transaction.atomic():
        return perform()


def forget(subjects: Collection[UUID]) -> None:
    """Delete the keys of records, in the caller's transaction: they are the callers' own words, with a hash of what was said."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM idempotency WHERE subject = ANY(%s)", [list(subjects)])


def clean() -> int:
    """Delete expired keys; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM idempotency WHERE at <= %s", [clock.real() - KEPT])
        return int(cursor.rowcount)

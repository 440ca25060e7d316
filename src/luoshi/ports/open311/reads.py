"""Keys: who a key belongs to, and all of them."""

import hashlib
from datetime import timedelta
from typing import Final, NamedTuple

from django.db import connection

from luoshi.kernel import clock
from luoshi.ports.open311.models import Key

MINUTE: Final = timedelta(seconds=60)


class Client(NamedTuple):
    """Whose key it is, how many posts it has made within the minute (this one too), and its own limit, if any."""

    id: int
    name: str
    used: int
    most: int | None


def digest(key: str) -> bytes:
    """What is kept of a key. Keys are 160 random bits, so that a plain hash cannot be guessed back."""
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()


_SPEND: Final = """
UPDATE open311_key SET
  since = CASE WHEN since > %(edge)s THEN since ELSE %(now)s END,
  used = CASE WHEN since > %(edge)s THEN used + 1 ELSE 1 END
FROM (SELECT set_config('synchronous_commit', 'off', true)) AS quick
WHERE hash = %(hash)s AND ended_at IS NULL
RETURNING id, name, used, most
"""


def spend(key: str) -> Client | None:
    """The client of a key, with one more post counted; None where the key is unknown or has ended.

    Real time: a minute begins with its first post. One statement, whose commit waits for no disk: a count that a crash
    loses does no harm.
    """
    now = clock.real()
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, {"now": now, "edge": now - MINUTE, "hash": digest(key)})
        row = cursor.fetchone()
    return Client(*row) if row else None


def keys() -> list[Key]:
    """All keys, those that are good first, by name."""
    return list(Key.objects.order_by("-ended_at", "name", "id"))


def good(name: str) -> Key | None:
    """The key of that name that has not ended."""
    return Key.objects.filter(name=name, ended_at=None).first()

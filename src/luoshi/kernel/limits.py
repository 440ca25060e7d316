"""How often an address may try something at a public door within an hour of real time. No address is kept in clear."""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from django.db import connection
from django.utils.crypto import salted_hmac

from luoshi.kernel import clock
from luoshi.kernel.problems import TooMany
from luoshi.kernel.text import T

_NETWORK = 64  # bits of an IPv6 address that one household has; the rest it may choose freely
_HOUR = timedelta(hours=1)


def _hour() -> datetime:
    return clock.real().replace(minute=0, second=0, microsecond=0)


def _plain(address: str) -> str:
    """The address by which one client is told from another; anything that is no address stands for itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or int(found) >> (128 - _NETWORK))


def _who(door: str, address: str, hour: datetime) -> bytes:
    """The keyed hash; the hour is part of it, so that one client's hours cannot be put together."""
    value = f"{door}\0{hour.isoformat()}\0{_plain(address)}"
    return salted_hmac("luoshi.tries", value, algorithm="sha256").digest()


def tries(door: str, address: str) -> int:
    """How many were counted at the door for this address within the present hour."""
    hour = _hour()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count FROM tries WHERE door = %s AND who = %s AND hour = %s",
            [door, _who(door, address, hour), hour],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def count(door: str, address: str, n: int = 1) -> int:
    """Count `n` more tries and give the new sum; the first of an hour also removes what earlier hours left."""
    hour = _hour()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO tries AS old (door, who, hour, count) VALUES (%s, %s, %s, %s)
            ON CONFLICT (door, who, hour) DO UPDATE SET count = old.count + excluded.count RETURNING count
            """,
            [door, _who(door, address, hour), hour, n],
        )
        total = int(cursor.fetchone()[0])
        if total == n:
            cursor.execute("DELETE FROM tries WHERE hour < %s", [hour - _HOUR])
    return total


def demand(door: str, address: str, most: int) -> None:
    """Raise TooMany where `most` tries were counted already; counts nothing itself."""
    if tries(door, address) >= most:
        raise _refusal(most)


def spend(door: str, address: str, most: int, n: int = 1) -> None:
    """Count `n` tries; raise TooMany where the sum is above `most`."""
    if count(door, address, n) > most:
        raise _refusal(most)


def _refusal(most: int) -> TooMany:
    zh, en = (
        "一小时内最多 {n} 次，已经满了。请过一小时再试",
        "At most {n} in an hour, and that is used up. Try again in an hour",
    )
    return TooMany(T(zh, en).fill(n=most))

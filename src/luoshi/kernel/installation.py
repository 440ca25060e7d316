"""What this installation is: which city, and whether a demo. The mark is written once and can never be changed."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection

from luoshi.kernel.text import T


@dataclass(frozen=True)
class City:
    """The installation's own facts, as read from its one row."""

    demo: bool
    origin: str
    code: str
    name: T
    pack: dict[str, Any]


class NoInstallation(RuntimeError):
    """The database has no city yet: `luoshi demo` or `luoshi init` makes one."""


@lru_cache(maxsize=1)
def current() -> City:
    """The city of this installation; read once a process, since it never changes. Raises NoInstallation."""
    import orjson

    with connection.cursor() as cursor:
        cursor.execute("SELECT demo, origin, city, name_zh, name_en, pack::text FROM installation")
        row = cursor.fetchone()
    if row is None:
        raise NoInstallation("no city yet: run `luoshi demo` or `luoshi init --pack DIR`")
    return City(row[0], row[1], row[2], T(row[3], row[4]), orjson.loads(row[5]))


def create(*, demo: bool, origin: str, city: str, name: T, pack: dict[str, Any], at: datetime) -> City:
    """Write the mark. `pack` holds what the kernel needs of the city pack: hours, zone, step clocks."""
    from luoshi.kernel.models import Installation

    Installation.objects.create(
        id=1, demo=demo, origin=origin, city=city, name_zh=name.zh, name_en=name.en, pack=pack, created_at=at
    )
    current.cache_clear()
    return current()

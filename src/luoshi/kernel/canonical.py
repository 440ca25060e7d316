"""Canonical JSON (RFC 8785), narrowed to what the ledger holds: the same value is always the same bytes."""

from datetime import UTC, datetime
from functools import lru_cache

import orjson

LIMIT = 2**53
"""Integers beyond ±2^53 are not the same number to every reader."""

MOMENT_SQL = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
"""What PostgreSQL makes of a time so that it is written as by `moment`."""
_SIMPLE = frozenset({str, bool, type(None)})
_TEXT = frozenset({str})


def dumps(value: object) -> bytes:
    """`value` as canonical JSON in UTF-8.

    Takes str, int within ±2^53, bool, None, list, and dict with ASCII keys; nothing else, no subclasses.
    TypeError (a value of another kind, a lone surrogate, a key that is not ASCII) and ValueError (an integer
    too large) name the place, as `$.open.amounts[2]`. Keys are ASCII because RFC 8785 sorts by UTF-16 units
    and orjson by UTF-8 bytes: there both are one.
    """
    if type(value) is int and -LIMIT <= value <= LIMIT:
        return b"%d" % value
    if type(value) not in _SIMPLE:
        check(value, "$")
    return checked(value)


def checked(value: object) -> bytes:
    """`dumps` of what holds nothing that `check` would refuse. TypeError for a lone surrogate."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise TypeError(f"{_bad_text(value, '$') or '$'}: {error}") from None


def check(value: object, path: str) -> None:
    """Refuse by path what orjson would let through: it writes floats, tuples, UUIDs, times, dataclasses. As `dumps`."""
    kind = type(value)
    if isinstance(value, dict) and kind is dict:
        if _is_flat(value):
            return
        for key, item in value.items():
            if type(key) is not str or not key.isascii():
                raise TypeError(f"{path}: key {key!r} is not ASCII text")
            if type(item) not in _SIMPLE:
                check(item, f"{path}.{key}")
    elif isinstance(value, list) and kind is list:
        for index, item in enumerate(value):
            if type(item) not in _SIMPLE:
                check(item, f"{path}[{index}]")
    elif not (isinstance(value, int) and kind is int):
        raise TypeError(f"{path}: {kind.__name__} does not belong in canonical JSON")
    elif not -LIMIT <= value <= LIMIT:
        raise ValueError(f"{path}: {value} is beyond ±2^53")


def _is_flat(value: dict[object, object]) -> bool:
    """ASCII keys and values that need no second look, asked in C: the usual case."""
    return (
        set(map(type, value)) <= _TEXT and set(map(type, value.values())) <= _SIMPLE and "".join(value).isascii()  # type: ignore[arg-type]
    )


def _bad_text(value: object, path: str) -> str | None:
    """The path of the first text that is not Unicode (a lone surrogate)."""
    if isinstance(value, str):
        return path if any("\ud800" <= char <= "\udfff" for char in value) else None
    items: list[tuple[str, object]] = []
    if isinstance(value, dict):
        items = [(f"{path}.{key}", item) for key, item in value.items()]
    elif isinstance(value, list):
        items = [(f"{path}[{index}]", item) for index, item in enumerate(value)]
    return next((found for where, item in items if (found := _bad_text(item, where))), None)


@lru_cache(maxsize=1024)
def moment(when: datetime) -> str:
    """A time as the ledger writes it: UTC with microseconds, `2021-12-29T01:00:00.000000Z`.

    ValueError if it has no zone: what it means would depend on a setting.
    """
    if when.tzinfo is None:
        raise ValueError(f"a time without zone: {when.isoformat()}")
    in_utc = when if when.tzinfo is UTC else when.astimezone(UTC)
    return in_utc.isoformat("T", "microseconds")[:26] + "Z"

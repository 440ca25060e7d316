"""Does an event's row say what its payload commits to? Columns, open and restricted fields, private body. Pure."""

from collections.abc import Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any, Final, NamedTuple

import orjson

from luoshi.kernel.canonical import moment
from luoshi.kernel.ledger.event import hashes_of, private_hash
from luoshi.kernel.ledger.fields import WRITER
from luoshi.kernel.ledger.tree import leaf_hash


class Bad(NamedTuple):
    """Something that differs: what kind, the entry's place in the log (None where it has none), line, subject, detail."""

    what: str
    idx: int | None = None
    event: str | None = None
    line: str | None = None
    subject: str | None = None
    detail: str = ""


class Row(NamedTuple):
    """An event as the database holds it, with what can be deleted from beside it."""

    idx: int | None
    id: str
    line: str
    subject: str
    verb: str
    act: str
    actor: int | None
    unit: int | None
    occurred_at: datetime
    recorded_at: datetime
    body: str
    payload: bytes
    leaf: bytes
    secret: bytes | None
    salt: bytes | None
    private: bytes | None
    corrects: str | None = None


COLUMNS: Final = (
    "e.id::text, e.line, e.subject::text, e.verb, e.act::text, e.actor, e.unit, e.occurred_at, e.recorded_at, e.body::text, "
    "e.payload, e.leaf, s.secret, p.salt, p.body, e.corrects::text"
)
TABLES: Final = "event e LEFT JOIN event_salt s ON s.event_id = e.id LEFT JOIN event_private p ON p.event_id = e.id"
_NAMES: Final = ("id", "line", "subject", "verb", "recorded_at", "occurred_at", "corrects")
_in_payload: Final = itemgetter(*_NAMES)


def check(row: Row) -> tuple[str, str] | None:
    """What of a row is not as its payload says: kind and detail; None where all agrees."""
    if leaf_hash(row.payload) != row.leaf:
        return "payload", "the payload does not hash to the leaf"
    try:
        payload = orjson.loads(row.payload)
        return _columns(row, payload) or _fields(row, payload) or _private(row, payload)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return "payload", f"not a payload: {error}"


def _columns(row: Row, payload: Mapping[str, Any]) -> tuple[str, str] | None:
    recorded, occurred = moment(row.recorded_at), moment(row.occurred_at)
    have = row.id, row.line, row.subject, row.verb, recorded, occurred, row.corrects
    want = _in_payload(payload)
    return None if have == want else ("column", next(n for n, a, b in zip(_NAMES, have, want, strict=True) if a != b))


def _fields(row: Row, payload: Mapping[str, Any]) -> tuple[str, str] | None:
    opened, hashed = payload["open"], payload["restricted"]
    rest = orjson.loads(row.body)
    for name, value in opened.items():
        if rest.pop(name, None) != value:
            return "column", f"body.{name}"
    strange = rest.keys() - hashed.keys() or rest.keys() & WRITER
    if strange:
        return "column", f"body.{min(strange)}"
    if row.secret is None:
        return None
    kept = dict.fromkeys(hashed) | rest | {"act": row.act, "actor": row.actor, "unit_of_actor": row.unit}
    hashes = hashes_of(row.secret, kept)
    if hashes == list(hashed.values()):
        return None
    again = dict(zip(kept, hashes, strict=True))
    wrong = [name for name in again if again[name] != hashed.get(name)]
    if len(wrong) == len(again) and len(again) > 1:
        return "salt", "the secret of the restricted fields"
    return "column", {"actor": "actor", "unit_of_actor": "unit", "act": "act"}.get(wrong[0], f"body.{wrong[0]}")


def _private(row: Row, payload: Mapping[str, Any]) -> tuple[str, str] | None:
    committed = payload["private"]
    if row.private is None or row.salt is None:
        return None  # never there, or gone: `gone` says so
    if committed is None:
        return "private", "a private body that the payload does not know"
    if private_hash(row.salt, row.private) != committed:
        return "private", "the private body is not the one committed to"
    return None


def gone(row: Row) -> str:
    """What that the payload commits to cannot be checked any more: `private`, `salt`, or nothing.

    (No text in the payload can hold a bare quote.)
    """
    if row.secret is None:
        return "salt"
    return "private" if row.private is None and b'"private":null' not in row.payload else ""

"""Build an event: its payload, leaf, salts and private body, exactly as the log will hold them. Pure.

Contract: the ledger's payload is canonical JSON (RFC 8785 rules) with the keys `v, id, city, line, subject, verb,
occurred_at, recorded_at, sim, corrects, open, restricted, private`; the leaf is SHA-256(0x00 ‖ payload) (RFC 6962).
"""

import hmac
import os
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import UUID

from luoshi.kernel.canonical import check, checked, dumps, moment
from luoshi.kernel.ids import uuid7
from luoshi.kernel.ledger.fields import WRITER, Body, Widths
from luoshi.kernel.ledger.tree import leaf_hash

VERSION: Final = 1
MAX_PAYLOAD: Final = 65_535
_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))
_FRESH: Final = sha256().copy  # a copy is made faster than a new one


class PayloadError(ValueError):
    """An event whose payload is longer than 65,535 bytes."""


@dataclass(slots=True)
class Written:
    """One event, ready for its four tables."""

    id: UUID
    line: str
    subject: UUID
    verb: str
    act: UUID
    actor: int | None
    unit: int | None
    occurred_at: datetime
    recorded_at: datetime
    body: Body
    payload: bytes
    leaf: bytes
    secret: bytes
    private_salt: bytes | None
    private: bytes | None
    corrects: UUID | None = None


def digest(data: bytes) -> str:
    """SHA-256 in base64url without padding: 43 characters."""
    return urlsafe_b64encode(sha256(data).digest()).rstrip(b"=").decode("ascii")


def restricted_hash(secret: bytes, name: str, value: Any) -> str:
    """SHA-256(salt ‖ name ‖ value), the salt derived from the event's secret, the value as canonical JSON."""
    key = name.encode()
    return digest(hmac.digest(secret, key, "sha256") + key + dumps(value))


def hashes_of(secret: bytes, fields: Mapping[str, Any]) -> list[str]:
    """`restricted_hash` of each field. The HMAC is spelt out (RFC 2104), its key hashed once: twice as fast as one call."""
    key = secret.ljust(64, b"\0")
    inner, outer = sha256(key.translate(_INNER)).copy, sha256(key.translate(_OUTER)).copy
    hashes = []
    for name, value in fields.items():
        raw = name.encode()
        (within := inner()).update(raw)
        (salt := outer()).update(within.digest())
        (field := _FRESH()).update(salt.digest() + raw + (b"null" if value is None else dumps(value)))
        hashes.append(field.digest())
    # 32 bytes and a zero are 44 characters in base64, of which the first 43 are those of the 32 bytes without padding
    text = urlsafe_b64encode(b"\0".join([*hashes, b""])).decode("ascii")
    return [text[at : at + 43] for at in range(0, len(text), 44)]


def private_hash(salt: bytes, body: bytes) -> str:
    """The commitment to a private body: SHA-256(32 random bytes ‖ canonical JSON)."""
    return digest(salt + body)


class Head(NamedTuple):
    """What the events of one human act share."""

    city: str
    sim: bool
    line: str
    act: UUID
    actor: int | None
    unit: int | None
    recorded_at: datetime


def _kept(said: Body) -> Body:
    """What stands beside the payload for queries; who wrote it has columns of its own."""
    return {name: value for name, value in said.items() if value is not None and name not in WRITER}


def build(
    head: Head,
    widths: Widths,
    *,
    subject: UUID,
    verb: str,
    body: Mapping[str, Any],
    occurred_at: datetime | None = None,
    corrects: UUID | None = None,
) -> Written:
    """One event of an act. `occurred_at` is when it happened (default: when it was recorded)."""
    opened, restricted, private = widths.split(body)
    restricted |= {"act": str(head.act), "actor": head.actor, "unit_of_actor": head.unit}
    drawn = os.urandom(64)
    secret, (salt, hidden) = drawn[:32], (drawn[32:], dumps(private)) if private or widths.hushed else (None, None)
    identity, happened = uuid7(head.recorded_at), occurred_at or head.recorded_at
    check(opened, "$.open")
    payload = checked(
        {
            "v": VERSION,
            "id": str(identity),
            "city": head.city,
            "line": head.line,
            "subject": str(subject),
            "verb": verb,
            "occurred_at": moment(happened),
            "recorded_at": moment(head.recorded_at),
            "sim": head.sim,
            "corrects": str(corrects) if corrects else None,
            "open": opened,
            "restricted": dict(zip(restricted, hashes_of(secret, restricted), strict=True)),
            "private": private_hash(salt, hidden) if salt and hidden else None,
        }
    )
    if len(payload) > MAX_PAYLOAD:
        raise PayloadError(f"payload of {len(payload)} bytes, at most {MAX_PAYLOAD}")
    return Written(
        identity, head.line, subject, verb, head.act, head.actor, head.unit, happened, head.recorded_at,
        _kept(opened | restricted), payload, leaf_hash(payload), secret, salt, hidden, corrects,
    )  # fmt: skip

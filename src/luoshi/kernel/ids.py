"""Identifiers: time-ordered UUIDs for rows and events, tracking codes for citizens."""

import hashlib
import hmac
import os
import re
import secrets
import threading
import time
import unicodedata
from datetime import UTC, datetime, timedelta
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O (read as 1, 1, 0) and no U."""

CODE_LENGTH = 12
_CODE_BITS = 5 * CODE_LENGTH
_LONGEST_TYPED = 100

_CODE = re.compile(f"[{ALPHABET}]{{{CODE_LENGTH}}}")
_GAPS = re.compile(r"[\s\-\u2010-\u2015\u2212_.]+")
_ALIKE = str.maketrans("OIL", "011")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_RANDOM_BITS = 74


class _Last:
    """Millisecond and random part of the last UUID of this process."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.lock = threading.Lock()
        self.milliseconds = -1
        self.random = 0

    def next_random(self, milliseconds: int) -> int:
        """74 bits; greater than the last ones if the millisecond is the same."""
        with self.lock:
            if milliseconds == self.milliseconds:
                self.random += 1 + secrets.randbits(32)
            else:
                # The top bit starts at zero: 2^41 steps of at most 2^32 fit above it.
                self.random = secrets.randbits(_RANDOM_BITS - 1)
                self.milliseconds = milliseconds
            return self.random


_last = _Last()
# A forked worker must not go on from its parent's random part.
os.register_at_fork(after_in_child=_last.reset)


def uuid7(now: datetime | None = None) -> UUID:
    """A UUID of version 7 (RFC 9562, 5.7 and method 2 of 6.2) whose time is `now`, else the machine's.

    Successive ones of one process with the same millisecond ascend. ValueError if `now` is naive or before 1970.
    """
    milliseconds = time.time_ns() // 1_000_000 if now is None else _milliseconds(now)
    random = _last.next_random(milliseconds)
    high, low = random >> 62, random & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


def _milliseconds(now: datetime) -> int:
    if now.tzinfo is None:
        raise ValueError(f"uuid7 needs a time with a zone, got {now.isoformat()}")
    milliseconds = (now - _EPOCH) // _MILLISECOND
    if milliseconds < 0:
        raise ValueError(f"uuid7 cannot hold a time before 1970, got {now.isoformat()}")
    return milliseconds


def tracking_code() -> str:
    """A fresh random code of 12 characters (60 bits), as `normalise_code` gives it back."""
    return _spell(secrets.randbits(_CODE_BITS))


def derive_code(secret: bytes, key: str) -> str:
    """The code that belongs to `key` under `secret`: the same each time, unguessable without the secret."""
    digest = hmac.digest(secret, b"luoshi/code/derive\0" + key.encode(), hashlib.sha256)
    return _spell(int.from_bytes(digest, "big") >> (8 * len(digest) - _CODE_BITS))


def code_hash(secret: bytes, code: str) -> bytes:
    """The 32 bytes under which a code is stored; ValueError unless the code is in its normal form."""
    if not _CODE.fullmatch(code):
        raise ValueError("not a tracking code in its normal form")
    return hmac.digest(secret, b"luoshi/code/hash\0" + code.encode(), hashlib.sha256)


def normalise_code(text: str) -> str | None:
    """What somebody typed as a code of 12 characters, or None if it cannot be one.

    Full-width characters, lower case, spaces, hyphens and dots are forgiven; O is read as 0, I and L as 1.
    """
    if len(text) > _LONGEST_TYPED:
        return None
    plain = _GAPS.sub("", unicodedata.normalize("NFKC", text))
    # Only ASCII may be raised to capitals: "ß" would become two letters, "ı" an I.
    if not plain.isascii():
        return None
    code = plain.upper().translate(_ALIKE)
    return code if _CODE.fullmatch(code) else None


def show_code(code: str) -> str:
    """A code in groups of four for people to read: `XXXX-XXXX-XXXX`."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def _spell(number: int) -> str:
    return "".join(ALPHABET[number >> shift & 31] for shift in range(_CODE_BITS - 5, -1, -5))

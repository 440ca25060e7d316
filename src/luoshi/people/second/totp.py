"""One-time codes and recovery codes. The arithmetic is pyotp's; here is how secrets are kept and codes used up."""

import base64
import secrets
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.crypto import salted_hmac

from luoshi import home

STEP: Final = 30  # seconds; what every authenticator assumes
AROUND: Final = 1  # steps by which a telephone's clock may be off
CODES: Final = 10  # recovery codes in a set
SIGNS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


class Lost(Exception):
    """A kept secret that the key of this home does not open; the factor must be set up anew."""


@lru_cache(maxsize=1)
def _box() -> Fernet:
    """The key stands in the home and not in the database, so that a dump alone gives no codes."""
    key = sha256(b"luoshi second factor\0" + home.secret(settings.CONF.home, "second").encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def new_secret() -> str:
    """A random secret in base32, 160 bits."""
    return pyotp.random_base32()


def sealed(secret: str) -> bytes:
    """The secret as it is kept."""
    return _box().encrypt(secret.encode())


def opened(kept: bytes | memoryview) -> str:
    """The secret that was kept. Raises Lost."""
    try:
        return _box().decrypt(bytes(kept)).decode()
    except InvalidToken:
        raise Lost from None


def address(secret: str, login: str, city: str) -> str:
    """The `otpauth:` address that a telephone reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=city)


def step_of(secret: str, code: str, at: datetime, last: int) -> int | None:
    """The step whose code this is, at `at` or one step beside it and later than `last`; None where it is none."""
    plain = code.replace(" ", "")
    if not (plain.isascii() and plain.isdigit() and len(plain) == 6):
        return None
    otp, now = pyotp.TOTP(secret), int(at.timestamp()) // STEP
    for step in range(max(now - AROUND, last + 1), now + AROUND + 1):
        if secrets.compare_digest(otp.at(step * STEP), plain):
            return step
    return None


def new_codes() -> list[str]:
    """A set of recovery codes, `xxxxx-xxxxx`, 49 bits each."""
    return ["-".join("".join(secrets.choice(SIGNS) for _ in range(5)) for _ in range(2)) for _ in range(CODES)]


def digest(code: str) -> str:
    """A recovery code as it is kept; spaces, dashes and capitals do not matter."""
    plain = code.lower().replace("-", "").replace(" ", "")
    return salted_hmac("luoshi.people.second", plain, algorithm="sha256").hexdigest()

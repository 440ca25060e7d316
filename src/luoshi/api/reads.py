"""Tokens: whose they are, and all of them."""

import hashlib

from luoshi.api.models import Token
from luoshi.people.models import Person


def digest(token: str) -> bytes:
    """What is kept of a token. Tokens are 160 random bits, so that a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def person_of(token: str) -> Person | None:
    """The person for whom a token acts; None where it is unknown or ended, or the person may not log in."""
    found = Token.objects.select_related("person").filter(hash=digest(token), ended_at=None).first()
    if found is None or not found.person.is_active or found.person.must_change:
        return None
    return found.person


def tokens() -> list[Token]:
    """All tokens with their persons, those that are good first, by name."""
    return list(Token.objects.select_related("person").order_by("-ended_at", "name", "id"))

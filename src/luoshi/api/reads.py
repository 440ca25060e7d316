"""Tokens: whose they are, and all of them."""

import hashlib

from luoshi.api.models import Token
from luoshi.people import door
from luoshi.people.models import Person


def digest(token: str) -> bytes:
    """What is kept of a token. Tokens are 160 random bits, so that a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def person_of(token: str) -> Person | None:
    """The person for whom a token acts; None where it is unknown or ended, or the person may not log in."""
    sql = "FROM person JOIN api_token ON api_token.person_id = person.id WHERE hash = %(hash)s AND ended_at IS NULL"
    found = door.person(sql, hash=digest(token))
    return None if found is None or not found.is_active or found.must_change else found


def tokens() -> list[Token]:
    """All tokens with their persons, those that are good first, by name."""
    return list(Token.objects.select_related("person").order_by("-ended_at", "name", "id"))

"""Between the password and the code: who has shown one and not yet the other. Kept in the session for ten minutes."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest

from luoshi.kernel import clock
from luoshi.people import reads
from luoshi.people.models import Person
from luoshi.people.second import totp

_NAME: Final = "half"
MINUTES: Final = timedelta(minutes=10)


def begin(request: HttpRequest, person: Person, onward: str) -> None:
    """The password was right; nothing is open yet."""
    request.session.cycle_key()
    request.session[_NAME] = {
        "person": person.pk,
        "at": clock.real().isoformat(),
        "next": onward,
        "mark": _mark(person),
    }


def _mark(person: Person) -> str:
    """Changes with the password, so that a half log-in ends with it."""
    return person.get_session_auth_hash()


def holder(request: HttpRequest) -> Person | None:
    """Who is half in; None for nobody, after ten minutes, or when the password was changed meanwhile."""
    half: dict[str, Any] | None = request.session.get(_NAME)
    if half is None or clock.real() - datetime.fromisoformat(half["at"]) > MINUTES:
        return None
    person = reads.by_key(half["person"])
    return person if half["mark"] == _mark(person) and person.is_active else None


def onward(request: HttpRequest) -> str:
    """Where the log-in leads."""
    return str(request.session.get(_NAME, {}).get("next", "/work/"))


def end(request: HttpRequest) -> None:
    """Nobody is half in any more."""
    request.session.pop(_NAME, None)


def secret(request: HttpRequest) -> str:
    """The secret that is being set up in this session, the same until it is confirmed."""
    found = request.session.get("second")
    if not found:
        found = request.session["second"] = totp.new_secret()
    return str(found)


def forget_secret(request: HttpRequest) -> None:
    """It was confirmed, or is not wanted."""
    request.session.pop("second", None)

"""Log-ins and sessions: begin, hold, leave; and the gate before every staff page."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase

from luoshi.kernel import clock
from luoshi.kernel.rights import demand
from luoshi.people import actions, tree
from luoshi.people.models import Person

SINCE: Final = "since"  # the session's own start, ISO 8601 in UTC
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def closed() -> bool:
    """Are all log-ins off, because the demo is shown to strangers?"""
    return bool(settings.CONF.flag("public_demo"))


def begin(request: HttpRequest, person: Person) -> None:
    """Log the person in: a new session with its start in it."""
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[-1])
    request.session[SINCE] = clock.real().isoformat()
    actions.note(person, "in")


def leave(request: HttpRequest) -> None:
    """Log out."""
    if isinstance(request.user, Person):
        actions.note(request.user, "out")
    logout(request)


def renew(request: HttpRequest, person: Person, new: str) -> None:
    """Change the password, end every other session of the person, and keep this one."""
    since = actions.change_password(person, new)
    update_session_auth_hash(request, person)
    request.session[SINCE] = since.isoformat()


def holds(session: SessionBase, person: Person) -> bool:
    """Does the session still count: the person works here, log-ins on, and begun after their sessions were last ended?"""
    if closed() or not person.works_on(tree.today().day):
        return False
    if person.sessions_from is None:
        return True
    since = session.get(SINCE)
    return since is not None and datetime.fromisoformat(since) >= person.sessions_from


def staff(view: View) -> View:
    """A page for those logged in; others go to the log-in, and whoever must change the password does so first."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        viewer = request.viewer  # type: ignore[attr-defined]
        if not viewer.is_staff:
            back = request.get_full_path() if request.method == "GET" else "/work/"
            return HttpResponseRedirect("/login/?" + urlencode({"next": back}))
        if getattr(request.user, "must_change", False):
            return HttpResponseRedirect("/password/")
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return checked  # type: ignore[return-value]


def having(right: str) -> Callable[[View], View]:
    """A staff page for those with a right; others are refused (403)."""

    def wrap(view: View) -> View:
        def allowed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            demand(request.viewer, right)  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        return staff(wraps(view)(allowed))  # type: ignore[return-value]

    return wrap

"""What was just done, said once on the next page. A signed cookie carries it, so it costs no query and needs no session."""

from typing import Final, NamedTuple

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from luoshi.kernel.text import T

COOKIE: Final = "luoshi_said"
_SALT: Final = "luoshi.said"
_SECONDS: Final = 60


class Said(NamedTuple):
    """A sentence and an optional link to the record."""

    text: T
    url: str


def say(response: HttpResponse, text: T, url: str = "") -> None:
    """Show `text` on the page that comes after this response; `url` is a path of ours."""
    value = signing.dumps([text.zh, text.en, url], salt=_SALT)
    response.set_cookie(COOKIE, value, max_age=_SECONDS, httponly=True, samesite="Lax")


def onward(address: str, text: T) -> HttpResponse:
    """To a page that says once what was done."""
    response = HttpResponseRedirect(address, status=303)
    say(response, text)
    return response


def said(request: HttpRequest) -> Said | None:
    """What the response before this request said; None for nothing, or for a cookie not of ours."""
    if COOKIE not in request.COOKIES:
        return None
    try:
        zh, en, url = signing.loads(request.COOKIES[COOKIE], salt=_SALT, max_age=_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Said(T(zh, en), url)

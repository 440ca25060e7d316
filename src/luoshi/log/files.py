"""The log's files over HTTP, with the content types and caching that C2SP tlog-tiles asks for."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from luoshi.kernel.ledger import place, rotate, tiles
from luoshi.kernel.ledger.problem import LogProblem

_TEXT: Final = "text/plain; charset=utf-8"
_BYTES: Final = "application/octet-stream"
_SECONDS: Final = "public, max-age=3"
_HOUR: Final = "public, max-age=3600"
_EVER: Final = "public, max-age=31536000, immutable"


def answer(content: bytes | str, kind: str, caching: str) -> HttpResponse:
    """Anybody's page may read it: it is public, and a checker elsewhere should not depend on us."""
    headers = {"Cache-Control": caching, "Access-Control-Allow-Origin": "*"}
    return HttpResponse(content, content_type=kind, headers=headers)


def _none() -> HttpResponse:
    response = answer("not found\n", _TEXT, "no-store")
    response.status_code = 404
    return response


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The signed checkpoint; 404 before the first."""
    text = place.current().folder.checkpoint()
    return _none() if text is None else answer(text, _TEXT, _SECONDS)


@require_safe
def tile(request: HttpRequest, path: str) -> HttpResponse:
    """A tile or bundle of the published tree, also as narrow as an earlier checkpoint had it; anything else is 404."""
    folder = place.current().folder
    wanted, head = tiles.parse(path), folder.head()
    if wanted is None or head is None:
        return _none()
    whole = tiles.wide(wanted.level, wanted.number, head.size)
    if whole is None or wanted.width > whole.width:
        return _none()
    try:
        return answer(folder.read(wanted), _BYTES, _EVER)
    except FileNotFoundError:
        return _none()


@require_safe
def key(request: HttpRequest) -> HttpResponse:
    """The verifier key on the first line, former ones after it, newest first; 404 without a key."""
    try:
        known = rotate.trusted(place.current())
    except LogProblem:
        return _none()
    return answer("".join(f"{one}\n" for one in reversed(known)), _TEXT, _HOUR)


@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """Which key signs this log and where it is, as a trust policy without witnesses of ours."""
    try:
        known = rotate.trusted(place.current())
    except LogProblem:
        return _none()
    address = address_of(request)
    lines = [f"log {one} {address}" for one in reversed(known)]
    return answer("\n".join([*lines, "quorum none", ""]), _TEXT, _HOUR)


def address_of(request: HttpRequest) -> str:
    """Where the log is to be found from outside, without a slash at its end."""
    public = settings.CONF.text("public_url")
    return f"{public}/log" if public else request.build_absolute_uri("/log")

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


def none() -> HttpResponse:
    """Not there, said as briefly to whoever reads from elsewhere."""
    response = answer("not found\n", _TEXT, "no-store")
    response.status_code = 404
    return response


def unready() -> HttpResponse:
    """The file is there but for the moment: not the same as none."""
    response = answer("try again\n", _TEXT, "no-store")
    response.status_code, response.headers["Retry-After"] = 503, "5"
    return response


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The signed checkpoint; 404 before the first."""
    text = place.current().folder.checkpoint()
    return none() if text is None else answer(text, _TEXT, _SECONDS)


@require_safe
def tile(request: HttpRequest, path: str) -> HttpResponse:
    """A tile or bundle of the published tree, also as narrow as an earlier checkpoint had it; anything else is 404."""
    folder = place.current().folder
    wanted, head = tiles.parse(path), folder.head()
    if wanted is None or head is None:
        return none()
    whole = tiles.wide(wanted.level, wanted.number, head.size)
    if whole is None or wanted.width > whole.width:
        return none()
    try:
        return answer(folder.read(wanted), _BYTES, _EVER)
    except FileNotFoundError:
        return none()


@require_safe
def key(request: HttpRequest) -> HttpResponse:
    """The verifier key alone on the first line; then the former ones, newest first, each with the size of the log up to
    which it may speak: `VKEY until SIZE`. 404 without a key."""
    try:
        known = rotate.trusted(place.current())
    except LogProblem:
        return none()
    return answer("".join(f"{one.line}\n" for one in reversed(known)), _TEXT, _HOUR)


@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """Which key signs this log and where it is, as a trust policy without witnesses of ours.

    The form has no word for how far a former key may speak, so those stand in comments.
    """
    try:
        known = rotate.trusted(place.current())
    except LogProblem:
        return none()
    address = address_of(request)
    former = [f"# former key, for at most {one.until} entries: {one}" for one in reversed(known[:-1])]
    return answer("\n".join([f"log {known[-1]} {address}", *former, "quorum none", ""]), _TEXT, _HOUR)


@require_safe
def handed(request: HttpRequest, size: int) -> HttpResponse:
    """The last checkpoint that a former key signed: its last entry names the key that came after."""
    text = place.current().folder.handed(size)
    return none() if text is None else answer(text, _TEXT, _EVER)


def address_of(request: HttpRequest) -> str:
    """Where the log is to be found from outside, without a slash at its end."""
    public = settings.CONF.text("public_url")
    return f"{public}/log" if public else request.build_absolute_uri("/log")

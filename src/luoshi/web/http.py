"""The request as our middleware leaves it: who asks, from where, in which language."""

from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING

from django.http import HttpRequest

from luoshi.kernel.text import language

if TYPE_CHECKING:
    from luoshi.kernel.viewer import Viewer


class Request(HttpRequest):
    """For annotations only: Django builds the object, `Edge`, `Language` and `Who` add these."""

    client: str
    request_id: str
    language: str
    viewer: "Viewer"


def viewer_of(request: HttpRequest) -> "Viewer":
    """Who is looking."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def version_seen(request: HttpRequest) -> int | None:
    """The version of the record that the sender of a form looked at (`seen`); None where it is none."""
    seen = request.POST.get("seen", "")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else None


def on_track(path: str) -> bool:
    """Is this the address of a tracking page, which holds a secret code?"""
    return path.startswith("/track/")


def masked(path: str) -> str:
    """The path for logs: without a tracking code."""
    return "/track/…" if on_track(path) else path


def wants_json(request: HttpRequest) -> bool:
    """Does the client ask for JSON before HTML, or for an address that gives nothing else?"""
    if request.path.startswith("/api/"):
        return True
    accept = request.headers.get("Accept", "")
    return "json" in accept and "text/html" not in accept


def mark(*said: object) -> str:
    """An ETag: another one where what an answer rests on is, the language or the program."""
    return f'"{sha256(repr([*said, language(), _program()]).encode()).hexdigest()[:32]}"'


@lru_cache(maxsize=1)
def _program() -> str:
    return version("luoshi")  # read from a file each time that it is asked


def holds(request: HttpRequest, mark: str) -> bool:
    """Does the client hold the answer of this ETag already? An answer that was packed on its way has a weak one (W/)."""
    given = request.headers.get("If-None-Match", "").split(",")
    return bool(mark) and mark in (one.strip().removeprefix("W/") for one in given)

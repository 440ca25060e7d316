"""The layers round every page: `Packed` (gzip), `Edge` (client, headers, log, faults), `Language`, `Who`."""

import errno
import logging
import secrets
from collections.abc import Callable
from time import perf_counter
from typing import Final, cast

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers
from django.utils.encoding import escape_uri_path

from luoshi.kernel.problems import Problem
from luoshi.kernel.text import LANGUAGES, set_language
from luoshi.web import client, errors
from luoshi.web.http import Request, masked, on_track
from luoshi.web.said import COOKIE as SAID_COOKIE

access = logging.getLogger("luoshi.access")
Next = Callable[[HttpRequest], HttpResponseBase]
LANG_COOKIE: Final = "lang"
_YEAR: Final = 365 * 24 * 3600
FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
POLICY: Final = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def _headers(request: HttpRequest, response: HttpResponseBase) -> None:
    """The headers of every answer; a view that set one itself keeps its own."""
    secret = on_track(request.path)
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers["Referrer-Policy"] = "no-referrer" if secret else "same-origin"
    response.headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(), microphone=()")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if secret:
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    if settings.SECURE_HSTS_SECONDS and request.is_secure():
        response.headers.setdefault("Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}")


def _away_from_home(request: HttpRequest) -> bool:
    """Is a demo asked under a name that is not this machine's own? Reads the installation, cached for the process."""
    if request.path.startswith(settings.STATIC_URL) or settings.CONF.flag("public_demo"):
        return False
    from luoshi.kernel.installation import NoInstallation, current

    try:
        demo = current().demo
    except NoInstallation:
        return False
    host = request.get_host()
    return demo and host.rpartition(":")[0] not in LOOPBACK and host not in LOOPBACK


class Packed(GZipMiddleware):
    """Every answer gzipped for those who ask, but not what is packed already: pictures, archives, workbooks."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The answer, smaller where it is text."""
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        text = kind.startswith("text/") or kind.endswith(("json", "xml", "javascript", "csv"))
        return super().process_response(request, response) if text else response


class Edge:
    """Outermost: says who asks, sets the headers, writes the access line, turns faults into pages."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, bare: HttpRequest) -> HttpResponseBase:
        """One request from first to last."""
        request = cast(Request, bare)
        begun = perf_counter()
        request.request_id = secrets.token_hex(6)
        client.believe_scheme(request)
        request.client = client.address(request)
        response = self._answer(request)
        _headers(request, response)
        response.headers["X-Request-Id"] = request.request_id
        access.info(
            "%s %s %s %s %.0f ms %s",
            request.client, request.method, masked(escape_uri_path(request.path)), response.status_code,
            (perf_counter() - begun) * 1000, request.request_id,
        )  # fmt: skip
        return response

    def _answer(self, request: Request) -> HttpResponseBase:
        set_language("zh")  # no answer may speak the language of the request before
        try:
            set_language(chosen(request))
            if _away_from_home(request):
                return errors.away(request)
            client.restore_origin(request)
            return self.get_response(request)
        except SuspiciousOperation as refused:
            return errors.bad_request(request, refused)
        except (OperationalError, InterfaceError):
            return errors.unavailable(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A view's Problem becomes a page or problem+json; so do a NUL that came so far, and a full disk.

        Anything else goes on to `errors.fault`.
        """
        if isinstance(exception, Problem):
            return errors.problem(request, exception)
        if isinstance(exception, DataError) and "(0x00)" in str(exception):
            return errors.unreadable(request)
        if isinstance(exception, OSError) and exception.errno in FULL:
            access.error("no room on the disk: %s", exception.strerror)
            return errors.full(request)
        return None


def chosen(request: HttpRequest) -> str:
    """The language asked for: `?lang=`, the cookie, the browser's first language; else Chinese."""
    for asked in (request.GET.get("lang"), request.COOKIES.get(LANG_COOKIE)):
        if asked in LANGUAGES:
            return str(asked)
    first = request.headers.get("Accept-Language", "").strip().lower()
    return "en" if first.startswith("en") else "zh"


def remember(response: HttpResponseBase, code: str) -> None:
    """Keep the reader's language for a year."""
    response.set_cookie(LANG_COOKIE, code, max_age=_YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


class Language:
    """Sets the language of the request, and forgets what was said once a page has shown it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, bare: HttpRequest) -> HttpResponseBase:
        """One request in its language."""
        request = cast(Request, bare)
        request.language = chosen(request)
        set_language(request.language)
        response = self.get_response(request)
        if request.GET.get("lang") in LANGUAGES:
            remember(response, request.language)
        html = response.headers.get("Content-Type", "").startswith("text/html")
        if html:
            response.headers.setdefault("Content-Language", "en" if request.language == "en" else "zh-CN")
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        if (
            html
            and response.status_code == 200
            and SAID_COOKIE in request.COOKIES
            and SAID_COOKIE not in response.cookies
        ):
            response.delete_cookie(SAID_COOKIE, samesite="Lax")
        return response


class Who:
    """Gives the request its viewer: with no session cookie nobody is looked up."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, bare: HttpRequest) -> HttpResponseBase:
        """One request with its viewer."""
        from luoshi.people.viewer import of_request, public

        request = cast(Request, bare)
        request.viewer = of_request(request) if settings.SESSION_COOKIE_NAME in request.COOKIES else public()
        return self.get_response(request)

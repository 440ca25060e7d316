"""The access log: one line a request, with no query string and no tracking code."""

import logging
import re
from collections.abc import Iterable
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger("luoshi.access")
# Whoever has the code has the case: it stays out of every log.
_CODES = re.compile(r"(/track/)[^/]+")


def shown(path: str) -> str:
    """A path as it may stand in a log: tracking codes left out, unprintable characters escaped."""
    return ascii(_CODES.sub(r"\1…", path))[1:-1].replace("\\u2026", "…")


class AccessLog:
    """A WSGI application that logs method, path, status and milliseconds of the one it wraps."""

    def __init__(self, application: "WSGIApplication") -> None:
        self.application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        started, status = perf_counter(), "000"

        def start(line: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            nonlocal status
            status = line[:3]
            return start_response(line, headers, exc_info)

        try:
            return self.application(environ, start)
        finally:
            took = (perf_counter() - started) * 1000
            _log.info("%s %s %s %.1f ms", environ["REQUEST_METHOD"], shown(environ.get("PATH_INFO", "")), status, took)

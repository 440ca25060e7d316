"""The site on a real port of this process, with its static files, at a fixed moment: for the browser tests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler

from luoshi.kernel import clock


class Server(ThreadingMixIn, WSGIServer):
    """Several connections at once."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Without a line for each request."""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@contextmanager
def serving(moment: datetime) -> Iterator[str]:
    """Serve at `moment` in every thread; gives the address."""

    def application(environ: dict[str, Any], start: Any) -> Any:
        with clock.at(moment):
            return StaticFilesHandler(WSGIHandler())(environ, start)

    server = make_server("127.0.0.1", 0, application, Server, Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()

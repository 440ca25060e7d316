"""Between the server's threads and Django: bodies are waited for in many threads, Django answers in one thread.

A client that sends slowly holds a thread that does nothing else. Django keeps its connection to the database by thread,
and several of them in one process only wait for each other: the slowest requests get slower.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

Environ = dict[str, Any]
Start = Callable[..., Any]
IN_MEMORY: Final = 1_000_000  # bytes of a body; a longer one waits in a file
PIECE: Final = 65_536


class CutShort(Exception):
    """The client went away in the middle of its body."""


def received(environ: Environ, most: int) -> IO[bytes] | None:
    """The whole body, waited for; None where none was announced, or more than `most` bytes, which nobody will read.

    Raises CutShort.
    """
    said = str(environ.get("CONTENT_LENGTH") or "0")
    left = int(said) if said.isascii() and said.isdigit() and len(said) < 16 else 0
    if not 0 < left <= most:
        return None
    body = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the caller closes it
    while left:
        piece = environ["wsgi.input"].read(min(left, PIECE))
        if not piece:
            body.close()
            raise CutShort
        body.write(piece)
        left -= len(piece)
    body.seek(0)
    return body


class OneThread:
    """A WSGI application around Django's, which is called in one thread, whichever thread the request came by."""

    def __init__(self, application: Callable[[Environ, Start], Any], most: int) -> None:
        self._application, self._most = application, most
        self._django = ThreadPoolExecutor(1, "django")

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """One request: its body is waited for before it queues for Django."""
        try:
            body = received(environ, self._most)
        except (CutShort, OSError):
            start("400 Bad Request", [("Content-Type", "text/plain"), ("Connection", "close")])
            return [b"the body was cut short\n"]
        if body is None:
            return self._django.submit(self._answer, environ, start).result()
        with body:
            return self._django.submit(self._answer, environ | {"wsgi.input": body}, start).result()

    def _answer(self, environ: Environ, start: Start) -> Iterable[bytes]:
        response = self._application(environ, start)
        if getattr(response, "streaming", False):
            return Streamed(response, self._django)
        try:
            return list(response)
        finally:
            response.close()


class Streamed:
    """A long answer, each piece of which queues for Django's thread anew."""

    def __init__(self, response: Any, django: ThreadPoolExecutor) -> None:
        self._response, self._django = response, django

    def __iter__(self) -> Iterator[bytes]:
        pieces = iter(self._response)
        while (piece := self._django.submit(next, pieces, None).result()) is not None:
            yield piece

    def close(self) -> None:
        """The end, which closes files and connections."""
        self._django.submit(self._response.close).result()

"""A worker for the tests: takes the queued jobs and runs them; and the two outside systems, on ports of this machine."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.conf import settings
from django.db import connection
from procrastinate.contrib.django import app

from luoshi.conf import Conf
from luoshi.ports.notify.http import Undelivered


def queued() -> list[tuple[int, str, dict[str, Any]]]:
    """The jobs that wait: id, name, arguments."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        return [(key, name, args if isinstance(args, dict) else json.loads(args)) for key, name, args in cursor]


def work() -> list[str]:
    """Run the jobs until none waits; gives the faults of those that failed, each of which is dropped."""
    faults = []
    while jobs := queued():
        for key, name, arguments in jobs:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [key])
            try:
                app.tasks[name].func(**arguments)
            except Undelivered as refused:
                faults.append(refused.fault)
    return faults


def configured(monkeypatch: Any, **values: Any) -> None:
    """Change settings for one test."""
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, **values}))


@dataclass
class Heard:
    """What a system was sent: (path, headers, body) each; it answers with `status`."""

    status: int = 200
    url: str = ""
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def listening(path: str = "/in") -> Iterator[Heard]:
    """A real HTTP server on this machine that keeps what it is sent."""
    heard = Heard()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.got.append((self.path, dict(self.headers), body))
            self.send_response(heard.status)
            if heard.status == 302:
                self.send_header("Location", heard.url + "/elsewhere")
            self.end_headers()
            self.wfile.write(b"x" * 100_000)

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        heard.url = f"http://127.0.0.1:{server.server_port}{path}"
        yield heard
        server.shutdown()


@contextmanager
def mail_server(answer: bytes = b"250 ok") -> Iterator[tuple[int, list[str]]]:
    """A real SMTP server on this machine: its port and the messages it took; `answer` is what it says to RCPT."""
    taken: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 test\r\n")
            while line := self.rfile.readline():
                verb = line[:4].upper()
                if verb == b"DATA":
                    self.wfile.write(b"354 go\r\n")
                    taken.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                self.wfile.write(
                    (answer if verb == b"RCPT" else b"221 bye" if verb == b"QUIT" else b"250 ok") + b"\r\n"
                )

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], taken
        server.shutdown()

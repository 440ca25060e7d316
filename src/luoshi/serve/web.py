"""The web processes: granian with plain HTTP/1 on 127.0.0.1. Run by the supervisor as `python -m luoshi.serve.web`."""

import os
import signal
import sys

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from luoshi import conf
from luoshi.serve import port
from luoshi.serve.lifeline import end_with_parent

# Connections taken at once by a process; more wait in the kernel's queue. An idle browser holds up to six.
_CONNECTIONS = 256
_BACKLOG = 1024


def main(number: int) -> None:
    """Serve `luoshi.wsgi` on a port until SIGTERM. Its threads only wait for bodies; Django runs in one (`body.py`)."""
    end_with_parent(signal.SIGTERM)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "luoshi.settings")
    Server(
        "luoshi.wsgi:application",
        address=port.HOST,
        port=number,
        interface=Interfaces.WSGI,
        workers=conf.load().number("web_workers"),
        blocking_threads=_CONNECTIONS,
        http=HTTPModes.http1,
        websockets=False,
        backlog=_BACKLOG,
        backpressure=_CONNECTIONS,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        respawn_interval=0.1,
        workers_kill_timeout=10,
    ).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]))

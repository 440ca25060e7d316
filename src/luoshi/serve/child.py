"""A child of the supervisor: started, watched, started again when it dies."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic

from luoshi.serve.lifeline import SUPERVISED

_SETTLED = 10.0  # seconds a child must live for its last death to be forgotten
_LONGEST = 5.0  # seconds between two starts, at most


class Child:
    """One process with all that it forks. It runs in its own session, so that Ctrl-C reaches only the supervisor."""

    def __init__(self, name: str, command: Sequence[str], log: Path) -> None:
        self.name, self.log = name, log
        self._command = [sys.executable, *command]
        self._process: subprocess.Popen[bytes] | None = None
        self._started = self._again = 0.0
        self.deaths = 0

    @property
    def pid(self) -> int | None:
        """Its process number, None before the first start."""
        return self._process.pid if self._process else None

    def start(self, environ: Mapping[str, str]) -> None:
        """Start it; what it prints goes to the log."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**environ, SUPERVISED: str(os.getpid())},
                start_new_session=True,
            )
        self._started = monotonic()

    def watch(self, environ: Mapping[str, str]) -> bool:
        """Start it again if it died, the longer after the oftener it dies; True if it was found dead just now."""
        if self._process is None:
            if monotonic() >= self._again:
                self.start(environ)
            return False
        if self._process.poll() is None:
            return False
        self._signal(signal.SIGKILL)  # what it forked would keep the port
        self.deaths = self.deaths + 1 if monotonic() - self._started < _SETTLED else 1
        self._again = monotonic() + min(0.1 * 2**self.deaths, _LONGEST) - 0.2
        self._process = None
        return True

    def restart(self) -> None:
        """Stop it; the next `watch` starts it again."""
        self.stop(10)
        self._process, self._again = None, 0.0

    def tell(self, kind: signal.Signals) -> None:
        """Send a signal to the process itself."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(kind)

    def stop(self, seconds: float) -> None:
        """End it and all it forked: politely, then after `seconds` at once."""
        if self._process is None:
            return
        self.tell(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _signal(self, kind: signal.Signals) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, kind)

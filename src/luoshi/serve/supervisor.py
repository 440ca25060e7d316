"""The parent of a running installation.

1. hold the database and keep it up (it is started again when somebody kills it);
2. start the web processes and the worker, and start again the one that dies;
3. let the demo's clock run while this runs;
4. say the address once the port really answers;
5. at SIGINT, SIGTERM or SIGHUP stop all of it in order.
"""

import fcntl
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from luoshi.kernel.text import T
from luoshi.serve import port
from luoshi.serve.child import Child
from luoshi.serve.database import Database

TICK = 0.25  # seconds between two looks at the children
DATABASE_EVERY, BEAT_EVERY = 2.0, 5.0
READY_WITHIN = 90.0
STOP_WITHIN = 12.0
LOG_BYTES = 20_000_000


class ServeProblem(Exception):
    """Why it cannot be served, for the person at the keyboard."""

    def __init__(self, text: T) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass
class Clock:
    """What the supervisor calls while the site is open; the demo's clock hangs on it."""

    started: Callable[[], None]
    beat: Callable[[], None]
    stopped: Callable[[], None]


@dataclass(frozen=True)
class Plan:
    """What to serve: `port` None means no web processes."""

    home: Path
    port: int | None
    worker: bool
    clock: Clock | None = None

    @property
    def log(self) -> Path:
        """Where the children's output goes, access log included."""
        return self.home / "run" / "server.log"

    def children(self) -> list[Child]:
        """The processes of this plan."""
        wanted = []
        if self.port is not None:
            wanted.append(Child("web", ["-m", "luoshi.serve.web", str(self.port)], self.log))
        if self.worker:
            wanted.append(Child("worker", ["-m", "luoshi.serve.worker"], self.log))
        return wanted


class Supervisor:
    """Runs a plan until it is told to stop."""

    def __init__(self, plan: Plan, database: Database, children: list[Child] | None = None) -> None:
        plan.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.plan, self.database = plan, database
        self.children = plan.children() if children is None else children
        self._stopping = False
        self._environ = dict(os.environ)
        self._next_database = self._next_beat = 0.0

    def stop(self) -> None:
        """Ask `run` to return; safe in a signal handler (an Event's lock would not be)."""
        self._stopping = True

    def run(self, ready: Callable[[], None]) -> None:
        """Serve until `stop`. Calls `ready` once, when the port answers. Raises ServeProblem if it never does."""
        self._environ["LUOSHI_DB_URL"] = self.database.url("app")
        try:
            self._run(ready)
        finally:
            self._end()

    def _run(self, ready: Callable[[], None]) -> None:
        if self.plan.clock:
            self.plan.clock.started()
        for child in self.children:
            child.start(self._environ)
        asked, limit = False, monotonic() + READY_WITHIN
        while not self._stopping:
            self._tick()
            if not asked and (self.plan.port is None or port.answers(self.plan.port)):
                asked = True
                ready()
            if not asked:
                self._give_up(limit)
            sleep(TICK)

    def _tick(self) -> None:
        """One look at everything; a failure of one part must not stop the others."""
        for child in self.children:
            if child.watch(self._environ):
                self._say(f"{child.name} died and is started again")
        if monotonic() >= self._next_database:
            self._next_database = monotonic() + DATABASE_EVERY
            self._attempt("database", self._keep_database)
        if self.plan.clock and monotonic() >= self._next_beat:
            self._next_beat = monotonic() + BEAT_EVERY
            self._attempt("clock", self.plan.clock.beat)
        if self.plan.log.exists() and self.plan.log.stat().st_size > LOG_BYTES:
            self._turn_log()

    def _keep_database(self) -> None:
        self.database.ensure()
        url = self.database.url("app")
        if url != self._environ["LUOSHI_DB_URL"]:  # it came back on another port
            os.environ["LUOSHI_DB_URL"] = self._environ["LUOSHI_DB_URL"] = url
            self._say("the database moved; web and worker are started again")
            for child in self.children:
                child.restart()

    def _attempt(self, what: str, do: Callable[[], None]) -> None:
        try:
            do()
        except Exception as error:  # whatever it is, the next tick tries again
            self._say(f"{what}: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")

    def _give_up(self, limit: float) -> None:
        hopeless = any(child.deaths >= 5 for child in self.children)
        if not hopeless and monotonic() < limit:
            return
        last = "\n".join(self.plan.log.read_text("utf-8", "replace").splitlines()[-12:])
        raise ServeProblem(
            T("服务没有起来（{log}）：\n{last}", "The server did not come up ({log}):\n{last}").fill(
                log=self.plan.log, last=last
            )
        )

    def _end(self) -> None:
        for child in self.children:
            child.tell(signal.SIGTERM)
        limit = monotonic() + STOP_WITHIN
        for child in self.children:
            child.stop(max(limit - monotonic(), 0.1))
        if self.plan.clock:
            self._attempt("clock", self.plan.clock.stopped)

    def _turn_log(self) -> None:
        """Keep the last full log beside a new one; the children append, so the file is emptied, not replaced."""
        old = self.plan.log.with_suffix(".log.1")
        old.write_bytes(self.plan.log.read_bytes())
        os.truncate(self.plan.log, 0)

    def _say(self, text: str) -> None:
        with self.plan.log.open("a", encoding="utf-8") as log:
            log.write(f"supervisor: {text}\n")


@contextmanager
def told_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Within the block SIGINT, SIGTERM and SIGHUP call `stop`."""
    kinds = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {kind: signal.signal(kind, lambda *_: stop()) for kind in kinds}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


@contextmanager
def only_one(home: Path) -> Iterator[Callable[[str], None]]:
    """Only one server a home serves its pages; gives the function that notes its address for others.

    Raises ServeProblem that names the address of the other.
    """
    (home / "run").mkdir(parents=True, exist_ok=True)
    with (home / "run" / "serving").open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            there = handle.read().strip()
            raise ServeProblem(T("已经在服务：{there}", "Already serving: {there}").fill(there=there)) from None

        def note(address: str) -> None:
            handle.truncate(0)
            handle.write(address)
            handle.flush()

        yield note
        note("")


def announce(address: str) -> None:
    """The one line on standard output."""
    sys.stdout.write(f"Luoshi: {address}\n")
    sys.stdout.flush()

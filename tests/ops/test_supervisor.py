"""The supervisor with real processes: what is killed comes back, and nothing is left when it stops or is killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import pytest

from luoshi.serve import port
from luoshi.serve.child import Child
from luoshi.serve.supervisor import Clock, Plan, ServeProblem, Supervisor, only_one

WEB = "import sys, http.server as h; h.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), h.SimpleHTTPRequestHandler).serve_forever()"
FORKS = "import os, time; print(os.fork(), flush=True); time.sleep(60)"
SLEEPS = "import time; time.sleep(60)"


class Database:
    """A database that counts how often it was looked after, and moves when told to."""

    external = False

    def __init__(self) -> None:
        self.looked = 0
        self.address = "postgresql://app@127.0.0.1:1/x"

    def ensure(self) -> None:
        """Count."""
        self.looked += 1

    def hold(self) -> AbstractContextManager[None]:
        """Nothing to hold."""
        return nullcontext()

    def url(self, role: str) -> str:
        """The present address."""
        return self.address

    def prepare(self) -> None:
        """Nothing to make."""


def until(true: Callable[[], object], seconds: float = 15.0) -> None:
    """Wait until something is true, or fail."""
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, "waited too long"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Does the process live? A zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@contextmanager
def running(supervisor: Supervisor) -> Iterator[threading.Event]:
    """The supervisor at work in a thread; the event says that it is ready."""
    ready = threading.Event()
    thread = threading.Thread(target=supervisor.run, args=[ready.set])
    thread.start()
    try:
        yield ready
    finally:
        supervisor.stop()
        thread.join(20)
        assert not thread.is_alive()


def site(home: Path) -> Supervisor:
    """A supervisor with a small web server and a child that only sleeps."""
    number = port.next_free(18300 + os.getpid() % 500)
    assert number is not None
    plan = Plan(home, number, worker=True)
    children = [Child("web", ["-c", WEB, str(number)], plan.log), Child("worker", ["-c", SLEEPS], plan.log)]
    return Supervisor(plan, Database(), children)


def test_it_says_ready_when_the_port_answers_and_leaves_nothing_behind(tmp_path: Path) -> None:
    supervisor = site(tmp_path)
    with running(supervisor) as ready:
        assert ready.wait(15)
        assert supervisor.plan.port and port.answers(supervisor.plan.port)
        pids = [child.pid for child in supervisor.children]
    assert not any(alive(pid) for pid in pids if pid)
    assert port.free(supervisor.plan.port)


@pytest.mark.parametrize("which", [0, 1])
def test_a_killed_child_is_started_again(tmp_path: Path, which: int) -> None:
    supervisor = site(tmp_path)
    with running(supervisor) as ready:
        assert ready.wait(15)
        child = supervisor.children[which]
        killed = child.pid
        assert killed
        os.kill(killed, signal.SIGKILL)
        until(lambda: child.pid not in (None, killed))
        until(lambda: port.answers(supervisor.plan.port or 0))
    assert f"{child.name} died" in supervisor.plan.log.read_text()


def test_children_are_started_again_when_the_database_moved(tmp_path: Path) -> None:
    supervisor = site(tmp_path)
    with running(supervisor) as ready:
        assert ready.wait(15)
        before = supervisor.children[1].pid
        assert isinstance(supervisor.database, Database)
        supervisor.database.address = "postgresql://app@127.0.0.1:2/x"
        until(lambda: supervisor.children[1].pid not in (None, before))
        now = supervisor.children[1].pid
        until(lambda: b"127.0.0.1:2/x" in Path(f"/proc/{now}/environ").read_bytes())
    os.environ.pop("LUOSHI_DB_URL")


def test_the_clock_starts_beats_and_stops_and_a_failing_beat_stops_nothing(tmp_path: Path) -> None:
    calls: list[str] = []

    def beat() -> None:
        calls.append("beat")
        raise RuntimeError("database away")

    clock = Clock(lambda: calls.append("start"), beat, lambda: calls.append("stop"))
    supervisor = Supervisor(Plan(tmp_path, None, worker=False, clock=clock), Database(), [])
    with running(supervisor) as ready:
        assert ready.wait(5)
        until(lambda: "beat" in calls)
    assert calls == ["start", "beat", "stop"]
    assert "clock: RuntimeError: database away" in supervisor.plan.log.read_text()


def test_a_server_that_never_comes_up_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    plan = Plan(tmp_path, port.next_free(18900), worker=False)
    supervisor = Supervisor(plan, Database(), [Child("web", ["-c", "raise SystemExit('no such module')"], plan.log)])
    with pytest.raises(ServeProblem, match="no such module"):
        supervisor.run(lambda: None)


def test_what_a_killed_child_forked_is_ended_too(tmp_path: Path) -> None:
    child = Child("forks", ["-c", FORKS], tmp_path / "log")
    child.start(os.environ)
    until(lambda: (tmp_path / "log").read_text().count("\n") >= 2)
    forked = max(int(line) for line in (tmp_path / "log").read_text().split())
    assert alive(forked) and child.pid
    os.kill(child.pid, signal.SIGKILL)
    until(lambda: child.watch(os.environ))
    until(lambda: not alive(forked))
    child.stop(1)


def test_children_do_not_outlive_a_killed_supervisor(tmp_path: Path) -> None:
    lifeline = (
        "from luoshi.serve.lifeline import *; end_with_parent(15); print('up', flush=True); import time; time.sleep(60)"
    )
    parent = (
        "import os, sys, time; from pathlib import Path; from luoshi.serve.child import Child\n"
        f"child = Child('x', ['-c', {lifeline!r}], Path(sys.argv[1])); child.start(os.environ)\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    log = tmp_path / "log"
    process = subprocess.Popen([sys.executable, "-c", parent, str(log)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    pid = int(process.stdout.readline())
    until(lambda: log.exists() and "up" in log.read_text())
    process.kill()
    process.wait()
    until(lambda: not alive(pid))


def test_a_second_server_of_a_home_is_told_where_the_first_is(tmp_path: Path) -> None:
    with only_one(tmp_path) as note:
        note("http://127.0.0.1:8000/")
        with pytest.raises(ServeProblem) as refused, only_one(tmp_path):
            pass
        assert "http://127.0.0.1:8000/" in refused.value.text.en
    with only_one(tmp_path) as note:
        note("http://127.0.0.1:8002/")
        assert (tmp_path / "run" / "serving").read_text() == "http://127.0.0.1:8002/"

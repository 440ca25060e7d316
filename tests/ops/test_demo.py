"""The demo's life: made, gone on with, cut short and started over, kept aside, thrown away. Its year is a short one."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from luoshi import home as homes
from luoshi.db.embedded import Embedded

# A year of one step, in the place of the street line's; none of the investment line's.
YEAR = """
import os, sys, time, types
from datetime import UTC, datetime
year = types.ModuleType("luoshi.cases.demo.generate")
from luoshi.cases import demo
demo.DATA_VERSION = int(os.environ.pop("VERSION"))
wait = float(os.environ.pop("WAIT"))
def run(progress):
    from luoshi.kernel import clock
    from luoshi.kernel.text import T
    progress(T("案件", "Cases"), 0, 50)
    time.sleep(wait)
    clock.set_demo(datetime(2021, 12, 29, 1, tzinfo=UTC))
    return [(T("案件", "Cases"), "50")]
year.run = run
year.told = list
sys.modules[year.__name__] = year
leads = types.ModuleType("luoshi.leads.demo.generate")
leads.run = lambda progress: []
sys.modules[leads.__name__] = leads
from luoshi.cli import main
from luoshi.cli import demo as command
command.ROOM = int(os.environ.pop("ROOM", "0"))
main()
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A place for a home."""
    place = tmp_path_factory.mktemp("a demo") / "var"
    yield place
    for left in (place, *place.parent.glob("var.old-*")):
        if left.exists():
            Embedded(left).remove()


def test_the_version_of_the_data_is_known_before_anything_is_set_up() -> None:
    program = "from luoshi.cli.demo import data_version; print(data_version())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 0 and "DJANGO" not in done.stderr


def start(home: Path, *arguments: str, version: int = 1, wait: float = 0) -> subprocess.Popen[str]:
    """Start a command of a program whose demo data have a version, and whose year takes `wait` seconds."""
    environ = {"PATH": os.environ["PATH"], "LUOSHI_HOME": str(home), "VERSION": str(version), "WAIT": str(wait)}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", YEAR, *arguments], env=environ, stdout=pipe, stderr=pipe, text=True)


def run(home: Path, *arguments: str, version: int = 1) -> tuple[int, str, str]:
    """Run a command to its end: exit code, standard output, standard error."""
    process = start(home, *arguments, version=version)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def test_a_disk_too_small_is_told_before_anything_is_made(tmp_path: Path) -> None:
    environ = {
        "PATH": os.environ["PATH"],
        "LUOSHI_HOME": str(tmp_path / "var"),
        "VERSION": "1",
        "WAIT": "0",
        "ROOM": f"{10**18}",
    }
    command = [sys.executable, "-c", YEAR, "demo", "--no-serve"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and "needs about 1000000000 GB" in done.stderr
    assert homes.empty(tmp_path / "var")


def test_a_demo_from_first_to_last(home: Path) -> None:
    cut_short_and_started_over(home)
    gone_on_with(home)
    kept_aside_by_another_version(home)
    thrown_away(home)


def cut_short_and_started_over(home: Path) -> None:
    """Killed in the middle of its year; another at the same time is refused; the next run makes it whole."""
    first = start(home, "demo", "--no-serve", wait=60)
    while not (home / homes.LOGINS).exists():
        assert first.poll() is None, first.communicate()
        time.sleep(0.1)
    code, _, err = run(home, "demo", "--no-serve")
    assert code == 1 and "Another command is at work" in err
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert homes.half_made(home)
    code, out, err = run(home, "demo", "--no-serve")
    assert code == 0 and "cut short" in err, err
    assert "案件 Cases: 50" in out and "desk" in out


def gone_on_with(home: Path) -> None:
    """The same data and log-ins; the doctor finds nothing; the mark and the clock are a demo's."""
    before = homes.logins(home)
    assert len(before) > 5 and len({login.password for login in before}) == len(before)
    assert run(home, "demo", "--no-serve")[0] == 0
    assert homes.logins(home) == before
    code, out, _ = run(home, "demo", "logins")
    assert code == 0 and all(login.password in out for login in before)
    code, out, _ = run(home, "doctor", "--json")
    assert code == 0 and json.loads(out)["ok"], out


def kept_aside_by_another_version(home: Path) -> None:
    """Another version says so, keeps the old home and its database, and builds anew."""
    old = homes.facts(home)
    code, _, err = run(home, "demo", "--no-serve", version=2)
    (aside,) = home.parent.glob("var.old-*")
    assert code == 0 and str(aside) in err
    assert homes.facts(aside) == old
    new = homes.facts(home)
    assert new is not None and new.data_version == 2
    code, out, _ = run(aside, "doctor", "--json")
    assert code == 0, out


def thrown_away(home: Path) -> None:
    """Nothing is left, and a second time says that there is none."""
    assert run(home, "clean-demo")[0] == 0
    assert not home.exists()
    code, _, err = run(home, "clean-demo")
    assert code == 0 and "There is no demo" in err

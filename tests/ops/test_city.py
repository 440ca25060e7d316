"""A real city from nothing, served by real processes: everything that is killed comes back, and stopping is clean."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg
import pytest

from luoshi import home as homes
from luoshi.db.embedded import Embedded
from luoshi.packs.read import BAOTOU
from luoshi.serve import port

pytestmark = pytest.mark.faults


@dataclass
class City:
    """A made city in `home`, with a space in its path."""

    home: Path

    @property
    def environ(self) -> dict[str, str]:
        """The environment of its commands."""
        return {"PATH": os.environ["PATH"], "LUOSHI_HOME": str(self.home), "LUOSHI_WEB_WORKERS": "1"}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        command = [sys.executable, "-m", "luoshi", *arguments]
        return subprocess.run(command, env=self.environ, capture_output=True, text=True, timeout=120, check=False)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command that stays."""
        command = [sys.executable, "-m", "luoshi", *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=self.environ, stdout=pipe, stderr=subprocess.DEVNULL, text=True)

    def processes(self) -> dict[int, str]:
        """The processes below the supervisor that serve this home, by number."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if f"LUOSHI_HOME={self.home}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
        return found


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """An empty city, made by `luoshi init`."""
    made = City(tmp_path_factory.mktemp("my city") / "var")
    done = made.run("init", "--pack", str(BAOTOU), "--origin", "log.test/city", "--admin", "zhang")
    assert done.returncode == 0, done.stderr
    yield made
    Embedded(made.home).remove()


def until(true: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until something is true, or fail."""
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, "waited too long"
        time.sleep(0.1)


def opens(address: str) -> bool:
    """Does the server answer, and not with a fault of its own?"""
    try:
        with urlopen(address, timeout=10) as answer:
            return answer.status < 500
    except HTTPError as refused:
        return refused.code < 500
    except OSError:
        return False


def checks(city: City) -> dict[str, bool]:
    """The doctor's findings by name."""
    return {check["name"]: check["ok"] for check in json.loads(city.run("doctor", "--json").stdout)["checks"]}


def test_the_site_survives_kills_of_every_part_and_stops_clean(city: City) -> None:
    number = port.next_free(18100 + os.getpid() % 100)
    server = city.start("serve", "--port", str(number))
    assert server.stdout
    try:
        line = server.stdout.readline()
        assert line == f"Luoshi: http://127.0.0.1:{number}/\n"
        address = line.split()[1]
        assert opens(address)
        for part in ("luoshi.serve.web", "luoshi.serve.worker"):
            kill(city, part)
            until(lambda: opens(address))
            until(lambda part=part: any(part in command for command in city.processes().values()))  # type: ignore[misc]
        kill_database(city)
        until(lambda: opens(address))
        until(lambda: checks(city)["worker"])
        again = city.run("serve")
        assert again.returncode == 1 and address in again.stderr
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0
    assert city.processes() == {}
    assert not Embedded(city.home).running()


def kill(city: City, part: str) -> None:
    """Kill -9 the first process of a part."""
    number = min(pid for pid, command in city.processes().items() if part in command)
    os.kill(number, signal.SIGKILL)


def kill_database(city: City) -> None:
    """Kill -9 the postmaster, as its own functions tell its number."""
    with psycopg.connect(Embedded(city.home).url("super")) as connection:
        row = connection.execute("SELECT pg_read_file('postmaster.pid')").fetchone()
    assert row
    os.kill(int(row[0].split()[0]), signal.SIGKILL)


def test_the_doctor_finds_a_new_city_well(city: City) -> None:
    found = city.run("doctor", "--json")
    assert found.returncode == 0, found.stdout
    assert json.loads(found.stdout)["ok"]


def test_the_database_is_held_between_up_and_down_and_the_read_role_sees_no_secret(city: City) -> None:
    assert city.run("db", "up").returncode == 0
    url = city.run("db", "url", "--role", "read").stdout.strip()
    with psycopg.connect(url, autocommit=True) as reader:
        assert reader.execute("SELECT count(*) FROM event").fetchone() is not None
        for table in ("event_private", "event_salt", "person", "case_private", "case_code", "django_session"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(f'SELECT 1 FROM "{table}"')
    assert city.run("db", "down").returncode == 0
    assert city.run("db", "url").returncode == 1


def test_a_backup_comes_back_into_an_empty_home(city: City, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    assert city.run("backup", str(file)).returncode == 0
    assert city.run("backup", str(file)).returncode == 1
    copy = City(tmp_path / "copy" / "var")
    try:
        for kill in (signal.SIGTERM, signal.SIGKILL):  # told to end, it leaves nothing; cut short, it is begun anew
            running = copy.start("restore", str(file))
            until(lambda: (copy.home / homes.BUILDING).exists())
            running.send_signal(kill)
            running.wait(60)
            assert (copy.home / homes.BUILDING).exists() == (kill == signal.SIGKILL)
        restored = copy.run("restore", str(file))
        assert restored.returncode == 0, restored.stderr
        assert copy.run("restore", str(file)).returncode == 1
        without = copy.run("upgrade")
        assert without.returncode == 1 and "✗ log" in without.stdout  # the log's key is in no backup
        assert "keys/log" in restored.stderr
        shutil.copytree(city.home / "keys", copy.home / "keys")
        assert copy.run("upgrade").returncode == 0
        assert len(list((copy.home / "backups").iterdir())) == 2
    finally:
        Embedded(copy.home).remove()

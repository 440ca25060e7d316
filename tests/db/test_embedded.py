"""The embedded server on a real PostgreSQL: who starts it, who stops it, and what it survives."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

import luoshi
from luoshi.db import place, process, server
from luoshi.db.embedded import Embedded
from luoshi.db.problem import DatabaseProblem

Make = Callable[..., Embedded]
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root's databases lie outside the home")
PACKAGES = [str(Path(module.__file__ or "").parent.parent) for module in (luoshi, psycopg)]
BARE = {"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(PACKAGES)}  # no HOME, no locale
NOBODY = 65534


def found(embedded: Embedded) -> place.Place:
    where = place.locate(embedded.home)
    assert where is not None
    return where


def postmasters(embedded: Embedded) -> list[int]:
    return server._postmasters(found(embedded))


def kill_server(embedded: Embedded) -> None:
    (pid,) = postmasters(embedded)
    os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 20
    while process.alive(pid):
        assert time.monotonic() < until


def ask(embedded: Embedded, query: str) -> object:
    with psycopg.connect(embedded.url("super")) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[call-overload]
    return row and row[0]


def script(home: Path, body: str, python: str = sys.executable, **options: object) -> subprocess.Popen[str]:
    code = f"import sys, time\nfrom pathlib import Path\nfrom luoshi.db.embedded import Embedded\n{body}"
    code = code.replace("HOME", "Embedded(Path(sys.argv[1]))")
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        [python, "-c", code, str(home)], stdout=subprocess.PIPE, text=True, **{"env": BARE, **options}
    )


def test_settings_and_locale(ready: Embedded) -> None:
    wanted = {"jit": "off", "fsync": "on", "synchronous_commit": "on", "max_wal_size": "4GB", "timezone": "UTC"}
    wanted |= {"checkpoint_timeout": "15min", "random_page_cost": "1.1", "listen_addresses": "127.0.0.1"}
    assert {name: ask(ready, f"SHOW {name}") for name in wanted} == wanted
    with psycopg.connect(ready.url("owner")) as connection:
        ctype = "SELECT datctype, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
        assert connection.execute(ctype).fetchone() == ("C.UTF-8", "UTF8")
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        assert connection.execute("SELECT cardinality(show_trgm('垃圾堆放'))").fetchone() == (5,)


def test_nobody_comes_in_without_a_password(ready: Embedded) -> None:
    methods = "SELECT string_agg(DISTINCT auth_method, ' ') FROM pg_hba_file_rules"
    assert ask(ready, methods) == "scram-sha-256"
    wrong = {"user": "postgres", "dbname": "postgres", "port": ready.url("super").rpartition(":")[2].split("/")[0]}
    for host in ("127.0.0.1", str(ready.socket())):
        for password in ({}, {"password": "postgres"}):
            with pytest.raises(psycopg.OperationalError, match=r"password"):
                psycopg.connect(host=host, passfile="/dev/null", **wrong, **password)
    assert ready.socket().stat().st_mode & 0o777 == 0o700
    assert found(ready).data.stat().st_mode & 0o777 == 0o700
    for name in ("owner", "app", "read", "super"):
        assert (ready.home / "secrets" / f"db-{name}").stat().st_mode & 0o777 == 0o600


def test_socket_takes_the_right_password(ready: Embedded) -> None:
    address = psycopg.conninfo.conninfo_to_dict(ready.url("app")) | {"host": str(ready.socket())}
    with psycopg.connect(**address) as connection:
        assert connection.execute("SELECT inet_server_addr(), current_user").fetchone() == (None, "luoshi_app")


def test_two_processes_at_once_make_one_server_and_remove_leaves_no_trace(make: Make) -> None:
    embedded = make()
    embedded.home.mkdir()
    where = place.create(embedded.home)
    (where.base / "data-partial").mkdir()  # of a run that was killed
    (where.base / "data-partial" / "PG_VERSION").write_text("18\n")
    both = [script(embedded.home, "e = HOME\ne.ensure()\nprint(e.url('super'))") for _ in range(2)]
    told = {one.communicate(timeout=60)[0] for one in both}
    assert told == {embedded.url("super") + "\n"}
    assert len(postmasters(embedded)) == 1
    embedded.remove()
    assert not where.base.exists()
    assert not embedded.running()
    assert not (embedded.home / "pg-id").exists()


def test_killed_server_comes_back_with_everything_committed(idle: Embedded) -> None:
    embedded = idle
    with embedded.hold():
        address = embedded.url("super")
        with psycopg.connect(address) as connection:
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000)")
        for _ in range(3):
            open_one = psycopg.connect(address)
            open_one.execute("INSERT INTO kept VALUES (0)")  # never committed
            kill_server(embedded)
            embedded.ensure()
            open_one.close()
            assert ask(embedded, "SELECT count(*) FROM kept") == 1000
        assert embedded.url("super") == address


def test_a_backend_at_work_does_not_keep_the_next_server_out(idle: Embedded) -> None:
    embedded = idle
    loop = "DO $$ BEGIN LOOP END LOOP; END $$"
    with embedded.hold():
        with script(embedded.home, f"import psycopg\npsycopg.connect(HOME.url('super')).execute({loop!r})") as busy:
            until = time.monotonic() + 20
            while not ask(embedded, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO %'"):
                assert time.monotonic() < until
            kill_server(embedded)
            embedded.ensure()
            busy.kill()
        assert ask(embedded, "SELECT 1") == 1


def test_stale_pid_file_whose_number_is_another_process(idle: Embedded) -> None:
    embedded = idle
    embedded.ensure()
    pid_file = found(embedded).data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    kill_server(embedded)
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert not embedded.running()
    embedded.ensure()
    assert ask(embedded, "SELECT 1") == 1


def test_holds_nest_and_the_last_stops(idle: Embedded) -> None:
    embedded, same = idle, Embedded(idle.home)
    with embedded.hold():
        with same.hold():
            assert embedded.holders() == [os.getpid()]
        assert embedded.running()
    assert not embedded.running()


def test_error_in_a_hold_stops_too(idle: Embedded) -> None:
    embedded = idle
    with pytest.raises(ZeroDivisionError), embedded.hold():
        raise ZeroDivisionError
    assert not embedded.running()


def test_killed_holder_does_not_keep_it_up(idle: Embedded) -> None:
    embedded = idle
    with script(embedded.home, "with HOME.hold():\n print('held', flush=True)\n time.sleep(60)") as other:
        assert other.stdout and other.stdout.readline() == "held\n"
        with embedded.hold():
            assert sorted(embedded.holders()) == sorted([os.getpid(), other.pid])
        assert embedded.running(), "the other one still holds it"
        other.kill()
    assert embedded.running(), "nobody was there to stop it"
    with embedded.hold():
        assert embedded.holders() == [os.getpid()]
    assert not embedded.running()


def test_a_forked_child_that_leaves_takes_nothing_along(idle: Embedded) -> None:
    embedded = idle
    fork = (
        "import os\ne = HOME\nwith e.hold():\n child = os.fork()\n if child: os.waitpid(child, 0); print(e.running())"
    )
    with script(embedded.home, fork) as other:
        assert other.communicate(timeout=60)[0] == "True\n"
    assert not embedded.running()


def test_up_outlasts_holders_until_down(idle: Embedded) -> None:
    embedded = idle
    embedded.up()
    with embedded.hold():
        pass
    assert embedded.running()
    with embedded.hold():
        embedded.down()
        assert embedded.running(), "still held"
    assert not embedded.running()
    with pytest.raises(DatabaseProblem, match="db up"):
        embedded.url("app")


def test_taken_port(idle: Embedded) -> None:
    embedded = idle
    with embedded.hold():
        before = embedded.url("super")
    number = int(before.rpartition(":")[2].split("/")[0])
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", number))
        taken.listen()
        with embedded.hold():
            assert embedded.url("super") != before
            assert ask(embedded, "SELECT 1") == 1


def test_broken_server_says_why(idle: Embedded) -> None:
    idle.ensure()
    idle.stop()
    control = found(idle).data / "global" / "pg_control"
    control.rename(control.with_suffix(".away"))
    with pytest.raises(DatabaseProblem, match="pg_control"):
        idle.ensure()
    control.with_suffix(".away").rename(control)
    idle.ensure()


def test_data_of_another_version_are_left_alone(idle: Embedded) -> None:
    idle.ensure()
    idle.stop()
    version = found(idle).data / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(DatabaseProblem, match="17"):
        idle.ensure()
    version.write_text("18\n")
    idle.ensure()


@pytest.mark.parametrize("name", ["很长" * 20, "a,b"])
def test_a_path_no_client_can_use_gets_another_private_socket_folder(tmp_path: Path, name: str) -> None:
    base = tmp_path / name
    (base / "run").mkdir(parents=True)
    where = place.Place(base, None, None)
    folder = place.socket_folder(where)
    assert len(os.fsencode(folder)) <= place.SOCKET_ROOM
    assert folder.stat().st_mode & 0o777 == 0o700
    assert place.socket_folder(where) == folder
    folder.chmod(0o777)
    other = place.socket_folder(where)
    assert other != folder, "one that was opened to others is not used again"
    folder.rmdir()
    place.erase(where)
    assert not other.exists()


@root_only
def test_moved_home_keeps_its_database_a_copy_is_refused_and_an_orphan_found(make: Make, tmp_path: Path) -> None:
    embedded = make("first")
    with embedded.hold():
        base = found(embedded).base
    shutil.copytree(embedded.home, tmp_path / "copy")
    with pytest.raises(DatabaseProblem, match="副本"):
        Embedded(tmp_path / "copy").ensure()
    assert base not in Embedded.orphans()
    embedded.home.rename(tmp_path / "second")
    assert base in Embedded.orphans(), "until somebody uses it at its new place"
    moved = make("second")
    with moved.hold():
        assert ask(moved, "SELECT 1") == 1
    assert base not in Embedded.orphans()


@root_only
def test_nothing_of_roots_database_can_be_written_by_the_account(idle: Embedded) -> None:
    embedded = idle
    with embedded.hold():
        where = found(embedded)
        assert where.uid not in (None, 0)
        for path in (where.base, where.config, place.binaries(where), place.binaries(where) / "postgres"):
            assert path.stat().st_uid == 0
            assert path.stat().st_mode & 0o022 == 0
        assert place.ROOT.stat().st_uid == 0


def reachable_python() -> tuple[str, dict[str, object]]:
    """A Python that an ordinary user may run with our packages, and how to be that user."""
    usable = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            subprocess.run(
                [python, "-c", "import luoshi, psycopg"], check=True, capture_output=True, env=BARE, **usable
            )
            return python, usable
        except (OSError, subprocess.CalledProcessError):
            continue
    pytest.skip("no Python here that an ordinary user can run with these packages")


@root_only
def test_ordinary_user() -> None:
    python, usable = reachable_python()
    body = "e = HOME\nwith e.hold(): print(e.url('super'), e.socket().stat().st_uid)\nprint(e.running())"
    with tempfile.TemporaryDirectory(prefix="an ordinary user ") as folder:
        os.chown(folder, NOBODY, NOBODY)
        home = Path(folder) / ("deep " * 30)
        with script(home, body, python=python, stderr=subprocess.PIPE, cwd=folder, **usable) as other:
            said, complaint = other.communicate(timeout=60)
        assert other.returncode == 0, complaint
        assert said.startswith("postgresql://postgres:") and said.endswith(f" {NOBODY}\nFalse\n")
        assert (home / "pg" / "data").stat().st_uid == NOBODY
        as_root = Embedded(home)
        with as_root.hold():
            assert ask(as_root, "SELECT 1") == 1
        as_root.remove()
        assert not (home / "pg").exists()


def test_major_version_is_the_packages() -> None:
    said = subprocess.check_output([place.package_folder() / "bin" / "postgres", "--version"], text=True)
    assert said.split()[-1].split(".")[0] == server.MAJOR

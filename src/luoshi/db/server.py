"""One PostgreSQL server in a place: initdb, start, crash recovery, stop. The caller holds the home's lock."""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from luoshi.db import place as places
from luoshi.db import process
from luoshi.db.place import Place
from luoshi.db.problem import DatabaseProblem
from luoshi.kernel.text import T

SUPERUSER = "postgres"
MAJOR = "18"
# Recovery after a crash replays up to max_wal_size.
START_SECONDS = 600
STOP_SECONDS = 120
LOG_BYTES = 5_000_000
GIB = 1 << 30


def initialise(place: Place, password: str) -> None:
    """Create the cluster unless it is there; a half-made one of a killed run is thrown away."""
    if place.data.is_dir():
        _check_version(place)
        return
    partial = place.base / "data-partial"
    if partial.exists():
        shutil.rmtree(partial)
    partial.mkdir(mode=0o700)
    place.give(partial)
    words = place.base / "password"
    words.touch(0o600)
    place.give(words)
    words.write_text(password, "ascii")
    try:
        _initdb(place, partial, words)
    finally:
        words.unlink()
    partial.rename(place.data)


def _initdb(place: Place, data: Path, password_file: Path) -> None:
    command = [
        str(places.binaries(place) / "initdb"),
        *("-D", str(data), "-U", SUPERUSER, f"--pwfile={password_file}"),
        *("--auth-local=scram-sha-256", "--auth-host=scram-sha-256", "--encoding=UTF8"),
        *("--locale-provider=libc", "--locale=C.UTF-8", "--no-instructions"),
    ]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        cwd=place.base,
        env=_environment(),
        user=place.uid,
        group=place.gid,
        extra_groups=_groups(place),
    )
    if done.returncode:
        raise DatabaseProblem(
            T("无法建立数据库：{why}", "The database could not be created: {why}").fill(why=done.stderr.strip())
        )


def port(place: Place) -> int | None:
    """The port on 127.0.0.1 where the server answers, None while it does not."""
    lines = _pid_file(place)
    if len(lines) < 8 or lines[7].strip() != "ready" or not _is_postmaster(place, int(lines[0])):
        return None
    return int(lines[3])


def start(place: Place) -> None:
    """Start the server unless it runs, and wait until it answers. Raises DatabaseProblem with its last words."""
    if port(place) is not None:
        return
    running = _postmasters(place)
    if running:  # whoever started it was killed while waiting
        _wait_ready(place, running[0])
        return
    _clear(place)
    wanted = _last_port(place)
    for _ in range(3):
        chosen = wanted if wanted and _free(wanted) else _any_port()
        begin = _write_config(place, chosen)
        pid = _launch(place)
        try:
            _wait_ready(place, pid)
        except DatabaseProblem:
            if b"Address already in use" not in place.log.read_bytes()[begin:]:
                raise
            wanted = None  # somebody was quicker
            continue
        return
    raise _failed(place)


def stop(place: Place) -> None:
    """Stop the server and wait until it is gone: first after open transactions are rolled back, then at once."""
    for kind, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 15)):
        running = _postmasters(place)
        for pid in running:
            _signal(pid, kind)
        if _wait_gone(running, seconds):
            _clear(place)
            return
    raise DatabaseProblem(T("数据库没有停止：{base}", "The database did not stop: {base}").fill(base=place.base))


def _cluster_name(place: Place) -> str:
    """Stands in the title of every process of the server, so that those of a killed one can be told."""
    return f"luoshi-{hashlib.sha256(os.fsencode(place.data)).hexdigest()[:16]}"


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _groups(place: Place) -> list[int] | None:
    return None if place.uid is None else []


def _check_version(place: Place) -> None:
    found = (place.data / "PG_VERSION").read_text("ascii").strip()
    if found != MAJOR:
        raise DatabaseProblem(
            T(
                "数据由 PostgreSQL {found} 建立，此版本使用 {ours}；请用原版本备份，再用此版本恢复。",
                "The data were made by PostgreSQL {found}, this version uses {ours}; back up with the old version "
                "and restore with this one.",
            ).fill(found=found, ours=MAJOR)
        )


def _pid_file(place: Place) -> list[str]:
    try:
        return (place.data / "postmaster.pid").read_text("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return []


def _is_postmaster(place: Place, pid: int) -> bool:
    # The file may be stale and its number long another process's.
    return os.fsencode(place.data) in process.arguments(pid)[1:]


def _postmasters(place: Place) -> list[int]:
    found = [pid for pid in process.pids() if _is_postmaster(place, pid) and process.alive(pid)]
    # A child just forked has its parent's command line until it sets its own title.
    return [pid for pid in found if process.parent(pid) not in found]


def _children(place: Place) -> list[int]:
    title = f"postgres: {_cluster_name(place)}: ".encode()
    ours = (pid for pid in process.pids() if b"\0".join(process.arguments(pid)).startswith(title))
    return [pid for pid in ours if process.alive(pid)]


def _clear(place: Place) -> None:
    """End what a dead postmaster left behind, then take its stale lock files away.

    PostgreSQL would refuse to start over either: while an orphan still has the shared memory, and when the number in
    a file is another process's by now, or that of a zombie. Without orphans the files guard nothing any more.
    """
    left = _children(place)
    for pid in left:
        _signal(pid, signal.SIGQUIT)
    if not _wait_gone(left, 10):
        for pid in left:
            _signal(pid, signal.SIGKILL)
        _wait_gone(left, 10)
    (place.data / "postmaster.pid").unlink(missing_ok=True)
    for file in places.socket_folder(place).glob(".s.PGSQL.*"):
        file.unlink()


def _signal(pid: int, kind: signal.Signals) -> None:
    try:
        os.kill(pid, kind)
    except ProcessLookupError:
        return


def _wait_gone(pids: list[int], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while any(process.alive(pid) for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _last_port(place: Place) -> int | None:
    # Kept across a crash, so that addresses handed out before stay valid.
    for line in place.config.read_text("utf-8").splitlines() if place.config.is_file() else ():
        name, _, value = line.partition(" = ")
        if name == "port":
            return int(value)
    return None


def _free(number: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return False
        return True


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _write_config(place: Place, number: int) -> int:
    """Write the configuration and ready the log file; gives the log's size. Values: CRAFT, measured."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    folder = '"' + str(places.socket_folder(place)).replace('"', '""') + '"'
    settings = {
        "cluster_name": _quoted(_cluster_name(place)),
        "listen_addresses": "'127.0.0.1'",
        "port": str(number),
        "unix_socket_directories": _quoted(folder),
        "unix_socket_permissions": "0700",
        "shared_buffers": f"{min(GIB, memory // 8) >> 20}MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "jit": "off",
        "random_page_cost": "1.1",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "fsync": "on",
        "synchronous_commit": "on",
        "log_checkpoints": "off",
        # a statement that fails, and the row it fails on, hold personal data
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }
    fresh = place.config.with_suffix(".new")
    fresh.write_text("".join(f"{name} = {value}\n" for name, value in settings.items()), "utf-8")
    place.show(fresh)
    fresh.replace(place.config)
    if place.log.exists() and place.log.stat().st_size > LOG_BYTES:
        place.log.replace(place.log.with_suffix(".old.log"))
    place.log.touch(0o600)
    return place.log.stat().st_size


def _launch(place: Place) -> int:
    """Start the postmaster as nobody's child, away from the terminal's Ctrl-C; gives its pid."""
    postgres = str(places.binaries(place) / "postgres")
    server = [postgres, "-D", str(place.data), "-c", f"config_file={place.config}"]
    with place.log.open("ab") as log:
        told = subprocess.check_output(
            ["/bin/sh", "-c", 'exec "$0" "$@" >&2 & echo $!', *server],
            stdin=subprocess.DEVNULL,
            stderr=log,
            cwd=place.base,
            env=_environment(),
            user=place.uid,
            group=place.gid,
            extra_groups=_groups(place),
            umask=0o077,
            start_new_session=True,
        )
    return int(told)


def _wait_ready(place: Place, pid: int) -> None:
    until = time.monotonic() + START_SECONDS
    while port(place) is None:
        if not process.alive(pid) or time.monotonic() > until:
            raise _failed(place)
        time.sleep(0.02)


def _failed(place: Place) -> DatabaseProblem:
    last = place.log.read_text("utf-8", "replace").splitlines()[-8:]
    return DatabaseProblem(
        T("数据库没有启动（{log}）：\n{last}", "The database did not start ({log}):\n{last}").fill(
            log=place.log, last="\n".join(last)
        )
    )

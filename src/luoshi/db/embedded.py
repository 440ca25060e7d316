"""The embedded PostgreSQL of a home: started by whoever needs it, stopped by the last who leaves."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from luoshi import home as homes
from luoshi.db import holders, place, process, server
from luoshi.db.place import Place
from luoshi.db.problem import DatabaseProblem
from luoshi.kernel.text import T

Role = Literal["owner", "app", "read", "super"]
DATABASE = "luoshi"
_USERS: dict[Role, tuple[str, str]] = {
    "owner": (f"{DATABASE}_owner", DATABASE),
    "app": (f"{DATABASE}_app", DATABASE),
    "read": (f"{DATABASE}_read", DATABASE),
    "super": (server.SUPERUSER, "postgres"),
}


@dataclass
class _Hold:
    """How often this process holds a home's database."""

    holder: holders.Holder
    count: int


_held: dict[Path, _Hold] = {}
_guard = threading.RLock()


class Embedded:
    """The embedded server of one home. Every method raises DatabaseProblem for what a person has to mend."""

    def __init__(self, home: Path) -> None:
        process.require_linux()
        self.home = home.resolve()

    def ensure(self) -> None:
        """Create the cluster if there is none and start the server if it is down; cheap while it runs."""
        if self.running():
            return
        with self._lock():
            self._start()

    def running(self) -> bool:
        """Whether the server answers."""
        found = place.locate(self.home)
        return found is not None and server.port(found) is not None

    def stop(self) -> None:
        """Stop the server, whoever holds it."""
        with self._lock():
            self._stop()

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep the server up for the length of a block; blocks of one process nest. The last process stops it."""
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def up(self) -> None:
        """Start the server and keep it up until `down`, whether anybody holds it or not."""
        with self._lock():
            self._start()
            self._marker.touch()

    def down(self) -> None:
        """Take `up` back: the server stops as soon as nobody holds it, which may be now."""
        with self._lock():
            self._marker.unlink(missing_ok=True)
            self._stop_if_idle()

    def holders(self) -> list[int]:
        """Numbers of the processes that hold the server."""
        with self._lock():
            return holders.living(self._folder)

    def url(self, role: Role) -> str:
        """Address for a role, valid while the server is up (a later start may take another port)."""
        user, database = _USERS[role]
        return f"postgresql://{user}:{self._password(role)}@127.0.0.1:{self._port()}/{database}"

    def socket(self) -> Path:
        """Folder (mode 0700) of the server's socket, for clients run by its owner or root."""
        return place.socket_folder(self._place())

    def log(self) -> Path:
        """The server's log file."""
        return self._place().log

    def passwords(self) -> dict[str, str]:
        """Passwords of the roles owner, app and read, as `roles.prepare` takes them."""
        return {role: self._password(role) for role in ("owner", "app", "read")}

    def remove(self) -> None:
        """Stop the server and delete its data for good."""
        with self._lock():
            found = place.locate(self.home)
            if found is not None:
                server.stop(found)
                place.erase(found)
            (self.home / "pg-id").unlink(missing_ok=True)
            self._marker.unlink(missing_ok=True)

    @staticmethod
    def orphans() -> list[Path]:
        """Root's databases whose home is gone; only root sees them."""
        return place.orphans()

    @property
    def _run(self) -> Path:
        return self.home / "run"

    @property
    def _folder(self) -> Path:
        return self._run / "holders"

    @property
    def _marker(self) -> Path:
        return self._run / "up"

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """One process (and thread) at a time starts, stops and counts."""
        self._run.mkdir(mode=0o755, parents=True, exist_ok=True)
        descriptor = os.open(self._run / "lock", os.O_CREAT | os.O_RDONLY, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _start(self) -> None:
        found = place.locate(self.home) or place.create(self.home)
        server.initialise(found, self._password("super"))
        server.start(found)

    def _stop(self) -> None:
        found = place.locate(self.home)
        if found is not None:
            server.stop(found)

    def _stop_if_idle(self) -> None:
        if not self._marker.exists() and not holders.living(self._folder):
            self._stop()

    def _enter(self) -> None:
        with _guard:
            hold = _held.get(self.home)
            if hold is not None and hold.holder.pid == os.getpid():
                self.ensure()
                hold.count += 1
                return
            with self._lock():
                self._start()
                _held[self.home] = _Hold(holders.join(self._folder), 1)

    def _leave(self) -> None:
        with _guard:
            hold = _held.get(self.home)
            if hold is None or hold.holder.pid != os.getpid():  # a forked child leaves its parent's block
                return
            hold.count -= 1
            if hold.count:
                return
            del _held[self.home]
            with self._lock():
                hold.holder.close()
                self._stop_if_idle()

    def _place(self) -> Place:
        found = place.locate(self.home)
        if found is None:
            raise DatabaseProblem(
                T("{home} 里还没有数据库。", "There is no database in {home} yet.").fill(home=self.home)
            )
        return found

    def _port(self) -> int:
        number = server.port(self._place())
        if number is None:
            raise DatabaseProblem(
                T("数据库没有运行；请先 luoshi db up。", "The database is down; start it with luoshi db up.")
            )
        return number

    def _password(self, role: str) -> str:
        return homes.secret(self.home, f"db-{role}")

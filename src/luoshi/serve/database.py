"""The database of an installation, embedded or external, behind one small face."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Literal, Protocol

from luoshi import home as homes
from luoshi.conf import Conf

Role = Literal["owner", "app", "read"]


class Database(Protocol):
    """What commands and the supervisor need of a database."""

    external: bool

    def ensure(self) -> None:
        """Start it if it is down and ours to start."""

    def hold(self) -> AbstractContextManager[None]:
        """Keep it up for a block."""

    def url(self, role: Role) -> str:
        """Its address for a role."""

    def prepare(self) -> None:
        """Make or mend roles and database."""


class Own:
    """The embedded server of a home."""

    external = False

    def __init__(self, home: Path) -> None:
        from luoshi.db.embedded import Embedded

        self.server = Embedded(home)

    def ensure(self) -> None:
        """Start it if it is down."""
        self.server.ensure()

    def hold(self) -> AbstractContextManager[None]:
        """Keep it up for a block; the last process that leaves stops it."""
        return self.server.hold()

    def url(self, role: Role) -> str:
        """Its address for a role, valid while it is up."""
        return self.server.url(role)

    def prepare(self) -> None:
        """Make or mend roles and database; it must be up."""
        from luoshi.db import roles

        roles.prepare(self.server.url("super"), self.server.passwords())


class External:
    """A server named by DATABASE_URL, whose life is somebody else's business."""

    external = True

    def __init__(self, owner_url: str, home: Path) -> None:
        self._owner, self._home = owner_url, home
        self._urls: dict[str, str] = {"owner": owner_url}

    def ensure(self) -> None:
        """Nothing: it is not ours to start."""

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Nothing: it is not ours to stop."""
        yield

    def url(self, role: Role) -> str:
        """Its address for a role; the roles app and read are made at first use."""
        if role not in self._urls:
            self.prepare()
        return self._urls[role]

    def prepare(self) -> None:
        """Make or mend the roles app and read. Raises DatabaseProblem where the owner may not."""
        from luoshi.db import roles

        passwords = {role: homes.secret(self._home, f"db-{role}") for role in ("app", "read")}
        self._urls = roles.derive(self._owner, passwords)


def of(conf: Conf) -> Database:
    """The database of the installation that the settings name."""
    url = conf.text("database_url")
    return External(url, conf.home) if url else Own(conf.home)


def use(url: str) -> None:
    """Let Django in this process work at an address from now on."""
    os.environ["LUOSHI_DB_URL"] = url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "luoshi.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
        return
    from django.db import connection

    from luoshi import settings

    connection.close()
    connection.settings_dict.update(settings._database(url))

"""One embedded PostgreSQL and one small city for the whole run; each test in a transaction that is rolled back.

Tests run as the application's role. `clock.at` fixes the time at Wednesday 2021-12-29 09:00 in Baotou.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Before anything reads the settings: a home of our own, and nothing of the caller's.
for _name in [name for name in os.environ if name.startswith("LUOSHI_") or name in ("DATABASE_URL", "PUBLIC_URL")]:
    del os.environ[_name]
_HOME = Path(tempfile.mkdtemp(prefix="luoshi test ")) / "home"
os.environ["LUOSHI_HOME"] = str(_HOME)
os.environ["LUOSHI_DB_URL"] = "postgresql://nobody@127.0.0.1:1/none"  # set by `server`
os.environ["DJANGO_SETTINGS_MODULE"] = "luoshi.settings"
os.environ["LUOSHI_SPOT_CHECKS"] = "0"  # which are picked would differ from run to run
(_HOME / "static").mkdir(parents=True)  # whitenoise warns where there is none

import django  # noqa: E402
from given import NOW, connect  # noqa: E402

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402

from luoshi.kernel import clock, installation  # noqa: E402
from luoshi.kernel.kept import forget_all  # noqa: E402
from luoshi.kernel.text import set_language  # noqa: E402
from luoshi.kernel.viewer import Viewer  # noqa: E402


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(_HOME.parent, ignore_errors=True)


@pytest.fixture(autouse=True)
def _afresh() -> None:
    """Each test begins in Chinese and with nothing remembered, whatever the last request left behind."""
    set_language("zh")
    forget_all()


@pytest.fixture(scope="session")
def server() -> Iterator[Any]:
    """The embedded server with the migrated database `luoshi` and the city of Baotou in it (a real city, no demo)."""
    from django.core.management import call_command

    from luoshi import packs
    from luoshi.cli import grants
    from luoshi.db import roles
    from luoshi.db.embedded import Embedded
    from luoshi.packs.read import read
    from luoshi.people import load

    embedded = Embedded(_HOME)
    with embedded.hold():
        roles.prepare(embedded.url("super"), embedded.passwords())
        connect(embedded.url("owner"))
        call_command("migrate", verbosity=0)
        grants.give(connection)
        pack = read(Path(packs.__file__).parent / "baotou")
        with clock.at(NOW):
            installation.create(
                demo=False, origin="test.example/log", city=pack.city.code, name=pack.city.name,
                pack=load.facts(pack), at=NOW,
            )  # fmt: skip
            load.load_places(pack)
            load.load_people(pack, {})
        connect(embedded.url("app"))
        yield embedded
        connection.close()
    embedded.remove()


@pytest.fixture
def db(server: Any) -> Iterator[None]:
    """The city, as the application's role, at NOW; everything is rolled back."""
    with clock.at(NOW), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def committed(server: Any) -> Iterator[str]:
    """A copy of the database where commits are real; gives the application's address."""
    from urllib.parse import urlsplit, urlunsplit

    import psycopg

    connection.close()
    with psycopg.connect(server.url("super"), autocommit=True) as admin:
        admin.execute("CREATE DATABASE copied TEMPLATE luoshi OWNER luoshi_owner")
        admin.execute("GRANT CONNECT ON DATABASE copied TO luoshi_app, luoshi_read")
    url = urlunsplit(urlsplit(server.url("app"))._replace(path="/copied"))
    connect(url)
    with clock.at(NOW):
        yield url
    connect(server.url("app"))
    with psycopg.connect(server.url("super"), autocommit=True) as admin:
        admin.execute("DROP DATABASE copied WITH (FORCE)")


@pytest.fixture
def cast(db: None) -> dict[str, Viewer]:
    """The fixed cast by role, as the pack's first person of each role, with `public` and a `stranger` from elsewhere."""
    from luoshi.people import viewer
    from luoshi.people.models import Post

    found: dict[str, Viewer] = {}
    for post in Post.objects.select_related("person").order_by("id"):
        found.setdefault(post.role, viewer.of_person(post.person))
    return found | {"public": viewer.public(), "stranger": Viewer(kind="staff", name="stranger", person=-1)}


@pytest.fixture
def browse(db: None) -> Client:
    """A client over HTTP, nobody logged in."""
    return Client(HTTP_HOST="127.0.0.1")

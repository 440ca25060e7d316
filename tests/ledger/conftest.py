"""Go's implementation, which we did not write, and a database whose log each test has to itself."""

import os
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection
from given import NOW, connect

from luoshi.kernel import clock
from luoshi.kernel.ledger.place import Place

GO_SOURCES = Path("/usr/share/gocode")
Ask = Callable[[Sequence[str]], list[str]]


@pytest.fixture(scope="session")
def go(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Asks Go's note and tlog many questions at once; gives `yes` or `no: why` for each."""
    if shutil.which("go") is None or not (GO_SOURCES / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        missing = "!!!!!! NO GO: golang-go and golang-golang-x-mod-dev are not here, NOTHING IS HELD AGAINST GO !!!!!!"
        warnings.warn(missing, stacklevel=1)
        pytest.skip("NO GO: golang-go, golang-golang-x-mod-dev")
    program = tmp_path_factory.mktemp("go") / "foreign"
    environment = os.environ | {"GO111MODULE": "off", "GOPATH": str(GO_SOURCES), "GOFLAGS": "", "CGO_ENABLED": "0"}
    environment.setdefault("HOME", str(program.parent))
    source = Path(__file__).parent / "foreign.go"
    subprocess.run(["go", "build", "-o", str(program), str(source)], env=environment, check=True)

    def ask(questions: Sequence[str]) -> list[str]:
        done = subprocess.run([str(program)], input="\n".join(questions), capture_output=True, text=True, check=True)
        answers = done.stdout.splitlines()
        assert len(answers) == len(questions), done.stderr[-500:]
        return answers

    return ask


TABLES = "event, event_salt, event_private, event_pending, log_leaf, checkpoint, idempotency, tries"


@pytest.fixture(scope="module")
def strongest(server: Any) -> Iterator[str]:
    """The superuser's address of a copy of the database where commits are real; one for each module."""
    connection.close()
    with psycopg.connect(server.url("super"), autocommit=True) as admin:
        admin.execute("CREATE DATABASE sealed TEMPLATE luoshi OWNER luoshi_owner")
        admin.execute("GRANT CONNECT ON DATABASE sealed TO luoshi_app, luoshi_read")
    yield urlsplit(server.url("super"))._replace(path="/sealed").geturl()
    connection.close()
    with psycopg.connect(server.url("super"), autocommit=True) as admin:
        admin.execute("DROP DATABASE sealed WITH (FORCE)")


@pytest.fixture
def forced(strongest: str) -> Iterator[psycopg.Connection[Any]]:
    """The superuser at work, whom no trigger stops."""
    with psycopg.connect(strongest, autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")
        yield admin


@pytest.fixture
def owner(place: Place, server: Any, forced: psycopg.Connection[Any]) -> Iterator[None]:
    """Django at work as the owner; the installation has its old name again afterwards."""
    from luoshi.kernel.installation import current

    connect(urlsplit(server.url("owner"))._replace(path="/sealed").geturl())
    yield
    forced.execute("UPDATE installation SET origin = %s", [place.origin])
    current.cache_clear()


@pytest.fixture
def place(server: Any, forced: psycopg.Connection[Any], tmp_path: Path) -> Iterator[Place]:
    """An empty log with its key and folder, the database's role the application's, at NOW."""
    from sealing import new_place

    forced.execute(f"TRUNCATE {TABLES}")
    connect(urlsplit(server.url("app"))._replace(path="/sealed").geturl())
    with clock.at(NOW):
        yield new_place(tmp_path)
    connect(server.url("app"))

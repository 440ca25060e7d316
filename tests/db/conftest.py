"""A real server for the whole folder, in a home whose path no shell would like."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from luoshi.db import roles
from luoshi.db.embedded import Embedded

ODD = "a home, 落实 'n \"so"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """One cluster for many tests, since making one takes a second."""
    embedded = Embedded(tmp_path_factory.mktemp("shared") / ODD)
    yield embedded
    embedded.remove()


@pytest.fixture
def idle(shared: Embedded) -> Iterator[Embedded]:
    """A server that is down, and is brought down after the test whatever happened."""
    yield shared
    shared.down()
    shared.stop()


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[[str], Embedded]]:
    """Makes embedded servers by the name of their home; all are taken away afterwards."""
    made: list[Embedded] = []

    def one(name: str = ODD) -> Embedded:
        made.append(Embedded(tmp_path / name))
        return made[-1]

    yield one
    for embedded in made:
        embedded.remove()


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """A server that is up, with roles and database."""
    embedded = Embedded(tmp_path_factory.mktemp("db") / ODD)
    try:
        with embedded.hold():
            roles.prepare(embedded.url("super"), embedded.passwords())
            yield embedded
    finally:
        embedded.remove()

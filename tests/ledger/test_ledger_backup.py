"""A backup of a log that goes on growing holds the files of its own database, and nothing newer."""

import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from sealing import holds, write

from luoshi import home as homes
from luoshi.db import backup as backups
from luoshi.kernel.ledger import checkpoint, rotate, seal
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.place import Place

Forced = psycopg.Connection[Any]


@pytest.fixture
def city(place: Place, forced: Forced, server: Any, tmp_path: Path) -> tuple[Place, str]:
    """600 entries in two checkpoints in a home, and the owner's address of their database."""
    forced.execute('TRUNCATE "case" CASCADE')
    homes.settle(tmp_path, "demo", "0.1.0", 1)
    write(300)
    seal.seal_all(place)
    write(300)
    seal.seal_all(place)
    return place, urlsplit(server.url("owner"))._replace(path="/sealed").geturl()


def restored(file: Path, to: Path) -> Place:
    with zipfile.ZipFile(file) as archive:
        archive.extractall(to)
        assert len(set(archive.namelist())) == len(archive.namelist())
    return Place("test.example/log", Folder(to / "home" / "log"), to / "key")


def test_what_is_sealed_while_the_backup_is_written_is_not_in_it(
    city: tuple[Place, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, url = city
    plain, file = backups._client, tmp_path / "city.backup"

    def grows(*tool: Any, **more: Any) -> Any:
        write(200)
        seal.seal_all(place)
        return plain(*tool, **more)

    monkeypatch.setattr(backups, "_client", grows)
    backups.backup(tmp_path, url, file)
    backups.check(file)
    copy = restored(file, tmp_path.parent / f"{tmp_path.name}-copy")
    copy.key_file.write_bytes(place.key_file.read_bytes())
    copy.key_file.chmod(0o600)
    assert copy.folder.head().size == 600 == holds(copy)  # type: ignore[union-attr]
    assert {tile.width for _, tile in copy.folder.partial()} == {44, 88, 1, 2}
    assert place.folder.head().size == 800  # type: ignore[union-attr]


def test_what_is_not_published_yet_is_in_the_dump_alone(city: tuple[Place, str], tmp_path: Path) -> None:
    place, url = city
    old = place.folder.checkpoint()
    write(100)
    seal._commit(place, 1000)
    file = tmp_path / "city.backup"
    backups.backup(tmp_path, url, file)
    copy = restored(file, tmp_path.parent / f"{tmp_path.name}-copy")
    assert copy.folder.checkpoint() == old
    assert checkpoint.verify(old or b"", rotate.trusted(place), place.origin).size == 600

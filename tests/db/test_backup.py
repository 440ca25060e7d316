"""A backup brings everything back, or nothing and says why."""

import json
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from luoshi import home as homes
from luoshi.db import backup as backups
from luoshi.db import roles
from luoshi.db.embedded import Embedded
from luoshi.db.problem import DatabaseProblem

SCHEMA = """
DROP SCHEMA public CASCADE; CREATE SCHEMA public;
CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gist;
CREATE TABLE unit (id serial PRIMARY KEY, name text NOT NULL, above int REFERENCES unit);
CREATE TABLE post (unit int REFERENCES unit, during daterange, EXCLUDE USING gist (unit WITH =, during WITH &&));
CREATE TABLE event (id bigint GENERATED ALWAYS AS IDENTITY, payload bytea, size int GENERATED ALWAYS AS (length(payload)) STORED);
CREATE TABLE django_migrations (app text, name text);
CREATE INDEX ON unit USING gin (name gin_trgm_ops);
CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'never'; END $$;
CREATE TRIGGER no BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION no();
INSERT INTO unit (name, above) VALUES ('城管局', NULL), ('昆都仑区', 1);
INSERT INTO post VALUES (1, '[2021-01-01,2022-01-01)');
INSERT INTO event (payload) SELECT convert_to('事件' || n, 'UTF8') FROM generate_series(1, 5000) n;
INSERT INTO django_migrations VALUES ('cases', '0001'), ('cases', '0002'), ('people', '0001');
"""
FILES = {"uploads/2021/照片 1.jpg": b"\xff\xd8" * 70000, "secrets/codes": b"ab" * 32, "log/checkpoint": b"demo.x\n1\n"}
LEFT = {"settings.toml": b"port = 1\n", "static/a.css": b"x", "secrets/.codes.1.tmp": b"half", "backups/old.zip": b"x"}


@pytest.fixture(scope="module")
def source(ready: Embedded) -> Embedded:
    with psycopg.connect(ready.url("owner")) as owner:
        owner.execute(SCHEMA)
    for name, content in (FILES | LEFT).items():
        (ready.home / name).parent.mkdir(parents=True, exist_ok=True)
        (ready.home / name).write_bytes(content)
    (ready.home / "log" / "checkpoint").chmod(0o644)
    homes.settle(ready.home, "demo", "0.1.0", 1)
    return ready


@pytest.fixture(scope="module")
def file(source: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("backups") / "城市 1.backup"
    backups.backup(source.home, source.url("owner"), target)
    return target


@pytest.fixture
def target(make: Callable[..., Embedded]) -> Iterator[tuple[Embedded, Callable[[], str]]]:
    embedded = make("restored home")

    def connect() -> str:
        embedded.up()
        roles.prepare(embedded.url("super"), embedded.passwords())
        return embedded.url("owner")

    yield embedded, connect


def test_everything_is_there_again(source: Embedded, file: Path, target: tuple[Embedded, Callable[[], str]]) -> None:
    embedded, connect = target
    summary = backups.restore(file, embedded.home, connect)
    assert summary.kind == "demo"
    assert summary.rows == {"django_migrations": 3, "event": 5000, "post": 1, "unit": 2}
    assert summary.migrations == {"cases": "0002", "people": "0001"}
    for name, content in FILES.items():
        assert (embedded.home / name).read_bytes() == content
    assert homes.facts(embedded.home) == homes.facts(source.home)
    assert (embedded.home / "secrets").stat().st_mode & 0o777 == 0o700
    assert (embedded.home / "log" / "checkpoint").stat().st_mode & 0o777 == 0o644
    assert not any((embedded.home / name).exists() for name in LEFT)
    dump = "SELECT md5(string_agg(e::text, '' ORDER BY id)) FROM event e"
    with psycopg.connect(source.url("owner")) as old, psycopg.connect(embedded.url("owner")) as new:
        assert new.execute(dump).fetchone() == old.execute(dump).fetchone()
        assert new.execute("INSERT INTO event (payload) VALUES ('x') RETURNING id").fetchone() == (5001,)
        assert new.execute("INSERT INTO unit (name) VALUES ('x') RETURNING id").fetchone() == (3,)
        assert new.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'event'").fetchone() == ("luoshi_owner",)
        with pytest.raises(psycopg.errors.RaiseException, match="never"):
            new.execute("DELETE FROM event")
        new.rollback()
        with pytest.raises(psycopg.errors.ExclusionViolation):
            new.execute("INSERT INTO post VALUES (1, '[2021-06-01,2021-07-01)')")
        new.rollback()
        roles.grant(new, log_tables=["event"], private_tables=[])
    with psycopg.connect(embedded.url("app")) as app:
        assert app.execute("SELECT count(*) FROM event").fetchone() == (5000,)


def test_the_file_is_private_and_holds_no_database_password(source: Embedded, file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in file.parent.iterdir()] == [file.name], "no partial file stays"
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        contents = b"".join(archive.read(name) for name in names)
    assert not [name for name in names if name.startswith("home/secrets/db-")]
    assert not [word for word in source.passwords().values() if word.encode() in contents]


def test_a_backup_kept_in_the_home_does_not_hold_itself(source: Embedded) -> None:
    inside = source.home / "mine.zip"
    for _ in range(2):
        summary = backups.backup(source.home, source.url("owner"), inside)
        assert not [name for name in summary.files if "mine" in name]
    inside.unlink()


def changed(file: Path, target: Path, **edits: bytes | None) -> Path:
    """A copy of a backup with members replaced (None: left out), its zip itself in order."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w") as new:
        for name in dict.fromkeys([*old.namelist(), *edits]):
            content = edits.get(name, old.read(name) if name in old.namelist() else None)
            if content is not None:
                new.writestr(name, content)
    return target


def manifest(file: Path, **values: object) -> bytes:
    with zipfile.ZipFile(file) as archive:
        return json.dumps(json.loads(archive.read("manifest.json")) | values).encode()


def never() -> str:
    raise AssertionError("the database must not be touched")


def test_damage_is_found_before_anything_is_written(file: Path, tmp_path: Path) -> None:
    flipped = bytearray(file.read_bytes())
    flipped[len(flipped) // 2] ^= 1
    short = file.read_bytes()[:-100]
    for name, content in (("flipped", bytes(flipped)), ("short", short), ("text", b"not a backup")):
        (tmp_path / name).write_bytes(content)
    bad = [tmp_path / name for name in ("flipped", "short", "text", "missing")]
    bad.append(changed(file, tmp_path / "edited", **{"home/secrets/codes": b"cd" * 32}))
    bad.append(changed(file, tmp_path / "less", **{"home/secrets/codes": None}))
    bad.append(changed(file, tmp_path / "more", **{"home/secrets/extra": b"x"}))
    outside = "home/../../outside"
    listed = {outside: ["2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881", 1]}
    with zipfile.ZipFile(file) as archive:
        listed |= json.loads(archive.read("manifest.json"))["files"]
    bad.append(changed(file, tmp_path / "slip", **{outside: b"x", "manifest.json": manifest(file, files=listed)}))
    for one in bad:
        with pytest.raises(DatabaseProblem, match="损坏"):
            backups.restore(one, tmp_path / "home", never)
        assert not (tmp_path / "home").exists(), one
    assert not (tmp_path / "outside").exists()


def test_a_newer_backup_is_refused(file: Path, tmp_path: Path) -> None:
    newer = changed(file, tmp_path / "newer", **{"manifest.json": manifest(file, luoshi="99.0.0")})
    with pytest.raises(DatabaseProblem, match=r"99\.0\.0"):
        backups.restore(newer, tmp_path / "home", never)


def test_a_home_in_use_is_refused(source: Embedded, file: Path, tmp_path: Path) -> None:
    with pytest.raises(DatabaseProblem, match="不是空目录"):
        backups.restore(file, source.home, never)


def test_a_failing_restore_leaves_nothing(source: Embedded, file: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with psycopg.connect(source.url("super"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE other OWNER luoshi_owner TEMPLATE template0")
        other = make_conninfo(source.url("owner"), dbname="other")
        try:
            with psycopg.connect(other) as owner:
                owner.execute("CREATE TYPE event AS (x int)")  # stands in the way of the third table
            with pytest.raises(DatabaseProblem, match=r'(?s)pg_restore.*"event" already exists'):
                backups.restore(file, home, lambda: other)
            with psycopg.connect(other) as owner:
                assert owner.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
                owner.execute("CREATE TABLE somebodys (x int)")
            with pytest.raises(DatabaseProblem, match="somebodys"):
                backups.restore(file, home, lambda: other)
        finally:
            connection.execute("DROP DATABASE other WITH (FORCE)")
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_a_failing_backup_leaves_the_old_file(source: Embedded, file: Path) -> None:
    before = file.read_bytes()
    with psycopg.connect(source.url("super"), dbname="luoshi", autocommit=True) as connection:
        connection.execute("CREATE SEQUENCE public.not_the_owners")
        with pytest.raises(DatabaseProblem, match=r"(?s)pg_dump.*not_the_owners"):
            backups.backup(source.home, source.url("owner"), file)
        connection.execute("DROP SEQUENCE public.not_the_owners")
    assert file.read_bytes() == before
    assert os.listdir(file.parent) == [file.name]

"""One file with everything an installation holds: database, files of the home, manifest with their hashes.

A zip: `database.dump` (pg_dump's custom format), `home/…`, and last `manifest.json`. What belongs to the machine and
not to the city stays out: the cluster itself, database passwords, `settings.toml`, what can be made again.
"""

import hashlib
import importlib.metadata
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from luoshi import home as homes
from luoshi.db.backup_log import LogFiles
from luoshi.db.place import package_folder
from luoshi.db.problem import DatabaseProblem
from luoshi.kernel.text import T

FORMAT = 1
DUMP = "database.dump"
MANIFEST = "manifest.json"
FILES = "home/"
CHUNK = 1 << 20
# Top-level names of a home that no backup takes; the log's key is kept apart from what it signs.
LEFT_OUT = {"keys", "pg", "pg-id", "run", "settings.toml", "building", "static", "cache", "tmp", "backups", "lake"}
# What a home may hold and still count as empty: reading the settings or waiting for the lock makes these.
HARMLESS = ("secrets/", "run/", "erased.jsonl")
TABLES = """SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    ORDER BY c.relname"""


@dataclass(frozen=True)
class Summary:
    """What a backup holds. `rows` counts each table; `files` gives [SHA-256 hex, bytes] of each member of the zip."""

    kind: homes.Kind
    created: str
    luoshi: str
    postgres: str
    rows: dict[str, int]
    migrations: dict[str, str]
    files: dict[str, tuple[str, int]] = field(default_factory=dict)
    format: int = FORMAT


def backup(home: Path, url: str, file: Path) -> Summary:
    """Write home and database (`url`: the owner's address) into `file`, mode 0600; it appears only when complete.

    The dump is one snapshot and comes first, files after it: a row's file is always there, perhaps with newer ones;
    but the public files of the log are those of the snapshot, whatever is sealed meanwhile.
    Raises DatabaseProblem if the dump fails and OSError if the file cannot be written.
    """
    facts = homes.facts(home)
    if facts is None:
        raise DatabaseProblem(T("{home} 还没有建成。", "{home} is not set up yet.").fill(home=home))
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    try:
        with os.fdopen(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED) as archive:
                summary, log = _write_database(archive, url, home, facts.kind)
                for path in _files_of(home, {file.resolve(), partial.resolve()}):
                    if log is None or log.takes(path):
                        _write_file(archive, home, path, summary)
                for path, content in log.beside() if log else ():
                    _write_content(archive, home, path, content, summary)
                archive.writestr(MANIFEST, json.dumps(asdict(summary), ensure_ascii=False, indent=1))
            raw.flush()
            os.fsync(raw.fileno())
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
    _sync_folder(file.parent)
    return summary


def check(file: Path) -> Summary:
    """Read the whole backup and hold it against its manifest. Raises DatabaseProblem that names the first fault."""
    try:
        with zipfile.ZipFile(file) as archive:
            summary = _manifest(archive)
            names = [name for name in archive.namelist() if name != MANIFEST]
            if sorted(names) != sorted(summary.files):
                raise _damaged(file, MANIFEST)
            for name in names:
                with archive.open(name) as member:
                    if _digest(member) != tuple(summary.files[name]) or not _safe(name):
                        raise _damaged(file, name)
            return summary
    except (OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError) as fault:
        raise _damaged(file, str(fault)) from fault


def restore(file: Path, home: Path, connect: Callable[[], str]) -> Summary:
    """Bring a backup back into an empty home and an empty database.

    `connect` is called once the backup is verified and the files are in place, and gives the owner's address (there
    it may start the embedded server of the new home). Grants are the caller's to give afterwards. Raises
    DatabaseProblem; then nothing of the backup is left in home and database.
    """
    _require_empty(home)
    summary = check(file)
    _require_known(summary)
    written: list[Path] = []
    try:
        with zipfile.ZipFile(file) as archive:
            for name in summary.files:
                if name != DUMP:
                    written.append(_extract(archive, name, home))
            url = connect()
            _require_blank(url)
            _read_database(archive, url)
        _compare(url, summary)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    return summary


def _write_database(
    archive: zipfile.ZipFile, url: str, home: Path, kind: homes.Kind
) -> tuple[Summary, LogFiles | None]:
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        ((snapshot,),) = connection.execute("SELECT pg_export_snapshot()").fetchall()
        summary = Summary(
            kind=kind,
            created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            luoshi=importlib.metadata.version("luoshi"),
            postgres=str(connection.info.server_version),
            rows=_row_counts(connection),
            migrations=_migrations(connection),
        )
        log = LogFiles.of(home, connection)
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        with (
            _client("pg_dump", url, *options, stdout=subprocess.PIPE) as running,
            archive.open(_info(DUMP), "w", force_zip64=True) as out,
        ):
            assert running.stdout is not None
            summary.files[DUMP] = _copy(running.stdout, out)
    return summary, log


def _read_database(archive: zipfile.ZipFile, url: str) -> None:
    options = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    with archive.open(DUMP) as dump, _client("pg_restore", url, *options, stdin=subprocess.PIPE) as running:
        assert running.stdin is not None
        # It may end early: its exit code and words say why.
        with suppress(BrokenPipeError):
            _copy(dump, running.stdin)
        with suppress(BrokenPipeError):
            running.stdin.close()


@contextmanager
def _client(
    tool: str, url: str, *options: str, stdin: int | None = None, stdout: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a client of PostgreSQL, its password out of the process list. Raises DatabaseProblem with what it said."""
    parts = conninfo_to_dict(url)
    password = str(parts.pop("password", ""))
    command = [str(package_folder() / "bin" / tool), *options, "--dbname", make_conninfo("", **parts)]
    environment = {**os.environ, "PGPASSWORD": password, "LC_ALL": "C"}
    with tempfile.TemporaryFile() as words:
        with subprocess.Popen(command, env=environment, stdin=stdin, stdout=stdout, stderr=words) as running:
            yield running
        if running.returncode:
            words.seek(0)
            said = words.read().decode("utf-8", "replace").strip()
            raise DatabaseProblem(T("{tool} 失败：{said}", "{tool} failed: {said}").fill(tool=tool, said=said))


def _row_counts(connection: psycopg.Connection[Any]) -> dict[str, int]:
    counts = {}
    for (table,) in connection.execute(TABLES).fetchall():
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", table))
        ((counts[table],),) = connection.execute(query).fetchall()
    return counts


def _migrations(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """The last migration of each app."""
    ((there,),) = connection.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL").fetchall()
    if not there:
        return {}
    return dict(connection.execute("SELECT app, max(name) FROM public.django_migrations GROUP BY app").fetchall())


def _files_of(home: Path, skip: set[Path]) -> Iterator[Path]:
    """Files of the home that a backup takes, sorted."""
    for folder, folders, names in os.walk(home, followlinks=True):
        here = Path(folder)
        if here == home:
            folders[:] = [name for name in folders if name not in LEFT_OUT]
        folders.sort()
        for name in sorted(names):
            path = here / name
            top = here == home and name in LEFT_OUT
            password = here == home / "secrets" and name.startswith("db-")
            if not (top or password or name.startswith(".") or path.resolve() in skip) and path.is_file():
                yield path


def _write_file(archive: zipfile.ZipFile, home: Path, path: Path, summary: Summary) -> None:
    name = FILES + path.relative_to(home).as_posix()
    try:
        with path.open("rb") as source:
            info = _info(name, path.stat().st_mode & 0o777)
            with archive.open(info, "w", force_zip64=True) as out:
                summary.files[name] = _copy(source, out)
    except FileNotFoundError:
        return  # deleted meanwhile, as is a citizen's right


def _write_content(archive: zipfile.ZipFile, home: Path, path: Path, content: bytes, summary: Summary) -> None:
    """Write what is to stand in a public file of the log, unless its own file was taken."""
    name = FILES + path.relative_to(home).as_posix()
    if name in summary.files:
        return
    with archive.open(_info(name, 0o644), "w", force_zip64=True) as out:
        summary.files[name] = _copy(io.BytesIO(content), out)


def _info(name: str, mode: int = 0o600) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
    info.external_attr = (0o100000 | mode) << 16
    return info


def _copy(source: IO[bytes], target: IO[bytes]) -> tuple[str, int]:
    """Copy a stream; gives SHA-256 (hex) and bytes."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
        target.write(chunk)
    return digest.hexdigest(), size


def _digest(source: IO[bytes]) -> tuple[str, int]:
    with open(os.devnull, "wb") as nowhere:
        return _copy(source, nowhere)


def _manifest(archive: zipfile.ZipFile) -> Summary:
    return Summary(**json.loads(archive.read(MANIFEST)))


def _safe(name: str) -> bool:
    """Whether a member is the dump or stays inside the home."""
    path = PurePosixPath(name)
    inside = name.startswith(FILES) and ".." not in path.parts and "\\" not in name and "\0" not in name
    return name == DUMP or (inside and str(path) == name)


def _extract(archive: zipfile.ZipFile, name: str, home: Path) -> Path:
    path = home / name.removeprefix(FILES)
    for folder in reversed(path.relative_to(home).parents):
        (home / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    mode = archive.getinfo(name).external_attr >> 16 & 0o777
    with (
        archive.open(name) as source,
        os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out,
    ):
        shutil.copyfileobj(source, out)
        out.flush()
        os.fsync(out.fileno())
    return path


def _require_empty(home: Path) -> None:
    for path in home.rglob("*") if home.exists() else ():
        name = path.relative_to(home).as_posix()
        if path.is_file() and name != "settings.toml" and not name.startswith(HARMLESS):
            raise DatabaseProblem(
                T(
                    "{home} 不是空目录（有 {name}）；请恢复到新的目录。",
                    "{home} is not empty (it has {name}); restore into a new home.",
                ).fill(home=home, name=name)
            )


def _require_known(summary: Summary) -> None:
    ours = importlib.metadata.version("luoshi")
    if summary.format != FORMAT or _ordered(summary.luoshi) > _ordered(ours):
        raise DatabaseProblem(
            T(
                "备份由落实 {theirs} 写成，此版本是 {ours}；请用不低于 {theirs} 的版本恢复。",
                "The backup was written by Luoshi {theirs}, this is {ours}; restore with {theirs} or newer.",
            ).fill(theirs=summary.luoshi, ours=ours)
        )


def _ordered(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def _require_blank(url: str) -> None:
    with psycopg.connect(url) as connection:
        tables = connection.execute(TABLES).fetchall()
    if tables:
        raise DatabaseProblem(
            T(
                "目标数据库不是空的（有表 {table}）；请恢复到空数据库。",
                "The database is not empty (it has the table {table}); restore into an empty one.",
            ).fill(table=tables[0][0])
        )


def _compare(url: str, summary: Summary) -> None:
    """Hold the restored rows against the counts taken with the dump."""
    with psycopg.connect(url) as connection:
        found = _row_counts(connection)
    wrong = [t for t in sorted(found.keys() | summary.rows.keys()) if found.get(t) != summary.rows.get(t)]
    if wrong:
        raise DatabaseProblem(
            T("恢复后行数与备份不符的表：{wrong}", "Tables whose rows differ from the backup: {wrong}").fill(
                wrong=", ".join(wrong)
            )
        )


def analyze(url: str) -> None:
    """A dump brings no statistics, and without them the first long question takes minutes.

    After the deletions: statistics hold words of what they saw.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE")


def _damaged(file: Path, what: str) -> DatabaseProblem:
    return DatabaseProblem(
        T("备份文件 {file} 已损坏：{what}", "The backup {file} is damaged: {what}").fill(file=file, what=what)
    )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

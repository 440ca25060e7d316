"""The lake: each line's sealed events as columnar files, for engines that count fast.

Below the home, `lake/<line>/` holds `manifest.json` and the files that it names: the events by the places from which they
are known, and one row a subject (`life`) for the newest size. A file is never changed: what takes its place has another
name, and the manifest is replaced at once. So a reader sees one state, and whatever stops the writer leaves the last.
Files of equal rank are merged, so that their number grows with the logarithm of the log.
"""

import json
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from time import time
from typing import Final

import duckdb
from django.db import connection
from psycopg import Cursor, sql

from luoshi import home as homes
from luoshi.figures import duck, lives, subjects
from luoshi.figures.fold import fold
from luoshi.kernel.ledger import rows as log_rows
from luoshi.kernel.lines import Face
from luoshi.kernel.measures import Facts

VERSION: Final = 2
MOST: Final = 1 << 20
"""Places covered by the largest files."""
_FAN: Final = 8
_DAY: Final = 86_400
_MANY_ROWS: Final = 122_880
_FEW_ROWS: Final = 40_960
"""Of subjects: a page of records, by their places, reads few of them."""


@dataclass(frozen=True)
class File:
    """A file of events known from `start` to below `end`, and the SHA-256 of its rows as CSV."""

    name: str
    start: int
    end: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a line's folder holds: the facts' fingerprint, the size of the log, the files, the row-a-subject file."""

    version: int
    fingerprint: str
    size: int
    files: tuple[File, ...] = ()
    life: str = ""
    life_size: int = 0


def folder(home: Path, line: str) -> Path:
    """Where a line's files lie."""
    return home / "lake" / line


def manifest(home: Path, facts: Facts) -> Manifest:
    """What is there; an empty one where there is nothing, or where the facts are declared otherwise now."""
    empty = Manifest(VERSION, facts.fingerprint, 0)
    try:
        found = json.loads((folder(home, facts.line) / "manifest.json").read_bytes())
    except (FileNotFoundError, ValueError):
        return empty
    if (found.get("version"), found.get("fingerprint")) != (VERSION, facts.fingerprint):
        return empty
    return Manifest(**{**found, "files": tuple(File(**one) for one in found["files"])})


def forget(home: Path) -> None:
    """Throw away what was derived from the log, as the owner: before a new log gives every entry another place."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE fact_version, fact_folded, fact_life, figure_answer")
    shutil.rmtree(home / "lake", ignore_errors=True)


def bring(home: Path, face: Face, *, lives: bool = False) -> Manifest:
    """Bring a line's files to the size of the last checkpoint, with `lives` its rows of subjects too; gives what is there.

    Raises OSError where the disk is full; nothing is lost by it.
    """
    last = log_rows.last()
    size = last.size if last else 0
    found = manifest(home, face.facts)
    if found.size >= size and (not lives or _has_lives(face.facts, found)):
        return found
    where = folder(home, face.name)
    with homes.alone(where):
        found = manifest(home, face.facts)
        if found.size < size:
            fold(face, size)
            found = _grown(where, face.facts, found, size)
        if lives and found.life_size != found.size:
            found = replace(found, life=_write_life(where, face.facts, found), life_size=found.size)
        _keep(where, found)
        if lives and not _has_lives(face.facts, found):
            subjects.take(where, face.facts, where / found.life, found.size)
    return found


def _has_lives(facts: Facts, found: Manifest) -> bool:
    """Do the rows of subjects stand at the newest size, in the file and in PostgreSQL?"""
    return found.life_size == found.size and subjects.size_of(facts) == found.size


def _keep(where: Path, found: Manifest) -> None:
    """Replace the manifest, then remove what neither it nor the one before it names."""
    path = where / "manifest.json"
    before = path.read_text("utf-8") if path.exists() else ""
    homes.write(path, json.dumps(asdict(found), indent=1) + "\n")
    named = {one.name for one in found.files} | {found.life}
    for file in where.glob("*.parquet"):
        if file.name not in named and file.name not in before:
            file.unlink(missing_ok=True)
    for left in where.glob(f"{duck.SPILL}*"):  # by a process that was killed
        if left.stat().st_mtime < time() - _DAY:
            shutil.rmtree(left, ignore_errors=True)


def _grown(where: Path, facts: Facts, found: Manifest, size: int) -> Manifest:
    """With the events from the manifest's size on, and with what they corrected."""
    files = [_from_log(where, facts, one.start, one.end, size) for one in _touched(facts, found, size)]
    kept = [one for one in found.files if all(one.start != new.start for new in files)]
    fresh = [
        _from_log(where, facts, start, min(start + MOST, size))
        for start in range(found.size, size, MOST)
    ]  # fmt: skip
    merged = _merged(where, facts, sorted([*kept, *files, *fresh], key=lambda one: one.start))
    return replace(found, size=size, files=tuple(merged))


def _touched(facts: Facts, found: Manifest, size: int) -> list[File]:
    """The files that hold versions which were superseded since."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT known FROM fact_version WHERE line = %s AND known < %s AND superseded >= %s AND superseded < %s",
            [facts.line, found.size, found.size, size],
        )
        known = [row[0] for row in cursor.fetchall()]
    return [one for one in found.files if any(one.start <= place < one.end for place in known)]


def names(facts: Facts) -> list[str]:
    """The columns of the files, in their order."""
    return list(facts.types("events"))


def csv_of(facts: Facts, start: int, end: int, size: int | None = None) -> Iterator[bytes]:
    """The rows known from `start` to below `end` as CSV, as a log of `size` entries has them, from the database."""
    wanted = [sql.Identifier(name) for name in names(facts)]
    types = facts.types("events")
    shown = [
        sql.SQL("CASE WHEN superseded < {} THEN superseded END").format(size or end) if name == "superseded"
        else sql.SQL("{}::text").format(one) if types[name] == "bool" else one
        for name, one in zip(types, wanted, strict=True)
    ]  # fmt: skip
    query = sql.SQL(
        "COPY (SELECT {} FROM {} WHERE known >= {} AND known < {} ORDER BY known, place) TO STDOUT (FORMAT csv, NULL {})"
    ).format(sql.SQL(", ").join(shown), sql.Identifier(f"{facts.line}_events"), start, end, sql.Literal(duck.NULL))
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor, cursor.copy(query) as copy:
        for block in copy:
            yield bytes(block)


def _from_log(where: Path, facts: Facts, start: int, end: int, size: int | None = None) -> File:
    """A file of events from the database, by way of a temporary CSV."""
    temporary, digest = where / f"{secrets.token_hex(4)}.csv", sha256()
    try:
        with temporary.open("wb") as out:
            for block in csv_of(facts, start, end, size):
                digest.update(block)
                out.write(block)
        source = duck.csv(facts, temporary)
        return _write(where, source, start, end, digest.hexdigest())
    finally:
        temporary.unlink(missing_ok=True)


def _write(where: Path, source: duckdb.DuckDBPyRelation, start: int, end: int, digest: str) -> File:
    name = f"events-{start:012d}-{end:012d}-{secrets.token_hex(3)}.parquet"
    _parquet(source, where / name)
    return File(name, start, end, digest)


def _parquet(source: duckdb.DuckDBPyRelation, file: Path, group: int = _MANY_ROWS) -> None:
    """Write rows to a file that appears whole; `group` rows stand together, with statistics by which they are passed over."""
    temporary = file.with_suffix(".new")
    source.write_parquet(str(temporary), compression="zstd", row_group_size=group)
    with temporary.open("rb+") as out:
        os.fsync(out.fileno())
    temporary.replace(file)


def rows_of(where: Path, facts: Facts, file: File) -> Iterator[bytes]:
    """The rows of a file as the same CSV that the database gives."""
    return duck.blocks_of(names(facts), where / file.name)


def digest_of(blocks: Iterator[bytes]) -> str:
    """SHA-256 of CSV."""
    digest = sha256()
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()


def _merged(where: Path, facts: Facts, files: Sequence[File]) -> list[File]:
    """Neighbours of equal rank become one, as long as there are enough of them."""
    found: list[File] = []
    for file in files:
        found.append(file)
        while (run := _run(found)) > 1:
            some = found[-run:]
            found[-run:] = [_together(where, facts, some)]
    return found


def _rank(file: File) -> int:
    """0 for the smallest, one more for each eightfold length."""
    return 0 if file.end - file.start < _FAN else 1 + _rank(replace(file, start=0, end=(file.end - file.start) // _FAN))


def _run(files: Sequence[File]) -> int:
    """How many files at the end are to be merged: enough of the last one's rank, and not longer together than a file may be."""
    last = files[-1]
    run = 0
    while run < len(files) and _rank(files[-1 - run]) <= _rank(last):
        run += 1
    small = last.end - files[-run].start <= MOST
    return run if run >= _FAN and small else 0


def _together(where: Path, facts: Facts, files: Sequence[File]) -> File:
    database = duck.fresh(where)
    duck.show_events(database, facts, [where / one.name for one in files], "events")
    merged = _write(where, database.sql("FROM events ORDER BY known, place"), files[0].start, files[-1].end, "")
    return replace(merged, sha256=digest_of(rows_of(where, facts, merged)))


def _write_life(where: Path, facts: Facts, found: Manifest) -> str:
    """One row a subject as of the newest size, anew for those of which the log holds something new."""
    name = f"life-{found.size:012d}-{secrets.token_hex(3)}.parquet"
    old = where / found.life if found.life and (where / found.life).exists() else None
    database = lives.rolled(where, facts, [where / one.name for one in found.files], old, found.life_size)
    _parquet(database.sql("FROM lives ORDER BY first"), where / name, _FEW_ROWS)
    subjects.keep(where, facts, database, found.life_size if old else 0, found.size)
    return name


def paths(home: Path, facts: Facts, found: Manifest) -> list[Path]:
    """The files of events."""
    return [folder(home, facts.line) / one.name for one in found.files]


def life_path(home: Path, facts: Facts, found: Manifest) -> Path:
    """The file with one row a subject."""
    return folder(home, facts.line) / found.life

"""The lake held against the log: every row of every file, the versions that corrections made, and the rows of subjects."""

import csv
from collections.abc import Iterator
from itertools import islice, zip_longest
from pathlib import Path
from typing import Final

import duckdb

from luoshi.figures import duck, fold, lake, lives, subjects
from luoshi.figures.lake import File, Manifest
from luoshi.kernel.ledger.audit import Bad
from luoshi.kernel.lines import Face
from luoshi.kernel.measures import Facts

WHAT: Final = "lake"
_SHOWN: Final = 10
_TRIES: Final = 5
"""How often the files are looked at again where a worker replaced them meanwhile."""


def faults(home: Path, face: Face) -> Iterator[Bad]:
    """What differs, an entry's place with it; nothing where there is no lake."""
    for place, subject in fold.astray(face):
        yield Bad(WHAT, place, None, face.name, subject, "the version that corrections made is another one")
    for _ in range(_TRIES):
        there = lake.manifest(home, face.facts)
        found = list(_of_files(home, face, there))
        if not found or lake.manifest(home, face.facts) == there:
            break
    yield from found


def _of_files(home: Path, face: Face, there: Manifest) -> Iterator[Bad]:
    """What differs of the files that a manifest names."""
    where = lake.folder(home, face.name)
    for file in there.files:
        try:
            yield from _of_file(where, face.facts, file, there.size)
        except (OSError, duckdb.Error) as error:
            yield Bad(WHAT, file.start, None, face.name, None, f"{file.name}: {str(error).partition(chr(10))[0]}")
    if there.life and not _same_lives(where, face.facts, there):
        yield Bad(WHAT, None, None, face.name, None, f"{there.life}: its rows are not what the events say")
    elif there.life and subjects.size_of(face.facts) == there.life_size:
        yield from _of_table(face.facts, where / there.life)


def _of_table(facts: Facts, life: Path) -> Iterator[Bad]:
    """The rows of subjects in PostgreSQL, against the lake's."""
    columns = list(facts.types("life"))
    pairs = zip_longest(_lines(subjects.csv(facts)), _lines(duck.blocks_of(columns, life)))
    wrong = (theirs or mine or b"" for mine, theirs in pairs if mine != theirs)
    detail = f"{subjects.table(facts)}: a row is not what the events say"
    for line in islice(wrong, _SHOWN):
        (row,) = csv.reader([line.decode()])
        said = dict(zip(columns, row, strict=True))
        yield Bad(WHAT, int(said["first"]), None, facts.line, said["subject"], detail)


def _of_file(where: Path, facts: Facts, file: File, size: int) -> Iterator[Bad]:
    kept = lake.digest_of(lake.rows_of(where, facts, file))
    if kept == file.sha256 == lake.digest_of(lake.csv_of(facts, file.start, file.end, size)):
        return
    at = lake.names(facts).index("place")
    pairs = zip_longest(
        _lines(lake.rows_of(where, facts, file)), _lines(lake.csv_of(facts, file.start, file.end, size))
    )
    found = 0
    for mine, theirs in pairs:
        if mine != theirs and found < _SHOWN:
            place = int((theirs or mine or b"0").split(b",")[at])
            yield Bad(WHAT, place, None, facts.line, None, f"{file.name}: a row is not what the log says")
            found += 1
    if not found:
        yield Bad(WHAT, file.start, None, facts.line, None, f"{file.name}: the manifest gives another hash")


def _lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        yield from whole
    if rest:
        yield rest


def _same_lives(where: Path, facts: Facts, there: Manifest) -> bool:
    """Does rolling the events up again give the rows that are kept?"""
    try:
        return lives.are(where, facts, [where / one.name for one in there.files], where / there.life, there.life_size)
    except (OSError, duckdb.Error):
        return False

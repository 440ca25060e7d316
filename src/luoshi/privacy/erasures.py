"""The list of deletions, kept outside the database, so that a backup that is brought back cannot undo them.

`erased.jsonl` in the home: one line a deletion, `{"line", "subject", "erasure"}`, random ids only. It only grows.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

FILE: Final = "erased.jsonl"


class Erased(NamedTuple):
    """One deletion: the line, the record's id in the log, and the id that its event carries."""

    line: str
    subject: UUID
    erasure: UUID


def add(home: Path, *erased: Erased) -> None:
    """Write deletions down, for good before it returns."""
    lines = "".join(
        json.dumps({"line": one.line, "subject": str(one.subject), "erasure": str(one.erasure)}) + "\n"
        for one in erased
    )
    file = home / FILE
    new = not file.exists()
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, lines.encode("ascii"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if new:
        _sync(home)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def load(place: Path) -> list[Erased]:
    """The deletions of a home, or of a list that somebody kept; a line cut off by a crash is left out."""
    file = place / FILE if place.is_dir() else place
    try:
        lines = file.read_text("ascii", "replace").splitlines()
    except FileNotFoundError:
        return []
    return list(dict.fromkeys(one for one in map(_read, lines) if one is not None))


def _read(line: str) -> Erased | None:
    try:
        found = json.loads(line)
        return Erased(str(found["line"]), UUID(found["subject"]), UUID(found["erasure"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def merge(home: Path, others: Iterable[Erased]) -> int:
    """Add those that the home's list lacks; returns how many."""
    known = set(load(home))
    missing = [one for one in dict.fromkeys(others) if one not in known]
    if missing:
        add(home, *missing)
    return len(missing)

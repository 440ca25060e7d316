"""Uploaded files in the home, and what stands in their beginning. Names come from us alone, never from who uploads."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from django.conf import settings

from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.ports.importer import received
from luoshi.ports.importer.mapping import Mapping
from luoshi.ports.importer.models import ImportRun
from luoshi.ports.importer.rows import FileProblem, Row, Source

COLUMNS: Final = 120
SAMPLE: Final = 200  # rows that are looked at for samples
WORDS_IN: Final = 5000  # rows that are looked at for words of the status, and for ids that come again
WORDS: Final = 60
PREVIEW: Final = 20


def _folder() -> Path:
    return Path(settings.CONF.home) / "imports"


def file_of(run: ImportRun) -> Path:
    """Where the uploaded file lies."""
    return _folder() / f"{run.pk}{run.suffix}"


def refused_of(run: ImportRun) -> Path:
    """Where the rows are that were refused."""
    return _folder() / f"{run.pk}.refused.csv"


@dataclass
class Beginning:
    """What the first rows of a file show."""

    columns: list[str]
    rows: list[Row]
    samples: dict[str, list[str]] = field(default_factory=dict)


def _rows(run: ImportRun) -> Iterator[Row]:
    path = file_of(run)
    try:
        yield from Source.open(path).rows()
    except FileProblem as problem:
        raise FileProblem(received.named(problem.text, path, run.name), problem.misused) from None


def beginning(run: ImportRun) -> Beginning:
    """Columns with samples, and the first rows. Raises FileProblem, Invalid for a file without rows or with too many columns."""
    rows = list(islice(_rows(run), SAMPLE))
    columns = list(next((row.data for row in rows if row.data is not None), {}))
    if not columns:
        raise Invalid([Fault("file", run.name[-60:], T("没有一行能读", "not one row can be read"))])
    if len(columns) > COLUMNS:
        rule = T("最多 {n} 列", "at most {n} columns").fill(n=COLUMNS)
        raise Invalid([Fault("file", str(len(columns)), rule)])
    found = Beginning(columns, rows)
    for column in columns:
        values = (str(row.data.get(column) or "").strip() for row in rows if row.data is not None)
        found.samples[column] = list(islice(dict.fromkeys(value[:60] for value in values if value), 3))
    return found


def repeats(run: ImportRun, mapping: Mapping) -> dict[str, list[int]]:
    """The ids that stand in several of the first rows, each with the lines of those."""
    found: dict[str, list[int]] = {}
    for row in islice(_rows(run), WORDS_IN):
        identity = mapping.identity(row.data) if row.data is not None else ""
        if identity:
            found.setdefault(identity, []).append(row.line)
    return {identity: lines for identity, lines in found.items() if len(lines) > 1}


def words(run: ImportRun, column: str) -> list[str]:
    """The words of the status in the first rows, in the order in which they are met."""
    found: dict[str, None] = {}
    for row in islice(_rows(run), WORDS_IN):
        value = str((row.data or {}).get(column) or "").strip().casefold()
        if value:
            found.setdefault(value[:80])
        if len(found) >= WORDS:
            break
    return list(found)

"""Uploaded files in the home, and what stands in their beginning. Names come from us alone, never from who uploads."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.ports.importer.mapping import Mapping
from luoshi.ports.importer.models import ImportRun
from luoshi.ports.importer.rows import FileProblem, Row, Source
from luoshi.ports.importer.xlsx import MARK

SUFFIXES: Final = (".csv", ".xlsx")
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


def most() -> int:
    """The largest upload in bytes."""
    return int(settings.CONF.number("import_max_mb")) * 1_000_000


def check(upload: "UploadedFile[Any]") -> str:
    """The suffix of a file that can be taken, by its name and its beginning. Raises Invalid."""
    name = (upload.name or "").lower()
    suffix = next((one for one in SUFFIXES if name.endswith(one)), None)
    start = upload.read(4096)
    upload.seek(0)
    if suffix is None or (suffix == ".xlsx") != start.startswith(MARK) or (suffix == ".csv" and b"\0" in start):
        rule = T("只收 CSV 或 XLSX 表格（旧的 .xls 请另存为 .xlsx）", "only CSV or XLSX tables are taken")
        raise Invalid([Fault("file", name[-60:], rule)])
    if (upload.size or 0) > most():
        rule = T("最大 {n} MB", "at most {n} MB").fill(n=most() // 1_000_000)
        raise Invalid([Fault("file", name[-60:], rule)])
    return suffix


def keep(upload: "UploadedFile[Any]", path: Path) -> None:
    """Write an upload to its place, for us alone to read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        for chunk in upload.chunks():
            out.write(chunk)


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
        raise FileProblem(named(problem.text, path, run.name), problem.misused) from None


def named(text: T, path: Path, name: str) -> T:
    """A text without our own path in it: the file as its owner calls it."""
    return T(text.zh.replace(str(path), name), text.en.replace(str(path), name))


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

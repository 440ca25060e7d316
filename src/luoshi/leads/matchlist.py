"""A list of names in a file, matched against a register: a table in, the same table with candidates out."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.leads.judging import SAME_FROM
from luoshi.leads.matching import Key, Register
from luoshi.ports.importer.rows import FileProblem, Row, Source
from luoshi.web.sheets import csv_lines

CANDIDATES: Final = 5
COLUMNS: Final = tuple(f"{what}_{n}" for n in range(1, CANDIDATES + 1) for what in ("candidate", "score"))
MOST_FAULTS: Final = 20
UNREADABLE: Final = T("这个文件不能用", "This file cannot be used")
EMPTY: Final = T("文件里没有一行数据", "the file holds no row")
NO_COLUMN: Final = T("没有这一列；有：{columns}", "there is no such column; there are: {columns}")
AT_LINE: Final = T("第 {line} 行：{rule}", "line {line}: {rule}")


@dataclass
class Tally:
    """How a list was matched: its rows, those with a candidate, and those with exactly one that may be the same as it stands."""

    rows: int = 0
    found: int = 0
    same: int = 0

    def plain(self) -> dict[str, int]:
        """The counts by name, for JSON."""
        return {"rows": self.rows, "found": self.found, "same": self.same}


def match_rows(
    register: Register[Key], rows: Iterable[Mapping[str, str]], column: str, tally: Tally | None = None
) -> Iterator[dict[str, str]]:
    """Each row with `candidate_1` … `candidate_5` and `score_1` … `score_5` (0–100) after its own columns; "" where none is.

    Columns of a former match are replaced. Invalid where a row lacks `column`.
    """
    tally = tally if tally is not None else Tally()
    for row in rows:
        if column not in row:
            raise Invalid([Fault("column", column, NO_COLUMN.fill(columns=", ".join(row)))], UNREADABLE)
        found = register.candidates(row[column], CANDIDATES)
        tally.rows += 1
        tally.found += bool(found)
        tally.same += sum(one.score >= SAME_FROM for one in found) == 1
        cells = [cell for one in found for cell in (one.name, str(one.score))]
        empty = [""] * (len(COLUMNS) - len(cells))
        yield {**without_match(row), **dict(zip(COLUMNS, [*cells, *empty], strict=True))}


def without_match(row: Mapping[str, str]) -> dict[str, str]:
    """A row's own columns."""
    return {name: value for name, value in row.items() if name not in COLUMNS}


def match_file(register: Register[Key], file: Path, column: str, out: Path) -> Tally:
    """Match the names in one column of a file (CSV in UTF-8 or GB18030, XLSX) and write the table with candidates.

    `out` is CSV in UTF-8 with a byte-order mark, no cell of which a spreadsheet takes for a formula; it is there only when
    all is done. Invalid where the file holds no row, no such column, or a row that cannot be read; OSError.
    """
    tally = Tally()
    rows = match_rows(register, _read(file), column, tally)
    first = next(rows)
    lines = csv_lines(list(first), (list(row.values()) for row in chain([first], rows)))
    unfinished = out.with_name(f".{out.name}.unfinished")
    try:
        with unfinished.open("wb") as stream:
            stream.writelines(lines)
        os.replace(unfinished, out)
    finally:
        unfinished.unlink(missing_ok=True)
    return tally


def _read(file: Path) -> list[dict[str, str]]:
    """All rows of a file, every cell as text."""
    try:
        rows = list(Source.open(file).rows())
    except FileProblem as problem:
        raise Invalid([Fault("file", file.name, problem.text)], UNREADABLE) from None
    faults = [fault for row in rows if row.data is None for fault in _said(row)]
    if faults:
        raise Invalid(faults[:MOST_FAULTS], UNREADABLE)
    if not rows:
        raise Invalid([Fault("file", file.name, EMPTY)], UNREADABLE)
    return [{name: _text(value) for name, value in (row.data or {}).items()} for row in rows]


def _said(row: Row) -> list[Fault]:
    if row.fault is None:
        return []
    return [row.fault._replace(rule=AT_LINE.fill(line=row.line, rule=row.fault.rule))]


def _text(value: Any) -> str:
    return "" if value is None else str(value)

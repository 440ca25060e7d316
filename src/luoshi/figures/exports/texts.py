"""What the exports share: a table as the bytes of a CSV file, JSON as it is printed."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from luoshi.figures.exports.table import Table
from luoshi.web.sheets import harmless


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """RFC 4180, UTF-8 without a mark, as the standards want it."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def plain_csv(table: Table) -> bytes:
    """The table under the names of its columns; what somebody typed is no formula."""
    head = [column.name for column in table.columns]
    rows = ([harmless(row[c.name]) if c.typed else row[c.name] for c in table.columns] for row in table.rows)
    return csv_bytes([head, *rows])


def json_bytes(value: Any) -> bytes:
    """Readable, in the order it is given."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def facts(table: Table) -> dict[str, str | int | bool]:
    """What proves the numbers: as of which log, by which declaration."""
    about = table.about
    return {
        "figure": about.figure.id, "period": about.period, "as_of": about.as_of, "log_size": about.size,
        "provisional": about.provisional, "fingerprint": about.fingerprint,
    }  # fmt: skip

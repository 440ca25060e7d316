"""Tables that leave as CSV or XLSX: readable by Excel, and without a cell that a spreadsheet would run."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO, StringIO
from itertools import islice
from typing import Final

from django.http import HttpResponse

from luoshi.kernel.text import T

BOM: Final = b"\xef\xbb\xbf"  # without it Excel takes UTF-8 for the machine's own code page
# what a spreadsheet takes for the beginning of a formula, in its wide forms too
_RUN: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_RUN) else text


def csv_lines(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The bytes of a CSV file (RFC 4180, UTF-8 with BOM), some rows at a time."""
    yield BOM + _line(heads)
    for row in rows:
        yield _line(row)


def _line(cells: Sequence[str]) -> bytes:
    out = StringIO()
    csv.writer(out).writerow([harmless(cell) for cell in cells])
    return out.getvalue().encode()


def workbook(title: str | T, heads: Sequence[str | T], rows: Iterable[Sequence[str]]) -> bytes:
    """The bytes of a workbook with one sheet; every cell is text."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet(str(title))
    for row in ([str(head) for head in heads], *rows):
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, value=printable(text))
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def printable(text: str) -> str:
    """The text without control characters, which XML does not know."""
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n")


MOST: Final = 50_000
"""Rows of one workbook; a CSV has all of them."""


def answer(kind: str, name: str, title: T, heads: Sequence[T], rows: Iterable[Sequence[str]]) -> HttpResponse:
    """A table as the file NAME.csv or NAME.xlsx."""
    if kind == "xlsx":
        response = HttpResponse(workbook(title, heads, islice(rows, MOST)), content_type=XLSX)
    else:
        body = b"".join(csv_lines([str(head) for head in heads], rows))
        response = HttpResponse(body, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response

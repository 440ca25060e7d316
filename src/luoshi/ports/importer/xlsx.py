"""The rows of a workbook's first sheet as texts, under a header; what is packed too tightly is not unpacked."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, BinaryIO, Final

from luoshi.kernel.text import T

MARK: Final = b"PK\x03\x04"
WIDEST: Final = 500
LARGEST: Final = 400_000_000  # bytes when unpacked
PACKED: Final = 100_000_000  # of a workbook within gzip, which is held in memory; a longer one is damaged
_STRINGS: Final = 100_000_000  # of the table of texts, which is held in memory


class Unreadable(Exception):
    """A file that is no workbook, or too large; `text` says why."""

    def __init__(self, text: T) -> None:
        self.text = text
        super().__init__(text.en)


def _check(stream: BinaryIO) -> None:
    """Is it a workbook of a size that can be read? By what the archive says of itself, which unpacking holds to."""
    try:
        with zipfile.ZipFile(stream) as archive:
            sizes = {one.filename: one.file_size for one in archive.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise Unreadable(T(f"文件坏了：{error}", f"damaged: {error}")) from None
    if "xl/workbook.xml" not in sizes:
        raise Unreadable(T("不是 XLSX 表格", "is no XLSX workbook"))
    if sum(sizes.values()) > LARGEST or sizes.get("xl/sharedStrings.xml", 0) > _STRINGS:
        raise Unreadable(T("解开后太大，请分成几个文件", "is too large when unpacked: split it"))


Cells = tuple[int, dict[str, Any] | None, str]
"""The number of a row, its cells by the header's names, and ""; None, and how many there are, where some stand beyond it."""


def rows(stream: BinaryIO) -> Iterator[Cells]:
    """Each row below the header, which is the first row that holds anything. Raises Unreadable."""
    lines = texts(stream)
    _, header = next(lines, (0, []))
    return named(header, lines)


def texts(stream: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Each row that holds anything: its number and its cells as they read. Raises Unreadable."""
    _check(stream)
    # imported here: only who reads a workbook waits for it
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    stream.seek(0)
    try:
        book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        # what a sheet says of its own size may be wrong
        sheet.reset_dimensions()
        yield from _texts(sheet.iter_rows(values_only=True))
    # the parser that openpyxl finds raises one of its own; both are syntax errors
    except (SyntaxError, InvalidFileException, KeyError, IndexError, ValueError, TypeError, EOFError) as error:
        raise Unreadable(T(f"表格坏了：{error}", f"damaged workbook: {error}")) from None
    except (zipfile.BadZipFile, OSError) as error:
        raise Unreadable(T(f"文件坏了：{error}", f"damaged: {error}")) from None


def _texts(found: Iterator[tuple[Any, ...]]) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(found, 1):
        if len(cells) > WIDEST:
            raise Unreadable(T(f"第 {number} 行的列太多", f"row {number} has too many columns"))
        texts = [_text(cell) for cell in cells]
        if any(texts):
            yield number, texts


def named(header: list[str], lines: Iterator[tuple[int, list[str]]]) -> Iterator[Cells]:
    """The rows below a header, their cells by its names."""
    for number, texts in lines:
        beyond = any(texts[len(header) :]) or any(text and not name for text, name in zip(texts, header, strict=False))
        if beyond:
            yield number, None, str(len(texts))
            continue
        texts += [""] * (len(header) - len(texts))
        yield number, {name: text for name, text in zip(header, texts, strict=False) if name}, ""


def _text(cell: Any) -> str:
    """A cell as it reads: whole numbers without a point, others to 15 digits as spreadsheets show them, days and times as ISO 8601."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()

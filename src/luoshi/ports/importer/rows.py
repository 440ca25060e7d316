"""The rows of a file, one at a time, whatever its form: JSON, JSON lines or CSV, packed with gzip or not; XLSX.

CSV is UTF-8, UTF-16 with its mark, or GB18030 as Chinese spreadsheets save it where nothing in its beginning is UTF-8; tabs part
the cells where the first line has no comma. The first row is the header, or the one that is found where it is asked for (`heads.py`).

A row that cannot be read is given as Unreadable, and the next one follows.
"""

import csv
import gzip
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, NamedTuple

import orjson

from luoshi.kernel.problems import Fault
from luoshi.kernel.text import T
from luoshi.ports.importer import heads, xlsx

Form = Literal["csv", "lines", "json"]
_PEEK: Final = 1 << 16
_CHUNK: Final = 1 << 20
_LONGEST: Final = 1 << 24  # bytes of one row
_BOM: Final = b"\xef\xbb\xbf"
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
"""What UTF-16 begins with."""
_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.DOTALL)
_NOT_JSON: Final = T("不是 JSON：{why}", "not JSON: {why}")
_NOT_OBJECT: Final = T("要是一个 JSON 对象", "must be a JSON object")
_COLUMNS: Final = T("列数与表头不同：{n}", "not as many columns as the header: {n}")
_UTF8: Final = T("不是 UTF-8", "is not UTF-8")


class FileProblem(Exception):
    """A file that cannot be read to its end, or that is none of the known forms; `text` says why."""

    def __init__(self, text: T, misused: bool = False) -> None:
        self.text, self.misused = text, misused
        super().__init__(text.en)


class Row(NamedTuple):
    """A row with the line it begins on; `data` is None where `fault` says why it cannot be read."""

    line: int
    data: dict[str, Any] | None
    fault: Fault | None = None


@dataclass
class Source:
    """An open file: its rows, and how far the (packed) file has been read."""

    file: Path
    raw: BinaryIO
    size: int
    header: int = 0
    """The line of a table's header, once the first row was given; 0 where there is none."""

    @classmethod
    def open(cls, file: Path) -> "Source":
        """Open a file. OSError if it cannot be."""
        return cls(file, file.open("rb"), file.stat().st_size)

    @property
    def position(self) -> int:
        """Bytes of the file that were read."""
        return self.raw.tell()

    def rows(self, wanted: heads.Wanted | None = None) -> Iterator[Row]:
        """All rows; of a table under the header that is `wanted`. Raises FileProblem where the file breaks off or is no text."""
        try:
            with self.raw:
                yield from self._rows(wanted)
        except (EOFError, gzip.BadGzipFile, OSError) as error:
            raise FileProblem(T(f"{self.file} 读到一半坏了：{error}", f"{self.file} breaks off: {error}")) from None

    def _rows(self, wanted: heads.Wanted | None) -> Iterator[Row]:
        packed = self.raw.read(2) == b"\x1f\x8b"
        self.raw.seek(0)
        unpacked: Any = gzip.GzipFile(fileobj=self.raw) if packed else self.raw
        stream = io.BufferedReader(unpacked, _PEEK)
        start = stream.peek(_PEEK)
        if start.startswith(xlsx.MARK):
            yield from self._sheet(io.BytesIO(stream.read(xlsx.PACKED)) if packed else self.raw, wanted)
            return
        if start.startswith(_BOM):
            stream.read(len(_BOM))
            start = start[len(_BOM) :]
        form = "csv" if start.startswith(UTF_16) else form_of(self.file, start)
        if form == "csv":
            yield from self._csv(stream, wanted)
        else:
            yield from (_lines if form == "lines" else _json)(stream)

    def _below(
        self, lines: Iterator[heads.Line], wanted: heads.Wanted | None
    ) -> tuple[list[str], Iterator[heads.Line]]:
        """The header, whose line is noted, and the rows below it."""
        (self.header, cells), rest = heads.found(lines, wanted) if wanted else (next(lines, (0, [])), lines)
        return cells, rest

    def _sheet(self, stream: BinaryIO, wanted: heads.Wanted | None) -> Iterator[Row]:
        """The rows of a workbook's first sheet."""
        try:
            for line, data, cells in xlsx.named(*self._below(xlsx.texts(stream), wanted)):
                fault = Fault("", cells[:80], _COLUMNS.fill(n=cells)) if data is None else None
                yield Row(line, data, fault)
        except xlsx.Unreadable as error:
            why = error.text
            raise FileProblem(T(f"{self.file}：{why.zh}", f"{self.file}: {why.en}"), misused=True) from None

    def _csv(self, stream: io.BufferedReader, wanted: heads.Wanted | None) -> Iterator[Row]:
        broken: list[Row] = []
        header, lines = self._below(_table(stream, broken), wanted)
        for line, cells in lines:
            yield from broken
            broken.clear()
            if cells:
                yield _cells(line, header, cells)
        yield from broken


def form_of(file: Path, start: bytes) -> Form:
    """Which form a file has: by its beginning, and by its name where that says nothing."""
    text = start.lstrip()
    if text[:1] == b"[":
        return "json"
    if text[:1] == b"{":
        lines = {".jsonl", ".ndjson"} & {suffix.lower() for suffix in file.suffixes}
        return "lines" if lines or _one_a_line(text) else "json"
    if b"\0" in start:
        zh, en = f"{file} 不是 JSON、CSV 或 XLSX（旧的 .xls 请另存为 .xlsx）", f"{file} is neither JSON, CSV nor XLSX"
        raise FileProblem(T(zh, en), misused=True)
    return "csv"


def _one_a_line(text: bytes) -> bool:
    """Is the first line a whole record, and not an object around a list of them?"""
    first, _, rest = text.partition(b"\n")
    try:
        alone = orjson.loads(first)
    except orjson.JSONDecodeError:
        return False
    lists = [value for value in alone.values() if isinstance(value, list)]
    around = any(value and isinstance(value[0], dict) for value in lists) or (len(alone) == 1 and bool(lists))
    return rest.lstrip()[:1] == b"{" or not around


def _object(line: int, text: bytes) -> Row:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return Row(line, None, Fault("", text[:80].decode("utf-8", "replace"), _NOT_JSON.fill(why=error.msg)))
    if not isinstance(found, dict):
        return Row(line, None, Fault("", str(found)[:80], _NOT_OBJECT))
    return Row(line, found)


def _lines(stream: io.BufferedReader) -> Iterator[Row]:
    for number, text in enumerate(stream, 1):
        if not text.isspace():
            yield _object(number, text)


def encoding_of(start: bytes) -> str:
    """`gb18030` where lines of the beginning that are not ASCII are never UTF-8 and always GB18030; else `utf-8`."""
    lines = [line for line in start.split(b"\n")[:-1] or [start] if not line.isascii()]
    if lines and not any(_decodes(line, "utf-8") for line in lines) and all(_decodes(one, "gb18030") for one in lines):
        return "gb18030"
    return "utf-8"


def _decodes(line: bytes, coding: str) -> bool:
    try:
        line.decode(coding)
    except UnicodeDecodeError:
        return False
    return True


def _table(stream: io.BufferedReader, broken: list[Row]) -> Iterator[heads.Line]:
    """The rows of a CSV with the lines they begin on; what is none goes to `broken`."""
    csv.field_size_limit(_LONGEST)
    start = stream.peek(_PEEK)[:_PEEK]
    coding = "utf-16" if start.startswith(UTF_16) else encoding_of(start)
    errors = "surrogateescape" if coding == "utf-8" else "replace"
    first = start.decode(coding, "replace").partition("\n")[0]
    parts = "\t" if "\t" in first and "," not in first else ","
    reader = csv.reader(io.TextIOWrapper(stream, coding, errors, newline=""), delimiter=parts)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            broken.append(Row(line, None, Fault("", "", T(f"不是 CSV：{error}", f"not CSV: {error}"))))


def _cells(line: int, header: list[str], cells: list[str]) -> Row:
    if len(cells) != len(header):
        return Row(line, None, Fault("", ",".join(cells)[:80], _COLUMNS.fill(n=len(cells))))
    for name, value in zip(header, cells, strict=True):
        if not value.isascii() and any("\udc80" <= char <= "\udcff" for char in value):
            shown = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            return Row(line, None, Fault(name, shown[:80], _UTF8))
    return Row(line, dict(zip(header, cells, strict=True)))


def _json(stream: io.BufferedReader) -> Iterator[Row]:
    """The objects of a list, which may itself stand in an object; never more than one row in memory."""
    cutter = _Cutter()
    while chunk := stream.read(_CHUNK):
        yield from (_object(line, text) for line, text in cutter.feed(chunk))
    if cutter.open:
        raise FileProblem(T(f"JSON 从第 {cutter.line} 行起没有结束", f"the JSON does not end after line {cutter.line}"))
    if not cutter.lists:
        raise FileProblem(T("JSON 里没有列表", "the JSON holds no list"), misused=True)


class _Cutter:
    """Cuts the objects of a list out of a stream of JSON by counting brackets outside strings."""

    def __init__(self) -> None:
        self.buffer = b""
        self.scanned = 0  # where in the buffer the next token is looked for
        self.line = 1  # of the byte at `counted`
        self.counted = 0
        self.open: list[bytes] = []  # brackets
        self.lists = False
        self.begun = -1  # where in the buffer the present row begins
        self.begun_line = 1
        self.level = 0  # how many brackets are open around it

    def feed(self, chunk: bytes) -> Iterator[tuple[int, bytes]]:
        """The rows that end in this chunk, each with its line."""
        self.buffer += chunk
        for match in _TOKEN.finditer(self.buffer, self.scanned):
            if self.buffer.find(b'"', self.scanned, match.start()) >= 0:
                break  # a string that has not ended yet
            self.scanned = match.end()
            if self._token(match[0][:1], match.start()):
                yield self.begun_line, self.buffer[self.begun : self.scanned]
                self.begun = -1
        self._forget()

    def _token(self, token: bytes, at: int) -> bool:
        """Take a bracket; does a row end with it?"""
        if token in (b"{", b"["):
            if token == b"{" and self.begun < 0 and self.open[-1:] == [b"["]:
                self._count(at)
                self.begun, self.begun_line, self.level = at, self.line, len(self.open)
            self.open.append(token)
            self.lists |= token == b"["
        elif token in (b"}", b"]") and self.open:
            self.open.pop()
            return self.begun >= 0 and len(self.open) == self.level
        return False

    def _count(self, at: int) -> None:
        self.line += self.buffer.count(b"\n", self.counted, at)
        self.counted = at

    def _forget(self) -> None:
        """Drop what is done with; what remains is the beginning of a row or of a string."""
        done = self.begun if self.begun >= 0 else self.scanned
        if len(self.buffer) - done > _LONGEST:
            raise FileProblem(T(f"第 {self.line} 行的对象太大", f"the object on line {self.line} is too large"))
        self._count(max(done, self.counted))
        self.buffer = self.buffer[done:]
        self.scanned, self.counted = self.scanned - done, self.counted - done
        self.begun = min(self.begun, 0)

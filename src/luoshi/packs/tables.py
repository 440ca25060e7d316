"""Files of a pack read with their line numbers: UTF-8 text, CSV tables, TOML tables. Faults are noted, not raised."""

import csv
import io
import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from luoshi.kernel.deadlines import KINDS, Rule
from luoshi.kernel.text import T
from luoshi.packs.faults import Faults

FLAGS = {"yes": True, "no": False}


def read_text(folder: Path, name: str, faults: Faults) -> str | None:
    """The file as text, a byte-order mark dropped; None and a fault where it is missing or not UTF-8."""
    path = folder / name
    if not path.is_file():
        faults.add(name, 0, "缺少文件", "file is missing")
        return None
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        faults.add(name, line, "不是 UTF-8 编码", "not UTF-8")
        return None


@dataclass(frozen=True)
class Row:
    """One line of a table; each getter notes a fault and gives a harmless value where the cell is bad."""

    file: str
    line: int
    cells: dict[str, str]
    faults: Faults

    def fault(self, zh: str, en: str, /, **values: object) -> None:
        """Note a fault on this line."""
        self.faults.add(self.file, self.line, zh, en, **values)

    def get(self, column: str) -> str:
        """The cell, trimmed; may be empty."""
        return self.cells[column].strip()

    def need(self, column: str) -> str:
        """The cell, which may not be empty."""
        value = self.get(column)
        if not value:
            self.fault("{column} 不能为空", "{column} may not be empty", column=column)
        return value

    def matching(self, column: str, pattern: str, zh: str, en: str) -> str:
        """The cell, which must match `pattern` as a whole; the rule is said in both languages."""
        value = self.get(column)
        if not re.fullmatch(pattern, value):
            self.fault("{column}「{value}」应为" + zh, "{column} '{value}' must be " + en, column=column, value=value)
        return value

    def choice(self, column: str, known: Collection[str]) -> str:
        """The cell, one of `known`."""
        value = self.get(column)
        if value not in known:
            rule = ", ".join(known)
            self.fault(
                "{column}「{value}」应为其一：{rule}",
                "{column} '{value}' must be one of: {rule}",
                column=column,
                value=value,
                rule=rule,
            )
        return value

    def words(self, column: str, known: Collection[str] | None = None) -> tuple[str, ...]:
        """The cell's words, separated by spaces, each one of `known` where that is given."""
        words = tuple(self.get(column).split())
        for word in words:
            if known is not None and word not in known:
                self.fault("{column} 中的「{word}」未知", "{column}: '{word}' is unknown", column=column, word=word)
        return words

    def names(self, zh: str = "zh", en: str = "en") -> T:
        """Chinese and English name from two columns, neither may be empty."""
        return T(self.need(zh), self.need(en))

    def flag(self, column: str) -> bool:
        """`yes` or `no`."""
        return FLAGS.get(self.choice(column, FLAGS), False)

    def day(self, column: str) -> date:
        """A date as 2021-12-29."""
        try:
            return date.fromisoformat(self.get(column))
        except ValueError:
            self.fault(
                "{column}「{value}」应为日期，如 2021-12-29",
                "{column} '{value}' must be a date like 2021-12-29",
                column=column,
                value=self.get(column),
            )
            return date.min

    def clock(self, number: str, kind: str) -> Rule:
        """A length of time from two columns: a whole number from 1 to 999 and its kind."""
        text = self.matching(number, r"[1-9]\d{0,2}", "1 到 999 的整数", "a whole number from 1 to 999")
        n = int(text) if re.fullmatch(r"[1-9]\d{0,2}", text) else 1
        given = self.choice(kind, KINDS)
        return Rule(next((known for known in KINDS if known == given), "days"), n)


def read_table(folder: Path, name: str, columns: tuple[str, ...], faults: Faults) -> list[Row]:
    """The rows of a CSV file whose header holds all `columns`; unknown columns are faults too."""
    text = read_text(folder, name, faults)
    if text is None:
        return []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    try:
        header = next(reader, [])
        if not _header_ok(name, header, columns, faults):
            return []
        for cells in reader:
            if len(cells) == len(header):
                rows.append(Row(name, reader.line_num, dict(zip(header, cells, strict=True)), faults))
            elif cells:
                faults.add(
                    name,
                    reader.line_num,
                    "有 {n} 列，应为 {m} 列",
                    "has {n} cells, must have {m}",
                    n=len(cells),
                    m=len(header),
                )
    except csv.Error as error:
        faults.add(name, reader.line_num, "CSV 格式错误：{error}", "bad CSV: {error}", error=error)
    if not rows:
        faults.add(name, 0, "没有任何行", "has no rows")
    return rows


def _header_ok(name: str, header: list[str], columns: tuple[str, ...], faults: Faults) -> bool:
    for column in columns:
        if column not in header:
            faults.add(name, 1, "缺少列 {column}", "column {column} is missing", column=column)
    for column in header:
        if column not in columns:
            faults.add(name, 1, "未知的列 {column}", "unknown column {column}", column=column)
        elif header.count(column) > 1:
            faults.add(name, 1, "重复的列 {column}", "column {column} stands twice", column=column)
    return set(columns) == set(header) and len(set(header)) == len(header)


@dataclass(frozen=True)
class Toml:
    """A TOML file with its text, so that a fault can name the line of a key."""

    file: str
    text: str
    data: dict[str, Any]
    faults: Faults

    def fault(self, path: tuple[str, ...], zh: str, en: str, /, **values: object) -> None:
        """Note a fault at the line where the keys of `path` stand."""
        self.faults.add(
            self.file,
            self.line_of(path),
            "{key}：" + zh,
            "{key}: " + en,
            key=".".join(path),
            **values,
        )

    def line_of(self, path: tuple[str, ...]) -> int:
        """Line of the longest beginning of `path` that can be found: `[a.b]`, `a = ` or `c = ` inside it; else 0."""
        section: tuple[str, ...] = ()
        best, depth = 0, 0
        for number, line in enumerate(self.text.splitlines(), 1):
            if head := re.match(r"\s*\[+([\w.-]+)\]+", line):
                section = tuple(head[1].split("."))
                found = section
            elif key := re.match(r"\s*([\w.-]+)\s*=", line):
                found = (*section, *key[1].split("."))
            else:
                continue
            if len(found) > depth and path[: len(found)] == found:
                best, depth = number, len(found)
        return best

    def value(self, *path: str) -> Any:
        """The value at `path`, None where it is absent."""
        value: Any = self.data
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def string(self, *path: str) -> str:
        """A text that may not be empty."""
        value = self.value(*path)
        if not isinstance(value, str) or not value.strip():
            self.fault(path, "应为非空文本", "must be a text that is not empty")
            return ""
        return value.strip()

    def whole(self, *path: str, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        value = self.value(*path)
        if type(value) is not int or not low <= value <= high:
            self.fault(
                path, "应为 {low} 到 {high} 的整数", "must be a whole number from {low} to {high}", low=low, high=high
            )
            return low
        return value

    def list(self, *path: str) -> list[Any]:
        """A list that is not empty."""
        value = self.value(*path)
        if not isinstance(value, list) or not value:
            self.fault(path, "应为非空列表", "must be a list that is not empty")
            return []
        return value

    def both(self, *path: str) -> T:
        """A text in both languages: `{ zh = "…", en = "…" }`."""
        return T(self.string(*path, "zh"), self.string(*path, "en"))


def read_toml(folder: Path, name: str, faults: Faults) -> Toml | None:
    """A TOML file; None and a fault where it cannot be read."""
    text = read_text(folder, name, faults)
    if text is None:
        return None
    try:
        return Toml(name, text, tomllib.loads(text), faults)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        faults.add(name, int(place[1]) if place else 0, "TOML 格式错误：{error}", "bad TOML: {error}", error=error)
        return None

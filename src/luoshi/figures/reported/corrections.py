"""`figures-corrections.toml`: numbers that their own source printed wrongly. Pure.

An entry holds as long as what the source says fulfils `expect`. Once the source mends itself this fails loudly, in
import, `luoshi doctor` and `luoshi figures list`, and the entry has to go: nobody corrects what is right.

    [[correction]]
    figure = "city.gdp"
    period = "2021"
    member = ""
    published = "32930"
    correct = "3293.0"
    why = { zh = "小数点错位", en = "decimal point lost" }
    expect = "> 9999"
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from luoshi.figures.declare import FigureError
from luoshi.figures.period import PeriodError, parse
from luoshi.figures.reported.declare import Reported
from luoshi.kernel.text import T
from luoshi.packs.faults import Faults
from luoshi.packs.tables import Toml, read_toml

FILE: Final = "figures-corrections.toml"
NUMBER: Final = re.compile(r"-?\d{1,24}(\.\d{1,10})?", re.ASCII)
_EXPECT: Final = re.compile(r"(=|!=|<|>)\s*(-?\d{1,24}(?:\.\d{1,10})?)")
_KEYS: Final = ("figure", "period", "member", "published", "correct", "why", "expect")
Cell = tuple[str, str, str]
"""What a value is of: figure, period, member as it is kept."""
MENDED: Final = T(
    "来源现在是 {value}，不再合 {expect}：来源已自行更正，请删去 {file} 第 {line} 行的条目",
    "the source says {value} now, which is not {expect}: it has mended itself; remove the entry in line {line} of {file}",
)


@dataclass(frozen=True)
class Correction:
    """A number as published, as it should be, why, and what the source is expected to go on saying."""

    published: Decimal
    correct: Decimal
    why: T
    expect: str
    line: int
    file: str

    def holds(self, value: Decimal) -> bool:
        """Does the source still say what is expected of it?"""
        sign, number = self._parts
        other = Decimal(number)
        return {"=": value == other, "!=": value != other, "<": value < other, ">": value > other}[sign]

    def mended(self, value: Decimal) -> T | None:
        """What to say where the source has mended itself."""
        if self.holds(value):
            return None
        return MENDED.fill(value=f"{value:f}", expect=self.expect, file=self.file, line=self.line)

    @property
    def _parts(self) -> tuple[str, str]:
        found = _EXPECT.fullmatch(self.expect)
        assert found is not None, self.expect
        return found[1], found[2]


Corrections = Mapping[Cell, Correction]


def read(path: Path, figures: Mapping[str, Reported]) -> Corrections:
    """The entries of a file, which need not be there. Raises FigureError with all that is wrong."""
    faults = Faults()
    toml = read_toml(path.parent, path.name, faults) if path.exists() else None
    found: dict[Cell, Correction] = {}
    if toml is not None:
        lines = [n for n, text in enumerate(toml.text.splitlines(), 1) if text.strip() == "[[correction]]"]
        entries = toml.data.get("correction", [])
        if toml.data.keys() - {"correction"} or not isinstance(entries, list) or len(lines) != len(entries):
            faults.add(path.name, 0, "只能有 [[correction]] 条目", "may hold nothing but entries [[correction]]")
            entries = []
        for line, entry in zip(lines, entries, strict=False):
            _entry(toml, line, entry, figures, found)
    if faults.found:
        raise FigureError(faults.found)
    return found


def _entry(toml: Toml, line: int, entry: Any, figures: Mapping[str, Reported], found: dict[Cell, Correction]) -> None:
    before = len(toml.faults.found)
    for rule in _rules(entry, figures):
        toml.faults.add(toml.file, line, rule.zh, rule.en)
    if len(toml.faults.found) > before:
        return
    member = figures[entry["figure"]].members.kept(entry["member"]) or ""
    cell = (entry["figure"], parse(entry["period"]).text, member)
    if cell in found:
        toml.faults.add(toml.file, line, "重复的条目", "this entry stands already")
    why = T(entry["why"]["zh"], entry["why"]["en"])
    found[cell] = Correction(
        Decimal(entry["published"]), Decimal(entry["correct"]), why, entry["expect"].strip(), line, toml.file
    )


def _rules(entry: Any, figures: Mapping[str, Reported]) -> list[T]:
    """The rules that an entry breaks."""
    if sorted(entry) != sorted(_KEYS):
        return [T("应有且只有：{keys}", "must have these keys and no others: {keys}").fill(keys=", ".join(_KEYS))]
    why = entry["why"]
    texts = [entry[key] for key in _KEYS if key != "why"]
    if not all(isinstance(text, str) for text in texts) or not isinstance(why, dict) or sorted(why) != ["en", "zh"]:
        return [T("除 why 为两种语言外，都应为文本", "all must be texts, `why` one in both languages")]
    broken = []
    figure = figures.get(entry["figure"])
    if figure is None:
        broken.append(T("没有报送指标 {name}", "there is no reported figure {name}").fill(name=entry["figure"]))
    elif figure.members.kept(entry["member"]) is None:
        broken.append(T("没有成员 {name}", "there is no member {name}").fill(name=entry["member"]))
    try:
        parse(entry["period"])
    except PeriodError as error:
        broken.append(error.text)
    if not NUMBER.fullmatch(entry["published"]) or not NUMBER.fullmatch(entry["correct"]):
        broken.append(T("published 和 correct 应为数", "`published` and `correct` must be numbers"))
    if not _EXPECT.fullmatch(entry["expect"].strip()):
        broken.append(T("expect 应为 = != < > 之一加一个数", "`expect` must be one of = != < > and a number"))
    return broken

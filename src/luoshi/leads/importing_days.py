"""Days of a list as people and spreadsheets write them. Pure.

Year, month and day in this order, with any marks between them or none; a number as spreadsheets count days; month and day before the
year only where it is plain which is which.
"""

import re
import unicodedata
from datetime import date, timedelta
from typing import Final

from luoshi.kernel.text import T

_FIRST: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ].*)?")
_PLAIN: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_LAST: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ].*)?")
_SERIAL: Final = re.compile(r"(\d{5})(?:\.\d+)?")
_EPOCH: Final = date(1899, 12, 30)
"""Day 0 of spreadsheets, for days after February 1900."""
_SPAN: Final = (date(1980, 1, 1), date(2100, 1, 1))
"""Numbers that are read as days lie in it."""
WRITTEN: Final = T("写成 2021-11-23 的样子", "write it like 2021-11-23")
UNCLEAR: Final = T(
    "分不清哪个是月、哪个是日：写成 2021-11-23 的样子", "which is the month and which the day? Write it like 2021-11-23"
)


class DayError(ValueError):
    """A text that is no day, or not plainly one; `rule` says why."""

    def __init__(self, rule: T) -> None:
        super().__init__(rule.en)
        self.rule = rule


def read(text: str) -> date:
    """The day that a cell says. Raises DayError."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if serial := _SERIAL.fullmatch(plain):
        day = _EPOCH + timedelta(days=int(serial[1]))
        if _SPAN[0] <= day < _SPAN[1]:
            return day
        raise DayError(WRITTEN)
    if last := _LAST.fullmatch(plain):
        one, other, year = map(int, last.groups())
        if one <= 12 and other <= 12 and one != other:
            raise DayError(UNCLEAR)
        return _day(year, min(one, other), max(one, other))
    found = _FIRST.fullmatch(plain) or _PLAIN.fullmatch(plain)
    if found is None:
        raise DayError(WRITTEN)
    return _day(*map(int, found.groups()))


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise DayError(WRITTEN) from None

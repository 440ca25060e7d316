"""Periods: a year, a quarter or a month of the city's calendar. Pure.

A month is a number, year × 12 + month − 1, as facts hold it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from luoshi.kernel.text import T

MONTH: Final = "month"
"""The dimension by which anything can be asked."""
_FORM = re.compile(r"(\d{4})(?:-(\d{2})|Q([1-4]))?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
Unit = Literal["year", "quarter", "month"]
_LENGTH: dict[Unit, int] = {"year": 12, "quarter": 3, "month": 1}
BAD = T(
    "{value} 不是时期：写作 2021、2021Q3 或 2021-10", "{value} is no period: write 2021, 2021Q3 or 2021-10"
)  # fmt: skip


class PeriodError(ValueError):
    """A text that is no period; `text` says so in both languages."""

    def __init__(self, value: str) -> None:
        self.text = BAD.fill(value=repr(value))
        super().__init__(self.text.en)


@dataclass(frozen=True)
class Period:
    """From the month `first` to before the month `last`."""

    first: int
    last: int

    @property
    def text(self) -> str:
        """`2021`, `2021Q3`, `2021-10`; any other stretch as its first and last month."""
        year, month = divmod(self.first, 12)
        length = self.last - self.first
        if length == 12 and month == 0:
            return f"{year}"
        if length == 3 and month % 3 == 0:
            return f"{year}Q{month // 3 + 1}"
        return month_text(self.first) if length == 1 else f"{month_text(self.first)}/{month_text(self.last - 1)}"

    def shifted(self, months: int) -> "Period":
        """As long, some months later."""
        return Period(self.first + months, self.last + months)

    @property
    def year_before(self) -> "Period":
        """The same period of last year: 同比."""
        return self.shifted(-12)

    @property
    def before(self) -> "Period":
        """The period before: 环比."""
        return self.shifted(self.first - self.last)

    @property
    def to_date(self) -> "Period":
        """From the beginning of its year: 累计."""
        return Period(self.first // 12 * 12, self.last)

    def months(self) -> Iterator["Period"]:
        """Its months."""
        for month in range(self.first, self.last):
            yield Period(month, month + 1)

    def end(self, zone: str) -> int:
        """Its end in microseconds since 1970."""
        return micros(start_of(self.last, zone))


def start_of(month: int, zone: str) -> datetime:
    """When a month begins in the city's time."""
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=ZoneInfo(zone))


def month_at(time: int, zone: str) -> int:
    """The month of the city's calendar in which a moment (microseconds since 1970) lies."""
    local = moment(time).astimezone(ZoneInfo(zone))
    return local.year * 12 + local.month - 1


def micros(moment: datetime) -> int:
    """Microseconds since 1970 (UTC)."""
    return (moment - _EPOCH) // MICROSECOND


def moment(micros: int) -> datetime:
    """The moment of microseconds since 1970 (UTC)."""
    return _EPOCH + micros * MICROSECOND


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = datetime.resolution


def month_text(month: int) -> str:
    """`2021-10`."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def parse_day(text: str) -> date | None:
    """A day as `2021-10-31`, None for what is none; ISO 8601 has other ways to write one that nobody means."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def parse(text: str) -> Period:
    """A period from `2021`, `2021Q3` or `2021-10`. Raises PeriodError."""
    found = _FORM.fullmatch(text.strip())
    if found is None or not 1900 <= int(found[1]) <= 9998 or (found[2] and not 1 <= int(found[2]) <= 12):
        raise PeriodError(text)
    january = int(found[1]) * 12
    if found[2]:
        return Period(january + int(found[2]) - 1, january + int(found[2]))
    if found[3]:
        first = january + 3 * (int(found[3]) - 1)
        return Period(first, first + 3)
    return Period(january, january + 12)

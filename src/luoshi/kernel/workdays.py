"""The statutory calendar: which days are working days, and when the office is open on them.

Working days follow the State Council's yearly announcements: holidays are off, make-up workdays (调休) are
worked, every other day follows its weekday. A hall that opens on Sundays has its own calendar and changes nothing
here. Questions are answered from running totals over all days, so each costs microseconds however long the span.
"""

import json
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, compress
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

FIRST = date(1970, 1, 1)
LAST = date(2199, 12, 31)
"""The calendar reaches from FIRST to LAST; a question beyond is refused with ValueError."""

_FIRST = FIRST.toordinal()
_LENGTH = LAST.toordinal() - _FIRST + 1
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND

Hours = Sequence[tuple[time, time]]
"""Stretches of opening (opens, closes) in the city's time, in order; a close at 00:00 is the day's end."""


class Day(NamedTuple):
    """A day that differs from its weekday by announcement: `off`, or a make-up workday."""

    date: date
    name: str
    off: bool


class AnyDay(Protocol):
    """What a calendar asks of a day; any record with these three will do."""

    @property
    def date(self) -> date: ...
    @property
    def name(self) -> str: ...
    @property
    def off(self) -> bool: ...


@dataclass(frozen=True, eq=False)
class Calendar:
    """Working days and office hours of one city.

    `days` are the announced days, `years` those whose arrangements are announced: in any other year Monday to
    Friday are assumed to be worked, and `assumed_years` says so. `tz` names the city's zone. Dates are the
    city's; moments are aware, and come back in UTC. Office hours are taken by the wall clock; a zone that shifts
    its clocks must not do so while the office is open.
    """

    days: InitVar[Iterable[AnyDay]]
    years: frozenset[int]
    hours: tuple[tuple[time, time], ...]
    tz: str
    _named: dict[int, Day] = field(init=False, repr=False)
    _order: list[int] = field(init=False, repr=False)
    _spans: tuple[tuple[int, int], ...] = field(init=False, repr=False)
    _open: int = field(init=False, repr=False)
    _zone: ZoneInfo = field(init=False, repr=False)
    _before: "array[int]" = field(init=False, repr=False)
    _worked: "array[int]" = field(init=False, repr=False)

    def __post_init__(self, days: Iterable[AnyDay]) -> None:
        spans = _spans(self.hours)
        named = _named(days)
        worked = _flags(named)
        self._keep(
            _spans=spans,
            _open=sum(closes - opens for opens, closes in spans),
            _zone=ZoneInfo(self.tz),
            _named=named,
            _order=sorted(named),
            _before=array("l", accumulate(worked, initial=0)),
            _worked=array("l", compress(range(_FIRST, _FIRST + _LENGTH), worked)),
        )

    def _keep(self, **values: object) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @classmethod
    def read(cls, folder: Path, hours: Hours, tz: str) -> "Calendar":
        """The calendar of a folder of `YYYY.json` files in the shape of holiday-cn.

        Each holds `days`, a list of `{name, date, isOffDay}`; a file without days leaves its year unknown.
        ValueError names the file and what is wrong with it.
        """
        files = sorted(folder.glob("[0-9][0-9][0-9][0-9].json"))
        if not files:
            raise ValueError(f"{folder}: no YYYY.json file of holidays")
        found = {int(path.stem): _read(path) for path in files}
        years = frozenset(year for year, days in found.items() if days)
        return cls((day for days in found.values() for day in days), years, tuple(hours), tz)

    # Days

    def known(self, year: int) -> bool:
        """Have the holidays of this year been announced?"""
        return year in self.years

    def assumed_years(self, first: date, last: date) -> list[int]:
        """The years from `first` to `last` that are not announced: their working days are assumed."""
        return [year for year in range(first.year, last.year + 1) if year not in self.years]

    def is_workday(self, day: date) -> bool:
        """Is it a statutory working day?"""
        index = _index(day)
        return self._before[index + 1] > self._before[index]

    def holiday_name(self, day: date) -> str | None:
        """The holiday, as announced, that makes this day a day off; None on working days and mere weekends."""
        named = self._named.get(day.toordinal())
        return named.name if named and named.off else None

    def announced(self, first: date, last: date) -> list[Day]:
        """The announced days, off or made up, from `first` to `last`, both included, in order."""
        order = self._order
        inside = order[bisect_left(order, first.toordinal()) : bisect_right(order, last.toordinal())]
        return [self._named[ordinal] for ordinal in inside]

    def add_workdays(self, day: date, n: int) -> date:
        """The n-th working day after `day`, which is not counted (民法典 201); before it, if n is negative.

        With n = 0 the day itself if it is worked, else the next working day (民法典 203).
        """
        index = _index(day)
        place = self._before[index + 1] + n - 1 if n > 0 else self._before[index] + n
        if not 0 <= place < len(self._worked):
            raise ValueError(f"{n} working days from {day} reach beyond {FIRST} to {LAST}")
        return date.fromordinal(self._worked[place])

    def workdays_between(self, first: date, last: date) -> int:
        """Working days after `first` up to and including `last`; negative if `last` is earlier."""
        return self._before[_index(last) + 1] - self._before[_index(first) + 1]

    # Moments

    @property
    def seconds_a_day(self) -> float:
        """How long the office is open on a working day."""
        return self._open / _SECOND

    def city_time(self, moment: datetime) -> datetime:
        """A moment by the city's clock; ValueError if it has no zone."""
        if moment.tzinfo is None:
            raise ValueError(f"a time without zone: {moment.isoformat()}")
        return moment.astimezone(self._zone)

    def city_date(self, moment: datetime) -> date:
        """The city's date at a moment."""
        return self.city_time(moment).date()

    def closing(self, day: date) -> datetime:
        """Close of business on a day."""
        return self._at(day.toordinal(), self._spans[-1][1])

    def add_work_seconds(self, moment: datetime, seconds: float) -> datetime:
        """The moment at which the office has been open for `seconds` more (less, if negative).

        Time runs only while the office is open. What ends at a closing ends there, not at the next opening; so the
        answer always lies within office hours, closing included. Exact to the microsecond.
        """
        place = self._position(moment) + round(seconds * _SECOND)
        day, rest = divmod(place - 1, self._open)
        if not 0 <= day < len(self._worked):
            raise ValueError(f"{seconds} working seconds from {moment} reach beyond {FIRST} to {LAST}")
        return self._at(self._worked[day], self._wall(rest + 1))

    def work_seconds_between(self, first: datetime, last: datetime) -> float:
        """How long the office is open from `first` to `last`, in seconds; negative if `last` is earlier."""
        return (self._position(last) - self._position(first)) / _SECOND

    def _position(self, moment: datetime) -> int:
        """Microseconds of open office from FIRST to a moment."""
        local = self.city_time(moment)
        index = _index(local.date())
        before = self._before[index]
        if self._before[index + 1] == before:
            return before * self._open
        wall = ((local.hour * 60 + local.minute) * 60 + local.second) * _SECOND + local.microsecond
        return before * self._open + sum(min(wall, closes) - opens for opens, closes in self._spans if wall > opens)

    def _wall(self, worked: int) -> int:
        """Microseconds after midnight when the office has been open for `worked` of them; 1 to a whole day's."""
        for opens, closes in self._spans:
            if worked <= closes - opens:
                return opens + worked
            worked -= closes - opens
        raise AssertionError("more than a day's work")

    def _at(self, ordinal: int, wall: int) -> datetime:
        local = datetime.combine(date.fromordinal(ordinal), time(), self._zone) + timedelta(microseconds=wall)
        return local.astimezone(UTC)


def read_hours(*stretches: str) -> tuple[tuple[time, time], ...]:
    """Office hours from texts such as `"08:30-12:00", "14:30-17:30"`; `24:00` ends a day. ValueError if it is none."""
    hours = []
    for text in stretches:
        opens, _, closes = text.partition("-")
        hours.append((time.fromisoformat(opens), time() if closes == "24:00" else time.fromisoformat(closes)))
    _spans(hours)
    return tuple(hours)


def _index(day: date) -> int:
    if isinstance(day, datetime):
        raise TypeError("a date of the city is wanted, not a moment")
    index = day.toordinal() - _FIRST
    if not 0 <= index < _LENGTH:
        raise ValueError(f"{day} lies outside the calendar, {FIRST} to {LAST}")
    return index


def _spans(hours: Hours) -> tuple[tuple[int, int], ...]:
    """Office hours in microseconds after midnight; ValueError if empty, backwards or overlapping."""
    spans = tuple((_wall(opens), _wall(closes) or _DAY) for opens, closes in hours)
    edges = [edge for span in spans for edge in span]
    if not edges or any(first >= second for first, second in zip(edges[::2], edges[1::2], strict=True)):
        raise ValueError("office hours: each stretch must open before it closes")
    if edges != sorted(edges):
        raise ValueError("office hours: stretches must follow each other")
    return spans


def _wall(clock: time) -> int:
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * _SECOND + clock.microsecond


def _named(days: Iterable[AnyDay]) -> dict[int, Day]:
    """Announced days by ordinal; ValueError if one is announced both off and worked."""
    named: dict[int, Day] = {}
    for day in days:
        ordinal = _index(day.date) + _FIRST
        kept = named.setdefault(ordinal, Day(day.date, day.name, day.off))
        if kept.off != day.off:
            raise ValueError(f"{day.date} is announced both as a day off and as a workday")
    return named


def _flags(named: Mapping[int, Day]) -> bytearray:
    """One byte a day from FIRST on: is it worked?"""
    # Day 1 of the proleptic calendar was a Monday.
    week = bytes((_FIRST - 1 + i) % 7 < 5 for i in range(7))
    flags = bytearray((week * (_LENGTH // 7 + 1))[:_LENGTH])
    for ordinal, day in named.items():
        flags[ordinal - _FIRST] = not day.off
    return flags


def _read(path: Path) -> list[Day]:
    try:
        return list(_days(json.loads(path.read_text(encoding="utf-8"))))
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: {type(error).__name__} {error}; wanted days of {{name, date, isOffDay}}") from error


def _days(content: Any) -> Iterator[Day]:
    for entry in content["days"]:
        if not isinstance(entry["isOffDay"], bool):
            raise TypeError(f"isOffDay of {entry['date']} is not true or false")
        yield Day(date.fromisoformat(entry["date"]), str(entry["name"]), entry["isOffDay"])

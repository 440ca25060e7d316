"""Which rule fits a case: the first whose category, place and time all fit. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, time
from hashlib import sha256
from typing import Any, Final, NamedTuple

import orjson

WORKDAY: Final = "workday"
RESTDAY: Final = "restday"
DAYS: Final = ("", WORKDAY, RESTDAY)


class Moment(NamedTuple):
    """When a case was reported, in the city's time, and whether that day was a workday by the statutory calendar."""

    day: date
    time: time
    workday: bool


@dataclass(frozen=True)
class Rule:
    """One rule; an empty condition fits everything. `unit` is the unit's code, `season` a pair of MM-DD, both included.

    `hours` begin at the first and end before the second; both may go over midnight, seasons over the new year.
    """

    unit: str
    category: str = ""
    division: str = ""
    days: str = ""
    hours: tuple[time, time] | None = None
    season: tuple[str, str] | None = None
    note: str = ""

    def fits(self, kinds: Collection[str], places: Collection[str], when: Moment) -> bool:
        """Does it fit a case whose category and place are these, or lie under them?"""
        return (
            (not self.category or self.category in kinds)
            and (not self.division or self.division in places)
            and (not self.days or (self.days == WORKDAY) == when.workday)
            and (self.hours is None or _within(self.hours[0], when.time, self.hours[1]))
            and (self.season is None or _in_season(self.season, f"{when.day:%m-%d}"))
        )

    def plain(self) -> dict[str, Any]:
        """As JSON, for the log and for a draft that travels in a page."""
        hours = [f"{one:%H:%M}" for one in self.hours] if self.hours else None
        return asdict(self) | {"hours": hours, "season": list(self.season) if self.season else None}

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Rule":
        """The rule that `plain` gave. Raises ValueError, KeyError or TypeError where it is none."""
        hours = tuple(time.fromisoformat(one) for one in given["hours"]) if given["hours"] else None
        season = tuple(str(one) for one in given["season"]) if given["season"] else None
        if given["days"] not in DAYS or any(pair is not None and len(pair) != 2 for pair in (hours, season)):
            raise ValueError("not a rule")
        texts = {name: str(given[name]) for name in ("unit", "category", "division", "days", "note")}
        return cls(hours=hours, season=season, **texts)  # type: ignore[arg-type]


def _within(first: time, moment: time, end: time) -> bool:
    return first <= moment < end if first < end else moment >= first or moment < end


def _in_season(season: tuple[str, str], day: str) -> bool:
    first, last = season
    return first <= day <= last if first <= last else day >= first or day <= last


def first(
    rules: Iterable[Rule], kinds: Collection[str], places: Collection[str], when: Moment, units: Collection[str]
) -> int | None:
    """The index of the first rule that fits and whose unit exists; None where none does."""
    return next(
        (number for number, rule in enumerate(rules) if rule.unit in units and rule.fits(kinds, places, when)), None
    )


def digest(rules: Iterable[Rule]) -> str:
    """A fingerprint of a list: what was tried is what is saved."""
    return sha256(orjson.dumps([rule.plain() for rule in rules], option=orjson.OPT_SORT_KEYS)).hexdigest()

"""One row of a source made a record: what it needs is demanded, what is only dirty is kept and marked. Pure.

Refused: no id, no or unreadable time of the request, a status that the mapping's table does not name, no kind.
Kept and marked in `flags`:

    zone_assumed              a time without zone, read in the mapping's zone
    updated_before_requested  changed before it was requested
    closed_before_requested   closed before it was requested; durations count from the request
    undated                   the status says it ended or moved on, and no column says when
    to_come                   requested more than a day after the city's present
    unreadable_time           a time beside the request's that cannot be read; it counts as absent
    long_text                 a text of more than 4,000 characters
    bad_characters            characters that the database cannot hold, replaced
    unlocated                 latitude 0, or a point that is none on earth or cannot be read
    outside                   a point outside the city; it stays
    bad_link                  an address of a picture that is not on the web, left out
    unknown_division          a division that the city does not have, or several have that name; its words stay in the place
    two_counties              the point lies in another county than the division, which counts
"""

import re
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Map
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any, Final, NamedTuple

from luoshi.kernel.problems import Fault
from luoshi.kernel.text import T
from luoshi.ports.importer.mapping import ANSWERED, CLOSED, OPEN, Mapping, Status

LONG: Final = 4000
LONGEST_ID: Final = 200
EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
ONE_DAY: Final = timedelta(days=1)
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")
_YEAR_FIRST: Final = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T]*([0-9]{1,2})[:：时]([0-9]{1,2})(?:[:：分]([0-9]{1,2})?秒?)?分?)?"
)
_MISSING: Final = T("必须有", "is required")
_TIME: Final = T("时间写成 2021-12-29T09:00:00+08:00", "a time such as 2021-12-29T09:00:00+08:00")
_ID: Final = T("最长 {n} 个字符", "at most {n} characters").fill(n=LONGEST_ID)
_TEXT: Final = T("要是文字", "must be text")
_STATUS: Final = T("映射的状态表里没有", "is not in the mapping's table of statuses")

County = Callable[[float, float], str]


class Where(NamedTuple):
    """The codes of a place by level; empty where it is not known so closely."""

    county: str = ""
    street: str = ""
    community: str = ""


Division = Callable[[Sequence[str]], tuple[Where, bool]]
"""Names or codes from the larger to the smaller -> where that is, and whether all of them are known."""


def nowhere(words: Sequence[str]) -> tuple[Where, bool]:
    """Knows no division."""
    return Where(), False


@dataclass(slots=True)
class Record:
    """What a source says of one case. `county` is empty outside the city, `at` is when its status came about, `stamp`
    the newest time that it names for a change."""

    source_id: str
    status: str
    state: str
    verb: str
    kind: str
    kind_name: str
    reported_at: datetime
    at: datetime | None
    text: str
    answer: str
    place: str
    media_url: str
    lat: float | None
    lon: float | None
    county: str
    street: str
    community: str
    name: str
    phone: str
    email: str
    flags: tuple[str, ...]
    stamp: datetime | None


class Refused(Exception):
    """A row that cannot become a case, with what is wrong in it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__(self.faults[0].rule.en)


def read(
    mapping: Mapping, county: County, row: Map[str, Any], division: Division = nowhere, now: datetime = LATEST
) -> Record:
    """The record in a row; `county` tells in which county a point lies, `division` where a name is. Raises Refused."""
    found = _Row(mapping, county, row, division)
    record = found.record()
    return replace(record, flags=(*record.flags, "to_come")) if record.reported_at - now > ONE_DAY else record


class _Row:
    """One row on its way: faults and flags gathered as fields are looked at."""

    def __init__(self, mapping: Mapping, county: County, row: Map[str, Any], division: Division) -> None:
        self.mapping, self.county, self.row, self.division = mapping, county, row, division
        self.fields, self.zone = mapping.fields, mapping.zone
        self.faults: list[Fault] = []
        self.flags: set[str] = set()

    def record(self) -> Record:
        """The record, once all fields were looked at."""
        source_id, status, constants = self.first("id"), self.status(), self.mapping.constants
        meaning = self.meaning(status)
        code = self.first("service_code") or self.first("service_name") or next(iter(constants.values()), "")
        name = self.first("service_name") or constants.get("service_name") or code
        requested = self.requested()
        self.identifiers(source_id, code)
        text, answer, place = self.text(), self.joined("answer"), self.joined("place")
        media = self.link()
        if self.faults or meaning is None or requested is None:
            raise Refused(self.faults)
        at, stamp = self.moments(requested, meaning)
        lat, lon, county = self.point()
        where, place = self.where(county, place)
        if len(text) > LONG or len(answer) > LONG:
            self.flags.add("long_text")
        return Record(
            source_id, status, meaning.state, meaning.verb, code, name, requested, at, text, answer, place, media,
            lat, lon, *where, self.first("name"), self.first("phone"), self.first("email"), tuple(sorted(self.flags)), stamp,
        )  # fmt: skip

    def link(self) -> str:
        """The address of a picture, if it is one on the web."""
        given = self.first("media")
        if given and not given.lower().startswith(("http://", "https://")):
            self.flags.add("bad_link")
            return ""
        return given

    def plain(self, column: str) -> str:
        """A value as text, without what the database cannot hold."""
        value = self.row.get(column)
        if value is None:
            return ""
        if type(value) is not str:
            if isinstance(value, list | dict | bool):
                self.faults.append(Fault(column, str(value)[:80], _TEXT))
                return ""
            value = str(value)
        if "\0" in value or not (value.isascii() or _UNSTORABLE.search(value) is None):
            self.flags.add("bad_characters")
            value = _UNSTORABLE.sub("\ufffd", value)
        return value.strip()

    def first(self, field: str) -> str:
        """The first column of a field that is filled."""
        for column in self.fields.get(field, ()):
            value = self.plain(column)
            if value:
                return value
        return ""

    def joined(self, field: str) -> str:
        """All columns of a field that are filled."""
        columns = self.fields.get(field, ())
        if len(columns) == 1:
            return self.plain(columns[0])
        return " – ".join(filter(None, (self.plain(column) for column in columns)))

    def text(self) -> str:
        """The text, and below it the unit, as the source's own columns call it."""
        text = self.joined("text")
        if "unit" not in self.fields:
            return text
        units = ((column, self.plain(column)) for column in self.fields.get("unit", ()))
        return "\n".join(filter(None, (text, *(f"{column}：{value}" for column, value in units if value))))

    def where(self, county: str, place: str) -> tuple[Where, str]:
        """The division that a row names, else the county of its point, else what the place alone is the name of; the place."""
        words = [word for column in self.fields.get("division", ()) if (word := self.plain(column))]
        if not words:
            return (Where(county) if county or not place else self.division([place])[0]), place
        found, known = self.division(words)
        if not known:
            self.flags.add("unknown_division")
            place = " – ".join(filter(None, (place, *words)))
        if county and found.county and county != found.county:
            self.flags.add("two_counties")
        return (found if found.county else Where(county)), place

    def fault(self, field: str, value: str, rule: T) -> None:
        """Say what is wrong in a field, under the column's own name."""
        columns = self.fields.get(field, (field,))
        self.faults.append(Fault(columns[0], value[:80], rule))

    def identifiers(self, source_id: str, code: str) -> None:
        """Id and kind are there and short enough to be keys."""
        kind = "service_code" if "service_code" in self.fields else "service_name"
        for field, value in (("id", source_id), (kind, code)):
            if not value:
                self.fault(field, "", _MISSING)
            elif len(value) > LONGEST_ID:
                self.fault(field, value, _ID)

    def status(self) -> str:
        """The source's word; where no column holds one, our own for whether it was closed, or answered."""
        if "status" in self.fields:
            return self.first("status")
        if "closed" in self.fields:
            return CLOSED if self.moment("closed") is not None else OPEN
        return ANSWERED if any(self.row.get(column) for column in self.fields.get("answer", ())) else OPEN

    def meaning(self, status: str) -> Status | None:
        """What the status means, by the mapping's table."""
        found = self.mapping.statuses.get(status.casefold())
        if found is None:
            self.fault("status", status, _STATUS if status else _MISSING)
        return found

    def requested(self) -> datetime | None:
        """When it was requested; a case cannot be without."""
        value = self.first("requested")
        found = self.time(value) if value else None
        if found is None:
            self.fault("requested", value, _TIME if value else _MISSING)
        return found

    def time(self, value: str) -> datetime | None:
        """A time in UTC, None if it cannot be read."""
        try:
            found = self.written(value)
            if found.tzinfo is None:
                self.flags.add("zone_assumed")
                found = found.replace(tzinfo=self.zone)
            found = found.astimezone(UTC)
        except (ValueError, OverflowError):
            return None
        return found if EARLIEST <= found <= LATEST else None

    def written(self, value: str) -> datetime:
        """A time as ISO 8601 has it, as it is written with the year first, or as the mapping says. ValueError for none."""
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            parts = _YEAR_FIRST.fullmatch(value)
        if parts is not None:
            return datetime(*(int(part) for part in parts.groups(default="0")))  # type: ignore[arg-type]
        for form in self.mapping.times:
            with suppress(ValueError):
                return datetime.strptime(value, form)
        raise ValueError(value)

    def moment(self, field: str) -> datetime | None:
        """The time of a field other than the request's."""
        value = self.first(field)
        found = self.time(value) if value else None
        if value and found is None:
            self.flags.add("unreadable_time")
        return found

    def moments(self, requested: datetime, meaning: Status) -> tuple[datetime | None, datetime | None]:
        """When the status came about (the closing's own column for what has ended, else the last change), and the newest
        time named."""
        updated, closed = self.moment("updated"), self.moment("closed")
        if updated is not None and updated < requested:
            self.flags.add("updated_before_requested")
        if closed is not None and closed < requested:
            self.flags.add("closed_before_requested")
        ended = meaning.state in ("closed", "refused", "withdrawn")
        at = (closed or updated) if ended else updated
        if at is None and meaning.state != "reported":
            self.flags.add("undated")
        return at, max(filter(None, (updated, closed)), default=None)

    def point(self) -> tuple[float | None, float | None, str]:
        """Latitude, longitude and county; no point where there is none."""
        given = [self.degrees(name) for name in ("lat", "long")]
        if given == [None, None]:
            return None, None, ""
        lat, lon = given
        if lat is None or lon is None or lat == 0 or not (-90 <= lat <= 90 and -180 <= lon <= 180):
            self.flags.add("unlocated")
            return None, None, ""
        county = self.county(lat, lon)
        if not county:
            self.flags.add("outside")
        return lat, lon, county

    def degrees(self, field: str) -> float | None:
        """Degrees as a number; None where nothing is given, infinite (no place) where it cannot be read."""
        for column in self.fields.get(field, ()):
            value = self.row.get(column)
            if value is None or value == "":
                continue
            try:
                found = float(value)
            except (TypeError, ValueError, OverflowError):
                return float("inf")
            return found if isfinite(found) else float("inf")
        return None

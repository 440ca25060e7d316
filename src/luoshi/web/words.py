"""Numbers and times as people read them: city time, thousands, 万 and 亿, a true minus. Pure; all give plain text."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

from django.utils.timezone import get_default_timezone

from luoshi.kernel.text import T, language

UNKNOWN: Final = T("未知", "unknown")
Number = int | float | Decimal


class Steps(NamedTuple):
    """Round steps of counting in one language: from which size on, and the word."""

    size: int
    word: str


_STEPS: Final[dict[str, tuple[Steps, ...]]] = {
    "zh": (Steps(10**8, " 亿"), Steps(10**4, " 万")),
    "en": (Steps(10**9, " billion"), Steps(10**6, " million")),
}


def city_time(moment: datetime) -> datetime:
    """The moment on the city's clock. A naive time is taken as city time already."""
    zone = get_default_timezone()
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)


def day(value: date | None) -> str:
    """`2026-11-23`; an aware datetime is turned into city time first; None gives an empty text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = city_time(value)
    return f"{value.year}-{value.month:02d}-{value.day:02d}"


def when(value: datetime | None) -> str:
    """`2026-11-23 17:30` in city time; None gives an empty text."""
    if value is None:
        return ""
    at = city_time(value)
    return f"{at.year}-{at.month:02d}-{at.day:02d} {at.hour:02d}:{at.minute:02d}"


def short(value: datetime | None) -> str:
    """`11-23 17:30` in city time, for timelines of one year."""
    return when(value)[5:]


def iso(value: datetime) -> str:
    """`2026-11-23T17:30+08:00`: the machine's form for `datetime` attributes."""
    return city_time(value).isoformat(timespec="minutes")


def number(value: Number | None, places: int | None = None) -> str:
    """`12,493` or `8.5`, half up to `places` decimals (None: as given), true minus; None is 未知, never 0."""
    if value is None:
        return str(UNKNOWN)
    exact = Decimal(str(value))
    if places is not None:
        exact = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{exact:,f}".replace("-", "−")


def round_number(value: Number | None, places: int = 1) -> str:
    """`12.5 亿`, `3.4 万` (English: billion, million); smaller numbers as `number`."""
    if value is None:
        return str(UNKNOWN)
    exact = Decimal(str(value))
    for size, word in _STEPS[language()]:
        if abs(exact) >= size:
            return number(exact / size, places) + word
    return number(exact, None if exact == exact.to_integral_value() else places)


def percent(part: int, whole: int, places: int = 1) -> str:
    """`93.0%`: the division happens here, once, half up; without a whole it is 未知."""
    if whole == 0:
        return str(UNKNOWN)
    return number(Decimal(part) * 100 / Decimal(whole), places) + "%"

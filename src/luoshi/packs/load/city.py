"""`city.toml`: the city, its hours, promises and the clock of each step."""

import re
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

from luoshi.kernel.deadlines import KINDS, Rule
from luoshi.kernel.text import T
from luoshi.packs.faults import Faults
from luoshi.packs.model import BASES, OPTIONAL_STEPS, STEPS, City, LightRule, OfficeHours, Rates
from luoshi.packs.tables import Toml, read_toml

FILE = "city.toml"
COORDINATES = ("WGS-84",)


def load_city(folder: Path, faults: Faults) -> City | None:
    """The city; None where the file cannot be read, harmless values where a key is bad (the fault is noted)."""
    toml = read_toml(folder, FILE, faults)
    if toml is None:
        return None
    _known_keys(toml)
    return City(
        code=_matching(toml, ("code",), r"\d{6}", "六位数字", "six digits"),
        name=toml.both("name"),
        timezone=_timezone(toml),
        coordinates=_coordinates(toml),
        hotline=_matching(toml, ("hotline",), r"[\d-]{3,16}", "电话号码", "a telephone number"),
        emergency=toml.both("emergency", "text"),
        emergency_numbers=tuple(str(number) for number in toml.list("emergency", "numbers")),
        office_hours=_office_hours(toml),
        promises=_promises(toml),
        clocks={step: _clock(toml, step) for step in _steps(toml)},
        light=LightRule(
            percent=toml.whole("light", "yellow_percent", low=1, high=99),
            workdays=toml.whole("light", "yellow_workdays", low=0, high=30),
        ),
        map_note=toml.both("map_note"),
        rates=_rates(toml),
    )


def _known_keys(toml: Toml) -> None:
    known = {
        "code",
        "name",
        "timezone",
        "coordinates",
        "hotline",
        "office_hours",
        "map_note",
        "emergency",
        "promises",
        "light",
        "clocks",
        "rates",
    }
    for key in toml.data.keys() - known:
        toml.fault((key,), "未知的键", "unknown key")


def _steps(toml: Toml) -> tuple[str, ...]:
    """The steps that need a clock here: all of STEPS, and those optional ones that are given."""
    clocks = toml.value("clocks")
    given = clocks.keys() if isinstance(clocks, dict) else set()
    for step in given - {*STEPS, *OPTIONAL_STEPS}:
        toml.fault(("clocks", step), "未知的环节", "unknown step")
    return (*STEPS, *(step for step in OPTIONAL_STEPS if step in given))


def _rates(toml: Toml) -> Rates:
    """How units are measured; the usual way where the pack says nothing."""
    if "rates" not in toml.data:
        return Rates()
    weights = {name: toml.whole("rates", "weights", name, low=0, high=100) for name in BASES}
    if not any(weights.values()):
        toml.fault(("rates", "weights"), "不能都是 0", "must not all be 0")
    bases = {}
    for name, known in BASES.items():
        bases[name] = toml.string("rates", "bases", name)
        if bases[name] not in known:
            words = ", ".join(known)
            toml.fault(("rates", "bases", name), "应为其一：{known}", "must be one of: {known}", known=words)
    return Rates(toml.whole("rates", "satisfied_from", low=1, high=5), weights, bases)


def _matching(toml: Toml, path: tuple[str, ...], pattern: str, zh: str, en: str) -> str:
    value = toml.string(*path)
    if value and not re.fullmatch(pattern, value):
        toml.fault(path, "「{value}」应为" + zh, "'{value}' must be " + en, value=value)
    return value


def _timezone(toml: Toml) -> str:
    name = toml.string("timezone")
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, not a name, a folder of names such as Asia
        toml.fault(("timezone",), "未知的时区「{name}」", "unknown timezone '{name}'", name=name)
    return name


def _coordinates(toml: Toml) -> str:
    value = toml.string("coordinates")
    if value not in COORDINATES:
        toml.fault(
            ("coordinates",),
            "应为 WGS-84（GCJ-02 的数据先换算）",
            "must be WGS-84 (convert GCJ-02 data first)",
        )
    return value


def _office_hours(toml: Toml) -> tuple[OfficeHours, ...]:
    hours: list[OfficeHours] = []
    for stretch in toml.list("office_hours"):
        parts = re.fullmatch(r"(\d\d:\d\d)-(\d\d:\d\d)", str(stretch))
        try:
            opens, closes = (time.fromisoformat(part) for part in (parts.groups() if parts else ()))
        except ValueError:
            toml.fault(("office_hours",), "「{s}」应如 08:30-12:00", "'{s}' must be like 08:30-12:00", s=stretch)
            continue
        if opens >= closes or (hours and opens < hours[-1].closes):
            toml.fault(("office_hours",), "「{s}」次序颠倒或重叠", "'{s}' runs backwards or overlaps", s=stretch)
        hours.append(OfficeHours(opens, closes))
    return tuple(hours)


def _promises(toml: Toml) -> tuple[T, ...]:
    found: list[T] = []
    for promise in toml.list("promises"):
        texts = [promise.get(key) if isinstance(promise, dict) else None for key in ("zh", "en")]
        if not all(isinstance(text, str) and text.strip() for text in texts):
            toml.fault(("promises",), "每条承诺须有 zh 与 en", "each promise needs zh and en")
            continue
        found.append(T(str(texts[0]), str(texts[1])))
    return tuple(found)


def _clock(toml: Toml, step: str) -> Rule:
    given, n = toml.string("clocks", step, "kind"), toml.whole("clocks", step, "n", low=1, high=999)
    for kind in KINDS:
        if kind == given:
            return Rule(kind, n)
    toml.fault(
        ("clocks", step, "kind"),
        "「{kind}」应为其一：{known}",
        "'{kind}' must be one of: {known}",
        kind=given,
        known=", ".join(KINDS),
    )
    return Rule("days", n)

"""`calendars/YEAR.json`: rest days and make-up workdays of each year, in the form of holiday-cn."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

from luoshi.kernel.workdays import Day
from luoshi.packs.faults import Faults
from luoshi.packs.tables import read_text

FOLDER = "calendars"


def load_calendars(folder: Path, faults: Faults) -> tuple[tuple[Day, ...], tuple[int, ...]]:
    """All days that differ from their weekday, by date, and the years that have a file."""
    names = sorted(path.name for path in (folder / FOLDER).glob("*.json"))
    if not names:
        faults.add(FOLDER, 0, "没有日历文件", "has no calendar files")
    days: dict[date, Day] = {}
    years = []
    for name in names:
        file = f"{FOLDER}/{name}"
        if not re.fullmatch(r"(19|20)\d\d\.json", name):
            faults.add(file, 0, "文件名应为年份，如 2021.json", "the name must be a year, like 2021.json")
            continue
        years.append(int(name[:4]))
        for day in _year(folder, file, int(name[:4]), faults):
            if (known := days.setdefault(day.date, day)).off != day.off:
                faults.add(file, 0, "{d} 与另一年文件矛盾", "{d} contradicts another year's file", d=known.date)
    return tuple(days[key] for key in sorted(days)), tuple(years)


def _year(folder: Path, file: str, year: int, faults: Faults) -> list[Day]:
    text = read_text(folder, file, faults)
    if text is None:
        return []
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        faults.add(file, error.lineno, "JSON 格式错误：{e}", "bad JSON: {e}", e=error.msg)
        return []
    entries = data.get("days") if isinstance(data, dict) else None
    if not isinstance(entries, list) or not entries or data.get("year") != year:
        faults.add(file, 0, "应有 year = {y} 与非空的 days", "needs year = {y} and days that are not empty", y=year)
        return []
    return [day for entry in entries if (day := _day(entry, file, text, year, faults))]


def _day(entry: Any, file: str, text: str, year: int, faults: Faults) -> Day | None:
    try:
        day = Day(date.fromisoformat(entry["date"]), entry["name"], entry["isOffDay"])
        if isinstance(day.name, str) and isinstance(day.off, bool) and abs(day.date.year - year) <= 1:
            return day
    except (TypeError, KeyError, ValueError):
        pass
    given = str(entry.get("date", entry)) if isinstance(entry, dict) else str(entry)
    position = text.find(f'"{given}"')
    faults.add(
        file,
        text.count("\n", 0, position) + 1 if position >= 0 else 0,
        "「{given}」：每天须有 date、name、isOffDay（true/false），且在该年前后",
        "'{given}': each day needs date, name and isOffDay (true/false), in or next to the year",
        given=given,
    )
    return None

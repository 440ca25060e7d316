"""`divisions.csv`: city → county → street → community by the 12-digit statistical codes."""

from pathlib import Path

from luoshi.packs.faults import Faults
from luoshi.packs.model import DIVISION_LEVELS, Division
from luoshi.packs.tables import Row, read_table
from luoshi.packs.trees import check_parents, keyed

FILE = "divisions.csv"
COLUMNS = ("code", "parent", "level", "kind", "zh", "en", "valid_from", "note")
DIGITS = {"city": 4, "county": 6, "street": 9, "community": 12}
"""How many leading digits of the code belong to each level; the rest is zeros."""


def load_divisions(folder: Path, faults: Faults) -> tuple[Division, ...]:
    """The divisions in the file's order."""
    rows = read_table(folder, FILE, COLUMNS, faults)
    by_code = keyed(rows, "code")
    check_parents(by_code)
    found = tuple(_division(row, by_code) for row in rows)
    cities = [row for row in rows if row.get("level") == "city"]
    for row in cities[1:]:
        row.fault("一个城市包只有一个市级区划", "a pack has one division of level city")
    if rows and not cities:
        faults.add(FILE, 0, "没有市级区划", "has no division of level city")
    return found


def _division(row: Row, by_code: dict[str, Row]) -> Division:
    level = row.choice("level", DIVISION_LEVELS)
    code = row.matching("code", r"\d{12}", "12 位数字", "12 digits")
    if level in DIGITS and code[DIGITS[level] :].strip("0"):
        row.fault(
            "{level} 级代码第 {n} 位之后应为 0",
            "a code of level {level} has only zeros after digit {n}",
            level=level,
            n=DIGITS[level],
        )
    _check_place(row, level, code, by_code.get(row.get("parent")))
    return Division(
        code=code,
        name=row.names(),
        level=level,
        kind=row.matching("kind", r"[a-z]+", "小写英文词", "a lower-case word"),
        parent=row.get("parent") or None,
        valid_from=row.day("valid_from"),
        note=row.get("note"),
    )


def _check_place(row: Row, level: str, code: str, parent: Row | None) -> None:
    if level == "city":
        if row.get("parent"):
            row.fault("市级区划没有上级", "a division of level city has no parent")
    elif not row.get("parent"):
        row.fault("缺少上级", "parent is missing")
    elif parent is not None and level in DIVISION_LEVELS and parent.get("level") in DIVISION_LEVELS:
        above = parent.get("level")
        if DIVISION_LEVELS.index(above) >= DIVISION_LEVELS.index(level):
            row.fault("上级的级别应更高", "the parent must be of a higher level")
        if not code.startswith(parent.get("code")[: DIGITS[above]]):
            row.fault(
                "代码不以上级「{p}」的代码开头", "the code does not begin with its parent's '{p}'", p=parent.get("code")
            )

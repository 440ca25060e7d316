"""`units.csv`: who does what, for which divisions."""

from collections.abc import Collection
from pathlib import Path

from luoshi.packs.faults import Faults
from luoshi.packs.model import UNIT_LEVELS, Unit
from luoshi.packs.tables import Row, read_table
from luoshi.packs.trees import check_parents, keyed

FILE = "units.csv"
COLUMNS = ("code", "parent", "level", "kind", "functions", "covers", "zh", "en", "valid_from")
CODE = r"[a-z0-9]+(\.[a-z0-9]+)*"
HOTLINE = "hotline"
"""The function that takes whatever nobody else is responsible for; every pack has one city unit with it."""


def load_units(folder: Path, divisions: Collection[str], faults: Faults) -> tuple[Unit, ...]:
    """The units in the file's order; `divisions` are the codes that `covers` may name."""
    rows = read_table(folder, FILE, COLUMNS, faults)
    by_code = keyed(rows, "code")
    check_parents(by_code)
    found = tuple(_unit(row, divisions) for row in rows)
    if rows and not any(HOTLINE in unit.functions and unit.level == "city" for unit in found):
        faults.add(FILE, 0, "没有市级 hotline 单位", "has no unit of level city with function hotline")
    _check_rivals(rows, found)
    return found


def _unit(row: Row, divisions: Collection[str]) -> Unit:
    covers = row.words("covers", divisions)
    if not covers:
        row.fault("covers 不能为空", "covers may not be empty")
    functions = row.words("functions")
    for function in functions:
        if not function.isascii() or not function.isalpha() or function != function.lower():
            row.fault("职能「{f}」应为小写英文词", "function '{f}' must be a lower-case word", f=function)
    return Unit(
        code=row.matching("code", CODE, "小写字母、数字和点", "lower-case letters, digits and dots"),
        name=row.names(),
        kind=row.matching("kind", r"[a-z]+", "小写英文词", "a lower-case word"),
        parent=row.get("parent") or None,
        functions=functions,
        level=row.choice("level", UNIT_LEVELS),
        covers=covers,
        valid_from=row.day("valid_from"),
    )


def _check_rivals(rows: list[Row], units: tuple[Unit, ...]) -> None:
    """Two units with one function, level and division leave it open whose work it is."""
    holder: dict[tuple[str, str, str], str] = {}
    for row, unit in zip(rows, units, strict=True):
        for key in ((f, unit.level, division) for f in unit.functions for division in unit.covers):
            first = holder.setdefault(key, unit.code)
            if first != unit.code:
                row.fault(
                    "职能「{f}」在「{d}」已归「{first}」",
                    "function '{f}' in '{d}' already belongs to '{first}'",
                    f=key[0],
                    d=key[2],
                    first=first,
                )

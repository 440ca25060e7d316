"""`people.csv`: the invented people of the demo."""

from collections.abc import Collection
from pathlib import Path

from luoshi.packs.faults import Faults
from luoshi.packs.model import ROLES, Person
from luoshi.packs.tables import Row, read_table
from luoshi.packs.trees import keyed

FILE = "people.csv"
COLUMNS = ("login", "zh", "en", "title_zh", "title_en", "unit", "role", "shown", "simulated")


def load_people(folder: Path, units: Collection[str], faults: Faults) -> tuple[Person, ...]:
    """The people in the file's order; `units` are the codes that a post may name."""
    rows = read_table(folder, FILE, COLUMNS, faults)
    keyed(rows, "login")
    return tuple(_person(row, units) for row in rows)


def _person(row: Row, units: Collection[str]) -> Person:
    unit = row.need("unit")
    if unit and unit not in units:
        row.fault("单位「{unit}」不存在", "unit '{unit}' is unknown", unit=unit)
    row.choice("simulated", ("yes",))  # a pack holds no real person
    return Person(
        login=row.matching("login", r"[a-z][a-z0-9.-]{1,39}", "小写字母开头的登录名", "a login of lower-case letters"),
        name=row.names(),
        title=row.names("title_zh", "title_en"),
        unit=unit,
        role=row.choice("role", ROLES),
        shown=row.flag("shown"),
    )

"""`check`: everything that is wrong with a pack, each fault with file, line and rule."""

from dataclasses import dataclass
from pathlib import Path

from luoshi.packs.faults import Fault, Faults
from luoshi.packs.load.boundaries import load_boundaries
from luoshi.packs.load.calendars import load_calendars
from luoshi.packs.load.categories import load_categories
from luoshi.packs.load.city import FILE as CITY_FILE
from luoshi.packs.load.city import load_city
from luoshi.packs.load.divisions import load_divisions
from luoshi.packs.load.hotline import load_hotline
from luoshi.packs.load.people import load_people
from luoshi.packs.load.texts import load_texts
from luoshi.packs.load.units import load_units
from luoshi.packs.model import City, Division, Pack


@dataclass(frozen=True)
class Loaded:
    """What came out of a folder: the pack (None where not even a city could be read) and all faults in order."""

    pack: Pack | None
    faults: list[Fault]


def check(folder: Path) -> list[Fault]:
    """All faults of the pack in `folder`, by file and line; an empty list means that it can be used."""
    return load(folder).faults


def load(folder: Path) -> Loaded:
    """Read every file once, noting faults on the way."""
    faults = Faults()
    if not folder.is_dir():
        faults.add(str(folder), 0, "没有这个文件夹", "there is no such folder")
        return Loaded(None, faults.found)
    city = load_city(folder, faults)
    divisions = load_divisions(folder, faults)
    _check_city_code(city, divisions, faults)
    levels = {division.code: division.level for division in divisions}
    units = load_units(folder, levels, faults)
    functions = {function for unit in units for function in unit.functions}
    categories = load_categories(folder, functions, faults)
    people = load_people(folder, {unit.code for unit in units}, faults)
    days, years = load_calendars(folder, faults)
    boundaries = load_boundaries(folder, levels, faults)
    texts = load_texts(folder, faults)
    hotline = load_hotline(folder, {kind.code for kind in categories if kind.handling is not None}, faults)
    pack = None
    if city is not None:
        parts = (divisions, units, categories, people, days, years, boundaries, texts)
        pack = Pack(city, *parts, desks=hotline.desks, words=hotline.words)
    return Loaded(pack, sorted(faults.found, key=lambda fault: (fault.file, fault.line, fault.rule)))


def _check_city_code(city: City | None, divisions: tuple[Division, ...], faults: Faults) -> None:
    tops = [division.code for division in divisions if division.level == "city"]
    if city is not None and tops and city.code.ljust(12, "0") != tops[0]:
        faults.add(
            CITY_FILE,
            0,
            "code「{c}」与 divisions.csv 的「{top}」不符",
            "code '{c}' does not match '{top}' in divisions.csv",
            c=city.code,
            top=tops[0],
        )

"""Validators of exports that others wrote: W3C CSV on the Web, Frictionless Data, SDMX."""

import csv
import io
import warnings
from collections.abc import Mapping
from pathlib import Path

from csvw import CSVW
from frictionless import Package
from pysdmx.errors import Invalid
from pysdmx.io import read_sdmx
from pysdmx.model import Component, Components, Concept, DataType, Role, Schema

_TYPES = {
    "OBS_VALUE": DataType.DOUBLE, "NUMERATOR": DataType.DOUBLE, "DENOMINATOR": DataType.LONG, "OBS_COUNT": DataType.LONG,
    "LOG_SIZE": DataType.LONG, "DECIMALS": DataType.SHORT, "UNIT_MULT": DataType.SHORT, "VINTAGE": DataType.DATE,
}  # fmt: skip
_ATTRIBUTES = (
    "OBS_STATUS", "CONF_STATUS", "UNIT_MEASURE", "UNIT_MULT", "DECIMALS", "AS_OF", "LOG_SIZE", "DECLARATION", "TITLE",
    "NUMERATOR", "DENOMINATOR", "OBS_COUNT", "PUBLISHED_VALUE", "DATA_SOURCE", "DOCUMENT", "PAGE", "URL", "COMMENT_OBS",
)  # fmt: skip


def keep(folder: Path, files: Mapping[str, bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def by_csvw(folder: Path) -> list[str]:
    """What is wrong, by the metadata beside the table."""
    (table,) = folder.glob("*.csv")
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        try:
            read = CSVW(str(table), validate=True)
            fine = read.is_valid
            read.to_json()
        except ValueError as error:
            return [str(error)]
    return [] if fine and not found else [str(one.message) for one in [*found, *read.warnings]] or ["not valid"]


def by_frictionless(folder: Path) -> list[str]:
    """What is wrong, by the package's own schema, sizes and hashes."""
    report = Package(str(folder / "datapackage.json")).validate()
    return [] if report.valid else [str(one) for one in report.flatten(["type", "note"])] or report.errors


def by_sdmx(folder: Path) -> list[str]:
    """What is wrong: the reader refuses it, types do not fit, a dimension is empty or two observations have one key."""
    (table,) = folder.glob("*.sdmx.csv")
    try:
        (found,) = read_sdmx(table, validate=False).data
        parts = [_component(str(name)) for name in found.data.columns]
        found.structure = Schema("dataflow", "LUOSHI", "X", Components(parts), "1.0")
    except (Invalid, ValueError) as error:
        return [str(error)]
    keys = [one.id for one in parts if one.role is Role.DIMENSION]
    cells = found.data[keys].astype(str)
    wrong = ["an empty dimension"] if (cells == "").any().any() else []
    return wrong + (["two observations of one key"] if cells.duplicated().any() else [])


def _component(name: str) -> Component:
    role = Role.MEASURE if name == "OBS_VALUE" else Role.ATTRIBUTE if name in _ATTRIBUTES else Role.DIMENSION
    level = "O" if role is Role.ATTRIBUTE else None
    return Component(
        name, role is Role.DIMENSION, role, Concept(name), _TYPES.get(name, DataType.STRING), attachment_level=level
    )


CHECKS = {"csvw": by_csvw, "frictionless": by_frictionless, "sdmx": by_sdmx}


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))

"""SDMX-CSV 2.0 (for SDMX 3.0): one line an observation, all dimensions of the figure, attributes after the value.

What a reported figure gives is what the import of reported figures takes: a revision and the first release beside it are
two observations by VINTAGE, and where the source misprints a number PUBLISHED_VALUE keeps what it prints.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from luoshi.figures.declare import Figure
from luoshi.figures.exports.computed import NORMAL, PROVISIONAL
from luoshi.figures.exports.table import NONE, SUPPRESSED, TOTAL, About, Row, Table
from luoshi.figures.exports.texts import csv_bytes
from luoshi.figures.period import parse
from luoshi.kernel.text import T

MEDIA: Final = "application/vnd.sdmx.data+csv;version=2.0.0"
AGENCY: Final = "LUOSHI"
OBS_STATUS: Final[Mapping[str, str]] = {
    NORMAL: "A", PROVISIONAL: "P", SUPPRESSED: "Q", NONE: "M", "preliminary": "P", "revised": "R", "final": "A",
}  # fmt: skip
"""CL_OBS_STATUS: normal, provisional, suppressed, cannot exist; R as Eurostat has it, which the import reads too."""
FREE, NOT_PUBLISHED = "F", "N"
"""CL_CONF_STATUS; one code for every hidden number: which of them is small and which its complement stays hidden too."""
_FREQ: Final = {12: "A", 3: "Q", 1: "M"}
Cells = Callable[[Row, About], str]


def files(table: Table) -> dict[str, bytes]:
    """`ID.csv`, in a file of its own."""
    figure = table.about.figure
    columns = _head(figure) | (_computed(figure) if isinstance(figure, Figure) else _REPORTED) | _END
    rows = [[cell(row, table.about) for cell in columns.values()] for row in (*table.releases, *table.rows)]
    return {f"{figure.id}.sdmx.csv": csv_bytes([list(columns), *rows])}


def _identified(text: str) -> str:
    """As an SDMX id."""
    return re.sub(r"[^A-Z0-9]+", "_", text.upper()).strip("_")


def _unit(unit: T) -> str:
    return "PT" if unit.zh == "%" else _identified(unit.en) or "NUMBER"


def _when(row: Row, about: About) -> str:
    return row["period"].replace("Q", "-Q")


def _often(row: Row, about: About) -> str:
    period = parse(row["period"])
    return _FREQ[period.last - period.first]


def _fixed(text: str) -> Cells:
    return lambda row, about: text


def _of(name: str, empty: str = "") -> Cells:
    return lambda row, about: row.get(name, empty)


def _status(row: Row, about: About) -> str:
    return OBS_STATUS[row["status"]]


def _confidential(row: Row, about: About) -> str:
    return NOT_PUBLISHED if row["status"] == SUPPRESSED else FREE


def _head(figure: object) -> dict[str, Cells]:
    return {
        "STRUCTURE": _fixed("dataflow"),
        "STRUCTURE_ID": lambda row, about: f"{AGENCY}:{_identified(about.figure.id)}(1.0)",
        "ACTION": _fixed("I"), "FREQ": _often, "INDICATOR": lambda row, about: about.figure.id,
    }  # fmt: skip


def _computed(figure: Figure) -> dict[str, Cells]:
    found: dict[str, Cells] = {"REF_AREA": lambda row, about: about.area}
    found |= {_identified(name): _of(name, TOTAL) for name in figure.by}
    return found | {
        "TIME_PERIOD": _when, "OBS_VALUE": _of("value"), "NUMERATOR": _of("numerator"), "DENOMINATOR": _of("denominator"),
        "OBS_COUNT": _of("n"),
    }  # fmt: skip


_REPORTED: Final[dict[str, Cells]] = {
    "REF_AREA": _of("place"), "VINTAGE": _of("vintage"), "TIME_PERIOD": _when, "OBS_VALUE": _of("value"),
    "PUBLISHED_VALUE": _of("published"), "DATA_SOURCE": _of("source"), "DOCUMENT": _of("document"), "PAGE": _of("page"),
    "URL": _of("address"), "COMMENT_OBS": _of("note"),
}  # fmt: skip
_END: Final[dict[str, Cells]] = {
    "OBS_STATUS": _status, "CONF_STATUS": _confidential, "UNIT_MEASURE": lambda row, about: _unit(about.unit),
    "UNIT_MULT": _fixed("0"), "DECIMALS": lambda row, about: str(about.figure.decimals),
    "AS_OF": lambda row, about: row.get("known_as_of") or about.as_of,
    "LOG_SIZE": lambda row, about: row.get("known_size") or str(about.size),
    "DECLARATION": lambda row, about: about.fingerprint, "TITLE": lambda row, about: about.figure.name.en,
}  # fmt: skip

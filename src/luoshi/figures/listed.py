"""A figure's declaration as plain data, with the statistician's metadata under the names of SDMX's cross-domain concepts."""

from typing import Any

from luoshi.figures.declare import Figure
from luoshi.figures.reported.declare import Reported
from luoshi.kernel.measures import as_json
from luoshi.kernel.text import T


def listed(figure: Figure) -> dict[str, Any]:
    """What is said of a figure."""
    return {
        "id": figure.id,
        "name": str(figure.name),
        "define": str(figure.define),
        "unit": figure.unit,
        "by": list(figure.by),
        "kind": figure.measure.kind,
        "decimals": figure.decimals,
        "better": figure.better,
        "fingerprint": figure.fingerprint,
        "measure": as_json(figure.measure),
        "metadata": metadata(figure, figure.unit_name),
    }


def metadata(figure: Figure | Reported, unit: T) -> dict[str, Any]:
    """What a statistician prints beside a number. Names of concepts: SDMX Content-Oriented Guidelines, annex 1."""
    return {
        "STAT_CONC_DEF": figure.define._asdict(),
        "TITLE": figure.name._asdict(),
        "UNIT_MEASURE": unit._asdict(),
        "DECIMALS": figure.decimals,
        "FREQ": figure.frequency,
        "CONTACT_ORGANISATION": figure.owner,
        "DATA_SOURCE": figure.source._asdict(),
        "COMMENT": figure.note._asdict(),
    }

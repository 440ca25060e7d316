"""CSV with its metadata: W3C, Metadata Vocabulary for Tabular Data (17 December 2015)."""

from typing import Any, Final

from luoshi.figures.exports.table import PERIOD, Column, Table
from luoshi.figures.exports.texts import facts, json_bytes, plain_csv
from luoshi.kernel.text import T

_TYPES: Final[dict[str, Any]] = {
    "text": "string", "whole": "integer", "number": "decimal", "day": "date", "period": {"base": "string", "format": PERIOD},
}  # fmt: skip


def files(table: Table) -> dict[str, bytes]:
    """`ID.csv` and `ID.csv-metadata.json`, where readers of the standard look for it."""
    name = f"{table.about.figure.id}.csv"
    return {name: plain_csv(table), f"{name}-metadata.json": json_bytes(_metadata(table, name))}


def _metadata(table: Table, name: str) -> dict[str, Any]:
    figure, about = table.about.figure, table.about
    found: dict[str, Any] = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh"}],
        "url": name, "dc:identifier": figure.id, "dc:title": _both(figure.name), "dc:description": _both(figure.define),
        "dc:publisher": figure.owner, "dc:temporal": about.period, "dc:spatial": about.area,
    }  # fmt: skip
    if figure.source.zh:
        found["dc:source"] = _both(figure.source)
    if about.licence:
        found["dc:license"] = {"@id": about.licence}
    found |= {
        "schema:unitText": _both(about.unit),
        "schema:additionalProperty": [_property(*one) for one in facts(table).items()],
    }
    return found | {"tableSchema": {"columns": [_column(one) for one in table.columns], "primaryKey": table.keys}}


def _both(text: T) -> list[dict[str, str]]:
    return [{"@value": text.zh, "@language": "zh"}, {"@value": text.en, "@language": "en"}]


def _property(name: str, value: Any) -> dict[str, Any]:
    return {"schema:name": name, "schema:value": value}


def _column(column: Column) -> dict[str, Any]:
    """A column; the name at its head is one of its titles, in no language."""
    kind: Any = {"base": "string", "format": "|".join(column.values)} if column.values else _TYPES[column.kind]
    titles = {"und": column.name, "zh": column.title.zh, "en": column.title.en}
    found: dict[str, Any] = {"name": column.name, "titles": titles, "datatype": kind}
    return found | ({"required": True} if column.key else {})

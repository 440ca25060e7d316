"""A data package of Frictionless Data: `datapackage.json` (specification 1) beside the table."""

from hashlib import sha256
from typing import Any, Final

from luoshi.figures.exports.table import PERIOD, Column, Table
from luoshi.figures.exports.texts import facts, json_bytes, plain_csv

PACKAGE: Final = "datapackage.json"
_TYPES: Final = {"text": "string", "whole": "integer", "number": "number", "day": "date", "period": "string"}


def files(table: Table) -> dict[str, bytes]:
    """`ID.csv` and `datapackage.json`."""
    name, data = f"{table.about.figure.id}.csv", plain_csv(table)
    return {name: data, PACKAGE: json_bytes(_package(table, name, data))}


def _package(table: Table, name: str, data: bytes) -> dict[str, Any]:
    figure, about = table.about.figure, table.about
    found: dict[str, Any] = {
        "profile": "tabular-data-package", "name": figure.id, "id": f"{figure.id}@{about.size}",
        "title": f"{figure.name.zh} · {figure.name.en}", "description": f"{figure.define.zh}\n\n{figure.define.en}",
        "contributors": [{"title": figure.owner, "role": "publisher"}],
        "sources": [{"title": _source(table)}],
    }  # fmt: skip
    if about.licence:
        found["licenses"] = [{"path": about.licence}]
    unit = {"zh": about.unit.zh, "en": about.unit.en}
    return found | {"luoshi": facts(table) | {"unit": unit}, "resources": [_resource(table, name, data)]}


def _source(table: Table) -> str:
    """Where the numbers come from: a document of others, or the sealed log."""
    source = table.about.figure.source
    log = f"落实日志前 {table.about.size} 条 · the first {table.about.size} entries of the log"
    return f"{source.zh} · {source.en}" if source.zh else log


def _resource(table: Table, name: str, data: bytes) -> dict[str, Any]:
    schema = {"fields": [_field(one) for one in table.columns], "missingValues": [""], "primaryKey": table.keys}
    return {
        "name": table.about.figure.id, "path": name, "profile": "tabular-data-resource", "format": "csv",
        "mediatype": "text/csv", "encoding": "utf-8", "bytes": len(data), "hash": f"sha256:{sha256(data).hexdigest()}",
        "schema": schema,
    }  # fmt: skip


def _field(column: Column) -> dict[str, Any]:
    limits: dict[str, Any] = {"required": True} if column.key else {}
    if column.values:
        limits["enum"] = list(column.values)
    if column.kind == "period":
        limits["pattern"] = PERIOD
    found = {"name": column.name, "type": _TYPES[column.kind], "title": f"{column.title.zh} · {column.title.en}"}
    return found | ({"constraints": limits} if limits else {})

"""DuckDB, embedded: the engine that counts over the lake; a database in memory that shows the files and loads nothing."""

import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import duckdb

from luoshi.kernel.measures import Facts

_TYPES: Final = {"text": "VARCHAR", "int": "BIGINT", "bool": "BOOLEAN", "time": "BIGINT", "uuid": "VARCHAR"}
_MEMORY: Final = "2GB"


def fresh() -> duckdb.DuckDBPyConnection:
    """A new database that reaches no network and loads nothing."""
    settings: dict[str, Any] = {
        "autoinstall_known_extensions": False, "autoload_known_extensions": False, "memory_limit": _MEMORY,
        "threads": min(os.cpu_count() or 1, 4), "preserve_insertion_order": True,
    }  # fmt: skip
    return duckdb.connect(":memory:", config=settings)


def columns(facts: Facts) -> dict[str, str]:
    """The columns of a file of events with DuckDB's types."""
    return {name: _TYPES[type_] for name, type_ in facts.types("events").items()}


def csv(facts: Facts, file: Path, null: str) -> duckdb.DuckDBPyRelation:
    """The rows of a CSV without a header."""
    text = (
        "SELECT * FROM read_csv($file, header=false, columns=$columns, nullstr=$null, quote='\"', escape='\"', "
        "delim=',', auto_detect=false)"
    )
    return fresh().sql(text, params={"file": str(file), "columns": columns(facts), "null": null})


def events(
    facts: Facts, files: Sequence[Path], where: duckdb.DuckDBPyConnection | None = None
) -> duckdb.DuckDBPyRelation:
    """The rows of files of events; none where there is no file."""
    database = where or fresh()
    if not files:
        typed = ", ".join(f"NULL::{type_} AS {name}" for name, type_ in columns(facts).items())
        return database.sql(f"SELECT {typed} WHERE false")
    return database.read_parquet([str(file) for file in files])


@lru_cache(maxsize=4)
def _over(facts: Facts, files: tuple[Path, ...], life: Path | None) -> duckdb.DuckDBPyConnection:
    """A database that shows some files under the line's names; a file never changes, so it may be asked again."""
    database = fresh()
    events(facts, files, database).create_view(f"{facts.line}_events")
    if life is not None:
        database.read_parquet(str(life)).create_view(f"{facts.line}_life")
    return database


def asked(
    facts: Facts, files: Sequence[Path], text: str, values: Mapping[str, Any], life: Path | None = None
) -> duckdb.DuckDBPyRelation:
    """A compiled question over the files, with the values that it names."""
    database = _over(facts, tuple(files), life).cursor()
    return database.sql(text, params=dict(values))


def to_csv(names: Sequence[str], file: Path, out: Path, null: str) -> None:
    """Write the rows of a Parquet file as CSV without a header, in their order."""
    database = fresh()
    rows = database.read_parquet(str(file)).project(", ".join(names))
    rows.write_csv(str(out), header=False, na_rep=null, quotechar='"', escapechar='"')

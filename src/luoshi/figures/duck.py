"""DuckDB, embedded: the engine that counts over the lake; a database in memory that shows the files and loads nothing."""

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import duckdb

from luoshi.kernel.measures import Facts

_TYPES: Final = {"text": "VARCHAR", "int": "BIGINT", "bool": "BOOLEAN", "time": "BIGINT", "uuid": "VARCHAR"}
_MEMORY: Final = "2GB"
_BLOCK: Final = 1 << 20
NULL: Final = r"\N"
"""What stands in CSV for no value, here and in PostgreSQL's."""
SPILL: Final = "spill-"
"""How the folders begin that a database makes for what its memory does not hold, and removes when it is closed."""


def fresh(where: Path) -> duckdb.DuckDBPyConnection:
    """A new database that reaches no network and loads nothing; what its memory does not hold goes below the folder `where`."""
    settings: dict[str, Any] = {
        "autoinstall_known_extensions": False, "autoload_known_extensions": False, "memory_limit": _MEMORY,
        "threads": min(os.cpu_count() or 1, 4), "preserve_insertion_order": True,
        "temp_directory": str(where / f"{SPILL}{secrets.token_hex(4)}"),
    }  # fmt: skip
    return duckdb.connect(":memory:", config=settings)


def columns(facts: Facts) -> dict[str, str]:
    """The columns of a file of events with DuckDB's types."""
    return {name: _TYPES[type_] for name, type_ in facts.types("events").items()}


def csv(facts: Facts, file: Path) -> duckdb.DuckDBPyRelation:
    """The rows of a CSV without a header."""
    text = (
        "SELECT * FROM read_csv($file, header=false, columns=$columns, nullstr=$null, quote='\"', escape='\"', "
        "delim=',', auto_detect=false)"
    )
    return fresh(file.parent).sql(text, params={"file": str(file), "columns": columns(facts), "null": NULL})


def show_events(database: duckdb.DuckDBPyConnection, facts: Facts, files: Sequence[Path], name: str) -> None:
    """A view of the rows of files of events; of none where there is no file."""
    if files:
        database.read_parquet([str(file) for file in files]).create_view(name)
    else:
        typed = ", ".join(f"NULL::{type_} AS {column}" for column, type_ in columns(facts).items())
        database.execute(f"CREATE VIEW {name} AS SELECT {typed} WHERE false")


@lru_cache(maxsize=4)
def _over(where: Path, facts: Facts, files: tuple[Path, ...], life: Path | None) -> duckdb.DuckDBPyConnection:
    """A database that shows some files under the line's names; a file never changes, so it may be asked again."""
    database = fresh(where)
    show_events(database, facts, files, f"{facts.line}_events")
    if life is not None:
        database.read_parquet(str(life)).create_view(f"{facts.line}_life")
    return database


def asked(
    where: Path, facts: Facts, files: Sequence[Path], text: str, values: Mapping[str, Any], life: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """A compiled question over the files of the folder `where`, with the values that it names; to be fetched from."""
    return _over(where, facts, tuple(files), life).cursor().execute(text, dict(values))


def blocks(where: Path, rows: duckdb.DuckDBPyRelation) -> Iterator[bytes]:
    """Rows as CSV without a header, in their order, by way of a temporary file in the folder `where`."""
    temporary = where / f"{secrets.token_hex(4)}.csv"
    try:
        rows.write_csv(str(temporary), header=False, na_rep=NULL, quotechar='"', escapechar='"')
        with temporary.open("rb") as source:
            while block := source.read(_BLOCK):
                yield block
    finally:
        temporary.unlink(missing_ok=True)


def blocks_of(names: Iterable[str], file: Path) -> Iterator[bytes]:
    """The rows of a Parquet file as CSV, some columns of them."""
    return blocks(file.parent, fresh(file.parent).read_parquet(str(file)).project(", ".join(names)))

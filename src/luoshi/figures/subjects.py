"""The rows of subjects in PostgreSQL too, as they stand at one size of the log: a page of records is found there at once.

Derived data, a table `<line>_life` for each line, brought along whenever the lake's own rows of subjects are. What it says
counts only for just that size; at any other one the lake is asked.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import duckdb
from django.db import connection, transaction
from psycopg import Cursor, sql
from psycopg.rows import dict_row

from luoshi.figures import duck
from luoshi.kernel.measures import Facts

_TYPES: Final = {"text": "text", "int": "bigint", "bool": "boolean", "time": "bigint", "uuid": "uuid"}
_FORM: Final = f"(FORMAT csv, NULL '{duck.NULL}')"
_ASKED: Final = """
SELECT s.size AS as_of_size, r.* FROM fact_life s LEFT JOIN LATERAL ({text}) r ON true WHERE s.line = %(line)s ORDER BY r.place
"""


def table(facts: Facts) -> str:
    """The table's name, which is that of the lake's rows of subjects."""
    return f"{facts.line}_life"


def create(facts: Facts) -> Iterator[str]:
    """The statements that make a line's table anew, as the owner; it is filled the next time that the rows are rolled up."""
    name, columns = table(facts), facts.types("life")
    typed = ", ".join(
        f"{column} {_TYPES[type_]} {'NOT NULL' if column in ('subject', 'first') else ''}"
        for column, type_ in columns.items()
    )
    yield f"DROP TABLE IF EXISTS {name}"
    yield f"CREATE TABLE {name} ({typed}, PRIMARY KEY (subject))"
    yield f"CREATE UNIQUE INDEX {name}_first ON {name} (first)"
    for column in ("stage",) if "stage" in columns else ():
        yield f"CREATE INDEX {name}_{column} ON {name} ({column}, first)"
    yield f"DELETE FROM fact_life WHERE line = '{facts.line}'"


def keep(where: Path, facts: Facts, database: duckdb.DuckDBPyConnection, old: int, size: int) -> None:
    """Bring the table from one size to another: `database` has all `lives`, and which subjects `changed`."""
    name, columns = table(facts), ", ".join(facts.types("life"))
    with transaction.atomic(), Cursor(connection.connection) as cursor:
        known = cursor.execute("SELECT size FROM fact_life WHERE line = %s FOR UPDATE", [facts.line]).fetchone()
        some = bool(old) and known == (old,)
        of = "WHERE subject IN (SELECT subject FROM changed)" if some else ""
        if some:
            cursor.execute(_sql("CREATE TEMP TABLE lives_changed (LIKE {})", name))
        else:
            cursor.execute(_sql("DELETE FROM {}", name))
        into = _sql("COPY {} FROM STDIN " + _FORM, "lives_changed" if some else name)
        with cursor.copy(into) as copy:
            for block in duck.blocks(where, database.sql(f"SELECT {columns} FROM lives {of}")):
                copy.write(block)
        if some:
            cursor.execute(_sql("DELETE FROM {} WHERE subject IN (SELECT subject FROM lives_changed)", name))
            cursor.execute(_sql("INSERT INTO {} SELECT * FROM lives_changed", name))
            cursor.execute("DROP TABLE lives_changed")
        cursor.execute(
            "INSERT INTO fact_life (line, size) VALUES (%s, %s) ON CONFLICT (line) DO UPDATE SET size = excluded.size",
            [facts.line, size],
        )


def take(where: Path, facts: Facts, life: Path, size: int) -> None:
    """Fill the table from the lake's file of a size."""
    database = duck.fresh(where)
    database.read_parquet(str(life)).create_view("lives")
    keep(where, facts, database, 0, size)


def _sql(text: Any, name: str) -> sql.Composed:
    return sql.SQL(text).format(sql.Identifier(name))


def records(facts: Facts, text: str, values: Mapping[str, Any], size: int) -> list[dict[str, Any]] | None:
    """The answer of a compiled question about rows of subjects, by their place; None where the table is of another size."""
    connection.ensure_connection()
    with Cursor(connection.connection, row_factory=dict_row) as cursor:
        asked = _ASKED.format(text=text).encode()
        rows = cursor.execute(asked, {**values, "line": facts.line}).fetchall()
    if not rows or rows[0]["as_of_size"] != size:
        return None
    return [row for row in rows if row["place"] is not None]


def size_of(facts: Facts) -> int:
    """As of which size of the log the table stands; 0 before it was filled."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT size FROM fact_life WHERE line = %s", [facts.line])
        return int((cursor.fetchone() or (0,))[0])


def csv(facts: Facts) -> Iterator[bytes]:
    """The rows as the lake's file gives them as CSV, by the place of their first event."""
    shown = ", ".join(f"{name}::text" if type_ == "bool" else name for name, type_ in facts.types("life").items())
    query = f"COPY (SELECT {shown} FROM {table(facts)} ORDER BY first) TO STDOUT {_FORM}"
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor, cursor.copy(query.encode()) as copy:
        for block in copy:
            yield bytes(block)

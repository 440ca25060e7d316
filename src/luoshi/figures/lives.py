"""The rows of subjects in a line's lake: rolled up anew only for subjects of which the log holds something new."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb

from luoshi.figures import duck, shapes
from luoshi.kernel.measures import Facts

_ALL: Final = 1 << 62
_AT_ONCE: Final = 200_000
"""Subjects rolled up at once: what is known of each is held in memory until its last event was seen."""


def are(where: Path, facts: Facts, files: Sequence[Path], kept: Path, size: int) -> bool:
    """Are the rows of a file those that the events give at a size of the log?

    The files may hold more by now. Raises OSError or duckdb.Error for a file that cannot be read.
    """
    database = rolled(where, facts, files, until=size)
    database.read_parquet(str(kept)).project(_names(facts)).create_view("kept")
    found = database.execute(
        "SELECT count(*) FROM ((FROM lives EXCEPT ALL FROM kept) UNION ALL (FROM kept EXCEPT ALL FROM lives))"
    )
    return bool(found.fetchall() == [(0,)])


def _names(facts: Facts) -> str:
    return ", ".join(facts.types("life"))


def rolled(
    where: Path, facts: Facts, files: Sequence[Path], old: Path | None = None, since: int = 0, until: int = _ALL
) -> duckdb.DuckDBPyConnection:
    """A database with `lives`, one row a subject: what files of events say, or `old` where nothing is known `since`.

    `changed` are the subjects that were rolled up; what is known from `until` on is left out.
    """
    database = duck.fresh(where)
    duck.show_events(database, facts, files, "whole")
    database.execute(
        f"CREATE VIEW every AS SELECT * REPLACE (CASE WHEN superseded < {until:d} THEN superseded END AS superseded) "
        f"FROM whole WHERE known < {until:d}"
    )
    database.execute(
        "CREATE TABLE changed AS SELECT subject, row_number() OVER () // $most AS part FROM "
        "(SELECT DISTINCT subject FROM every WHERE known >= $since OR superseded >= $since)",
        {"most": _AT_ONCE, "since": since if old else 0},
    )
    database.execute(
        f"CREATE VIEW {facts.line}_events AS SELECT * FROM every "
        "WHERE subject IN (SELECT subject FROM changed WHERE part = getvariable('part'))"
    )
    ((parts,),) = database.execute("SELECT coalesce(max(part) + 1, 0) FROM changed").fetchall()
    text = shapes.life_text("duckdb", facts, now=True)
    kept = database.read_parquet(str(old)).project(_names(facts)) if old else database.sql(f"{text} LIMIT 0")
    kept.filter("subject NOT IN (SELECT subject FROM changed)").create("lives")
    for part in range(parts):
        database.execute(f"SET VARIABLE part = {part}")
        database.execute(f"INSERT INTO lives {text}")
    return database

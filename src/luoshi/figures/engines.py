"""The engines: each runs a compiled text over a line's facts and gives rows as mappings of names to whole numbers and words."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction
from psycopg import Cursor
from psycopg.rows import dict_row

from luoshi.figures import duck, lake, shapes
from luoshi.figures.lake import Manifest
from luoshi.figures.shape import Engine, Life
from luoshi.kernel.measures import Facts
from luoshi.kernel.text import T

_PARAMETERS: Final = {"duckdb": r"\$(\w+)", "spark": r"(?<!:):(\w+)"}
NO_SPARK: Final = T(
    "没有 Spark：pip install 'luoshi[spark]'，并装好 Java 17 或更新的",
    "Spark is not here: pip install 'luoshi[spark]', and Java 17 or newer",
)


class EngineMissing(RuntimeError):
    """An engine that is not installed, or does not answer; `text` says why."""

    def __init__(self, text: T = NO_SPARK) -> None:
        self.text = text
        super().__init__(text.en)


def _once(text: str, view: str) -> str:
    """The text with the view computed once, where it stands several times: it takes every event's body apart."""
    if text.count(f'"{view}"') < 2:
        return text
    whole = f"WITH {view} AS MATERIALIZED (SELECT * FROM {view} WHERE known < %(size)s)"
    return f"{whole}, {text[5:]}" if text.startswith("WITH ") else f"{whole} {text}"


def shaped(engine: Engine, life: Life) -> Life:
    """How a question's own text takes the rows of subjects: Spark rolls them up beforehand, once for many questions."""
    return "kept" if engine == "spark" else life


def run(
    engine: Engine, home: Path, facts: Facts, there: Manifest, text: str, values: Mapping[str, Any], life: Life
) -> list[dict[str, Any]]:
    """The rows of an answer; `life` says where the rows of subjects come from. Raises EngineMissing."""
    if engine == "postgres":
        connection.ensure_connection()
        with transaction.atomic(), Cursor(connection.connection, row_factory=dict_row) as cursor:
            # of what a view takes out of bodies nothing is estimated: loops within loops would take hours
            cursor.execute("SET LOCAL enable_nestloop = off")
            return cursor.execute(_once(text, f"{facts.line}_events").encode(), values).fetchall()
    files = lake.paths(home, facts, there)
    kept = lake.life_path(home, facts, there) if there.life else None
    if engine == "spark":
        from luoshi.figures import spark

        rolled = None
        if life != "kept" and f"{facts.line}_life" in text:
            how = shapes.life_text(engine, facts, life)
            rolled = how, _named(engine, how, values)
        return spark.run(facts, files, rolled or kept, text, _named(engine, text, values))
    found = duck.asked(lake.folder(home, facts.line), facts, files, text, _named(engine, text, values), kept)
    names = [one[0] for one in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _named(engine: Engine, text: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the values that a text names."""
    named = set(re.findall(_PARAMETERS[engine], text))
    return {name: value for name, value in values.items() if name in named}

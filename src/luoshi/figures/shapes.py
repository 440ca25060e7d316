"""Compiled questions: the text of each shape for each engine, kept in a file of the home, so that Ibis is rarely loaded.

A web worker never loads it: what is not there yet is compiled by a process of its own.
"""

import json
import subprocess
import sys
from dataclasses import asdict
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Final

from luoshi import home as homes
from luoshi.figures.shape import Engine, Life, Shape
from luoshi.kernel.measures import Facts, Measure, as_json

COMPILED_BY: Final = 3
"""Another number where the same declaration compiles to another text."""


@lru_cache(maxsize=1)
def _ibis() -> str:
    return version("ibis-framework")


def key_of(engine: Engine, measure: Measure, facts: Facts, shape: Shape) -> str:
    """The name under which a text is kept: whatever it depends on."""
    said = [
        COMPILED_BY, _ibis(), engine, as_json(measure), facts.fingerprint,
        [shape.by, shape.where, shape.life, shape.rows, shape.part, shape.now],
    ]  # fmt: skip
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


@lru_cache(maxsize=4096)
def _known(file: Path) -> str:
    return file.read_text("utf-8")


def text(folder: Path, engine: Engine, measure: Measure, facts: Facts, shape: Shape) -> str:
    """The text of a shape; compiled the first time."""
    file = folder / f"{key_of(engine, measure, facts, shape)}.sql"
    try:
        return _known(file)
    except FileNotFoundError:
        folder.mkdir(parents=True, exist_ok=True)
    if "ibis" in sys.modules or not _serving():
        found = compiled(engine, measure, facts, shape)
        homes.write(file, found)
    else:
        said = json.dumps(asdict(shape))
        apart = [sys.executable, "-m", "luoshi.figures.apart", engine, shape.figure, said, str(file)]
        subprocess.run(apart, check=True, timeout=60)
    return _known(file)


def _serving() -> bool:
    """Is this a web worker?"""
    return "luoshi.wsgi" in sys.modules


def compiled(engine: Engine, measure: Measure, facts: Facts, shape: Shape) -> str:
    """The text of a shape, by Ibis."""
    from luoshi.figures import dialects, expr

    asked = expr.answer if not shape.rows else expr.states if shape.by else expr.records
    table = asked(measure, facts, shape)
    return dialects.text(engine, table)


@lru_cache(maxsize=32)
def life_text(engine: Engine, facts: Facts, life: Life = "rolled", *, now: bool = False) -> str:
    """The text that rolls up what was known at `size` (and had happened by `end`) to one row a subject.

    `now`: all that is there was known.
    """
    from luoshi.figures import dialects, expr

    return dialects.text(engine, expr.life(facts, life, now=now))

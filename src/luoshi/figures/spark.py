"""Apache Spark over the same files, for what one machine cannot hold; local, or a cluster by the setting `spark_master`.

The session lives as long as the process, and with it the rows of subjects that were rolled up for a size. The files must be where all of the cluster's machines can read them.
"""

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from luoshi.figures.engines import EngineMissing
from luoshi.kernel.measures import Facts
from luoshi.kernel.text import T

_KEPT: Final = 4
"""How many sizes' rows of subjects are held at once."""


NO_ANSWER: Final = T(
    "Spark（{master}）没有答复：{why}；见 docs/provinces.md",
    "Spark ({master}) does not answer: {why}; see docs/provinces.md",
)


def _first_line(error: Exception) -> str:
    """What Spark says of it: of a Java exception the first line that names one."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return next((line for line in lines if "Exception" in line and not line.startswith("at ")), lines[0])[:300]


@lru_cache(maxsize=1)
def _session() -> Any:
    try:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise EngineMissing from None
    master = settings.CONF.text("spark_master")
    options = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}
    options |= {"spark.sql.session.timeZone": "UTC", "spark.sql.ansi.enabled": "true"}
    if master.startswith("local"):
        options["spark.sql.shuffle.partitions"] = str(os.cpu_count() or 1)  # not the 200 of a cluster
    logging.getLogger("py4j").setLevel(logging.WARNING)
    builder = SparkSession.builder.appName("luoshi").master(master)
    for name, value in options.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except (PySparkException, OSError) as error:  # no Java
        raise EngineMissing from error
    except Py4JError as error:
        raise EngineMissing(NO_ANSWER.fill(master=master, why=_first_line(error))) from error


@lru_cache(maxsize=64)
def _read(files: tuple[Path, ...]) -> Any:
    return _session().read.parquet(*map(str, files))


@dataclass
class _Lives:
    """Rows of subjects as rolled up, by files, text and parameters; the oldest give way."""

    held: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def of(self, files: Sequence[Path], text: str, values: Mapping[str, Any]) -> Any:
        key = (tuple(files), text, tuple(sorted(values.items())))
        if key not in self.held:
            if len(self.held) >= _KEPT:
                self.held.pop(next(iter(self.held))).unpersist()
            self.held[key] = _session().sql(text, args=dict(values)).cache()
        return self.held[key]


_lives: Final = _Lives()


def run(
    facts: Facts, files: Sequence[Path], life: Path | tuple[str, Mapping[str, Any]] | None, text: str,
    values: Mapping[str, Any],
) -> list[dict[str, Any]]:  # fmt: skip
    """The rows of a compiled question; `life` has the rows of subjects, or is the text that rolls them up, computed once."""
    session = _session()
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        return _rows(session, facts, files, life, text, values)
    except (PySparkException, Py4JError) as error:  # a path that the cluster does not see, an executor that is lost
        master = settings.CONF.text("spark_master")
        raise EngineMissing(NO_ANSWER.fill(master=master, why=_first_line(error))) from error


def _rows(
    session: Any, facts: Facts, files: Sequence[Path], life: Path | tuple[str, Mapping[str, Any]] | None, text: str,
    values: Mapping[str, Any],
) -> list[dict[str, Any]]:  # fmt: skip
    if files:
        _read(tuple(files)).createOrReplaceTempView(f"{facts.line}_events")
    if life is not None:
        lives = _read((life,)) if isinstance(life, Path) else _lives.of(files, *life)
        lives.createOrReplaceTempView(f"{facts.line}_life")
    return [row.asDict() for row in session.sql(text, args=dict(values)).collect()]

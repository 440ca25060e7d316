"""Apache Spark over the same files, for what one machine cannot hold; local, or a cluster by the setting `spark_master`.

The session lives as long as the process. The files must be where all of the cluster's machines can read them.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from luoshi.figures.engines import EngineMissing
from luoshi.kernel.measures import Facts


@lru_cache(maxsize=1)
def _session() -> Any:
    from django.conf import settings

    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise EngineMissing(str(EngineMissing.text)) from None
    builder = SparkSession.builder.appName("luoshi").master(settings.CONF.text("spark_master"))
    quiet = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}
    for name, value in {**quiet, "spark.sql.session.timeZone": "UTC", "spark.sql.ansi.enabled": "true"}.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except (PySparkException, OSError) as error:  # no Java
        raise EngineMissing(str(EngineMissing.text)) from error


def run(
    facts: Facts, files: Sequence[Path], life: Path | None, text: str, values: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The rows of a compiled question."""
    session = _session()
    if files:
        session.read.parquet(*map(str, files)).createOrReplaceTempView(f"{facts.line}_events")
    if life is not None:
        session.read.parquet(str(life)).createOrReplaceTempView(f"{facts.line}_life")
    return [row.asDict() for row in session.sql(text, args=dict(values)).collect()]

"""A writer's own process. Nothing of Django is imported before `begin` has set it up."""

import gc
import logging
import os
import threading
from datetime import datetime
from multiprocessing import connection as pipes
from multiprocessing import parent_process
from typing import Any, Final

import orjson

from luoshi.ports.importer.job import Counts, Job

WRITERS: Final = 0x6C75_0302
"""The advisory lock that every writer shares as long as its connection lives."""

_writer: Any = None


def begin(url: str, job: Job) -> None:
    """First thing in the process: end when the parent ends, reach the database, say that a writer is at work."""
    global _writer
    threading.Thread(target=_end_with_parent, daemon=True).start()
    logging.disable(logging.INFO)
    from luoshi.serve.database import use

    use(url)
    from django.db import connection

    from luoshi.ports.importer.write import Writer

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s)", [WRITERS])
    _writer = Writer(job)
    # Nothing of what is in memory now will go, and a batch is all garbage at its end: looking for it meanwhile costs a third.
    gc.freeze()
    gc.disable()


def write(rows: bytes, now: datetime) -> Counts:
    """Write one batch: its rows as JSON, which is unpacked faster than a pickle."""
    counts: Counts = _writer.write(orjson.loads(rows), now)
    gc.collect()
    return counts


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        pipes.wait([parent.sentinel])
        os._exit(1)

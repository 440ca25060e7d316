"""Two processes that write, each its own part of the rows, so that two cores are busy; none for a small file.

A part holds all rows of an id, in the file's order. Each batch is one transaction. Who is killed leaves whole batches:
a writer ends with its parent, and the next run waits until every writer of the last one has let go of its lock.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_context
from time import sleep
from typing import Any, Final

import orjson

from luoshi.kernel.text import T
from luoshi.ports.importer import child
from luoshi.ports.importer.child import WRITERS
from luoshi.ports.importer.job import Counts, Job, Rows
from luoshi.ports.importer.write import Writer

PARTS: Final = 2
AHEAD: Final = 2  # batches that wait for a writer
_RUN: Final = 0x6C75_0301  # the advisory lock of a run; `child.WRITERS` is that of its writers
_PATIENCE: Final = 20  # half seconds


class Busy(Exception):
    """Another import runs."""

    text = T("另一个导入正在进行，请稍后再试。", "Another import is running; try again later.")


class Broken(Exception):
    """A writer was killed; what it had committed stays."""

    text = T("写入进程被中断；再运行一次即可接着导入。", "A writer was killed; run the command again to go on.")


def _execute(command: str, *values: Any) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(command, values)
        return cursor.fetchone()


@contextmanager
def only_run() -> Iterator[None]:
    """Only one import a time, and only once all writers of one that was killed have ended. Raises Busy."""
    for attempt in range(_PATIENCE):
        if _execute("SELECT pg_try_advisory_lock(%s)", _RUN)[0]:
            break
        if attempt == _PATIENCE - 1:
            raise Busy
        sleep(0.5)
    try:
        _execute("SELECT pg_advisory_lock(%s)", WRITERS)
        _execute("SELECT pg_advisory_unlock(%s)", WRITERS)
        yield
    finally:
        _execute("SELECT pg_advisory_unlock(%s)", _RUN)


class Part:
    """One writer with the batches that wait for it."""

    def __init__(self, job: Job, url: str) -> None:
        self.job, self.url = job, url
        self.pool: ProcessPoolExecutor | None = None
        self.waiting: deque[Future[Counts]] = deque()

    def give(self, rows: Rows, now: datetime) -> Iterator[Counts]:
        """Hand over a batch; waits while enough are waiting. Gives the counts of those that are done."""
        if self.pool is None:
            context = get_context("spawn")
            self.pool = ProcessPoolExecutor(
                1, mp_context=context, initializer=child.begin, initargs=(self.url, self.job)
            )
        self.waiting.append(self.pool.submit(child.write, orjson.dumps(rows), now))
        while len(self.waiting) > AHEAD:
            yield self._next()

    def finish(self, rows: Rows, now: datetime) -> Iterator[Counts]:
        """The last rows; without a process where there was no full batch."""
        if self.pool is None:
            if rows:
                yield Writer(self.job).write(rows, now)
            return
        if rows:
            yield from self.give(rows, now)
        while self.waiting:
            yield self._next()

    def _next(self) -> Counts:
        try:
            return self.waiting.popleft().result()
        except BrokenProcessPool:
            raise Broken from None

    def close(self) -> None:
        """End the process; what it has in hand it finishes."""
        if self.pool is not None:
            self.pool.shutdown(wait=True, cancel_futures=True)

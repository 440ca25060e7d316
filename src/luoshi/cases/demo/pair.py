"""Two cores for one year: work on numbered parts by forked processes, each with a database connection of its own."""

import os
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from threading import Thread
from time import sleep
from typing import Any, Final, TypeVar

from django.db import connection

R = TypeVar("R")
MOST: Final = 2
_work: Callable[[int], Any]


class PartFailed(RuntimeError):
    """A part could not be done; the message is the child's traceback, since not every error can be sent as it is."""


def each(work: Callable[[int], R], parts: Sequence[int]) -> Iterator[R]:
    """Results of `work` for each part, in order; they must be picklable. Raises PartFailed, or what `work` raises.

    Within a transaction, whose rows no other connection sees, and on one core, all is done here.
    """
    if connection.in_atomic_block or (os.cpu_count() or 1) < MOST:
        yield from map(work, parts)
        return
    # A connection must not be shared with a child: each opens its own.
    connection.close()
    with ProcessPoolExecutor(MOST, get_context("fork"), initializer=_begin, initargs=(work, os.getpid())) as pool:
        yield from pool.map(_part, parts)


def _begin(work: Callable[[int], Any], parent: int) -> None:
    """In the child: what it was forked for; and it does not outlive its parent, not even one killed with -9."""
    global _work
    _work = work
    Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        sleep(1)
    os._exit(1)


def _part(number: int) -> Any:
    try:
        return _work(number)
    except Exception:
        raise PartFailed(traceback.format_exc()) from None

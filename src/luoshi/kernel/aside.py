"""Questions to the database asked on two cores at once, for commands that look at all of it."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from django.db import connection

A = TypeVar("A")


def _begin() -> None:
    """In the child: it never uses the connection that it was forked with."""
    connection.connection = None


def _ask(question: Callable[[], A]) -> A:
    return question()


def together(questions: Sequence[Callable[[], A]]) -> Iterator[A]:
    """The answers in the order of the questions, which can be pickled, as can what they answer.

    One after the other inside a transaction, which other processes cannot see into, and on a single core.
    """
    if connection.in_atomic_block or (os.cpu_count() or 1) < 2:
        yield from map(_ask, questions)
        return
    connection.close()
    with ProcessPoolExecutor(2, get_context("fork"), initializer=_begin) as pool:
        yield from pool.map(_ask, questions)

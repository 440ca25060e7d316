"""Progress of what takes longer: bars for a person, plain lines for a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from luoshi.cli.said import both, is_terminal
from luoshi.kernel.text import T

_QUIET = 2.0  # seconds that need no word


class Steps:
    """Shows named steps; calling it with a label, what is done and what there is in all moves that label's bar on."""

    def __init__(self, bars: Progress | None) -> None:
        self._bars = bars
        self._tasks: dict[T, TaskID] = {}
        self._begun: dict[T, float] = {}
        self._spoke: dict[T, float] = {}

    def __call__(self, label: T, done: int, total: int) -> None:
        """Move on; a label that is new begins a step, `done == total` ends it."""
        now = monotonic()
        self._begun.setdefault(label, now)
        if self._bars:
            if label not in self._tasks:
                self._tasks[label] = self._bars.add_task(both(label), total=total)
            self._bars.update(self._tasks[label], completed=done, total=total)
        elif done >= total and now - self._begun[label] > _QUIET:
            count = f": {done:,}" if total > 1 else ""
            click.echo(f"{both(label)}{count} ({now - self._begun[label]:.0f} s)", err=True)
        elif now - self._spoke.get(label, self._begun[label]) > 10:
            self._spoke[label] = now
            click.echo(f"{both(label)}: {done:,} / {total:,}", err=True)

    @contextmanager
    def step(self, label: T) -> Iterator[None]:
        """A step that cannot be counted."""
        self(label, 0, 1)
        yield
        self(label, 1, 1)


@contextmanager
def steps() -> Iterator[Steps]:
    """Steps for the length of a block."""
    if not is_terminal():
        yield Steps(None)
        return
    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        yield Steps(bars)

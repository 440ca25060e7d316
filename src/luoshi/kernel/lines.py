"""The installed lines of work, by the one list in the settings. The shell asks each only what `Face` names."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

from luoshi.kernel.flow import Flow
from luoshi.kernel.measures import Facts, Measure
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Scope, Viewer


class Page(NamedTuple):
    """An entry of the menu: words, address, and the right without which it is not shown ("" for everybody); `demo`: only
    in a demo."""

    text: T
    address: str
    right: str
    demo: bool = False


class Due(NamedTuple):
    """Something that waits for a viewer: when due, what, where; `press` is the one move that is next.

    `kind` is the clock's (`kernel.deadlines.Kind`). A press that needs nothing more is posted to `post` with `seen`;
    without `post` it opens `form`.
    """

    due_at: datetime | None
    warn_at: datetime | None
    number: str
    title: str
    stage: T
    address: str
    press: T | None
    sim: bool
    kind: str = "hours"
    note: str = ""
    form: str = ""
    post: str = ""
    seen: int = 0


class Found(NamedTuple):
    """A hit of a search."""

    number: str
    title: str
    address: str
    sim: bool


class Derived(NamedTuple):
    """A row whose `field` is not what the events of its subject say: what it is, and what it should be."""

    subject: UUID
    number: str
    field: str
    kept: str
    should: str


class Record(NamedTuple):
    """A record behind a number as a viewer may see it: number and page (empty where they may not), and its cells in words."""

    number: str
    address: str
    cells: Sequence[str]


UNSEEN: Final = T("不可见", "not visible")
"""What stands in place of a record that the viewer may not see, so that the count is the same for everybody."""


class Handed(NamedTuple):
    """What was handed over: how many records, and those that were not, with the reason."""

    done: int
    left: list[tuple[str, T]]


class Face(Protocol):
    """What a line's `line.py` offers as `FACE`."""

    name: str
    title: T
    # what lives in the line: its name, and its life cycle
    flows: Sequence[tuple[T, Flow]]
    # role → right → scope
    grants: Mapping[str, Mapping[str, Scope]]
    pages: Iterable[Page]
    # what the line's events say in columns
    facts: Facts

    def measures(self) -> Sequence[Measure]:
        """What can be counted over the facts, in the arithmetic of the installation's pack."""
        ...

    def names(self, dimension: str) -> Mapping[str, T]:
        """The words for the values of a dimension of the facts; the empty mapping where they speak for themselves."""
        ...

    def record_heads(self) -> Sequence[T]:
        """The heads of what `records` says of each."""
        ...

    def records(self, viewer: Viewer, subjects: Sequence[UUID]) -> Mapping[UUID, Record]:
        """The records of some subjects, as far as the viewer may see them; to the public nothing personal. One query."""
        ...

    def sets(self, verb: str, body: Mapping[str, Any], at: datetime, before: Mapping[str, Any]) -> dict[str, Any]:
        """What an event sets of its subject: (verb, body, when it happened, what was so before); for corrections."""
        ...

    def due(self, viewer: Viewer, limit: int, since: datetime | None = None) -> list[Due]:
        """What waits for the viewer (and is due at `since` or later), first due first."""
        ...

    def tally(self, viewer: Viewer, edges: Sequence[datetime]) -> list[int]:
        """How many wait for the viewer that are due before each of the moments, and last how many in all."""
        ...

    def find(self, viewer: Viewer, text: str, limit: int) -> list[Found]:
        """Records of the line that the viewer may see and that match."""
        ...

    def derived(self, limit: int) -> list[Derived]:
        """For the operator: the first rows whose state, due time, verdict and the like are not what events say."""
        ...

    def load(self, pack: Any) -> None:
        """Take over what the city pack says for this line; idempotent."""
        ...

    def settings_problem(self) -> T | None:
        """For the operator: what is wrong with what the home says for this line; None where nothing is."""
        ...

    def open_with(self, persons: Iterable[int]) -> Mapping[int, int]:
        """How many open records each of the persons has in hand; who has none may be left out."""
        ...

    def open_at(self, unit: int) -> int:
        """How many open records lie with a unit."""
        ...

    def hand_over(self, viewer: Viewer, old: int, new: int) -> Handed:
        """Give what a person has in hand, as far as `people.hand_over` reaches, to another; in the caller's transaction."""
        ...

    def carry_over(self, old: int, new: int) -> int:
        """A unit goes on as another: its open records go over. How many; stands repetition."""
        ...

    def deed(self, line: str, move: str) -> T | None:
        """The words for a move in this line's part of the log; None where it is not of this line."""
        ...

    def open_words(self) -> Mapping[str, Mapping[str, T]]:
        """What entries of this line say in the open, in words: by field (or `verb`), then by value."""
        ...


@lru_cache(maxsize=1)
def installed() -> tuple[Face, ...]:
    """The faces of the installed lines, in the order of the settings."""
    from django.conf import settings

    return tuple(import_module(f"luoshi.{name}.line").FACE for name in settings.LINES)

"""Life cycles as tables: states, moves and guards declared as data. Pure, no ORM.

From one table come what a page offers and why not, the statuses of the API, the rights matrix and the diagram in the
docs, and the ledger's verbs. A table with a mistake is refused when it is imported.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer


class FlowError(ValueError):
    """A life cycle that contradicts itself; names the line and the entry."""


class Living(Protocol):
    """What a row must have to live in a flow."""

    state: str
    status: str


# A guard looks at the row and the viewer and says what is missing, or None. It reads, it never writes.
Guard = Callable[[Any, Viewer], T | None]


@dataclass(frozen=True)
class State:
    """A state: its name, words, the named groups it belongs to, and the number of its step (0: none)."""

    name: str
    text: T
    groups: tuple[str, ...] = ()
    step: int = 0


@dataclass(frozen=True)
class Move:
    """A move: verb, words, from which states, to which (None: stays), the right, the fields and the guards.

    `needs` must be given, `takes` may be; `statuses` are those in which it is possible; `event` is the verb in the log
    (several verbs may share one where the verb itself would tell a verdict); `by` groups it on the page.
    """

    verb: str
    text: T
    sources: tuple[str, ...]
    to: str | None
    right: str
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ("going",)
    event: str = ""
    main: bool = False
    # a quiet move leaves the row's version alone: who looked at the row before is not stale after it
    quiet: bool = False

    @property
    def log_verb(self) -> str:
        """The verb under which the log knows it."""
        return self.event or self.verb


class Offer(NamedTuple):
    """A move on a row for a viewer: `lacks` is empty when it can be done now."""

    move: Move
    lacks: tuple[T, ...]


@dataclass(frozen=True)
class Flow:
    """A whole life cycle. Raises FlowError when it is not consistent."""

    line: str
    initial: str
    states: tuple[State, ...]
    moves: tuple[Move, ...]
    guards: Mapping[str, Guard] = field(default_factory=dict)
    statuses: Mapping[str, T] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for fault in _faults(self):
            raise FlowError(f"{self.line}: {fault}")

    @property
    def shared(self) -> frozenset[str]:
        """The log's verbs under which several moves stand."""
        verbs = Counter(move.log_verb for move in self.moves)
        return frozenset(verb for verb, n in verbs.items() if n > 1)

    def state(self, name: str) -> State:
        """The state of that name; KeyError if there is none."""
        return next(state for state in self.states if state.name == name)

    def group(self, name: str) -> tuple[str, ...]:
        """The names of the states in a group, such as `open`."""
        return tuple(state.name for state in self.states if name in state.groups)

    def move(self, verb: str) -> Move:
        """The move with that verb; KeyError if there is none."""
        for move in self.moves:
            if move.verb == verb:
                return move
        raise KeyError(verb)

    def fits(self, move: Move, row: Living) -> bool:
        """Does the row stand in a state and status from which the move leads?"""
        return row.state in move.sources and row.status in move.statuses

    def lacks(self, move: Move, row: Living, viewer: Viewer) -> tuple[T, ...]:
        """What the guards say is missing; empty when nothing is."""
        said = (self.guards[name](row, viewer) for name in move.guards)
        return tuple(text for text in said if text is not None)

    def offers(self, row: Living, viewer: Viewer, allowed: Callable[[str], bool]) -> list[Offer]:
        """The moves that fit the row and that the viewer has the right to, each with what it lacks."""
        return [
            Offer(move, self.lacks(move, row, viewer))
            for move in self.moves
            if self.fits(move, row) and allowed(move.right)
        ]


def _faults(flow: Flow) -> Iterable[str]:
    names = [state.name for state in flow.states]
    verbs = [move.verb for move in flow.moves]
    yield from (f"state {name!r} is declared twice" for name in set(names) if names.count(name) > 1)
    yield from (f"verb {verb!r} is declared twice" for verb in set(verbs) if verbs.count(verb) > 1)
    if flow.initial not in names:
        yield f"initial state {flow.initial!r} is unknown"
    for move in flow.moves:
        ends = (*move.sources, *((move.to,) if move.to else ()))
        yield from (f"move {move.verb!r} names the unknown state {end!r}" for end in ends if end not in names)
        yield from (f"move {move.verb!r} names the unknown guard {g!r}" for g in move.guards if g not in flow.guards)
        known = flow.statuses or {"going": T("", "")}
        yield from (f"move {move.verb!r} names the unknown status {s!r}" for s in move.statuses if s not in known)
    reached = _reached(flow)
    yield from (f"state {name!r} cannot be reached" for name in names if name not in reached)


def _reached(flow: Flow) -> set[str]:
    reached = {flow.initial}
    while True:
        more = {m.to for m in flow.moves if m.to and reached.intersection(m.sources)} - reached
        if not more:
            return reached
        reached |= more


def diagram(flow: Flow) -> str:
    """The life cycle as a Mermaid state diagram, for the docs."""
    lines = ["stateDiagram-v2", f"    [*] --> {flow.initial}"]
    lines += [f"    {state.name}: {state.text.zh}" for state in flow.states]
    for move in flow.moves:
        lines += [f"    {source} --> {move.to or source}: {move.verb}" for source in move.sources if move.to]
    return "\n".join(lines) + "\n"

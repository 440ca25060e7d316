"""Events and their corrections: chains, and what is so of a subject once they are followed. Pure.

A correction is an event of its own that names the one it corrects and carries the whole replacing body, or voids it.
Each event is corrected once at most, so the corrections of an event form a chain, of which the newest holds.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

CORRECT: Final = "correct"
VOID: Final = "void"
# what a correction says of itself and not of what it corrects
OWN: Final = frozenset({"move", "acting_for", "actor_kind", "proposed_by"})

Body = Mapping[str, Any]
# What an event sets: (verb, body, when it happened, what was so just before it).
Sets = Callable[[str, Body, datetime, Body], dict[str, Any]]


class CorrectionError(ValueError):
    """A correction of what is not there, or not the newest of its chain."""


@dataclass(frozen=True, slots=True)
class Said:
    """An event as corrections see it; `body` holds its open and restricted fields."""

    id: UUID
    verb: str
    at: datetime
    body: Body
    corrects: UUID | None = None


@dataclass(slots=True)
class Chain:
    """An event with its corrections, oldest first."""

    original: Said
    newer: list[Said] = field(default_factory=list)

    @property
    def newest(self) -> Said:
        """What holds."""
        return self.newer[-1] if self.newer else self.original

    @property
    def void(self) -> bool:
        """Is it as if the event had never been?"""
        return self.newest.verb == VOID

    @property
    def body(self) -> dict[str, Any]:
        """The body that holds; what a correction says of itself is left out."""
        kept = {name: value for name, value in self.original.body.items() if name in OWN}
        return {name: value for name, value in self.newest.body.items() if name not in OWN} | kept


def chains(events: Iterable[Said]) -> list[Chain]:
    """The events of a subject, in the order in which they were recorded, each with its corrections.

    Raises CorrectionError.
    """
    found: list[Chain] = []
    newest: dict[UUID, Chain] = {}
    for said in events:
        chain = _take(newest, said)
        if not chain.newer:
            found.append(chain)
    return found


def _take(newest: dict[UUID, Chain], said: Said) -> Chain:
    """Put an event in its chain, or begin one."""
    if said.corrects is None:
        chain = Chain(said)
    else:
        if said.corrects not in newest:
            raise CorrectionError(f"{said.id} corrects {said.corrects}, which is not the newest of a chain")
        chain = newest.pop(said.corrects)
        chain.newer.append(said)
    newest[said.id] = chain
    return chain


@dataclass(slots=True)
class _Step:
    chain: Chain
    before: dict[str, Any]
    sets: dict[str, Any]


def standing(events: Iterable[Said], sets: Sets) -> dict[str, Any]:
    """What is so of a subject after all of its events, in the order in which they were recorded.

    An event sets what differed from what was so when it was recorded; what it only repeated follows a correction of
    whatever had set it. Raises CorrectionError.
    """
    known: dict[str, Any] = {}
    newest: dict[UUID, Chain] = {}
    steps: dict[UUID, _Step] = {}
    for said in events:
        chain = _take(newest, said)
        if not chain.newer:
            step = _Step(chain, known, sets(said.verb, said.body, said.at, known))
            steps[said.id] = step
            known = known | step.sets
        else:
            step = steps[chain.original.id]
            step.sets = {} if chain.void else sets(chain.original.verb, chain.body, said.at, step.before)
            known = _fold(steps.values())
    return known


def _fold(steps: Iterable[_Step]) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for step in steps:
        known |= step.sets
    return known


class Version(NamedTuple):
    """What an event is taken to say from one place of the log on, until a correction at another place says otherwise."""

    place: int
    known: int
    superseded: int | None
    said: Said


def versions(events: Iterable[tuple[int, Said]], sets: Sets, repeated: Iterable[str]) -> list[Version]:
    """A subject's events with their places, in order: each with the versions that corrections made of it.

    Fields that every event repeats (`repeated`) follow a correction of whatever had set them, in later events too. A
    `said` of an event that was declared void has no newer version. Raises CorrectionError.
    """
    found: list[Version] = []
    alive: dict[UUID, int] = {}
    steps: dict[UUID, _Step] = {}
    newest: dict[UUID, Chain] = {}
    places: dict[UUID, int] = {}
    names = frozenset(repeated)
    for place, said in events:
        chain = _take(newest, said)
        first = chain.original.id
        if not chain.newer:
            before = _fold(steps.values())
            steps[first] = _Step(chain, before, sets(said.verb, said.body, said.at, before))
            places[first], alive[first] = place, len(found)
            found.append(Version(place, place, None, said))
            continue
        step = steps[first]
        step.sets = {} if chain.void else sets(chain.original.verb, chain.body, said.at, step.before)
        for key, stands in _standing(steps, names).items():
            _renew(found, alive, key, stands, places[key], place)
    return found


def _standing(steps: Mapping[UUID, _Step], names: frozenset[str]) -> dict[UUID, Said | None]:
    """What each event says after all corrections so far; None where it is void."""
    known: dict[str, Any] = {}
    found: dict[UUID, Said | None] = {}
    for key, step in steps.items():
        known |= step.sets
        chain = step.chain
        body = chain.body | {name: value for name, value in known.items() if name in names}
        kept = {name: value for name, value in body.items() if value is not None}
        said = Said(key, chain.original.verb, chain.newest.at, kept)
        found[key] = None if chain.void else said
    return found


def _renew(
    found: list[Version], alive: dict[UUID, int], key: UUID, stands: Said | None, place: int, known: int
) -> None:
    """End the version of an event that no longer stands, and add the one that does."""
    if key not in alive:
        return
    old = found[alive[key]]
    if stands is not None and (old.said.at, dict(old.said.body)) == (stands.at, stands.body):
        return
    found[alive[key]] = old._replace(superseded=known)
    del alive[key]
    if stands is not None:
        alive[key] = len(found)
        found.append(Version(place, known, None, stands))

"""What a run and its writers say to each other. Free of Django: a writer unpacks it before Django is set up."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from luoshi.kernel.problems import Fault
from luoshi.kernel.viewer import Viewer
from luoshi.ports.importer.mapping import Mapping

NAMED: Final = 20  # repeated ids that a report names

Rows = Sequence[tuple[int, dict[str, Any]]]
"""Rows of a file, each with the line it begins on."""


@dataclass(frozen=True)
class Job:
    """What all batches of a run share: whose it is, its act, the mapping, and whether it only looks."""

    viewer: Viewer
    act: UUID
    mapping: Mapping
    dry: bool = False


@dataclass
class Counts:
    """What became of rows, and why some were refused (line, faults).

    `repeated` rows had an id that the file named before; the first of them (line, id) are in `repeats`.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    events: int = 0
    repeated: int = 0
    repeats: list[tuple[int, str]] = field(default_factory=list)
    flags: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[int, list[Fault]]] = field(default_factory=list)

    def again(self, line: int, identity: str) -> None:
        """A row has an id that a row before it had."""
        self.repeated += 1
        if len(self.repeats) < NAMED:
            self.repeats.append((line, identity))

    def add(self, other: "Counts") -> None:
        """Take another batch's counts in; its refused rows are the caller's to keep."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.events += other.events
        self.flags += other.flags
        self.repeated += other.repeated
        self.repeats = sorted([*self.repeats, *other.repeats])[:NAMED]

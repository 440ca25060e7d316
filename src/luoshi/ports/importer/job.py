"""What a run and its writers say to each other. Free of Django: a writer unpacks it before Django is set up."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from luoshi.kernel.problems import Fault
from luoshi.kernel.viewer import Viewer
from luoshi.ports.importer.mapping import Mapping

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
    """What became of rows, and why some were refused (line, faults)."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    events: int = 0
    flags: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[int, list[Fault]]] = field(default_factory=list)

    def add(self, other: "Counts") -> None:
        """Take another batch's counts in; its refused rows are the caller's to keep."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.events += other.events
        self.flags += other.flags

"""Which fields of an event are open, restricted or private: declared by each line for every verb. Default private.

open: stands in the payload as it is. restricted: one salted hash for each field. private: one commitment for all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from luoshi.kernel.canonical import moment

Body = dict[str, Any]
# Who wrote an event is itself restricted in every line.
WRITER = frozenset({"act", "actor", "unit_of_actor"})


class FieldsError(ValueError):
    """A field declared open and restricted at once."""


@dataclass(frozen=True)
class Widths:
    """The declaration of one verb.

    `hushed`: the event commits to a private body even where nothing private was said, so that a null does not tell which of the
    moves it was that share the verb.
    """

    open: frozenset[str] = frozenset()
    restricted: frozenset[str] = frozenset()
    hushed: bool = False

    def __post_init__(self) -> None:
        both = self.open & (self.restricted | WRITER)
        if both:
            raise FieldsError(f"open and restricted at once: {', '.join(sorted(both))}")

    def veiled(self, names: frozenset[str]) -> "Widths":
        """The same, but that the open fields among `names` are restricted."""
        return (
            replace(self, open=self.open - names, restricted=self.restricted | (self.open & names)) if names else self
        )

    def split(self, body: Mapping[str, Any]) -> tuple[Body, Body, Body]:
        """The body in three: open, restricted, private. Every restricted name is there, so that absence tells nothing."""
        opened, restricted, private = {}, dict.fromkeys(self.restricted), {}
        for name, value in body.items():
            plain = moment(value) if isinstance(value, datetime) else value
            if name in self.open:
                opened[name] = plain
            elif name in self.restricted:
                restricted[name] = plain
            elif plain not in (None, ""):
                private[name] = plain
        return opened, restricted, private

"""Who is looking or writing, and how far each right of theirs reaches. Pure: `people` and the doors build viewers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

Kind = Literal["staff", "holder", "public", "operator", "system"]
Scope = Literal["own", "unit", "subtree", "all"]


@dataclass(frozen=True)
class Reach:
    """The rows a right covers: all, those of some units, and those of one's own."""

    everything: bool = False
    units: frozenset[int] = frozenset()
    own: bool = False

    def __or__(self, other: "Reach") -> "Reach":
        return Reach(self.everything or other.everything, self.units | other.units, self.own or other.own)


EVERYTHING = Reach(everything=True)


@dataclass(frozen=True)
class Viewer:
    """Somebody at a door. `subject` is the one record that the holder of a tracking code may act on.

    Who stands in for others has their `grants` too: `instead` are those others as they would be at the door themselves,
    `alone` what the viewer may do without them.
    """

    kind: Kind
    name: str = ""
    person: int | None = None
    unit: int | None = None
    subject: str | None = None
    grants: Mapping[str, Reach] = field(default_factory=dict)
    roles: tuple[str, ...] = ()
    alone: Mapping[str, Reach] = field(default_factory=dict)
    instead: tuple["Viewer", ...] = ()

    @property
    def persons(self) -> frozenset[int]:
        """The viewer and those they stand in for: whose tasks are theirs today."""
        return frozenset(one.person for one in (self, *self.instead) if one.person is not None)

    def only(self, grants: Mapping[str, Reach]) -> "Viewer":
        """The same person with these grants alone, standing in for nobody. (A request's viewer is a lazy object, which
        `dataclasses.replace` does not take; its methods work.)
        """
        return replace(self, grants=grants, instead=())

    @property
    def is_staff(self) -> bool:
        """Logged in, or a command run by the operator of the installation."""
        return self.kind in ("staff", "operator")

    def reach(self, right: str) -> Reach | None:
        """How far the right goes, or None where the viewer has it nowhere."""
        if self.kind in ("operator", "system"):
            return EVERYTHING
        return self.grants.get(right)


class Scoped(Protocol):
    """What a row must say of itself for rights to be checked on it."""

    unit_id: int | None

    def owned_by(self, viewer: Viewer) -> bool:
        """Is it the viewer's own: their task, or the record their tracking code opens?"""
        ...


PUBLIC = Viewer(kind="public", name="public")
OPERATOR = Viewer(kind="operator", name="operator")
SYSTEM = Viewer(kind="system", name="system")

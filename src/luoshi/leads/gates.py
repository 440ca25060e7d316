"""What must be there before a lead moves on: requirements as data, and what a lead lacks. Pure.

The table stands in the rules (`rules.toml`, and `leads.toml` of the home); a requirement is a field that must be filled or a document that must be there. One that is
missing can be waived by another person than the one in charge, with a reason, until a day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from luoshi.kernel.text import T
from luoshi.leads.rules import FIELDS, Ruled, worded

DOCUMENTS: Final[Mapping[str, T]] = worded("documents")
"""Kinds of documents, in words."""


@dataclass(frozen=True)
class Need:
    """A requirement: its key (`document:agreement`, `field:county`), and its words."""

    key: str
    text: T


def _need(key: str) -> Need:
    kind, _, name = key.partition(":")
    return Need(key, (DOCUMENTS if kind == "document" else FIELDS)[name])


GATES: Final[Mapping[str, tuple[Need, ...]]] = Ruled(
    lambda rules: {verb: tuple(map(_need, keys)) for verb, keys in rules["gates"].items()}
)
"""Move → what it needs."""
NEEDS: Final[Mapping[str, Need]] = Ruled(lambda rules: {need.key: need for needs in GATES.values() for need in needs})
"""All requirements by their keys."""


def has(lead: Any, need: Need) -> bool:
    """Has the lead what is needed? `lead.papers` are the kinds of its documents, put there by `reads`."""
    kind, _, name = need.key.partition(":")
    if kind == "document":
        return name in lead.papers
    if name == "code":
        return lead.company is not None and bool(lead.company.code)
    if name == "money":
        return bool(lead.in_place)
    return bool(getattr(lead, f"{name}_id" if name in ("company", "officer") else name))


def missing(lead: Any, verb: str, persons: Iterable[int]) -> list[Need]:
    """What a move needs that is neither there nor waived by another person than those who would move it."""
    own = set(persons)
    lacks = [need for need in GATES.get(verb, ()) if not has(lead, need)]
    waived = {one.item for one in lead.waived if one.by_id not in own} if lacks else set()
    return [need for need in lacks if need.key not in waived]


def checklist(lead: Any, verb: str) -> list[tuple[Need, bool]]:
    """Everything that a move needs, and whether it is there."""
    return [(need, has(lead, need)) for need in GATES.get(verb, ())]

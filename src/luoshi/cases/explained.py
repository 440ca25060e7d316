"""A correction told whole to those who may see the record: what was, what is, why, when, and by which roles, no names."""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from luoshi.cases import corrected, masked
from luoshi.cases.correcting import LABELS
from luoshi.cases.reads import explained as rows
from luoshi.cases.reads.one import Entry
from luoshi.kernel.canonical import moment
from luoshi.kernel.ledger.correct import VOID
from luoshi.kernel.text import T
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.people.roles import ROLES
from luoshi.web import words


class Explained(NamedTuple):
    """A correction: of which step, what it changed as (field, was, is), why, when approved, by which roles."""

    step: Entry
    void: bool
    changes: list[tuple[str, Any, Any]]
    reason: str
    at: datetime
    proposed_by: list[str]
    approved_by: list[str]


def of_cases(cases: Collection[int]) -> dict[int, list[Explained]]:
    """The corrections of cases that were read through their door, in the order of the steps; two queries, or none."""
    found = rows.corrected(cases)
    newer = [one for entries in found.values() for entry in entries for one in entry.newer]
    roles = people.roles_of(_persons(newer)) if newer else {}
    return {case: [one for entry in entries for one in _explain(entry, roles)] for case, entries in found.items()}


def _persons(newer: Iterable[Entry]) -> set[int]:
    return {int(who) for one in newer for who in (one.actor, one.body.get("proposed_by")) if who}


def _explain(step: Entry, roles: Any) -> list[Explained]:
    told = []
    for before, after in pairwise((step, *step.newer)):
        void = after.verb == VOID
        old, new = corrected.values(before), corrected.values(after)
        changes = [] if void else [(name, old[name], new[name]) for name in LABELS if old[name] != new[name]]
        by = [sorted(roles.get(int(who), ())) if who else [] for who in (after.body.get("proposed_by"), after.actor)]
        reason = masked.free(str(after.private.get("why") or ""))
        told.append(Explained(step, void, changes, reason, after.recorded_at, *by))
    return told


def in_words(some: Iterable[Explained]) -> str:
    """All corrections of a case in one cell: `“回访” 评分：5 分 → 2 分；理由：…；2021-12-29；值班受理员提出，督查员批准`."""
    text = T(
        "“{step}” {what}；理由：{why}；{day}；{a}提出，{b}批准",
        "“{step}” {what}; reason: {why}; {day}; proposed by {a}, approved by {b}",
    )
    return str(T("　", "  ")).join(
        str(text.fill(
            step=one.step.text, what=_changes(one), why=one.reason or "—", day=words.day(one.at),
            a=_roles(one.proposed_by), b=_roles(one.approved_by),
        ))
        for one in some
    )  # fmt: skip


def _changes(one: Explained) -> str:
    return str(T("，", ", ")).join(corrected.change(*change) for change in one.changes) or str(corrected.VOID)


def _roles(some: Iterable[str]) -> str:
    return str(T("、", ", ")).join(str(ROLES[role]) for role in some if role in ROLES) or "—"


def as_data(one: Explained) -> dict[str, Any]:
    """A correction for a machine: codes and moments."""
    return {
        "step": one.step.body.get("move") or one.step.verb,
        "happened_at": one.step.at,
        "void": one.void,
        "changes": [
            {"field": name, "was": _plain(name, was), "is": _plain(name, now)} for name, was, now in one.changes
        ],
        "reason": one.reason or None,
        "corrected_at": one.at,
        "proposed_by": one.proposed_by,
        "approved_by": one.approved_by,
    }


def _plain(name: str, value: Any) -> Any:
    if name == "at" and isinstance(value, datetime):
        return moment(value)
    if name == "unit":
        unit = tree.today().units.get(value or 0)
        return unit.code if unit else None
    return value

"""What the verifier must know of facts and figures, in JSON. Pure but for the face that it is given.

Conditions stand in an order that reads open columns first: what decides without a sealed field opens none.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from luoshi.figures.declare import Figure
from luoshi.figures.period import micros, start_of
from luoshi.kernel.ledger.correct import OWN
from luoshi.kernel.lines import Face
from luoshi.kernel.measures import Measure, as_json, rolled_json

HEAD: Final = ("place", "subject", "verb", "occurred_at", "recorded_at")
"""The columns that every line's facts have."""


def facts(face: Face, months: range, zone: str) -> dict[str, Any]:
    """A line's: the types of its columns, how events make a row, which columns follow corrections, when months begin."""
    declared = face.facts
    probe = dict.fromkeys(declared.carried, "?")
    sets = face.sets("", probe, datetime(2000, 1, 1, tzinfo=UTC), {})
    return {
        **rolled_json(declared),
        "columns": {one.name: one.type for one in declared.columns},
        "follows": [name for name in declared.carried if name in sets],
        "own": sorted({*OWN, *HEAD, "id"} - {"occurred_at"}),
        "months": [months.start, [micros(start_of(month, zone)) for month in months]],
    }


def measure(one: Measure, sealed: Collection[str]) -> dict[str, Any]:
    """A measure as the verifier reads it: a row without a value is left out by a condition, open columns come first."""
    found: dict[str, Any] = as_json(one)
    known = [["known", name] for value in (found["value"], found.get("over")) for name in _named(value)]
    known = [] if one.kind == "survival" else known
    found["where"] = ordered(["every", found["where"], *known], sealed)
    found["part"] = ordered(found["part"], sealed)
    found["parts"] = [[weight, measure(part, sealed)] for weight, part in one.parts]
    return found


def recomputed(one: Measure) -> bool:
    """Does the verifier compute it again? Nothing that is read of verdicts, and no estimate of Kaplan and Meier."""
    return not one.suppress_below and one.kind != "survival"


def figure(one: Figure, sealed: Collection[str], opened: bool) -> dict[str, Any]:
    """A computed figure's declaration; `opened`: can its numbers be computed again from the package?"""
    return {
        "name": {"zh": one.name.zh, "en": one.name.en}, "define": {"zh": one.define.zh, "en": one.define.en},
        "measure": measure(one.measure, sealed), "unit": one.unit, "decimals": one.decimals, "per": one.per,
        "better": one.better, "fingerprint": one.fingerprint, "opened": opened,
    }  # fmt: skip


def _named(value: Any) -> Iterator[str]:
    """The columns of a value."""
    for one in value[1:] if isinstance(value, list) else [value]:
        if isinstance(one, dict) and "column" in one:
            yield one["column"]


def ordered(condition: Any, sealed: Collection[str]) -> Any:
    """The same condition, what reads open columns first."""
    name, *rest = condition
    if name not in ("every", "some", "not"):
        return condition
    return [name, *sorted((ordered(one, sealed) for one in rest), key=lambda one: _reads(one, sealed))]


def _reads(condition: Any, sealed: Collection[str]) -> bool:
    """Does it read a sealed column?"""
    if isinstance(condition, dict):
        return condition.get("column") in sealed
    if not isinstance(condition, list):
        return False
    mine = condition[0] in ("is", "known") and condition[1] in sealed
    return mine or any(_reads(one, sealed) for one in condition[1:])


def sealed_columns(face: Face, names: Iterable[str]) -> set[str]:
    """The columns of events and of rows of subjects that are not open, from the restricted names in the log."""
    found = set(names)
    return found | {
        name for name, _, column, where in rolled_json(face.facts)["rolled"] if column in found or _reads(where, found)
    }

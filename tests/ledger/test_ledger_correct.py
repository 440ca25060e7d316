"""Corrections as data: chains, what holds, and what is so of a subject once they are followed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from given import NOW

from luoshi.kernel.ledger.correct import CorrectionError, Said, chains, standing

FIELDS = ("kind", "unit", "stage")


def sets(verb: str, body: Mapping[str, Any], at: datetime, before: Mapping[str, Any]) -> dict[str, Any]:
    return {name: body.get(name) for name in FIELDS if body.get(name) != before.get(name)}


def said(number: int, verb: str, corrects: int | None = None, **body: Any) -> Said:
    at = NOW + timedelta(minutes=number)
    return Said(UUID(int=number), verb, at, body, UUID(int=corrects) if corrects else None)


HISTORY = [
    said(1, "report", kind="pothole", stage="reported"),
    said(2, "dispatch", kind="pothole", stage="dispatched", unit=7),
    said(3, "sign", kind="pothole", stage="handling", unit=7),
]


def test_without_corrections_the_last_snapshot_stands() -> None:
    assert standing(HISTORY, sets) == {"kind": "pothole", "stage": "handling", "unit": 7}


def test_what_later_events_only_repeated_follows_the_correction_of_what_set_it() -> None:
    fixed = said(4, "correct", 1, kind="manhole", stage="reported", move="correct")
    assert standing([*HISTORY, fixed], sets) == {"kind": "manhole", "stage": "handling", "unit": 7}


def test_a_later_change_of_its_own_outlives_the_correction_of_an_earlier_event() -> None:
    moved = said(4, "reclassify", kind="tree", stage="handling", unit=7)
    fixed = said(5, "correct", 1, kind="manhole", stage="reported")
    assert standing([*HISTORY, moved, fixed], sets)["kind"] == "tree"


def test_the_newest_of_two_corrections_holds_even_for_events_recorded_between_them() -> None:
    first = said(4, "correct", 1, kind="manhole", stage="reported")
    between = said(5, "note", kind="manhole", stage="handling", unit=7)
    second = said(6, "correct", 4, kind="lamp", stage="reported")
    assert standing([*HISTORY, first, between, second], sets)["kind"] == "lamp"


def test_corrected_back_to_what_was_before_it_sets_nothing() -> None:
    moved = said(4, "reclassify", kind="tree", stage="handling", unit=7)
    back = said(5, "correct", 4, kind="pothole", stage="handling", unit=7)
    first = said(6, "correct", 1, kind="manhole", stage="reported")
    assert standing([*HISTORY, moved, back], sets)["kind"] == "pothole"
    assert standing([*HISTORY, moved, back, first], sets)["kind"] == "manhole"


def test_a_void_event_sets_nothing() -> None:
    assert standing([*HISTORY, said(4, "void", 3)], sets) == {"kind": "pothole", "stage": "dispatched", "unit": 7}


def test_chains_hold_the_newest_body_and_keep_what_the_original_says_of_itself() -> None:
    first = said(4, "correct", 2, kind="pothole", unit=8, move="correct", proposed_by=5)
    second = said(5, "correct", 4, kind="pothole", unit=9, move="correct", proposed_by=6)
    found = chains([*HISTORY, first, second])
    assert [len(chain.newer) for chain in found] == [0, 2, 0]
    assert found[1].newest is second and found[1].body == {"kind": "pothole", "unit": 9}


@pytest.mark.parametrize("twice", [said(5, "correct", 2), said(5, "correct", 99)])
def test_only_the_newest_of_a_chain_can_be_corrected(twice: Said) -> None:
    with pytest.raises(CorrectionError):
        chains([*HISTORY, said(4, "correct", 2), twice])

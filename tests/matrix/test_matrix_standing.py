"""Verb × standing × person once more: a part, a merged and a suspended case, held against `standing.csv`.

The moves of staff go over HTTP, by two who may make them on a plain case and by one who sees and may not; the reporter's
by the holder of the code. Each attempt is rolled back.
"""

# ruff: noqa: F811  (a fixture of the other module and the argument of its name)

from pathlib import Path
from typing import Any

import pytest
import test_matrix_cases as plain
from django.db import transaction
from django.test import Client
from given import NOW
from test_matrix_cases import case, clients, other, people  # noqa: F401

from luoshi.cases.actions import BY_VERB
from luoshi.cases.models import Case
from luoshi.kernel import clock
from luoshi.kernel.models import Event
from luoshi.kernel.problems import NotNow
from luoshi.people import viewer as viewers
from luoshi.people.models import Person, Post

PART = ("reported", "accepted", "dispatched", "joint", "handling", "handled", "verified", "closed")
STANDINGS = {"part": PART, "merged": ("merged",), "suspended": ("dispatched", "handling")}


def table() -> dict[str, dict[str, set[str]]]:
    lines = Path(__file__).with_name("standing.csv").read_text("utf-8").splitlines()
    rows = [line.split(";") for line in lines if line and not line.startswith("#")]
    return {
        verb: {name: set(states.split()) for name, states in zip(STANDINGS, rest, strict=True)} for verb, *rest in rows
    }


TABLE = table()
BY_NOBODY = {verb for verb, who in plain.TABLE.items() if set(who) == {"-"}}
BY_HOLDER = {verb for verb, who in plain.TABLE.items() if set(who) == {"holder"}}


def test_the_table_names_every_verb_that_somebody_makes() -> None:
    assert set(TABLE) == set(plain.TABLE) - BY_NOBODY
    assert all(found <= set(STANDINGS[name]) for row in TABLE.values() for name, found in row.items())


def stand(case: Case, other: Case, standing: str, state: str, verb: str, bureau: Any) -> Case:
    """Put the case into a state, then make it a part (found by staff, as parts are), or suspend it."""
    now = plain.stand(case, other, state, verb, bureau)
    values: dict[str, Any] = {"part_of": None}
    if standing == "part":
        values = {"part_of": other, "by_staff": True, "status": "going"}
    elif standing == "suspended":
        values["status"] = "suspended"
        if verb == "cancel_part":
            values["part_of"] = other
    Case.objects.filter(pk=now.pk).update(**values)
    return Case.objects.get(pk=now.pk)


def due(person: str, standing: str, state: str, verb: str) -> int:
    """The status that the tables ask for."""
    plainly = plain.expected(person, state, verb)
    if plainly != 200:
        return plainly
    return 200 if state in TABLE[verb][standing] else 409


@pytest.mark.parametrize("verb", sorted(set(TABLE) - BY_HOLDER))
def test_what_staff_may_do_with_a_part_a_merged_and_a_suspended_case(
    verb: str,
    case: Case,
    other: Case,
    clients: dict[str, Client],
    people: dict[str, Person | None],
) -> None:
    handler = people["handler"]
    assert handler is not None
    bureau, wrong = Post.objects.get(person=handler).unit, {}
    attempts = [(name, state) for name, states in STANDINGS.items() for state in states]
    for standing, state in attempts:
        for person in (*sorted(plain.TABLE[verb])[:2], "statistician"):
            with clock.at(NOW), transaction.atomic():
                now = stand(case, other, standing, state, verb, bureau)
                before = Event.objects.filter(subject=case.log_id).count()
                data = plain.form(verb, bureau, handler, now, other)
                answer = clients[person].post(f"/work/cases/{case.number}/do/{verb}/", data)
                after = Event.objects.filter(subject=case.log_id).count()
                transaction.set_rollback(True)
            want = due(person, standing, state, verb)
            if answer.status_code != want or (after > before) != (want == 200):
                wrong[standing, state, person] = (answer.status_code, want, answer.content.decode()[:200])
    assert wrong == {}


@pytest.mark.parametrize("verb", sorted(BY_HOLDER))
def test_what_the_reporter_may_do_with_a_merged_and_a_suspended_case(
    verb: str,
    case: Case,
    other: Case,
    people: dict[str, Person | None],
) -> None:
    handler = people["handler"]
    assert handler is not None
    bureau, holder = Post.objects.get(person=handler).unit, viewers.holder(str(case.log_id))
    data: dict[str, Any] = {"grade": 4} if verb == "rate" else {"note": "好"}
    for standing, state in [("merged", "merged"), ("suspended", "dispatched"), ("suspended", "handling")]:
        with clock.at(NOW), transaction.atomic():
            stand(case, other, standing, state, verb, bureau)
            if state in TABLE[verb][standing]:
                assert BY_VERB[verb](viewer=holder, on=case.number, **data).row is not None
            else:
                with pytest.raises(NotNow):
                    BY_VERB[verb](viewer=holder, on=case.number, **data)
            transaction.set_rollback(True)

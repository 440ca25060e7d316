"""Every state × verb × person over HTTP, held against the table that is kept by hand (`cases.csv`).

404 where existence itself is private, 403 where the person may not, 409 where the state does not allow, else done.
Each attempt is rolled back, so that the next one meets the same case.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from given import NOW

from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.flow import FLOW
from luoshi.cases.models import Case, Category
from luoshi.kernel import clock
from luoshi.kernel.models import Event
from luoshi.people import viewer as viewers
from luoshi.people.models import Person, Post, Unit

STATES = (
    "reported", "accepted", "dispatched", "joint", "handling", "handled", "verified", "closed", "refused", "withdrawn",
    "abuse", "parted", "merged",
)  # fmt: skip
# who sees a case of the bureau; before a unit has it only those who see every case do
ALL_SEEING = ("desk", "supervisor", "verifier", "leader", "statistician")
BUREAU = ("head", "handler", "dispatcher")
BLIND = ("neighbour", "street", "sysadmin", "secadmin", "auditadmin", "nobody")
PERSONS = (*ALL_SEEING, *BUREAU, *BLIND)
NO_UNIT_YET = {"reported", "accepted", "refused", "withdrawn", "abuse"}


def table() -> dict[str, dict[str, set[str]]]:
    """By verb, for each person who may: the states in which they may."""
    lines = Path(__file__).with_name("cases.csv").read_text("utf-8").splitlines()
    rows = [line.split(";") for line in lines if line and not line.startswith(("#", "verb;"))]
    found: dict[str, dict[str, set[str]]] = {}
    for verb, states, who in rows:
        found.setdefault(verb, {}).update({person: set(states.split()) for person in who.split()})
    return found


TABLE = table()


def test_the_table_kept_by_hand_names_every_verb_and_state() -> None:
    assert set(TABLE) == {move.verb for move in FLOW.moves} == set(BY_VERB)
    assert set(STATES) == {state.name for state in FLOW.states}
    assert len(PERSONS) == 14


@pytest.fixture(scope="module")
def people(server: Any) -> Iterator[dict[str, Person | None]]:
    """The fixed cast, by role; `neighbour` handles at another bureau, `nobody` is not logged in."""
    with clock.at(NOW), transaction.atomic():
        found: dict[str, Person | None] = {"nobody": None}
        by_login = {person.login: person for person in Person.objects.all()}
        for role in (*ALL_SEEING, *BUREAU, "street", "sysadmin", "secadmin", "auditadmin"):
            found[role] = by_login[role]
        bureau = Post.objects.get(person=by_login["handler"]).unit_id
        other = Post.objects.filter(role="handler").exclude(unit_id=bureau).order_by("id")[0]
        found["neighbour"] = other.person
        yield found
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def clients(people: dict[str, Person | None]) -> dict[str, Client]:
    found = {}
    for name, person in people.items():
        found[name] = Client(HTTP_HOST="127.0.0.1", HTTP_ACCEPT="application/json")
        if person is not None:
            found[name].force_login(person, backend="luoshi.people.door.Backend")
    return found


@pytest.fixture(scope="module")
def case(people: dict[str, Person | None]) -> Case:
    """One case that each attempt first puts into the state it needs."""
    return _reported("井盖松动")


@pytest.fixture(scope="module")
def other(people: dict[str, Person | None]) -> Case:
    """Another open case: the whole of a part, the one into which a case is merged."""
    return _reported("井盖又松动")


def _reported(text: str) -> Case:
    kind = Category.objects.filter(reportable=True, public=True, handle_kind="workdays").order_by("code")[0]
    report = report_case(viewer=viewers.public(), category=kind, text=text, channel="web", county="150203000000")
    assert report.row is not None
    return report.row


def stand(case: Case, other: Case, state: str, verb: str, bureau: Unit) -> Case:
    """Put the case into a state, with whatever else the verb's guards want."""
    unit = None if state in NO_UNIT_YET else bureau
    values: dict[str, Any] = {
        "state": state, "status": "going", "unit": unit, "first_unit": unit, "evidence": 1, "worked_by": [],
        "returns": 1 if verb == "escalate" else 0, "by_staff": verb == "verify_close", "grade": None,
        "followup": "due" if verb == "follow_up" else "", "extend_to": None, "extended": False, "extend_by": None,
        "step": state, "step_kind": "workhours", "step_due_at": case.due_at, "handler": None,
    }  # fmt: skip
    if verb == "resume":
        values["status"] = "suspended"
    if verb in ("reply", "end_ask"):
        values["status"] = "asked"
    if verb in ("grant_extension", "deny_extension"):
        values["extend_to"] = case.due_at
    if verb == "adopt":
        values["status"] = "imported"
    if verb == "cancel_part":
        values["part_of"] = other
    if state == "merged":
        values |= {"merged_into": other, "state_before": "reported"}
    Case.objects.filter(pk=case.pk).update(**values)
    return Case.objects.get(pk=case.pk)


def form(verb: str, bureau: Unit, handler: Person, case: Case, other: Case) -> dict[str, Any]:
    """What the move needs, for those who may make it."""
    assert case.due_at is not None
    values = {
        "unit": bureau.code, "reason": "理由", "answer": "答复", "note": "说明", "category": case.category_id,
        "division": "150203000000", "handler": str(handler.pk), "question": "哪里？", "until": "2022-02-28", "grade": "5",
        "outcome": "unreachable", "clock": "whole", "public_text": "公开的话",
        "into": other.number,
    }  # fmt: skip
    move = FLOW.move(verb)
    given: dict[str, Any] = {name: values[name] for name in (*move.needs, *move.takes) if name in values}
    if verb == "split":
        next_unit = Unit.objects.exclude(pk=bureau.pk).order_by("id")[0]
        given |= {"part_unit": [bureau.code, next_unit.code], "part_text": ["修井盖", "清淤"]}
    return given


def expected(person: str, state: str, verb: str) -> int:
    who = TABLE[verb]
    if person in BLIND or (person in BUREAU and state in NO_UNIT_YET):
        return 404
    if person not in who:
        return 403
    return 200 if state in who[person] else 409


@pytest.mark.parametrize("verb", sorted(TABLE))
def test_state_by_verb_by_person(
    verb: str, case: Case, other: Case, clients: dict[str, Client], people: dict[str, Person | None]
) -> None:
    handler = people["handler"]
    assert handler is not None
    bureau = Post.objects.get(person=handler).unit
    wrong = {}
    for state in STATES:
        for person in PERSONS:
            with clock.at(NOW), transaction.atomic():
                now = stand(case, other, state, verb, bureau)
                before = Event.objects.filter(subject=case.log_id).count()
                data = form(verb, bureau, handler, now, other)
                answer = clients[person].post(f"/work/cases/{case.number}/do/{verb}/", data)
                after = Event.objects.filter(subject=case.log_id).count()
                transaction.set_rollback(True)
            want = expected(person, state, verb)
            if answer.status_code != want or (after - before) != (want == 200):
                wrong[state, person] = (answer.status_code, want, after - before)
    assert wrong == {}


@pytest.mark.parametrize("verb", sorted(verb for verb, who in TABLE.items() if set(who) == {"holder"}))
def test_the_holder_of_a_code_may_do_what_is_the_reporter_s_in_these_states_only(
    verb: str, case: Case, other: Case, people: dict[str, Person | None]
) -> None:
    from luoshi.kernel.problems import Absent, NotNow

    handler = people["handler"]
    assert handler is not None
    bureau = Post.objects.get(person=handler).unit
    holder, another = viewers.holder(str(case.log_id)), viewers.holder("00000000-0000-4000-8000-000000000000")
    data: dict[str, Any] = {"grade": 4} if verb == "rate" else {"note": "好"}
    for state in STATES:
        with clock.at(NOW), transaction.atomic():
            stand(case, other, state, verb, bureau)
            with pytest.raises(Absent):
                BY_VERB[verb](viewer=another, on=case.number, **data)
            if state in TABLE[verb]["holder"]:
                assert BY_VERB[verb](viewer=holder, on=case.number, **data).row is not None
            else:
                with pytest.raises(NotNow):
                    BY_VERB[verb](viewer=holder, on=case.number, **data)
            transaction.set_rollback(True)

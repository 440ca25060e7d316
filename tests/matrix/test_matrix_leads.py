"""Every state × verb × person over HTTP, held against the table that is kept by hand (`leads.csv`).

404 where existence itself is private, 403 where the person may not, 409 where the state does not allow, else done.
Each attempt is rolled back, so that the next one meets the same company.
"""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from given import NOW

from luoshi.kernel import clock
from luoshi.kernel.models import Event
from luoshi.leads.actions import BY_VERB, add_company, contact
from luoshi.leads.flow import FLOW
from luoshi.leads.models import Company
from luoshi.people.models import Person
from luoshi.people.viewer import of_login

SEEING = ("officer", "officer2", "promoter", "leader", "supervisor", "statistician")
BLIND = ("desk", "dispatcher", "head", "handler", "verifier", "street", "sysadmin", "secadmin", "auditadmin", "nobody")
GIVEN: dict[str, dict[str, str]] = {
    "change_company": {"code": "", "province": "15", "industry": "C"},
    "rename_company": {"name": "金源新材料有限公司", "day": ""},
    "contact": {"way": "call", "at": "2021-12-28 10:00", "note": ""},
    "retract_contact": {"reason": "记错了企业"},
    "merge_company": {"reason": "同一家"},
    "unmerge_company": {"reason": "两家"},
}


def table() -> dict[str, tuple[set[str], set[str]]]:
    """By verb: the states, the persons."""
    lines = Path(__file__).with_name("leads.csv").read_text("utf-8").splitlines()
    rows = [line.split(";") for line in lines if line and not line.startswith(("#", "verb;"))]
    return {verb: (set(states.split()), set(persons.split())) for verb, states, persons in rows}


TABLE = table()


def test_the_table_kept_by_hand_names_every_verb() -> None:
    assert set(TABLE) == {move.verb for move in FLOW.moves} == set(BY_VERB) == set(GIVEN)
    assert {state for states, _ in TABLE.values() for state in states} == {state.name for state in FLOW.states}


@pytest.fixture(scope="module")
def register(server: Any) -> Iterator[tuple[Company, Company]]:
    """A company and the one that it is, or might be, merged into."""
    with clock.at(NOW), transaction.atomic():
        made = [
            add_company(viewer=of_login("promoter"), name=name).answer["company"]
            for name in ("甲铜业有限公司", "乙铜业有限公司")
        ]
        one, other = (Company.objects.get(log_id=each) for each in made)
        contact(viewer=of_login("officer"), on=made[0], way="call", at=NOW, note="")
        yield one, other
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def clients(register: Any) -> dict[str, Client]:
    found = {name: Client(HTTP_HOST="127.0.0.1", HTTP_ACCEPT="application/json") for name in (*SEEING, *BLIND)}
    for name, browse in found.items():
        if name != "nobody":
            browse.force_login(Person.objects.get(login=name), backend="luoshi.people.door.Backend")
    return found


def expected(verb: str, state: str, person: str) -> int:
    if person == "nobody":
        return 302
    if person not in SEEING:
        return 403  # the page itself is for those who see the register
    states, persons = TABLE[verb]
    may = person in persons or (person == "officer2" and "officer" in persons)
    return 403 if not may else 303 if state in states else 409


@pytest.mark.parametrize("verb", sorted(GIVEN))
def test_state_by_verb_by_person(verb: str, register: tuple[Company, Company], clients: dict[str, Client]) -> None:
    one, other = register
    wrong = []
    for state, person in product((state.name for state in FLOW.states), (*SEEING, *BLIND)):
        with clock.at(NOW), transaction.atomic():
            Company.objects.filter(pk=one.pk).update(state=state, merged_into=other if state == "merged" else None)
            before = Event.objects.count()
            address = f"/work/companies/{one.log_id}/" + ("merge/" if verb == "merge_company" else f"do/{verb}/")
            said = Event.objects.get(subject=one.log_id, verb="contact")
            given = GIVEN[verb] | {"into": str(other.log_id), "event": str(said.id)}
            status = clients[person].post(address, given).status_code
            if status != expected(verb, state, person) or (status == 303) != (Event.objects.count() > before):
                wrong.append((state, person, status, expected(verb, state, person)))
            transaction.set_rollback(True)
    assert not wrong, wrong

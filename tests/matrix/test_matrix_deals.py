"""Every stage × verb × person of a lead over HTTP, held against the table that is kept by hand (`deals.csv`).

403 where the person may not, 422 with the reason on the page where stage or status do not allow, else done. Each attempt is
rolled back. What the company says (by its link) and what time does is tested apart: no person of the city may.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from given import NOW

from luoshi.kernel import clock
from luoshi.kernel.models import Event
from luoshi.leads import actions, gates
from luoshi.leads.models import Company, Lead, Promise, Proposal, Receipt
from luoshi.leads.stages import AFTER, FLOW, HOLDER, SYSTEM
from luoshi.people.models import Person, Unit
from luoshi.people.viewer import of_login

SEEING = ("officer", "officer2", "promoter", "leader", "supervisor", "statistician")
BLIND = ("desk", "dispatcher", "head", "handler", "verifier", "street", "sysadmin", "secadmin", "auditadmin", "nobody")
SHORT = {"E": ("lead", "engaged", "talking"), "S": ("signed", "landed", "started", "producing")}
STATUS = {"g": "going", "s": "suspended", "l": "lost", "a": "abandoned"}
CLOCKS = {"respond": "respond", "judge": "judge", "feed_back": "feedback"}


def pdf() -> bytes:
    """A page with nothing on it."""
    out, made = BytesIO(), pikepdf.new()
    made.add_blank_page()
    made.save(out)
    return out.getvalue()


def table() -> dict[str, tuple[set[str], set[str], set[str]]]:
    """By verb: stages, statuses, persons."""
    lines = Path(__file__).with_name("deals.csv").read_text("utf-8").splitlines()
    rows = [line.split(";") for line in lines if line and not line.startswith(("#", "verb;"))]
    return {
        verb: (
            {stage for word in stages.split() for stage in SHORT.get(word, (word,))},
            {STATUS[word] for word in statuses.split()}, set(persons.split()),
        )
        for verb, stages, statuses, persons in rows
    }  # fmt: skip


TABLE = table()


def test_the_table_kept_by_hand_names_every_verb() -> None:
    pressed = {move.verb for move in FLOW.moves if move.right not in (HOLDER, SYSTEM)}
    assert set(TABLE) == pressed and set(actions.OF_LEAD) == {move.verb for move in FLOW.moves}
    assert {stage for stages, _, _ in TABLE.values() for stage in stages} == {state.name for state in FLOW.states}


@pytest.fixture(scope="module")
def deal(server: Any) -> Iterator[tuple[Lead, Lead, dict[str, Any]]]:
    """A lead in the hands of `officer` with everything beside it, another one, and what each verb is given."""
    with clock.at(NOW), transaction.atomic():
        officer = of_login("officer")
        firm = Company.objects.get(
            log_id=actions.add_company(viewer=officer, name="矩阵铜业有限公司").answer["company"]
        )
        one, other = (
            Lead.objects.get(log_id=actions.add_lead(
                viewer=officer, name=name, company=str(firm.log_id), county="150203000000", industry="C", day=date(2021, 12, 1)
            ).answer["lead"])
            for name in ("铜箔项目", "电缆工厂")
        )  # fmt: skip
        row = Receipt.objects.create(
            lead=one, day=date(2021, 12, 2), currency="CNY", amount=100, fen=100, proof="bank", at=NOW,
            by=Person.objects.get(login="desk"), persons=[Person.objects.get(login="desk").pk],
        )  # fmt: skip
        owed = Promise.objects.create(
            lead=one, what="供地", owner=Unit.objects.get(code="city.roads"), until=date(2022, 3, 1), at=NOW
        )
        yield one, other, {"receipt": row.pk, "promise": owed.pk}
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def clients(deal: Any) -> dict[str, Client]:
    found = {name: Client(HTTP_HOST="127.0.0.1") for name in (*SEEING, *BLIND)}
    for name, browse in found.items():
        if name != "nobody":
            browse.force_login(Person.objects.get(login=name), backend="luoshi.people.door.Backend")
    return found


def _stand(one: Lead, other: Lead, stage: str, status: str, verb: str) -> None:
    """Put the lead in a stage and status as if it had come there."""
    late = stage not in SHORT["E"] and stage != "merged"
    Lead.objects.filter(pk=one.pk).update(
        state=stage, status=status, clock=CLOCKS.get(verb, "report"), papers=[*gates.DOCUMENTS], signed_at=NOW - timedelta(days=26) if late else None,
        agreed=100 if late else None, merged_into=other if stage == "merged" else None, state_before="lead" if stage == "merged" else "",
    )  # fmt: skip
    Lead.objects.filter(pk=other.pk).update(absorbed=1 if stage == "merged" else 0, state="full", agreed=100)
    states = {"revoke_money": "verified", "propose": "withdrawn", "approve": "withdrawn"}
    Receipt.objects.filter(lead=one).update(state=states.get(verb, "reported"))
    if verb == "revoke_money":
        Lead.objects.filter(pk=one.pk).update(in_place=100)
    if verb == "drop_promise":
        Promise.objects.filter(lead=one).update(state="open")


def _given(one: Lead, other: Lead, keys: dict[str, Any], verb: str, stage: str) -> dict[str, Any]:
    """What the form of a verb says."""
    event = Event.objects.filter(subject=one.log_id).order_by("recorded_at").first()
    assert event is not None
    waiting = 0
    if verb in ("approve", "approve_void", "decline", "propose"):
        led = next((verb for verb, to in AFTER.items() if to == stage), "engage")
        said = Event.objects.create(**_copy(event, led))
        if verb != "propose":
            by = Person.objects.get(login="desk")
            waiting = Proposal.objects.create(
                lead=one, event=said.id, move=led, void=verb == "approve_void", changes={} if verb == "approve_void" else {"day": "2021-12-05"},
                by=by, persons=[by.pk], at=NOW,
            ).pk  # fmt: skip
        event = said
    words = {"note": "说明", "reason": "理由"}
    return words | {
        "amount": "5000", "currency": "CNY", "day": "2021-12-29" if verb in ("agree", "report_money") else "", "proof": "bank", "worth": "yes",
        "name": one.name, "county": one.county, "industry": "C", "level": "open", "kind": "other", "item": "document:permit",
        "until": "2022-01-20", "what": "供电", "owner": "city.roads", "days": "7", "why": "market", "officer": "officer2", "into": other.number, "looked": str(other.log_id),
        "shares": "昆都仑区 100", "proposal": waiting, "event": event.id, "changed_day": "2021-12-06", **keys,
        **({"file": SimpleUploadedFile("a.pdf", pdf(), "application/pdf")} if verb == "add_document" else {}),
    }  # fmt: skip


def _copy(event: Event, verb: str) -> dict[str, Any]:
    from luoshi.kernel.ids import uuid7

    body = {name: value for name, value in event.body.items() if name != "move"}
    return {
        "id": uuid7(NOW), "line": "leads", "subject": event.subject, "verb": verb, "act": event.act, "actor": event.actor, "unit": event.unit,
        "occurred_at": NOW, "recorded_at": NOW, "body": body, "payload": bytes(event.payload), "leaf": b"0" * 32,
    }  # fmt: skip


def expected(verb: str, stage: str, status: str, person: str) -> int:
    if person == "nobody":
        return 302
    stages, statuses, persons = TABLE[verb]
    if person not in SEEING or person not in persons:
        return 403
    return 303 if stage in stages and status in statuses else 422


def attempt(deal: Any, browse: Client, verb: str, stage: str, status: str) -> tuple[int, bool]:
    """Try it; the status, and whether anything was written."""
    one, other, keys = deal
    with clock.at(NOW), transaction.atomic():
        _stand(one, other, stage, status, verb)
        given = _given(one, other, keys, verb, stage)
        before = Event.objects.count()
        fields = {"receipt", "promise", "proposal", "event"} - {*FLOW.move(verb).needs}
        sent = {name: value for name, value in given.items() if name not in fields}
        found = browse.post(f"/work/leads/{one.log_id}/do/{verb}/", sent).status_code
        wrote = Event.objects.count() > before
        transaction.set_rollback(True)
    return found, wrote


@pytest.mark.parametrize("verb", sorted(TABLE))
def test_stage_by_verb_by_person(verb: str, deal: Any, clients: dict[str, Client]) -> None:
    wrong = []
    status = "going" if "going" in TABLE[verb][1] else sorted(TABLE[verb][1])[0]
    for stage, person in product((state.name for state in FLOW.states), (*SEEING, "head", "sysadmin", "nobody")):
        found, wrote = attempt(deal, clients[person], verb, stage, status)
        done = found == 303 or (verb == "invite" and found == 200)
        wanted = expected(verb, stage, status, person)
        if (303 if done else found) != wanted or done != wrote:
            wrong.append((stage, person, found, wanted))
    assert not wrong, wrong


@pytest.mark.parametrize("verb", sorted(TABLE))
def test_status_by_verb(verb: str, deal: Any, clients: dict[str, Client]) -> None:
    stage, wrong = sorted(TABLE[verb][0])[0], []
    for status in STATUS.values():
        found, wrote = attempt(deal, clients["promoter"], verb, stage, status)
        done = found == 303 or (verb == "invite" and found == 200)
        if (303 if done else found) != expected(verb, stage, status, "promoter") or done != wrote:
            wrong.append((status, found))
    assert not wrong, wrong


@pytest.mark.parametrize("person", BLIND)
def test_whoever_has_nothing_to_do_with_it_is_refused(person: str, deal: Any, clients: dict[str, Client]) -> None:
    wanted = 302 if person == "nobody" else 403
    for verb in ("sign", "verify_money", "confirm_promise", "overdue"):
        assert clients[person].post(f"/work/leads/{deal[0].log_id}/do/{verb}/", {}).status_code == wanted


@pytest.mark.parametrize("verb", ["confirm_promise", "dispute_promise", "rate_service", "warn", "overdue", "remind"])
def test_nobody_of_the_city_speaks_for_the_company_or_for_time(
    verb: str, deal: Any, clients: dict[str, Client]
) -> None:
    for person in SEEING:
        assert clients[person].post(f"/work/leads/{deal[0].log_id}/do/{verb}/", {}).status_code == 404

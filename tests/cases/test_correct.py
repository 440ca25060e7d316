"""What was typed wrongly is corrected: proposed by one, approved by another, beside the original for ever."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from given import NOW
from staff_cast import at, bureau, case, kind, step

from luoshi.cases import reads
from luoshi.cases.actions import correct
from luoshi.cases.correction import Correction
from luoshi.cases.models import Category
from luoshi.cases.reads import correction as corrections
from luoshi.cases.reads.derived import derived
from luoshi.kernel import clock
from luoshi.kernel.canonical import moment
from luoshi.kernel.models import Event
from luoshi.kernel.problems import Denied, Invalid, NotNow
from luoshi.people.viewer import of_login

ELSEWHERE = "150203005000"  # another street of the same district


def event(number: str, move: str) -> UUID:
    """The event that a move left."""
    found = [one for one in reads.entries(case(number)) if (one.body.get("move") or one.verb) == move]
    return found[-1].id


def propose(number: str, move: str, by: str = "desk", **data: Any) -> Correction:
    given = {"reason": "写错了", "event": event(number, move)} | data
    correct.propose(viewer=of_login(by), on=number, **given)
    return Correction.objects.latest("id")


def approve(row: Correction, by: str = "supervisor", **more: Any) -> Any:
    return correct.approve(row)(viewer=of_login(by), on=row.case.number, proposal=row.pk, **more)


def other() -> Category:
    return Category.objects.filter(level=3, reportable=True, public=True).exclude(code__startswith=kind().top).first()  # type: ignore[return-value]


def closed(grade: int = 5) -> str:
    number = at("verified")
    step(number, "call_solved", "desk", grade=grade)
    return number


def mine(number: str) -> list[Any]:
    return [one for one in derived(50) if one.number == number]


def test_a_grade_typed_wrongly_is_corrected_by_two_and_stands_beside_the_original(db: None) -> None:
    number = closed()
    row = propose(number, "call_solved", changes={"grade": 2})
    assert case(number).grade == 5 and row.changes == {"grade": 2}
    version = case(number).version
    done = approve(row, seen=version)
    now = case(number)
    assert (now.grade, now.solved, now.state, now.followup, now.corrected) == (2, True, "closed", "due", 1)
    first = Event.objects.get(pk=row.event)
    said = Event.objects.get(corrects=first.pk)
    assert first.body["grade"] == 5 and said.verb == "correct"
    own = {"move": "correct", "proposed_by": of_login("desk").person, "grade": 2}
    assert said.body == first.body | own and said.actor == of_login("supervisor").person
    assert said.occurred_at == first.occurred_at and done.row.version == version + 1
    original = next(one for one in reads.entries(now) if one.id == first.pk)
    assert [one.id for one in original.newer] == [said.pk] and original.newer[0].private["why"] == "写错了"
    assert mine(number) == []


def test_nobody_approves_what_they_proposed_and_rights_are_asked(db: None) -> None:
    number = closed()
    with pytest.raises(Denied):
        propose(number, "call_solved", by="verifier", changes={"grade": 2})
    own = propose(number, "call_solved", by="supervisor", changes={"grade": 2})
    with pytest.raises(NotNow, match="somebody else"):
        approve(own)
    with pytest.raises(Denied):
        approve(own, by="desk")
    assert corrections.to_approve(of_login("supervisor")) == [] and corrections.count_to_approve(of_login("desk")) == 0
    assert case(number).grade == 5


def test_a_category_follows_through_all_that_only_repeated_it_and_no_due_time_moves(db: None) -> None:
    number = at("handling")
    before = case(number)
    wanted = other()
    approve(propose(number, "report", changes={"category": wanted.code}))
    now = case(number)
    assert (now.category_id, now.top, now.state, now.due_at) == (wanted.code, wanted.top, "handling", before.due_at)
    step(number, "add_evidence", "handler", note="补好了")
    assert mine(number) == []


def test_only_the_newest_of_a_chain_can_be_corrected(db: None) -> None:
    number = closed()
    approve(propose(number, "call_solved", changes={"grade": 4}))
    again = propose(number, "call_solved", changes={"grade": 3})  # named by the original: the newest is meant
    assert again.event == Event.objects.get(verb="correct", subject=case(number).log_id).pk
    approve(again)
    assert (case(number).grade, case(number).corrected) == (3, 2) and mine(number) == []
    original = next(one for one in reads.entries(case(number)) if len(one.newer) == 2)
    assert [one.body["grade"] for one in original.newer] == [4, 3]


def test_a_contact_that_never_was_is_void_and_can_be_made_again(db: None) -> None:
    number = at("dispatched")
    step(number, "contact", "desk", note="打过")
    row = propose(number, "contact", void=True)
    approve(row)
    assert case(number).contacted_at is None and mine(number) == []
    with pytest.raises(NotNow):
        propose(number, "contact", changes={"at": moment(NOW)})
    step(number, "contact", "desk")
    assert case(number).contacted_at == NOW and mine(number) == []


def test_the_time_of_a_contact_decides_whether_it_was_in_time(db: None) -> None:
    number = at("dispatched")
    late = case(number).response_due_at + timedelta(hours=2)  # type: ignore[operator]
    with clock.at(late):
        step(number, "contact", "desk")
        assert Event.objects.filter(verb="contact").latest("recorded_at").body["in_time"] is False
        called = NOW + timedelta(minutes=5)
        row = propose(number, "contact", changes={"at": moment(called)})
        approve(row)
    said = Event.objects.get(corrects=row.event)
    assert (case(number).contacted_at, said.occurred_at, said.body["in_time"]) == (called, called, True)
    assert mine(number) == []


def test_a_place_and_a_unit(db: None) -> None:
    number = closed()
    approve(propose(number, "report", changes={"division": ELSEWHERE}))
    assert (case(number).county, case(number).street) == ("150203000000", ELSEWHERE)
    elsewhere = bureau().__class__.objects.exclude(pk=bureau().pk).first()
    approve(propose(number, "dispatch", changes={"unit": elsewhere.pk}))
    assert case(number).unit_id == case(number).first_unit_id == elsewhere.pk and mine(number) == []


REFUSED = {
    "a later time": ("add_note", {"at": moment(NOW + timedelta(days=1))}, "at"),
    "before the report": ("add_note", {"at": moment(NOW - timedelta(days=1))}, "at"),
    "no change": ("call_solved", {"grade": 5}, "changes"),
    "no such grade": ("call_solved", {"grade": 6}, "grade"),
    "no such kind": ("report", {"category": "99"}, "category"),
    "no such place": ("report", {"division": "1"}, "division"),
    "no such unit": ("dispatch", {"unit": 0}, "unit"),
    "not this field": ("sign", {"unit": 1}, "unit"),
    "not the state": ("call_solved", {"stage": "reported"}, "stage"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_corrected_is_refused(db: None, name: str) -> None:
    move, changes, field = REFUSED[name]
    number = closed()
    step(number, "add_note", "desk", note="记一条")
    with pytest.raises(Invalid) as refused:
        propose(number, move, changes=changes)
    assert refused.value.faults[0].field == field and not Correction.objects.exists()


def test_the_unit_of_an_open_case_and_a_verdict_are_not_taken_back(db: None) -> None:
    number = at("handling")
    with pytest.raises(Invalid):
        propose(number, "dispatch", changes={"unit": 1})
    with pytest.raises(NotNow):
        propose(number, "dispatch", void=True)


def test_a_declined_proposal_changes_nothing_and_frees_the_entry(db: None) -> None:
    number = closed()
    row = propose(number, "call_solved", changes={"grade": 1})
    with pytest.raises(NotNow, match="waits for approval"):
        propose(number, "call_solved", changes={"grade": 2})
    correct.decline(viewer=of_login("supervisor"), on=number, proposal=row.pk, reason="录音里是 5 分")
    assert case(number).grade == 5 and not Event.objects.filter(corrects__isnull=False).exists()
    with pytest.raises(NotNow, match="decided"):
        approve(row)
    propose(number, "call_solved", changes={"grade": 2})


def test_with_personal_data_the_reasons_go_too(db: None) -> None:
    from luoshi.cases.actions.erase import wipe

    row = propose(closed(), "call_solved", changes={"grade": 1}, reason="张三说的")
    wipe(row.case)
    assert Correction.objects.get(pk=row.pk).reason == ""


def test_verification_names_a_corrected_row_that_was_changed(db: None) -> None:
    number = closed()
    approve(propose(number, "call_solved", changes={"grade": 2}))
    row = case(number)
    row.grade = 5
    row.save()
    assert [(one.field, one.kept, one.should) for one in mine(number)] == [("grade", "5", "2")]

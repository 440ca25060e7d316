"""Open cases that may be the same: by place, time, kind and words; strangers are matched by what is public alone."""

from datetime import timedelta
from typing import Any

import pytest
from asking import questions
from django.test import Client
from given import NOW
from public_walk import Walk
from staff_cast import STREET, case, client, kind, reported, step

from luoshi.cases.models import Case, CasePrivate
from luoshi.cases.reads import similar
from luoshi.cases.reads.similar import Problem
from luoshi.kernel import clock
from luoshi.kernel.viewer import Viewer

OTHER_KIND = "020101"
HERE = {"lat": 40.65, "lon": 109.84}


def found(**sought: Any) -> list[str]:
    return [one.case.number for one in similar.for_public(Problem(**sought), NOW)]


def test_near_or_in_the_street_and_of_the_kind(cast: dict[str, Viewer]) -> None:
    near = reported()
    street = reported(lat=40.70, lon=109.84)
    reported(street="150203002000", lat=40.70, lon=109.84)
    assert found(category=kind().code, street=STREET, **HERE) == [near, street]
    assert found(category=kind().code, lat=40.6525, lon=109.8400) == [near]
    assert found(category=kind().code, lat=40.6535, lon=109.8400) == []
    assert found(category=OTHER_KIND, street=STREET, **HERE) == []
    assert found(category=kind().code) == []


def test_what_ended_is_old_a_part_private_or_merged_is_no_candidate(cast: dict[str, Viewer]) -> None:
    sought: dict[str, Any] = {"category": kind().code, "street": STREET}
    with clock.at(NOW - timedelta(days=31)):
        reported()
    over, merged, private, main = reported(), reported(), reported(), reported()
    step(over, "refuse", "desk", reason="不归我们", answer="请找业主")
    step(merged, "merge", "desk", into=main)
    Case.objects.filter(number=private).update(public=False)
    assert found(**sought) == [main]
    Case.objects.filter(number=main).update(part_of=case(over))
    assert found(**sought) == []


def test_strangers_are_not_matched_by_words_that_nobody_released(cast: dict[str, Viewer]) -> None:
    other = reported(text="张三丰家门口有狗")
    said = "张三丰家门口"
    assert found(category=OTHER_KIND, street=STREET, said=said) == []
    Case.objects.filter(number=other).update(released=True)
    CasePrivate.objects.filter(case__number=other).update(public_text="门口有狗")
    assert found(category=OTHER_KIND, street=STREET, said=said) == []
    CasePrivate.objects.filter(case__number=other).update(public_text="家门口有狗")
    assert found(category=OTHER_KIND, street=STREET, said=said) == [other]


def test_staff_find_other_kinds_by_words_and_each_point_is_explained(cast: dict[str, Viewer]) -> None:
    mine = reported(text="路灯不亮，杆子歪了")
    other = reported(text="路灯杆子歪斜", lat=40.652)
    Case.objects.filter(number=other).update(category=OTHER_KIND)
    reported(text="井盖响", lat=40.652)
    first, second = similar.for_staff(cast["desk"], case(mine), NOW)
    assert {first.case.number: first.score, second.case.number: second.score}[other] == 3 + 2 + 1
    why = next(one.why for one in (first, second) if one.case.number == other)
    assert [text.zh for text in why] == ["300 米内", "同样的词：杆子歪 路灯", "3 天之内"]


def test_five_at_most_and_only_what_the_viewer_sees(cast: dict[str, Viewer]) -> None:
    numbers = [reported() for _ in range(7)]
    assert len(similar.for_staff(cast["desk"], case(numbers[0]), NOW)) == 5
    assert similar.for_staff(cast["handler"], case(numbers[0]), NOW) == []


def test_two_queries_however_many_there_are(cast: dict[str, Viewer]) -> None:
    mine = case(reported())
    for _ in range(3):
        reported()
    similar.for_staff(cast["desk"], mine, NOW)  # what a process remembers of the settings is read by its first answer
    with questions() as asked:
        assert len(similar.for_staff(cast["desk"], mine, NOW)) == 3
    assert len(asked) == 2


def test_a_citizen_is_shown_them_before_sending_and_may_go_on(browse: Client) -> None:
    there = reported(county="150204000000", street="150204002000")
    walk = Walk(browse)
    walk.press(place="幸福路", asked="幸福路街道")
    walk.press(code=kind().code[:2])
    walk.press(code=kind().code)
    walk.press(text="路面破损")
    assert walk.hidden("step") == "same" and there in walk.page and "绊倒" not in walk.page
    assert f"/cases/{there}/follow/" in walk.page
    walk.press()
    assert walk.hidden("step") == "contact"
    walk.press("to:same")
    assert there in walk.page


def test_nothing_alike_is_no_extra_page(browse: Client) -> None:
    walk = Walk(browse)
    walk.press(place="幸福路", asked="幸福路街道")
    walk.press(code=kind().code[:2])
    walk.press(code=kind().code)
    walk.press(text="路面破损")
    assert walk.hidden("step") == "contact" and 'value="to:what"' in walk.page


@pytest.mark.parametrize("login", ["desk", "handler"])
def test_the_record_page_offers_to_merge_by_one_press(db: None, login: str) -> None:
    older, mine = reported(), reported()
    for number in (older, mine):
        step(number, "accept", "desk")
    Case.objects.filter(number=mine).update(reported_at=NOW + timedelta(minutes=1))
    if login == "handler":
        from staff_cast import bureau

        for number in (older, mine):
            step(number, "dispatch", "desk", unit=bureau())
    page = client(login).get(f"/work/cases/{mine}/").content.decode()
    assert (f'name="into" value="{older}"' in page) == (login == "desk")
    if login == "desk":
        data = {"into": older, "seen": case(mine).version}
        assert client("desk").post(f"/work/cases/{mine}/do/merge/", data).status_code == 303
        assert case(mine).state == "merged"

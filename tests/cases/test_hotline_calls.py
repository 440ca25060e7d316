"""Call-backs from the work list: whom to call, the number shown with a reason, each result, unreachable stays so."""

import re
from datetime import timedelta
from typing import Any

import pytest
from asking import questions
from given import NOW
from people_cast import add
from staff_cast import at, case, client, do, reported, step

from luoshi.cases import clocks
from luoshi.cases.models import Case
from luoshi.cases.staff.hotline import calls
from luoshi.kernel import clock
from luoshi.kernel.models import Event

pytestmark = pytest.mark.usefixtures("db")
CALLS = "/work/hotline/calls/"
PHONE = "15512341234"


def page(path: str = CALLS, login: str = "desk") -> str:
    response = client(login).get(path)
    assert response.status_code == 200
    text: str = response.content.decode()
    return text


def form_of(text: str) -> dict[str, str]:
    """The hidden fields of the form of verdicts."""
    found = re.search(r'do/call_solved/"[^>]*>(.*?)<fieldset>', text, re.S)
    assert found is not None
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', found[1]))


def press(number: str, verb: str, **given: Any) -> Any:
    """Press one of the buttons of the page's form."""
    desk, text = client("desk"), page(f"{CALLS}?on={number}")
    return desk.post(f"/work/cases/{number}/do/{verb}/", form_of(text) | given)


def test_the_list_holds_what_is_verified_and_its_number_is_masked() -> None:
    number, other = at("verified"), at("handled")
    text = page()
    assert number in text and other not in text
    assert "155****1234" in text and PHONE not in text and "张三丰" not in text and "路面已补" in text


def test_showing_the_number_is_an_event_with_its_reason_and_happens_once() -> None:
    number, desk = at("verified"), client("desk")
    text = desk.post(f"{CALLS}{number}/show/", {"key": "shown-once-1"}).content.decode()
    assert PHONE in text and "张三丰" in text and "理由“回访”" in text
    event = Event.objects.filter(subject=case(number).log_id).latest("recorded_at")
    assert event.verb == "unmask" and b"155" not in bytes(event.payload)
    again = desk.post(f"{CALLS}{number}/show/", {"key": "shown-once-1"})
    assert (again.status_code, again["Location"]) == (303, f"{CALLS}?on={number}")
    assert PHONE not in page(f"{CALLS}?on={number}")
    assert Event.objects.filter(subject=case(number).log_id, verb="unmask").count() == 1


def test_without_the_right_no_number_is_shown() -> None:
    number = at("verified")
    assert client("handler").post(f"{CALLS}{number}/show/").status_code == 403
    assert client("desk").get(f"{CALLS}{number}/show/").status_code == 405


@pytest.mark.parametrize("grade", ["1", "4", "5", ""])
def test_solved_with_a_grade_closes_and_the_next_one_is_there(grade: str) -> None:
    number, after = at("verified"), at("verified")
    response = press(number, "call_solved", grade=grade)
    assert (response.status_code, response["Location"]) == (303, f"{CALLS}?after={number}")
    row = case(number)
    assert (row.state, row.solved, row.grade) == ("closed", True, int(grade) if grade else None)
    text = page()
    assert number not in text and after in text


@pytest.mark.parametrize(
    ("verb", "given", "words", "way"),
    [
        ("call_solved", {"grade": "3"}, "回访：已解决，3 分", "/work/cases/{number}/correct/{event}/"),
        ("call_unsolved", {"reason": "还在漏"}, "回访：未解决", "/work/cases/{number}/?do=add_note#do-add_note"),
        ("call_failed", {"outcome": "refused"}, "回访：未接通（拒绝回访）", f"{CALLS}?on={{number}}"),
    ],
)
def test_the_result_just_noted_stands_above_the_next_with_the_way_to_mend_it(
    verb: str, given: dict[str, str], words: str, way: str
) -> None:
    number = at("verified")
    address = press(number, verb, **given)["Location"]
    text, event = page(address), Event.objects.filter(subject=case(number).log_id).latest("recorded_at", "id")
    href = way.format(number=number, event=event.id)
    assert f"<b>{words}</b>" in text and f'href="{href}"' in text
    assert client("desk").get(href.partition("#")[0]).status_code == 200
    assert "刚记下" not in page() and "刚记下" not in page(f"{CALLS}?after=J-2021-999999")


def test_another_clerk_s_result_is_not_offered_for_mending() -> None:
    number = at("verified")
    step(number, "call_solved", "desk", grade=3)
    add("colleague", "desk")
    assert "刚记下" not in page(f"{CALLS}?after={number}", "colleague")
    assert "刚记下" in page(f"{CALLS}?after={number}")


def test_not_solved_goes_back_to_the_unit_with_the_words_of_the_page() -> None:
    number = at("verified")
    unit, words = case(number).unit_id, re.search(r'name="reason"[^>]*>([^<]+)<', page())
    assert words is not None
    assert press(number, "call_unsolved", reason=words[1]).status_code == 303
    row = case(number)
    assert (row.state, row.solved, row.unit_id) == ("dispatched", False, unit)


def test_not_solved_is_sent_by_a_button_of_its_own() -> None:
    at("verified")
    text = page()
    first = text.index('<summary class="btn btn-2" data-key="N">')
    assert first < text.index("call_unsolved/", first) < text.index("</details>", first)


@pytest.mark.parametrize(("outcome", "words"), [("unreachable", "联系不上"), ("refused", "拒绝回访")])
def test_an_attempt_is_kept_and_the_case_waits_for_the_next(outcome: str, words: str) -> None:
    number, after = at("verified"), at("verified")
    with clock.at(NOW + timedelta(minutes=5)):
        assert press(number, "call_failed", outcome=outcome).status_code == 303
        text = page()
    assert f"已打 1 次：{words} 12-29 09:05" in text
    assert text.index(after) < text.index(number)  # it is due later now
    row = case(number)
    assert (row.state, row.solved, row.grade, row.calls) == ("verified", None, None, 1)


def test_unreachable_stays_unreachable_and_is_left_to_the_reporter() -> None:
    number = at("verified")
    for n in range(clocks.ATTEMPTS):
        with clock.at(NOW + n * clocks.APART):
            step(number, "call_failed", "desk", outcome="unreachable")
    text = page()
    assert "没有要回访的" in text and "联系不上，等市民" in text and number in text
    assert "已打 3 次" in text and "等到 2022-01-05 17:30" in text
    row = case(number)
    assert (row.state, row.solved, row.grade, row.next_due_at) == ("verified", None, None, None)
    # whoever calls back themselves is still answered
    assert press(number, "call_solved", grade="5").status_code == 303 and case(number).grade == 5


def test_calls_in_a_row_are_one_attempt() -> None:
    number = at("verified")
    for n in range(5):
        with clock.at(NOW + timedelta(minutes=n)):
            step(number, "call_failed", "desk", outcome="unreachable")
    row = case(number)
    assert row.calls == 1 and row.next_due_at is not None and row.step_since == NOW
    assert "已打 5 次" in page()


def test_the_case_that_was_asked_for_is_the_one_that_opens_however_many_wait() -> None:
    first = at("verified")
    later = [at("verified") for _ in range(calls.SHOWN + 2)]
    with clock.at(NOW + timedelta(minutes=5)):
        assert press(first, "call_failed", outcome="unreachable").status_code == 303
    assert all(
        f"/work/cases/{number}/do/call_solved/" in page(f"{CALLS}?on={number}") for number in (first, *later[-2:])
    )
    assert press(first, "call_solved", grade="5").status_code == 303
    shown = page(f"{CALLS}?on={first}")
    assert f"{first} 现在没有要回访的" in shown and f"/work/cases/{first}/do/call_solved/" not in shown


def test_what_another_clerk_did_meanwhile_is_said_and_nothing_is_overwritten() -> None:
    number, text = at("verified"), ""
    text = page()
    step(number, "call_solved", "desk", grade=4)
    refused = client("desk").post(f"/work/cases/{number}/do/call_solved/", form_of(text) | {"grade": "1"})
    assert refused.status_code == 409 and case(number).grade == 4


def test_found_by_staff_has_nobody_to_call() -> None:
    number = reported(by_staff=True)
    Case.objects.filter(number=number).update(state="verified")
    assert number not in page()


def test_the_page_asks_as_much_for_many_as_for_one() -> None:
    def asked() -> int:
        browse = client("desk")
        with questions() as caught:
            assert browse.get(CALLS).status_code == 200
        return len(caught)

    first = at("verified")
    step(first, "call_failed", "desk", outcome="unreachable")
    asked()
    one = asked()
    for _ in range(4):
        step(at("verified"), "call_failed", "desk", outcome="refused")
    assert asked() == one


def test_the_door_of_all_moves_still_takes_a_call_back() -> None:
    number = at("verified")
    assert do(client("desk"), number, "call_solved", {"grade": "3", "next": CALLS}).status_code == 303


def test_two_clerks_do_not_call_the_same_reporter() -> None:
    first, second = at("verified"), at("verified")
    assert f"/work/cases/{first}/do/call_solved/" in page()
    client("desk").post(f"{CALLS}{first}/show/", {"key": "clerk-1"})
    assert f"/work/cases/{first}/do/call_solved/" in page(), "the clerk who looked goes on with it"
    assert f"/work/cases/{second}/do/call_solved/" in page(login="desk2"), "the other one begins with the next"
    assert "孙云宁 刚看过这个电话" in page(f"{CALLS}?on={first}", "desk2")
    with clock.at(NOW + calls.BUSY + timedelta(minutes=1)):
        assert f"/work/cases/{first}/do/call_solved/" in page(login="desk2")

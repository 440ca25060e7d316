"""The tracking page: what its reporter reads and does, and what nobody else gets."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from public_walk import Walk, do, handle

from luoshi.cases.actions.parts import Share
from luoshi.cases.models import Case, CaseCode
from luoshi.cases.public import lost
from luoshi.conf import Conf
from luoshi.kernel import clock
from luoshi.kernel.models import Event, EventPrivate, Tries
from luoshi.kernel.viewer import Viewer
from luoshi.people.models import Unit
from luoshi.ports.notify.codes import words_of
from luoshi.ports.notify.models import Message
from luoshi.web import words

Cast = dict[str, Viewer]


@pytest.fixture
def mine(browse: Client) -> tuple[Case, str]:
    return Walk(browse).through(name="市民甲", phone="138 0000 0000", email="a@example.org")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "lookups_per_hour": 3}))
    yield


def page(browse: Client, code: str) -> str:
    response = browse.get(f"/track/{code}")
    assert response.status_code == 200
    return response.content.decode()


def press(browse: Client, code: str, deed: str, status: int = 303, **fields: object) -> str:
    key = re.search(r'name="key" value="(\w+)"', page(browse, code))
    sent = {"do": deed, "key": key[1] if key else "", **fields}
    response = browse.post(f"/track/{code}", sent)
    assert response.status_code == status, response.content.decode()
    return response.content.decode()


def verbs(case: Case) -> list[str]:
    return list(Event.objects.filter(subject=case.log_id).order_by("recorded_at", "id").values_list("verb", flat=True))


def test_from_report_to_a_rating_with_one_event_a_step(browse: Client, mine: tuple[Case, str], cast: Cast) -> None:
    case, code = mine
    assert "已收到，等待受理" in page(browse, code)
    assert case.step_due_at is not None
    assert f"现在在包头市12345政务服务便民热线中心，{words.when(case.step_due_at)} 前受理" in page(browse, code)
    handle(case, cast)
    shown = page(browse, code)
    assert "办好了，请您确认" in shown and "更换井盖 1 座" in shown and "按期" in shown
    press(browse, code, "verdict", solved="yes", grade="1", reasons=["slow", "manner"], note="等了很久")
    case.refresh_from_db()
    assert (case.state, case.solved, case.grade, case.followup) == ("closed", True, 1, "due")
    assert "等了很久" in page(browse, code) and "1 分" in page(browse, code)
    assert verbs(case) == [
        "report", "accept", "dispatch", "sign", "contact", "add_evidence", "finish", "verify", "close",
    ]  # fmt: skip


def test_notes_among_staff_and_names_of_staff_are_not_told(browse: Client, mine: tuple[Case, str], cast: Cast) -> None:
    case, code = mine
    handle(case, cast)
    do("add_note", cast["desk"], case, note="内部：小心")
    shown = page(browse, code)
    assert "内部" not in shown
    for role in ("desk", "handler", "supervisor"):
        assert cast[role].name not in shown


def test_nothing_is_chosen_beforehand(browse: Client, mine: tuple[Case, str], cast: Cast) -> None:
    case, code = mine
    handle(case, cast)
    assert not re.search(r"<input[^>]*\bchecked\b", page(browse, code))
    press(browse, code, "verdict", 422, grade="5")
    case.refresh_from_db()
    assert case.state == "verified"


def test_a_verdict_without_a_grade_is_no_satisfaction_and_can_be_graded_later(
    browse: Client, mine: tuple[Case, str], cast: Cast
) -> None:
    case, code = mine
    handle(case, cast)
    press(browse, code, "verdict", solved="yes")
    case.refresh_from_db()
    assert case.grade is None and case.solved
    press(browse, code, "rate", grade="4")
    press(browse, code, "rate", 409, grade="5")
    case.refresh_from_db()
    assert case.grade == 4


def test_not_solved_goes_back_to_the_unit(browse: Client, mine: tuple[Case, str], cast: Cast) -> None:
    case, code = mine
    handle(case, cast)
    press(browse, code, "verdict", solved="no", note="还在响")
    case.refresh_from_db()
    assert (case.state, case.reopened) == ("dispatched", 1)
    assert "还在响" in page(browse, code)


def test_a_closed_case_can_be_reopened(browse: Client, mine: tuple[Case, str], cast: Cast) -> None:
    case, code = mine
    handle(case, cast)
    press(browse, code, "verdict", solved="yes")
    press(browse, code, "reopen", note="又坏了")
    case.refresh_from_db()
    assert case.state == "dispatched"


def test_a_question_is_answered_and_the_clock_goes_on(browse: Client, mine: tuple[Case, str], cast: Cast) -> None:
    case, code = mine
    do("accept", cast["desk"], case)
    do("ask", cast["desk"], case, question="哪一个门前？")
    shown = page(browse, code)
    assert "有一个问题要问您" in shown and "哪一个门前？" in shown and "时限暂停" in shown
    press(browse, code, "reply", 422, note="")
    press(browse, code, "reply", note="南门")
    case.refresh_from_db()
    assert case.status == "going" and "南门" in page(browse, code)


def test_taken_back_it_is_over_and_no_longer_public(browse: Client, mine: tuple[Case, str]) -> None:
    case, code = mine
    assert browse.get(f"/cases/{case.number}/").status_code == 200
    press(browse, code, "withdraw")
    assert "您已撤回" in page(browse, code)
    assert browse.get(f"/cases/{case.number}/").status_code == 404
    press(browse, code, "withdraw", 409)


def test_in_parts_it_is_taken_back_and_then_deleted(browse: Client, mine: tuple[Case, str], cast: Cast) -> None:
    case, code = mine
    do("accept", cast["desk"], case)
    shares = [Share(unit, "办") for unit in Unit.objects.order_by("id")[:2]]
    do("split", cast["desk"], case, parts=shares)
    shown = page(browse, code)
    assert "撤回这件上报" in shown and "先撤回，或等办结" in shown
    press(browse, code, "withdraw")
    shown = page(browse, code)
    assert "您已撤回" in shown and "删除我的信息" in shown
    press(browse, code, "erase", sure="yes")
    assert "已删除，不能恢复" in page(browse, code)


def test_what_waits_for_its_reporter_can_be_deleted_once_closed(
    browse: Client, mine: tuple[Case, str], cast: Cast
) -> None:
    case, code = mine
    handle(case, cast)
    shown = page(browse, code)
    assert "撤回" not in shown and "办结以后可以删除" in shown


def test_refused_it_says_where_to_turn(browse: Client, mine: tuple[Case, str], cast: Cast) -> None:
    case, code = mine
    do("refuse", cast["desk"], case, reason="elsewhere_police", answer="请拨打 110")
    assert "请拨打 110" in page(browse, code)


def test_pressed_twice_it_is_done_once(browse: Client, mine: tuple[Case, str], cast: Cast) -> None:
    case, code = mine
    handle(case, cast)
    sent = {"do": "verdict", "key": "same-key-1", "solved": "yes", "grade": "3"}
    assert [browse.post(f"/track/{code}", sent).status_code for _ in range(2)] == [303, 303]
    assert verbs(case).count("close") == 1


@pytest.mark.parametrize("deed", ["", "accept", "dispatch", "verify", "none", "\0"])
def test_only_the_reporters_own_deeds_can_be_sent(browse: Client, mine: tuple[Case, str], deed: str) -> None:
    case, code = mine
    assert browse.post(f"/track/{code}", {"do": deed}).status_code == 400
    assert verbs(case) == ["report"]


@pytest.mark.parametrize(
    "fields", [{"solved": "yes", "grade": "6"}, {"solved": "yes", "reasons": ["x"]}, {"solved": "yes", "note": "字" * 1001},
               {"solved": "yes", "note": "a\0"}, {"solved": "maybe"}, {"solved": "yes", "grade": "x"}]
)  # fmt: skip
def test_a_bad_verdict_is_a_fault_and_changes_nothing(
    browse: Client, mine: tuple[Case, str], cast: Cast, fields: dict[str, object]
) -> None:
    case, code = mine
    handle(case, cast)
    assert 'href="#verdict-' in press(browse, code, "verdict", 422, **fields)
    case.refresh_from_db()
    assert case.state == "verified"


def test_a_code_is_read_in_every_way_it_is_written_down(browse: Client, mine: tuple[Case, str]) -> None:
    _, code = mine
    for typed in (code.lower(), f"{code[:4]}-{code[4:8]}-{code[8:]}", f"{code}/", f" {code[:6]} {code[6:]}"):
        assert browse.get(f"/track/{typed}").status_code == 200
    response = browse.post("/track/", {"code": f"{code[:4]} {code[4:]}".lower()})
    assert response.status_code == 303 and response.headers["Location"] == f"/track/{code}"


def test_unknown_and_malformed_codes_are_the_same_page(browse: Client) -> None:
    def plain(address: str) -> str:
        response = browse.get(address)
        assert response.status_code == 404
        return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())

    unknown = plain("/track/ABCDEFGH2345")
    for malformed in (
        "x",
        "%00",
        "ABCDEFGH234",
        "..%2Fx",
        "a/b",
        "%0A",
        "%ED%A0%80",
        "漢字",
        "x" * 3000,
        "'; DROP TABLE",
    ):
        assert plain(f"/track/{malformed}") == unknown


def test_only_failed_look_ups_are_counted_and_then_all_are_refused(
    browse: Client, mine: tuple[Case, str], few: None
) -> None:
    _, code = mine
    for _ in range(5):
        page(browse, code)
    assert [browse.get("/track/ABCDEFGH2345").status_code for _ in range(2)] == [404, 404]
    assert browse.post("/track/", {"code": "x"}).status_code == 404
    assert browse.get(f"/track/{code}").status_code == 429
    assert browse.post("/track/", {"code": code}).status_code == 429
    assert Client(HTTP_HOST="127.0.0.1", REMOTE_ADDR="10.0.0.9").get(f"/track/{code}").status_code == 200
    assert "127.0.0.1" not in repr(list(Tries.objects.values()))


def test_the_page_is_for_nobodys_cache_and_no_referrer(browse: Client, mine: tuple[Case, str]) -> None:
    _, code = mine
    for address in (f"/track/{code}", "/track/", "/track/ABCDEFGH2345"):
        headers = browse.get(address).headers
        assert headers["Referrer-Policy"] == "no-referrer" and "no-store" in headers["Cache-Control"]


def test_the_code_is_in_no_log(browse: Client, mine: tuple[Case, str], caplog: pytest.LogCaptureFixture) -> None:
    _, code = mine
    caplog.clear()
    page(browse, code)
    browse.post(f"/track/{code}", {"do": "none"})
    browse.put(f"/track/{code}")
    assert caplog.text and code not in caplog.text


def test_the_page_speaks_english(browse: Client, mine: tuple[Case, str], cast: Cast) -> None:
    case, code = mine
    handle(case, cast)
    shown = browse.get(f"/track/{code}?lang=en").content.decode()
    main = shown[shown.index("<main") : shown.index("</main")]
    said = ("更换井盖 1 座", "井盖松动，夜里有人绊倒", "幸福南路 12 号门前")
    for text in said:
        main = main.replace(text, "")
    assert "It is done: please confirm" in main
    assert not re.findall(r"[\u4e00-\u9fff]+", main)


# a lost code


def ask(browse: Client, number: str, address: str) -> str:
    response = browse.post("/track/lost", {"number": number, "address": address})
    assert response.status_code == 200
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


@pytest.mark.parametrize("address", ["138-0000-0000", "13800000000", "A@example.org "])
def test_a_lost_code_goes_to_the_address_that_was_given(browse: Client, mine: tuple[Case, str], address: str) -> None:
    case, code = mine
    ask(browse, case.number.lower(), address)
    notice = Message.objects.get()
    assert notice.address == ("a@example.org" if "@" in address else "13800000000") and notice.sent_at is None
    found = re.search(r"([0-9A-Z]{4}-){2}[0-9A-Z]{4}", words_of(notice))
    assert found and found[0].replace("-", "") not in repr(
        list(Message.objects.values()) + list(CaseCode.objects.values())
    )
    page(browse, found[0])
    page(browse, code)
    event = Event.objects.get(subject=case.log_id, verb="renew")
    assert event.actor is None and not EventPrivate.objects.filter(pk=event.pk).exists()


def test_the_answer_never_tells_whether_it_fitted(browse: Client, mine: tuple[Case, str]) -> None:
    case, _ = mine
    right = ask(browse, case.number, "13800000000")
    assert {ask(browse, case.number, "13900000000"), ask(browse, "J-2021-999999", "13800000000")} == {right}
    assert ask(browse, case.number, "市民甲") == right
    assert Message.objects.count() == 1


def test_nobody_is_flooded_with_notices(browse: Client, mine: tuple[Case, str]) -> None:
    case, _ = mine
    for n in range(6):
        Client(HTTP_HOST="127.0.0.1", REMOTE_ADDR=f"10.0.0.{n}").post(
            "/track/lost", {"number": case.number, "address": "13800000000"}
        )
    assert Message.objects.count() == lost.PER_CASE
    codes = [browse.post("/track/lost", {"number": case.number, "address": "x"}).status_code for _ in range(11)]
    assert codes == [200] * 10 + [429]


def test_without_an_address_a_lost_code_is_lost(browse: Client) -> None:
    case, _ = Walk(browse).through()
    ask(browse, case.number, "0")
    assert not Message.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"number": "x", "address": "y"}, {"number": "J-2021-000001\0", "address": "y"}])
def test_a_bad_number_is_a_fault(browse: Client, sent: dict[str, str]) -> None:
    assert browse.post("/track/lost", sent).status_code == 422


def test_limits_end_with_the_hour(browse: Client, few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    for _ in range(3):
        browse.get("/track/x")
    assert browse.get("/track/x").status_code == 429
    later = clock.real() + timedelta(hours=1)
    monkeypatch.setattr(clock, "real", lambda: later)
    assert browse.get("/track/x").status_code == 404


def test_a_merged_report_shows_the_time_of_the_case_that_stands_for_it_and_none_of_its_own(
    browse: Client, mine: tuple[Case, str], cast: Cast
) -> None:
    case, code = mine
    between, _ = Walk(browse).through(text="井盖响")
    main, _ = Walk(browse).through(text="井盖翘起")
    do("accept", cast["desk"], main)
    do("merge", cast["desk"], case, into=between.number)
    do("merge", cast["desk"], between, into=main.number)
    shown = page(browse, code)
    assert "按期" not in shown and "办完 " not in shown and shown.count("办理时限：") == 1
    stands = shown[shown.index("一起办的那一件") :]
    assert main.number in stands and "待派遣" in stands and "办理时限：" in stands and between.number not in stands
    assert "超" not in stands
    with clock.at(main.reported_at + timedelta(days=40)):
        shown = page(browse, code)
        assert "超" in shown[shown.index("一起办的那一件") :]

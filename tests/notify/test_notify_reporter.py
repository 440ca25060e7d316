"""What reporters and other systems are told of a case, step by step, and what they are not."""

import hmac
import json
import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from django.test import Client
from given import NOW
from notify_work import configured, listening, mail_server, queued, work

from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.actions.renew import renew
from luoshi.cases.actions.report import secret
from luoshi.cases.models import Case, Category
from luoshi.cases.reads import by_code
from luoshi.kernel import clock, installation
from luoshi.kernel.ids import show_code
from luoshi.kernel.viewer import SYSTEM, Viewer
from luoshi.people import viewer as viewers
from luoshi.people.models import Person, Post
from luoshi.ports.notify import actions as notify
from luoshi.ports.notify.codes import code_of, words_of
from luoshi.ports.notify.models import Message

Cast = dict[str, Viewer]
CODE = re.compile(r"/track/([0-9A-Z]{12})")


@pytest.fixture
def sms(monkeypatch: pytest.MonkeyPatch) -> Any:
    with listening("/sms") as heard:
        configured(monkeypatch, sms_url=heard.url, sms_token="t0ken", public_url="https://city.example")
        yield heard


def report(**given: Any) -> Case:
    kind = Category.objects.get(code="010102")
    values = {"text": "路面破损", "channel": "web", "county": "150203000000", "phone": "13800000000", **given}
    done = report_case(viewer=viewers.public(), category=kind, **values)
    assert done.row is not None
    return done.row


def do(verb: str, viewer: Viewer, case: Case, **data: Any) -> None:
    BY_VERB[verb](viewer=viewer, on=case.number, **data)


def handle(case: Case, cast: Cast, until: str = "verify") -> None:
    """From accepting on, as far as `until`."""
    unit = Post.objects.get(person_id=cast["handler"].person).unit
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("accept", "desk", {}), ("dispatch", "desk", {"unit": unit}), ("sign", "handler", {}),
        ("add_evidence", "handler", {"note": "内部"}), ("finish", "handler", {"answer": "路面已补"}),
        ("verify", "verifier", {}),
    ]  # fmt: skip
    for verb, role, data in steps[: [step[0] for step in steps].index(until) + 1]:
        do(verb, cast[role], case, **data)


def said(heard: Any) -> list[dict[str, str]]:
    return [json.loads(body) for _, _, body in heard.got]


def test_told_at_accept_answer_and_close_each_with_a_link_that_opens_the_case(cast: Cast, sms: Any) -> None:
    case = report()
    handle(case, cast)
    do("confirm", viewers.holder(str(case.log_id)), case)
    assert work() == []
    texts = [one["text"] for one in said(sms)]
    assert [one["to"] for one in said(sms)] == ["13800000000"] * 3
    assert ["已受理" in texts[0], "办好了。答复：路面已补。请打开链接" in texts[1], "已办结" in texts[2]] == [True] * 3
    assert all(case.number in text and "https://city.example/track/" in text for text in texts)
    codes = [CODE.search(text)[1] for text in texts]  # type: ignore[index]
    assert len(set(codes)) == 3 and {by_code(code, secret()).pk for code in codes} == {case.pk}
    assert all(headers["Authorization"] == "Bearer t0ken" for _, headers, _ in sms.got)
    stored = repr(list(Message.objects.values()))
    assert not [code for code in codes if code in stored]


def test_the_page_of_a_demo_shows_neither_codes_nor_contacts(
    cast: Cast, sms: Any, browse: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle(report(phone="13800001111"), cast)
    lost = report(phone="13800002222")
    renew(lost, "13800002222")
    renew(lost, "somebody@example.org")
    work()
    demo = replace(installation.current(), demo=True)
    monkeypatch.setattr(installation, "current", lambda: demo)
    browse.force_login(Person.objects.get(login="desk"), backend="luoshi.people.door.Backend")
    shown = browse.get("/work/notices/").content.decode()
    codes = [code_of(one.pk) for one in Message.objects.all()]
    hidden = [*codes, *map(show_code, codes), "13800001111", "13800002222", "somebody@"]
    assert len(codes) == 4 and not [one for one in hidden if one in shown]
    for there in (lost.number, "新查询码：····。", "/track/····", "138****1111", "s***@example.org"):
        assert there in shown
    assert 'href="/work/notices/"' in browse.get("/work/").content.decode()
    browse.force_login(Person.objects.get(login="handler"), backend="luoshi.people.door.Backend")
    assert "/work/notices/" not in browse.get("/work/").content.decode()


def test_job_arguments_are_ids_only(cast: Cast, sms: Any) -> None:
    handle(report(name="王小明"), cast)
    seen = []
    while jobs := queued():
        seen += [repr(arguments) for _, _, arguments in jobs]
        work()
    assert len(seen) >= 2
    assert not [one for one in seen if "138" in one or "王" in one or "路面" in one]


def test_whoever_left_nothing_is_told_nothing(cast: Cast, sms: Any) -> None:
    handle(report(phone=""), cast)
    work()
    assert not Message.objects.exists()


def test_a_question_and_a_refusal_are_told(cast: Cast, sms: Any) -> None:
    asked, refused = report(), report()
    do("accept", cast["desk"], asked)
    do("ask", cast["desk"], asked, question="哪一个门前？")
    do("refuse", cast["desk"], refused, reason="elsewhere_police", answer="请拨打 110")
    work()
    texts = "\n".join(one["text"] for one in said(sms))
    assert "哪一个门前？" in texts and "不予受理。请拨打 110" in texts


def test_run_twice_it_is_said_once(cast: Cast, sms: Any) -> None:
    case = report()
    do("accept", cast["desk"], case)
    ((_, _, arguments),) = [job for job in queued() if job[1] == "cases.tell"]
    work()
    from luoshi.cases.actions.tell import tell

    assert tell(arguments["case"], arguments["what"], arguments["version"]) == 0
    work()
    assert len(sms.got) == 1


def test_at_night_it_waits_until_the_morning(cast: Cast, sms: Any) -> None:
    with clock.at(NOW + timedelta(hours=14)):  # 23:00
        case = report()
        do("accept", cast["desk"], case)
        work()
    assert sms.got == [] and notify.release_due() == 0
    with clock.at(NOW + timedelta(hours=22, minutes=59)):
        assert notify.release_due() == 0
    with clock.at(NOW + timedelta(hours=23)):  # 08:00
        assert notify.release_due() == 1
        assert work() == []
    assert len(sms.got) == 1


def test_whose_report_was_merged_is_told_of_the_answer_too(cast: Cast, sms: Any) -> None:
    case, other = report(), report(phone="13911111111")
    do("accept", cast["desk"], case)
    do("accept", cast["desk"], other)
    do("merge", cast["desk"], other, into=case.number)
    work()
    assert "同一个问题" in said(sms)[-1]["text"] and said(sms)[-1]["to"] == "13911111111"
    unit = Post.objects.get(person_id=cast["handler"].person).unit
    do("dispatch", cast["desk"], case, unit=unit)
    do("sign", cast["handler"], case)
    do("add_evidence", cast["handler"], case, note="x")
    do("finish", cast["handler"], case, answer="路面已补")
    do("verify", cast["verifier"], case)
    work()
    last = {one["to"]: one["text"] for one in said(sms)[-2:]}
    assert set(last) == {"13800000000", "13911111111"} and other.number in last["13911111111"]
    assert by_code(CODE.search(last["13911111111"])[1], secret()).pk == other.pk  # type: ignore[index]


def test_by_mail_in_both_languages_with_nothing_in_the_headers(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server() as (port, taken):
        configured(monkeypatch, mail_url=f"smtp+plain://127.0.0.1:{port}", mail_from="12345@city.example")
        do("accept", cast["desk"], report(phone="", email="a@example.org"))
        assert work() == []
    letter = message_from_bytes(taken[0].encode(), policy=default)
    body = letter.get_content()
    assert letter["To"] == "a@example.org" and letter["From"] == "12345@city.example"
    assert "已受理" in body and "is accepted" in body and letter["Auto-Submitted"] == "auto-generated"
    assert "/track/" not in str(letter["Subject"])


def test_what_fails_is_tried_again_and_given_up_at_last(cast: Cast, sms: Any) -> None:
    sms.status = 500
    do("accept", cast["desk"], report())
    assert work() == ["HTTP 500"]
    message = Message.objects.get()
    for _ in range(notify.MOST - 2):
        with pytest.raises(Exception, match="HTTP 500"):
            notify.attempt(message.pk)
    notify.attempt(message.pk)
    message.refresh_from_db()
    assert message.failed_at == NOW and message.fault == "HTTP 500" and len(sms.got) == notify.MOST
    notify.attempt(message.pk)
    assert len(sms.got) == notify.MOST


def test_the_queue_waits_longer_each_time() -> None:
    from procrastinate.contrib.django import app

    strategy: Any = app.tasks["notify.send"].retry_strategy
    assert (strategy.max_attempts, strategy.exponential_wait) == (notify.MOST, 4)


def test_without_mail_or_sms_nothing_personal_is_kept(cast: Cast) -> None:
    do("accept", cast["desk"], report())
    work()
    assert not Message.objects.exists()


# webhooks


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch, db: None) -> Any:
    with listening() as heard:
        configured(monkeypatch, hook_networks=("127.0.0.0/8",))
        heard.secret = notify.make_hook("board", heard.url)[1]  # type: ignore[attr-defined]
        yield heard
    notify.reads.forget()


def test_a_webhook_is_signed_and_holds_nothing_personal(cast: Cast, hook: Any) -> None:
    case = report(name="王小明", text="路面破损，王小明家门口")
    do("accept", cast["desk"], case)
    assert work() == []
    ((_, headers, body),) = hook.got
    moment, _, sign = headers["Luoshi-Signature"].partition(",v1=")
    good = hmac.digest(hook.secret.encode(), moment.removeprefix("t=").encode() + b"." + body, "sha256").hex()
    assert sign == good and len(headers["Luoshi-Delivery"]) == 36
    told = json.loads(body)
    assert (told["type"], told["number"], told["state"]) == ("case.accept", case.number, "accepted")
    assert set(told) == {"type", "number", "state", "category", "at"}


def test_a_private_kind_is_not_told_to_others(cast: Cast, hook: Any) -> None:
    case = report()
    Case.objects.filter(pk=case.pk).update(public=False)
    do("accept", cast["desk"], case)
    work()
    assert hook.got == []


def test_an_ended_hook_gets_nothing_more(cast: Cast, hook: Any) -> None:
    notify.end_hook("board")
    do("accept", cast["desk"], report())
    work()
    assert hook.got == []
    with pytest.raises(Exception, match="no hook named"):
        notify.end_hook("board")


def test_a_hook_into_the_own_network_is_refused_when_it_is_sent(
    cast: Cast, hook: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(monkeypatch, hook_networks=())
    do("accept", cast["desk"], report())
    assert work() == ["Forbidden"] and hook.got == []


@pytest.mark.parametrize(
    ("name", "url"),
    [("", "https://a.example/"), ("x", "http:/a"), ("a\nb", "https://a.example/"), ("board", "https://a.example/")],
)
def test_a_bad_hook_is_refused(hook: Any, name: str, url: str) -> None:
    from luoshi.kernel.problems import Invalid

    with pytest.raises(Invalid):
        notify.make_hook(name, url)


def test_closed_by_time_it_is_told(cast: Cast, sms: Any) -> None:
    case = report()
    handle(case, cast)
    do("close_unrated", SYSTEM, case)
    work()
    assert "已办结" in said(sms)[-1]["text"]
    assert words_of(Message.objects.latest("at")).count("{") == 0

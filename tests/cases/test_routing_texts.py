"""Standard texts: kept by actions, offered where they belong, inserted without any script."""

from collections.abc import Iterator

import pytest
from staff_cast import client, reported

from luoshi.cases.actions.routing import add_text, change_text, renew_text, retire_text
from luoshi.cases.models import Case, StandardText
from luoshi.cases.reads import routing
from luoshi.kernel.models import Event
from luoshi.kernel.problems import Denied, Invalid, NotNow, Stale
from luoshi.kernel.viewer import Viewer


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    routing.forget()
    yield
    routing.forget()


def add(viewer: Viewer, title: str = "转铁路", **more: str) -> StandardText:
    given = {"place": "refuse.answer", "text": "{number} 属铁路管理，请拨 12306。"} | more
    done = add_text(viewer=viewer, title=title, **given)
    routing.forget()
    return StandardText.objects.get(log_id=done.answer["text"])


def test_a_text_lives_by_actions(cast: dict[str, Viewer]) -> None:
    who = cast["supervisor"]
    row = add(who)
    ref = str(row.log_id)
    change_text(viewer=who, on=ref, seen=1, title="转铁路局", text="请拨 12306。", category="01")
    with pytest.raises(Stale):
        change_text(viewer=who, on=ref, seen=1, title="x", text="y")
    retire_text(viewer=who, on=ref, reason="不再用")
    with pytest.raises(NotNow):
        change_text(viewer=who, on=ref, title="x", text="y")
    renew_text(viewer=who, on=ref)
    events = list(Event.objects.filter(subject=row.log_id).order_by("recorded_at", "id"))
    assert [(e.verb, e.actor, e.body["title"]) for e in events] == [
        ("add_text", who.person, "转铁路"), ("change_text", who.person, "转铁路局"),
        ("retire_text", who.person, "转铁路局"), ("renew_text", who.person, "转铁路局"),
    ]  # fmt: skip
    assert events[2].body["reason"] == "不再用"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"place": "refuse.unit"}, "place"), ({"place": "withdraw.note"}, "place"), ({"title": ""}, "title"),
        ({"title": "长" * 61}, "title"), ({"text": ""}, "text"), ({"text": "长" * 2001}, "text"),
        ({"text": "电话 {phone}"}, "text"), ({"text": "{number.__class__}"}, "text"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_text(cast: dict[str, Viewer], given: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        add(cast["supervisor"], **given)
    assert [fault.field for fault in refused.value.faults] == [field]
    with pytest.raises(Denied):
        add(cast["desk"])


def test_texts_of_the_category_come_first_and_others_not_at_all(cast: dict[str, Viewer]) -> None:
    for title, category in (("都用", ""), ("这一类", "010102"), ("这一大类", "01"), ("别的", "02")):
        add(cast["supervisor"], title, category=category)
    add(cast["supervisor"], "别的步骤", place="finish.answer")
    assert [one.title for one in routing.texts_for("refuse", "answer", "010102")] == ["这一类", "这一大类", "都用"]
    assert [one.title for one in routing.texts_for("finish", "answer", "010102")] == ["别的步骤"]


def test_it_is_inserted_by_a_button_and_then_changed_and_sent(cast: dict[str, Viewer]) -> None:
    row, number, browse = add(cast["supervisor"]), reported(), client("desk")
    address = f"/work/cases/{number}/do/refuse/"
    page = browse.get(f"/work/cases/{number}/").content.decode()
    assert f'<option value="{row.log_id}">转铁路</option>' in page
    chosen = {"insert": "answer", "answer-standard": str(row.log_id), "answer": "谢谢。", "reason": "", "seen": "1"}
    inserted = browse.post(address, chosen)
    page = inserted.content.decode()
    assert inserted.status_code == 200 and f"{number} 属铁路管理，请拨 12306。\n谢谢。</textarea>" in page
    assert "<details open" in page and "没有保存" not in page
    assert Case.objects.get(number=number).state == "reported"
    sent = browse.post(address, {"answer": "请拨 12306。", "reason": "不归本市", "seen": "1"})
    assert sent.status_code == 303 and Case.objects.get(number=number).private.answer == "请拨 12306。"


def test_chosen_and_sent_at_once_it_is_in_the_answer(cast: dict[str, Viewer]) -> None:
    row, number, browse = add(cast["supervisor"]), reported(), client("desk")
    address = f"/work/cases/{number}/do/refuse/"
    refused = browse.post(address, {"answer-standard": str(row.log_id), "reason": "", "seen": "1"})
    assert refused.status_code == 422 and f'value="{row.log_id}" selected' in refused.content.decode()
    # the Enter key in another field presses the first button: with nothing chosen it sends the form
    sent = browse.post(address, {"insert": "answer", "answer": "请找铁路", "reason": "", "seen": "1"})
    assert sent.status_code == 422
    sent = browse.post(address, {"answer-standard": str(row.log_id), "reason": "不归本市", "seen": "1"})
    assert sent.status_code == 303
    assert Case.objects.get(number=number).private.answer == f"{number} 属铁路管理，请拨 12306。"


def test_a_text_of_another_step_is_not_taken(cast: dict[str, Viewer]) -> None:
    row, number, browse = add(cast["supervisor"], place="finish.answer"), reported(), client("desk")
    for chosen in (str(row.log_id), "x", "00000000-0000-0000-0000-000000000000"):
        form = {"answer-standard": chosen, "reason": "不归本市", "seen": "1"}
        assert browse.post(f"/work/cases/{number}/do/refuse/", form).status_code == 422


def test_the_pages(cast: dict[str, Viewer]) -> None:
    browse = client("supervisor")
    form = {"place": "refuse.answer", "title": "转铁路", "text": "请拨 12306。", "category": ""}
    assert "还没有标准文字" in browse.get("/work/texts/").content.decode()
    assert browse.post("/work/texts/", form | {"category": "没有的"}).status_code == 422
    assert browse.post("/work/texts/", form | {"text": "{phone}"}).status_code == 422
    assert browse.post("/work/texts/", form).status_code == 303
    row = StandardText.objects.get()
    address = f"/work/texts/{row.log_id}/"
    assert "请拨 12306。" in browse.get(address).content.decode()
    changed = {"title": "转铁路", "text": "请拨 12306 或到车站。", "category": "01", "seen": "1"}
    assert browse.post(address, changed).status_code == 303
    assert browse.post(address, changed).status_code == 409
    assert StandardText.objects.get().category == "01"
    assert browse.post(f"{address}retire/", {"reason": "不用了"}).status_code == 303
    assert "恢复使用" in browse.get(address).content.decode()
    assert browse.post(f"{address}renew/").status_code == 303
    assert browse.post(f"{address}burn/").status_code == 404
    assert client("desk").get("/work/texts/").status_code == 403

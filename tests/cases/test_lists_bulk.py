"""Bulk dispatch: a preview that writes nothing, then all under one act by the single action's own checks."""

import re
from typing import Any
from uuid import UUID

import pytest
from asking import questions
from staff_cast import at, bureau, case, client, reported, step

from luoshi.cases.actions.bulk import Order, dispatch_many
from luoshi.cases.models import Case
from luoshi.kernel.models import Event
from luoshi.kernel.problems import Denied, Invalid
from luoshi.people.models import Unit
from luoshi.people.viewer import of_login

pytestmark = pytest.mark.usefixtures("db")
BULK = "/work/cases/bulk/"


def row(number: str) -> str:
    return f"{number}:{case(number).version}"


def look(numbers: list[str], login: str = "desk", **more: str) -> str:
    response = client(login).post(BULK, {"row": [row(n) for n in numbers], **more})
    assert response.status_code == 200, response.content.decode()[:800]
    return response.content.decode()


def form(text: str) -> dict[str, Any]:
    """What the preview's form would send."""
    found: dict[str, Any] = {"row": re.findall(r'name="row" value="([^"]+)" checked', text)}
    found |= dict(re.findall(r'<input name="(unit-[^"]+)" value="([^"]*)"', text))
    return found | dict(re.findall(r'name="(key)" value="([^"]+)"', text))


def send(data: dict[str, Any], login: str = "desk", status: int = 200) -> str:
    response = client(login).post(f"{BULK}do/", data)
    assert response.status_code == status, response.content.decode()[:800]
    return response.content.decode()


def test_the_list_offers_ticks_to_who_may_dispatch_alone() -> None:
    number = at("accepted")
    text = client("desk").get("/work/cases/").content.decode()
    assert f'name="row" value="{row(number)}"' in text and f'action="{BULK}"' in text
    assert 'name="row"' not in client("leader").get("/work/cases/").content.decode()
    assert client("leader").post(BULK, {"row": "J-1:1"}).status_code == 403
    assert client("handler").post(f"{BULK}do/", {"row": "J-1:1"}).status_code == 403


def test_the_preview_says_where_each_goes_by_when_and_why_others_cannot_and_writes_nothing() -> None:
    first, second, signed = at("accepted"), at("accepted"), at("handling")
    events = Event.objects.count()
    text = look([first, second, signed])
    assert "能派 2 件，不能派 1 件" in text
    assert text.count(f'value="{bureau().zh}" list="units"') == 2 and "按类别的职能" in text
    assert re.search(rf"{signed}.*现在不能“派遣”：办理中", text, re.S)
    assert Event.objects.count() == events and case(first).state == "accepted"
    again = look([first, second], **{name: value for name, value in form(text).items() if name.startswith("unit-")})
    assert again.count("按类别的职能") == 2, "looked at again, with the units filled in, it says why as well"
    shown = re.findall(r'data-l="签收到期">([^<]+)<', text)
    send(form(text))
    assert {export_time(case(n).step_due_at) for n in (first, second)} == set(shown)


def export_time(at: Any) -> str:
    from luoshi.web import words

    return words.when(at)


def test_all_go_under_one_act_with_the_same_events_as_one_by_one() -> None:
    alone, first, second = at("accepted"), at("accepted"), at("accepted")
    step(alone, "dispatch", "desk", unit=bureau())
    text = send(form(look([first, second])))
    assert "派了 2 件" in text
    rows = {n: case(n) for n in (alone, first, second)}
    events = {n: Event.objects.filter(subject=rows[n].log_id, verb="dispatch").get() for n in rows}
    assert events[first].act == events[second].act != events[alone].act and str(events[first].act) in text
    for number in (first, second):
        one, single = events[number], events[alone]
        assert (one.actor, one.unit, one.body) == (single.actor, single.unit, single.body | differing(one, single))
        for name in ("state", "unit_id", "first_unit_id", "version", "step_due_at", "next_due_at", "dispatched_at"):
            assert getattr(rows[number], name) == getattr(rows[alone], name), name


def differing(one: Event, other: Event) -> dict[str, Any]:
    """The fields in which two cases differ from their report on."""
    return {name: one.body[name] for name in ("reported_at", "due_at") if one.body[name] != other.body[name]}


def test_a_second_press_changes_nothing_and_shows_the_same() -> None:
    number = at("accepted")
    data = form(look([number]))
    first, again = send(data), send(data)
    assert re.findall(r"[0-9a-f-]{36}", first) == re.findall(r"[0-9a-f-]{36}", again)
    assert Event.objects.filter(subject=case(number).log_id, verb="dispatch").count() == 1
    other = at("accepted")
    changed = data | {"row": [row(other)], f"unit-{other}": bureau().zh}
    assert "这个键已用于另一个请求" in send(changed, status=422)


def test_what_somebody_changed_meanwhile_is_left_and_told_and_the_others_go() -> None:
    first, second, third = at("accepted"), at("accepted"), at("accepted")
    data = form(look([first, second, third]))
    step(second, "reclassify", "supervisor", category=case(second).category, note="核对过")
    step(third, "dispatch", "supervisor", unit=Unit.objects.exclude(pk=bureau().pk).get(code="city.gas"))
    text = send(data)
    assert "派了 1 件" in text and "2 件没有派" in text
    assert case(first).state == "dispatched" and case(second).state == "accepted"
    assert case(third).unit is not None and case(third).unit.code == "city.gas"
    assert re.search(rf"{second}.*刚才已“改类别”", text, re.S)
    assert Event.objects.filter(subject=case(second).log_id, verb="dispatch").count() == 0


def test_another_unit_is_taken_for_one_or_for_all() -> None:
    first, second = at("accepted"), at("accepted")
    gas = Unit.objects.get(code="city.gas")
    text = look([first, second], all=gas.zh)
    assert text.count(f'value="{gas.zh}"') == 2
    data = form(text)
    data[f"unit-{second}"] = bureau().zh
    send(data)
    assert (case(first).unit, case(second).unit) == (gas, bureau())


def test_a_unit_that_does_not_exist_stops_all_and_is_said_at_its_row() -> None:
    first, second = at("accepted"), at("accepted")
    data = form(look([first, second]))
    data[f"unit-{second}"] = "不存在局"
    text = send(data, status=422)
    assert "一件也没有派" in text and 'value="不存在局"' in text and 'aria-invalid="true"' in text
    assert {case(first).state, case(second).state} == {"accepted"}
    data[f"unit-{second}"] = bureau().code
    assert "派了 2 件" in send(data)


def test_only_those_ticked_in_the_preview_go() -> None:
    first, second = at("accepted"), at("accepted")
    data = form(look([first, second]))
    data["row"] = [one for one in data["row"] if one.startswith(first)]
    send(data)
    assert (case(first).state, case(second).state) == ("dispatched", "accepted")


def test_a_case_that_is_not_there_is_told_and_stops_nobody() -> None:
    number = at("accepted")
    text = client("desk").post(BULK, {"row": [row(number), "J-2021-999999:1"]}).content.decode()
    assert "没有这个编号的案件" in text and "能派 1 件，不能派 1 件" in text


@pytest.mark.parametrize("bad", ["nonsense", "J-1:x", "J-1:", "J-\x00:1", "J-1:99999999999"])
def test_a_bad_tick_is_refused(bad: str) -> None:
    assert client("desk").post(BULK, {"row": bad}).status_code == 422
    assert client("desk").post(f"{BULK}do/", {"row": bad, "key": "k"}).status_code == 422


def test_nothing_ticked_too_many_and_no_key_are_told() -> None:
    desk = client("desk")
    assert desk.post(BULK, {})["Location"] == "/work/cases/"
    assert "没有勾选案件" in desk.get("/work/cases/").content.decode()
    assert desk.post(BULK, {"row": [f"J-{n}:1" for n in range(101)]}).status_code == 422
    assert desk.post(f"{BULK}do/", {"row": "J-1:1", "unit-J-1": bureau().zh}).status_code == 422
    assert desk.get(f"{BULK}do/")["Location"] == "/work/cases/"


def test_the_action_itself_checks_the_right_and_the_number_of_orders() -> None:
    orders = [Order(reported(), 1, bureau())]
    with pytest.raises(Denied):
        dispatch_many(of_login("leader"), orders, key="k", door="d")
    with pytest.raises(Invalid):
        dispatch_many(of_login("desk"), [], key="k", door="d")
    done = dispatch_many(of_login("desk"), orders, key="k", door="d")
    assert not done.sent and "待受理" in done.left[orders[0].number].zh and UUID(done.act)


def test_fifty_cost_as_many_queries_as_five() -> None:
    numbers = [at("accepted") for _ in range(12)]
    counts = []
    for some in (numbers[:3], numbers[3:]):
        orders = [Order(number, case(number).version, bureau()) for number in some]
        with questions() as asked:
            done = dispatch_many(of_login("desk"), orders, key=f"k{len(some)}", door="d")
        assert len(done.sent) == len(some)
        counts.append(len(asked))
    assert counts[1] <= counts[0]
    assert Case.objects.filter(state="dispatched").count() == 12

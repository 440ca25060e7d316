"""Rules from the page to the dispatch form: tried before they are saved, saved with who and why, undone."""

import re
from collections.abc import Iterator
from datetime import time
from html import unescape
from typing import Any

import pytest
from django.test import Client
from staff_cast import STREET, bureau, client, kind, reported

from luoshi.cases.actions import BY_VERB
from luoshi.cases.actions.parts import Share
from luoshi.cases.actions.routing import set_rules, undo_rules
from luoshi.cases.models import Case
from luoshi.cases.reads import routing
from luoshi.cases.routing.draft import Draft
from luoshi.cases.routing.match import Rule
from luoshi.kernel.models import Event
from luoshi.kernel.problems import Denied, Invalid, NotNow, Stale
from luoshi.kernel.viewer import Viewer
from luoshi.people.models import Unit

ROADS = "city.roads"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    routing.forget()
    yield
    routing.forget()


def save(viewer: Viewer, *rules: Rule, base: int = 0, **more: Any) -> int:
    given = {"reason": "试行", "sample": 3, "moved": 1} | more
    number: int = set_rules(viewer=viewer, rules=list(rules), base=base, **given).answer["number"]
    routing.forget()
    return number


def test_a_case_goes_by_the_first_rule_else_by_the_citys_order(cast: dict[str, Viewer]) -> None:
    case = Case.objects.select_related("category").get(number=reported())
    assert routing.of_case(case) == routing.Route(bureau())
    save(cast["supervisor"], Rule(ROADS, category="0102"), Rule(ROADS, category="01", division=STREET, note="试点"))
    found = routing.of_case(case)
    assert (found.unit and found.unit.code, found.number) == (ROADS, 2)
    case.street = case.community = ""
    assert routing.of_case(case).unit == bureau()


def test_the_time_is_that_of_the_report_in_the_city(cast: dict[str, Viewer]) -> None:
    case = Case.objects.select_related("category").get(number=reported())  # Wednesday 09:00
    save(cast["supervisor"], Rule(ROADS, hours=(time(9), time(10)), days="workday", season=("12-29", "12-29")))
    assert routing.of_case(case).number == 1
    case.reported_at = case.reported_at.replace(hour=case.reported_at.hour + 1)
    assert routing.of_case(case).number == 0


def test_saving_leaves_an_event_with_who_and_why_and_can_be_undone(cast: dict[str, Viewer]) -> None:
    who = cast["supervisor"]
    assert save(who, Rule(ROADS, category="01")) == 1
    assert save(who, Rule(ROADS, category="02"), base=1) == 2
    undo_rules(viewer=who, base=2, reason="改错了")
    assert [rule.category for rule in routing.rules_of(3)] == ["01"]
    assert routing.newest() is not None and routing.rules() == routing.rules_of(3)
    events = list(Event.objects.filter(line="routing").order_by("recorded_at", "id"))
    assert [(e.verb, e.actor, e.body["reason"]) for e in events] == [
        ("set_rules", who.person, "试行"), ("set_rules", who.person, "试行"), ("restore_rules", who.person, "改错了"),
    ]  # fmt: skip
    assert events[0].body["rules"][0]["category"] == "01" and events[2].body["restores"] == 1
    undo_rules(viewer=who, base=3, reason="还是第二版")
    assert [rule.category for rule in routing.rules_of(4)] == ["02"]


def test_who_looked_at_an_older_list_is_told_who_saved(cast: dict[str, Viewer]) -> None:
    save(cast["supervisor"], Rule(ROADS, category="01"))
    with pytest.raises(Stale) as refused:
        save(cast["supervisor"], Rule(ROADS, category="02"))
    assert cast["supervisor"].name in refused.value.title.zh
    with pytest.raises(Stale):
        undo_rules(viewer=cast["supervisor"], base=2, reason="x")


def test_what_is_refused(cast: dict[str, Viewer]) -> None:
    for role in ("desk", "head", "sysadmin", "public", "stranger"):
        with pytest.raises(Denied):
            save(cast[role], Rule(ROADS, category="01"))
    with pytest.raises(NotNow):
        undo_rules(viewer=cast["supervisor"], base=0, reason="x")
    for bad in (
        {"reason": " "},
        {"rules": [Rule("nowhere", category="01")]},
        {"rules": [Rule(ROADS, category="01")] * 201},
    ):
        with pytest.raises(Invalid):
            given = {"rules": [Rule(ROADS, category="01")], "reason": "r", "base": 0, "sample": 0, "moved": 0} | bad
            set_rules(viewer=cast["supervisor"], **given)
    assert routing.newest() is None


def test_the_trial_says_how_many_and_which(cast: dict[str, Viewer]) -> None:
    here, elsewhere = reported(), reported(street="150203002000")
    closed = reported()
    BY_VERB["refuse"](viewer=cast["desk"], on=closed, reason="不归本市", answer="请找铁路")
    tried = routing.trial(cast["supervisor"], [Rule(ROADS, division=STREET)])
    assert tried.sample == 2
    assert [(one.case.number, one.before.unit, one.after.unit and one.after.unit.code) for one in tried.moved] == [
        (here, bureau(), ROADS)
    ]
    assert elsewhere not in [one.case.number for one in tried.moved]
    assert routing.trial(cast["supervisor"], [Rule(ROADS, division=STREET)], limit=1).sample == 1


def test_a_case_in_parts_is_tried_once(cast: dict[str, Viewer]) -> None:
    whole = reported()
    BY_VERB["accept"](viewer=cast["desk"], on=whole)
    shares = [Share(bureau(), "修井盖"), Share(Unit.objects.get(code=ROADS), "排积水")]
    BY_VERB["split"](viewer=cast["desk"], on=whole, parts=shares)
    tried = routing.trial(cast["supervisor"], [Rule(ROADS, division=STREET)])
    assert (tried.sample, [one.case.number for one in tried.moved]) == (1, [whole])


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])


def press(browse: Client, what: str, draft: str = "", **more: str) -> Any:
    return browse.post("/work/rules/edit/", {"press": what, "draft": draft} | more)


def test_the_editor_tries_before_it_saves(cast: dict[str, Viewer]) -> None:
    number, browse = reported(), client("supervisor")
    assert "没有规则" in browse.get("/work/rules/").content.decode()
    page = browse.get("/work/rules/edit/").content.decode()
    rule = {
        "category": "道路与桥梁",
        "division": STREET,
        "unit": ROADS,
        "note": "试点街道",
        "hour_from": "22:00",
        "hour_to": "",
    }
    top = str(routing.kinds().path("01"))
    bad = press(browse, "put:", hidden(page, "draft"), **rule | {"category": "没有的类"})
    assert bad.status_code == 422 and "没有这个类别" in bad.content.decode()
    bad = press(browse, "put:", hidden(page, "draft"), **rule | {"category": top})
    assert bad.status_code == 422 and "22:00 的样子" in bad.content.decode()
    page = press(browse, "put:", hidden(page, "draft"), **rule | {"category": top, "hour_from": ""}).content.decode()
    draft = hidden(page, "draft")
    assert "试点街道" in page
    unseen = press(browse, "save", draft, reason="试点", mark="")
    assert unseen.status_code == 422 and routing.newest() is None
    tried = press(browse, "try", draft).content.decode()
    assert "最近 1 件在办案件中，1 件会改派" in tried and number in tried
    mark = hidden(tried, "mark")
    changed = Draft.read(draft).put(Rule(ROADS, category="02"), None).text()
    assert press(browse, "save", changed, reason="试点", mark=mark).status_code == 422
    assert press(browse, "save", draft, reason="", mark=mark).status_code == 422
    assert press(browse, "save", draft, reason="试点", mark=mark).status_code == 303
    held = routing.newest()
    assert held is not None and (held.sample, held.moved, held.reason) == (1, 1, "试点")
    assert "试点街道" in browse.get("/work/rules/").content.decode()
    assert browse.post("/work/rules/undo/", {"base": "1", "reason": "不试了"}).status_code == 303
    page = browse.get("/work/rules/").content.decode()
    assert "现行：第 2 版" in page and "恢复第 0 版：不试了" in page
    assert "试点街道" in browse.get("/work/rules/?version=1").content.decode()
    assert browse.get("/work/rules/?version=9").status_code == 404


def test_rules_are_moved_changed_and_dropped(cast: dict[str, Viewer]) -> None:
    browse = client("supervisor")
    draft = Draft(0, [Rule(ROADS, category="01"), Rule(ROADS, category="02", season=("10-15", "04-15"))])
    page = press(browse, "down:0", draft.text()).content.decode()
    assert [rule.category for rule in Draft.read(hidden(page, "draft")).rules] == ["02", "01"]
    page = press(browse, "edit:1", draft.text()).content.decode()
    assert 'value="10-15"' in page and 'value="put:1"' in page
    page = press(browse, "put:1", draft.text(), category="03", unit=ROADS).content.decode()
    assert [rule.category for rule in Draft.read(hidden(page, "draft")).rules] == ["01", "03"]
    page = press(browse, "drop:0", draft.text()).content.decode()
    assert [rule.category for rule in Draft.read(hidden(page, "draft")).rules] == ["02"]
    page = press(browse, "up:0", draft.text()).content.decode()
    assert Draft.read(hidden(page, "draft")) == draft
    for text in ("{", "[]", '{"base": 0, "rules": [{}]}', '{"base": -1, "rules": []}', '{"base": 0, "rules": 7}'):
        assert press(browse, "try", text).status_code == 422
    assert press(browse, "put:", draft.text(), unit=ROADS).status_code == 422  # a rule for everything


def test_the_pages_are_for_those_who_may(cast: dict[str, Viewer]) -> None:
    for login in ("desk", "head", "sysadmin"):
        browse = client(login)
        assert browse.get("/work/rules/").status_code == 403
        assert browse.get("/work/rules/edit/").status_code == 403
        assert browse.post("/work/rules/undo/", {"base": "0", "reason": "x"}).status_code == 403


def test_the_dispatch_form_proposes_by_the_rules_and_says_which(cast: dict[str, Viewer]) -> None:
    number = reported()
    BY_VERB["accept"](viewer=cast["desk"], on=number)
    browse = client("desk")
    page = browse.get(f"/work/cases/{number}/").content.decode()
    assert f"建议 {bureau().zh}：按类别的职能" in page
    save(cast["supervisor"], Rule(ROADS, category=kind().code, note="试点"))
    page = browse.get(f"/work/cases/{number}/").content.decode()
    unit = routing.of_case(Case.objects.get(number=number)).unit
    assert unit is not None and f"建议 {unit.zh}：派遣规则第 1 条（试点）" in page
    assert f'value="{unit.zh}" list="f-dispatch-unit-l"' in page

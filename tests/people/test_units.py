"""Units from day to day: renamed, merged, moved, closed, taken back; events keep the unit of their day, rights go by today."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from given import NOW
from people_cast import BUREAU, ELSEWHERE, TODAY, add, client, do, of, posts, unit

from luoshi.cases import reads as cases
from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.models import Case, Category
from luoshi.kernel import clock
from luoshi.kernel.models import Event
from luoshi.kernel.problems import Absent, Denied, Invalid
from luoshi.people import reads as people
from luoshi.people import tree, viewer
from luoshi.people.admin.actions import unit as actions
from luoshi.people.admin.actions.hand import carry
from luoshi.people.models import Division, Person, Post, Succession, Unit, UnitCovers, UnitParent

DAY = TODAY + timedelta(days=3)


def at(day: date) -> Any:
    tree.forget()
    return clock.at(datetime.combine(day, NOW.timetz()))


def act(verb: str, which: str = BUREAU, by: str = "sysadmin", **data: Any) -> Any:
    tree.forget()
    done = getattr(actions, verb)(viewer=of(by), on=str(unit(which).log_id), **data)
    tree.forget()
    return done


def rename(first: date = DAY) -> None:
    act("rename_unit", code="150203.cityworks", zh="昆区城市运行局", en="Kundulun City Works", first=first)


def state() -> list[Any]:
    """Every dated row of the order, to compare before and after."""
    now = [
        sorted(model.objects.extra(where=["valid_to IS NULL OR valid_to > valid_from"]).values_list("unit_id", other, "valid_from", "valid_to"))
        for model, other in ((UnitParent, "parent_id"), (UnitCovers, "division_id"))
    ]  # fmt: skip
    return [*now, sorted(Unit.objects.exclude(code__contains="#").values_list("code", "valid_to", "state"))]


@pytest.fixture(autouse=True)
def _afresh(db: None) -> Any:
    tree.forget()
    yield
    tree.forget()


def dispatched() -> str:
    """A case that lies with the bureau."""
    kind = Category.objects.get(code="010102")
    given = {"text": "路面有坑", "channel": "web", "county": "150203000000", "street": "150203001000"}
    number: str = report_case(viewer=viewer.public(), category=kind, **given).answer["number"]
    BY_VERB["accept"](viewer=of("desk"), on=number)
    BY_VERB["dispatch"](viewer=of("desk"), on=number, unit=unit())
    return number


def answers() -> Unit | None:
    """Who answers for that kind of case on the present day."""
    kind = Category.objects.get(code="010102")
    return people.responsible(kind.function, kind.scope, "150203001000")


def test_a_new_name_holds_from_its_day_and_the_old_one_stays_with_what_was() -> None:
    add("anna", "handler")
    number = dispatched()
    old = unit()
    rename()
    assert of("anna").unit == old.pk and answers() == old
    with at(DAY):
        new = unit("150203.cityworks")
        assert of("anna").unit == new.pk and answers() == new
        assert posts("anna") == [
            (BUREAU, "handler", "2020-01-01", DAY.isoformat()), ("150203.cityworks", "handler", DAY.isoformat(), None),
        ]  # fmt: skip
        seen = tree.today()
        assert old.pk not in seen.units and seen.former[old.pk].code == BUREAU and seen.heir(old.pk) == new.pk
        assert people.unit_names()[old.pk] == old.zh and people.unit_names()[new.pk] == "昆区城市运行局"
        # rights go by today's tree: the case is theirs before it has gone over, and after
        BY_VERB["sign"](viewer=of("anna"), on=number)
        assert (Case.objects.get(number=number).unit, carry(), carry()) == (old, 1, 0)
        BY_VERB["add_evidence"](viewer=of("anna"), on=number, note="补好")
        case = Case.objects.get(number=number)
        assert (case.unit, case.first_unit) == (new, old)
    events = Event.objects.filter(subject=case.log_id).order_by("recorded_at", "id")
    told = [(event.verb, event.body.get("move"), event.body.get("unit")) for event in events]
    assert told[-4:] == [
        ("dispatch", "dispatch", old.pk), ("sign", "sign", old.pk), ("pass_on", "carry", new.pk),
        ("add_evidence", "add_evidence", new.pk),
    ]  # fmt: skip
    assert Event.objects.get(verb="rename_unit").body["heir"] == new.pk


def test_a_merged_unit_gives_people_area_functions_and_children_to_the_other() -> None:
    anna, both = add("anna", "handler"), add("both", "handler")
    add("far", "head", at=ELSEWHERE)
    Post.objects.create(person=both, unit=unit(ELSEWHERE), role="handler", valid_from=date(2020, 1, 1))
    number, functions = dispatched(), set(unit().functions)
    actions.add_unit(
        viewer=of("sysadmin"), code="150203.urban.team", zh="执法中队", en="Team", kind="bureau", level="district",
        first=TODAY, parent=unit(), divisions=[],
    )  # fmt: skip
    act("merge_unit", into=unit(ELSEWHERE), first=DAY)
    with pytest.raises(Absent):
        cases.get(of("far"), number)
    with at(DAY):
        assert cases.get(of("far"), number).unit == unit()
        assert BY_VERB["sign"](viewer=of("anna"), on=number).row is not None
        assert functions <= set(tree.today().units[unit(ELSEWHERE).pk].functions)
        assert unit("150203.urban.team").pk in tree.today().offices.children[unit(ELSEWHERE).pk]
        assert posts("both")[1:] == [(ELSEWHERE, "handler", "2020-01-01", None)]
        assert answers() == unit(ELSEWHERE)
        assert carry() == 1
    assert posts(anna.login)[-1] == (ELSEWHERE, "handler", DAY.isoformat(), None)


@pytest.mark.parametrize("verb", ["rename", "merge"])
def test_a_change_to_come_is_taken_back_whole(verb: str) -> None:
    add("anna", "handler")
    before, held = state(), posts("anna")
    if verb == "rename":
        rename()
    else:
        act("merge_unit", into=unit(ELSEWHERE), first=DAY)
    assert state() != before
    act("undo_change")
    after = state()
    assert [row for row in after[0] if row in before[0]] == before[0] and after == before
    assert [post for post in posts("anna") if post[3] is None] == held
    assert not Succession.objects.exists()
    with at(DAY):
        assert of("anna").unit == unit().pk and answers() == unit()
    rename()  # the code is free again
    with at(DAY), pytest.raises(Invalid):
        act("undo_change")


def test_a_chain_of_names_leads_to_the_last() -> None:
    number = dispatched()
    add("anna", "handler")
    rename()
    with at(DAY):
        actions.merge_unit(
            viewer=of("sysadmin"),
            on=str(unit("150203.cityworks").log_id),
            into=unit(ELSEWHERE),
            first=DAY + timedelta(days=1),
        )
    with at(DAY + timedelta(days=1)):
        assert tree.today().heir(unit().pk) == unit(ELSEWHERE).pk
        assert of("anna").unit == unit(ELSEWHERE).pk
        assert tree.today().by_code()[BUREAU] == unit(ELSEWHERE)
        assert carry() == 2
        assert Case.objects.get(number=number).unit == unit(ELSEWHERE)


def test_a_unit_moves_under_another_from_a_day() -> None:
    head = add("boss", "head", at="city.roads")
    act("place_unit", parent=unit("city.roads"), first=DAY)
    assert unit().pk not in viewer.reach("subtree", unit("city.roads").pk, tree.today()).units
    with at(DAY):
        assert unit().pk in viewer.reach("subtree", unit("city.roads").pk, tree.today()).units
        assert unit().pk in (of(head.login).reach("cases.see") or viewer.reach("own", 0, tree.today())).units
    with pytest.raises(Invalid) as refused:
        act("place_unit", "city.roads", parent=unit(), first=DAY)
    assert refused.value.faults[0].rule.en == "stands under this unit itself"


def test_the_area_changes_from_a_day() -> None:
    act("cover_unit", divisions=[Division.objects.get(code="150204000000")], first=DAY)
    assert answers() == unit()
    with at(DAY):
        assert answers() != unit()
        assert unit().pk in tree.today().covers["150204000000"]


def test_a_unit_is_closed_when_nothing_is_left_in_it() -> None:
    number = dispatched()
    with pytest.raises(Invalid) as refused:
        act("close_unit", last=DAY)
    assert len(refused.value.faults) >= 2
    assert "还有在办工作：先办完，或改为并入别的单位" in [fault.rule.zh for fault in refused.value.faults]
    actions.add_unit(
        viewer=of("sysadmin"), code="temp.office", zh="临时办", en="Temporary", kind="office", level="city", first=TODAY,
        parent=unit("city.gov"), functions=[], divisions=[],
    )  # fmt: skip
    act("close_unit", "temp.office", last=DAY)
    with at(DAY):
        assert unit("temp.office").pk in tree.today().units
    with at(DAY + timedelta(days=1)):
        assert unit("temp.office").pk not in tree.today().units
    assert Case.objects.get(number=number).unit == unit()


@pytest.mark.parametrize(
    ("verb", "data", "field"),
    [
        ("rename_unit", {"code": ELSEWHERE, "zh": "x", "en": "x", "first": DAY}, "code"),
        ("rename_unit", {"code": "new", "zh": "x", "en": "x", "first": TODAY - timedelta(days=1)}, "first"),
        ("rename_unit", {"code": "new", "zh": "x", "en": "x", "first": TODAY + timedelta(days=500)}, "first"),
        ("merge_unit", {"into": BUREAU, "first": DAY}, "into"),
        ("close_unit", {"last": TODAY - timedelta(days=9)}, "first"),
    ],
)
def test_what_cannot_be(verb: str, data: dict[str, Any], field: str) -> None:
    data = data | ({"into": unit(data["into"])} if "into" in data else {})
    before = state()
    with pytest.raises(Invalid) as refused:
        act(verb, **data)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert state() == before


def test_only_the_system_administrator_changes_units(db: None) -> None:
    for login in ("secadmin", "auditadmin", "head", "leader"):
        with pytest.raises(Absent):
            act("rename_unit", by=login, code="new", zh="x", en="x", first=DAY)
        with pytest.raises(Denied):
            actions.add_unit(viewer=of(login), code="n", zh="n", en="n", kind="office", level="city", first=TODAY)


def test_the_pages_of_units(db: None) -> None:
    browse, ref = client("sysadmin"), unit().log_id
    page = browse.get(f"/people/units/{ref}/").content.decode()
    assert BUREAU in page and "更名" in page and "撤回还没生效的撤并" not in page
    bad = do(
        browse,
        ref,
        "rename_unit",
        {"zh": "新", "en": "New", "code": ELSEWHERE, "first": "2022-01-01"},
        "/people/units/",
    )
    assert bad.status_code == 422 and "这个代码已有单位用过" in bad.content.decode()
    good = do(
        browse,
        ref,
        "rename_unit",
        {"zh": "新局", "en": "New", "code": "new.code", "first": "2022-01-01"},
        "/people/units/",
    )
    assert good.status_code == 303
    page = browse.get(f"/people/units/{ref}/").content.decode()
    assert "2022-01-01 起更名为" in page and "新局" in page and "撤回还没生效的撤并" in page
    assert "新局" in browse.get("/people/units/").content.decode()
    assert do(browse, ref, "undo_change", {}, "/people/units/").status_code == 303
    assert "新局" not in browse.get("/people/units/").content.decode()
    made = browse.post(
        "/people/units/add/",
        {
            "code": "x.y",
            "zh": "甲办",
            "en": "A",
            "kind": "office",
            "level": "city",
            "first": "2021-12-29",
            "parent": "city.gov",
        },
    )
    assert made.status_code == 303 and "甲办" in browse.get(made["Location"]).content.decode()
    assert Person.objects.get(login="sysadmin").pk == Event.objects.get(verb="add_unit").actor


def test_a_routing_rule_follows_the_unit_it_names(db: None) -> None:
    from luoshi.cases.reads.routing import route
    from luoshi.cases.routing.match import Rule

    rules, kind = [Rule(unit=BUREAU)], Category.objects.get(code="010102")
    rename()
    assert route(kind, "150203001000", NOW, rules).unit == unit()
    with at(DAY):
        found = route(kind, "150203001000", NOW, rules)
        assert found.unit == unit("150203.cityworks") and found.rule == rules[0]


def test_a_change_of_today_carries_its_work_at_once_by_a_job(db: None) -> None:
    from django.db import connection

    from luoshi.people import jobs

    number = dispatched()
    rename(TODAY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT args::text FROM procrastinate_jobs WHERE task_name = 'people.carry'")
        assert cursor.fetchall() == [("{}",)]
    jobs.carry()
    assert Case.objects.get(number=number).unit == unit("150203.cityworks")
    assert Succession.objects.get().carried_at is not None

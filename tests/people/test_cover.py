"""Who stands in for whom: what it gives and for how long, who may arrange it, and that the log names both."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from given import NOW

from luoshi.cases import reads
from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.models import Category
from luoshi.kernel import clock
from luoshi.kernel.models import Event
from luoshi.kernel.problems import Absent, Denied, Invalid, NotNow
from luoshi.kernel.rights import acting_for, may
from luoshi.kernel.viewer import OPERATOR, Viewer
from luoshi.people import viewer
from luoshi.people.cover.actions import end_cover, set_cover
from luoshi.people.models import Cover, Person, Post, Unit

TODAY = date(2021, 12, 29)
BUREAU, ELSEWHERE = "150203.urban", "city.roads"


def add(login: str, role: str, unit: str = BUREAU) -> Person:
    person = Person.objects.create(login=login, name=login, must_change=False)
    Post.objects.create(person=person, unit=Unit.objects.get(code=unit), role=role, valid_from=date(2020, 1, 1))
    return person


def of(login: str) -> Viewer:
    return viewer.of_person(Person.objects.get(login=login))


def at(day: date) -> Any:
    return clock.at(datetime.combine(day, NOW.timetz()))


@pytest.fixture
def office(db: None) -> dict[str, Person]:
    """A head and two handlers of one bureau, a handler of another, and the administrator."""
    people = {name: add(name, "handler") for name in ("anna", "bert")}
    return people | {
        "head": add("head9", "head"), "far": add("far", "handler", ELSEWHERE), "admin": add("admin9", "sysadmin"),
    }  # fmt: skip


def arrange(who: str, person: Person, absent: Person, first: date = TODAY, last: date = TODAY, **more: Any) -> Cover:
    done = set_cover(viewer=of(who), person=person, absent=absent, first=first, last=last, reason="年假", **more)
    return Cover.objects.get(log_id=done.answer["cover"])


def accepted() -> str:
    kind = Category.objects.get(code="010102")
    given = {"text": "路面有坑", "channel": "web", "county": "150203000000", "street": "150203001000"}
    number: str = report_case(viewer=viewer.public(), category=kind, **given).answer["number"]
    return number


def test_the_stand_in_has_the_posts_on_these_days_and_no_longer(office: dict[str, Person]) -> None:
    arrange("admin9", office["far"], office["head"], TODAY + timedelta(days=1), TODAY + timedelta(days=2))
    unit = Unit.objects.get(code=BUREAU).pk
    held = {}
    for days in range(4):
        with at(TODAY + timedelta(days=days)):
            held[days] = of("far")
    assert [bool(held[n].instead) for n in range(4)] == [False, True, True, False]
    assert held[0].reach("cases.assign") is None
    reach = held[1].reach("cases.assign")
    assert reach is not None and unit in reach.units
    assert held[1].roles == ("handler",) and held[1].persons == {office["far"].pk, office["head"].pk}
    assert held[1].unit == Unit.objects.get(code=ELSEWHERE).pk


def test_it_ends_early_and_what_has_not_begun_never_was(office: dict[str, Person]) -> None:
    now = arrange("head9", office["anna"], office["bert"], TODAY, TODAY + timedelta(days=5))
    later = arrange("admin9", office["far"], office["head"], TODAY + timedelta(days=3), TODAY + timedelta(days=5))
    assert of("anna").instead
    for cover in (now, later):
        end_cover(viewer=of("admin9"), on=str(cover.log_id), seen=1, reason="提前回来")
    assert not of("anna").instead
    with at(TODAY + timedelta(days=3)):
        assert not of("far").instead
    assert [row.last for row in Cover.objects.order_by("pk")] == [None, None]
    assert list(Event.objects.filter(subject=now.log_id).order_by("id").values_list("verb", flat=True)) == [
        "cover", "end_cover",
    ]  # fmt: skip


def test_who_may_arrange_it(office: dict[str, Person]) -> None:
    with pytest.raises(Denied):
        arrange("anna", office["bert"], office["head"])
    with pytest.raises(Denied):  # nobody grants himself a right
        arrange("head9", office["head"], office["anna"])
    with pytest.raises(Invalid) as refused:  # a head arranges for the own unit alone
        arrange("head9", office["anna"], office["far"])
    assert [fault.field for fault in refused.value.faults] == ["absent"]
    cover = arrange("head9", office["anna"], office["head"])
    with pytest.raises(Absent):
        end_cover(viewer=of("far"), on=str(cover.log_id), reason="x")
    with pytest.raises(Denied):  # she may know of it, and has the head's posts now, but did so only through it
        end_cover(viewer=of("bert"), on=str(arrange("admin9", office["far"], office["bert"]).log_id), reason="x")


def test_administrators_are_not_mixed_with_other_posts(office: dict[str, Person]) -> None:
    for person, absent in ((office["anna"], office["admin"]), (add("sec9", "secadmin"), office["admin"])):
        with pytest.raises(Invalid) as refused:
            arrange("admin9" if absent != office["admin"] else add_admin(), person, absent)
        assert refused.value.faults[0].field == "person"


def add_admin() -> str:
    login = f"root{Person.objects.count()}"
    add(login, "sysadmin")
    return login


@pytest.mark.parametrize(
    ("person", "absent", "days", "field"),
    [
        ("anna", "anna", (0, 0), "person"),
        ("far", "anna", (2, 9), "absent"),  # somebody stands in already
        ("anna", "far", (0, 2), "person"),  # is away then
        ("far", "bert", (1, 1), "absent"),  # stands in for another then
        ("far", "head", (3, 2), "last"),
        ("far", "head", (-3, -1), "last"),
        ("far", "head", (0, 400), "last"),
    ],
)
def test_days_that_cannot_be(
    office: dict[str, Person], person: str, absent: str, days: tuple[int, int], field: str
) -> None:
    arrange("admin9", office["bert"], office["anna"], TODAY, TODAY + timedelta(days=2))
    first, last = (TODAY + timedelta(days=n) for n in days)
    with pytest.raises(Invalid) as refused:
        arrange("admin9", office[person], office[absent], first, last)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert Cover.objects.count() == 1


def test_events_name_both(office: dict[str, Person]) -> None:
    number = accepted()
    desk = Person.objects.get(posts__role="desk", posts__unit__code="city.hotline", login="desk")
    arrange("admin9", office["far"], desk)
    acting = of("far")
    assert acting_for(acting, "cases.accept", reads.get(acting, number)) == desk.pk
    BY_VERB["accept"](viewer=acting, on=number)
    event = Event.objects.filter(verb="accept").latest("id")
    assert (event.actor, event.body["acting_for"]) == (office["far"].pk, desk.pk)
    assert reads.timeline(acting, reads.get(acting, number))[-1].actor == f"far（代 {desk.name}）"
    browse = Client(HTTP_HOST="127.0.0.1")
    browse.force_login(Person.objects.get(login="auditadmin"))
    assert f"far（代 {desk.name}）" in browse.get("/audit/?person=far").content.decode()
    browse.force_login(office["far"])
    assert f"far（代 {desk.name}）" in browse.get("/work/").content.decode()
    BY_VERB["dispatch"](viewer=of("desk"), on=number, unit=Unit.objects.get(code=BUREAU))
    assert "acting_for" not in Event.objects.filter(verb="dispatch").latest("id").body


def test_tasks_of_the_absent_are_the_stand_ins(office: dict[str, Person]) -> None:
    number = accepted()
    for verb, more in (("accept", {}), ("dispatch", {"unit": Unit.objects.get(code=BUREAU)})):
        BY_VERB[verb](viewer=of("desk"), on=number, **more)
    BY_VERB["sign"](viewer=of("anna"), on=number)
    arrange("admin9", office["far"], office["anna"])
    acting = of("far")
    case = reads.get(acting, number)
    assert may(acting, "cases.unmask", case) and case in reads.my_work(acting)
    assert [c.pk for c in reads.list_page(acting, reads.Filters(mine=True), NOW).rows] == [case.pk]
    BY_VERB["add_evidence"](viewer=acting, on=number, note="补好")
    BY_VERB["finish"](viewer=acting, on=number, answer="已补好")
    assert {office["far"].pk} <= set(reads.get(of("desk"), number).worked_by)


def test_who_stands_in_for_the_handler_does_not_verify_it(office: dict[str, Person]) -> None:
    number = accepted()
    for verb, more in (("accept", {}), ("dispatch", {"unit": Unit.objects.get(code=BUREAU)})):
        BY_VERB[verb](viewer=of("desk"), on=number, **more)
    both = add("both", "handler")
    Post.objects.create(person=both, unit_id=both.posts.get().unit_id, role="verifier", valid_from=date(2020, 1, 1))
    BY_VERB["sign"](viewer=of("both"), on=number)
    BY_VERB["add_evidence"](viewer=of("both"), on=number, note="补好")
    BY_VERB["finish"](viewer=of("both"), on=number, answer="已补好")
    arrange("admin9", office["far"], both)
    with pytest.raises(NotNow):
        BY_VERB["verify"](viewer=of("far"), on=number)
    BY_VERB["verify"](viewer=of("verifier"), on=number)


def test_the_page(office: dict[str, Person]) -> None:
    browse = Client(HTTP_HOST="127.0.0.1")
    browse.force_login(office["head"])
    form = {"person": "anna", "absent": "bert", "first": "2021-12-29", "last": "2021-12-31", "reason": "年假"}
    assert browse.post("/work/cover/", form | {"last": "2021-12-01"}).status_code == 422
    assert browse.post("/work/cover/", form | {"person": "head9"}).status_code == 422
    assert browse.post("/work/cover/", form, follow=True).status_code == 200
    cover = Cover.objects.get()
    page = browse.get("/work/cover/").content.decode()
    assert "正在代" in page and "2021-12-31" in page
    ended = browse.post(f"/work/cover/{cover.log_id}/end/", {"seen": "1", "reason": "提前回来"}, follow=True)
    assert "提前结束" in ended.content.decode()
    stale = browse.post(f"/work/cover/{cover.log_id}/end/", {"seen": "1", "reason": "再来"})
    assert stale.status_code == 409
    other = Client(HTTP_HOST="127.0.0.1")
    other.force_login(office["anna"])
    assert other.get("/work/cover/").status_code == 403


def test_who_is_no_person_has_no_tasks_of_their_own(db: None) -> None:
    assert reads.tabs(OPERATOR, NOW)["mine"] == 0


def test_a_stand_in_acts_over_http_as_well(office: dict[str, Person]) -> None:
    number = accepted()
    arrange("admin9", office["far"], Person.objects.get(login="desk"))
    browse = Client(HTTP_HOST="127.0.0.1")
    browse.force_login(office["far"])
    done = browse.post(f"/work/cases/{number}/do/accept/", {"seen": "1"})
    assert done.status_code in (302, 303)
    assert Event.objects.filter(verb="accept").latest("id").body["acting_for"] == Person.objects.get(login="desk").pk

"""People come, move, leave and come back; who may do it; administrators by two; open work handed over."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from given import NOW
from people_cast import BUREAU, ELSEWHERE, TODAY, add, client, do, of, posts, unit

from luoshi.cases import reads as cases
from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.models import Case, Category
from luoshi.kernel import clock
from luoshi.kernel.models import Event, EventPrivate
from luoshi.kernel.problems import Absent, Denied, Invalid, Stale
from luoshi.kernel.viewer import OPERATOR
from luoshi.people import viewer
from luoshi.people.admin.actions import person as actions
from luoshi.people.admin.actions.appoint import ask_appointment, confirm, drop_appointment, refuse_appointment
from luoshi.people.admin.actions.hand import hand_over
from luoshi.people.admin.reads import person as read
from luoshi.people.models import Appointment, Cover, Person, Post

TOMORROW = TODAY + timedelta(days=1)


def at(day: date) -> Any:
    return clock.at(datetime.combine(day, NOW.timetz()))


def act(verb: str, login: str, by: str = "sysadmin", **data: Any) -> Any:
    action = getattr(actions, verb)
    return action(viewer=of(by), on=str(Person.objects.get(login=login).log_id), **data)


def post_of(login: str) -> Post:
    return Post.objects.filter(person__login=login).latest("id")


@pytest.fixture
def anna(db: None) -> Person:
    return add("anna", "handler")


def test_somebody_new_gets_a_password_once_and_an_event_without_a_name(db: None) -> None:
    done = actions.add_person(
        viewer=of("sysadmin"),
        key="key-12345",
        door="d",
        login="zhang.san",
        name="张三",
        unit=unit(),
        role="handler",
        first=TODAY,
    )
    person = Person.objects.get(login="zhang.san")
    assert person.check_password(done.secret["password"]) and person.must_change
    assert posts("zhang.san") == [(BUREAU, "handler", "2021-12-29", None)]
    event = Event.objects.get(subject=person.log_id)
    assert (event.line, event.verb, event.body["person"], event.body["role"]) == (
        "people",
        "add_person",
        person.pk,
        "handler",
    )
    public = bytes(event.payload).decode()
    assert "张三" not in public and "zhang.san" not in public and "张三" not in str(event.body)
    assert "张三" in bytes(EventPrivate.objects.get(event_id=event.pk).body).decode()
    again = actions.add_person(
        viewer=of("sysadmin"),
        key="key-12345",
        door="d",
        login="zhang.san",
        name="张三",
        unit=unit(),
        role="handler",
        first=TODAY,
    )
    assert again.repeated and again.secret == {} and done.secret["password"] not in str(again.answer)


def test_a_first_password_leads_to_a_change_and_then_argon_keeps_it(browse: Client, anna: Person) -> None:
    password = act("new_password", "anna").secret["password"]
    response = browse.post("/login/", {"username": "anna", "password": password})
    assert response["Location"] == "/password/"
    browse.post("/password/", {"old": password, "new": "another-word-9x", "again": "another-word-9x"})
    assert Person.objects.get(login="anna").password.startswith("argon2")


def test_a_move_holds_from_its_day(anna: Person) -> None:
    act("move_post", "anna", post=post_of("anna"), unit=unit(ELSEWHERE), role="head", first=TOMORROW)
    assert posts("anna") == [
        (BUREAU, "handler", "2020-01-01", "2021-12-30"), (ELSEWHERE, "head", "2021-12-30", None),
    ]  # fmt: skip
    assert of("anna").unit == unit().pk and of("anna").roles == ("handler",)
    with at(TOMORROW):
        assert of("anna").unit == unit(ELSEWHERE).pk and of("anna").roles == ("head",)
    body = Event.objects.get(subject=anna.log_id).body
    assert (body["from_unit"], body["unit"], body["from_role"], body["role"]) == (
        unit().pk, unit(ELSEWHERE).pk, "handler", "head",
    )  # fmt: skip


def test_a_move_to_come_is_taken_back_whole(anna: Person) -> None:
    act("move_post", "anna", post=post_of("anna"), unit=unit(ELSEWHERE), role="head", first=TOMORROW)
    act("drop_post", "anna", post=post_of("anna"))
    with at(TOMORROW):
        assert of("anna").unit == unit().pk and of("anna").roles == ("handler",)
    with pytest.raises(Invalid):
        act("drop_post", "anna", post=Post.objects.filter(person=anna).earliest("id"))


def test_a_post_that_was_ended_on_purpose_stays_ended_when_another_is_taken_back(anna: Person) -> None:
    act("end_post", "anna", post=post_of("anna"), last=TODAY)
    act("add_post", "anna", unit=unit(ELSEWHERE), role="head", first=TOMORROW)
    act("drop_post", "anna", post=post_of("anna"))
    with at(TOMORROW):
        assert of("anna").roles == ()


def test_leaving_ends_posts_and_log_ins_after_the_last_day(anna: Person) -> None:
    browse = client("anna")
    act("leave", "anna", last=TOMORROW, reason="退休")
    assert browse.get("/work/").status_code == 200 and of("anna").roles == ("handler",)
    with at(TODAY + timedelta(days=2)):
        assert browse.get("/work/").status_code == 302 and of("anna").roles == ()
    assert "退休" not in str(Event.objects.get(verb="leave").body)
    act("come_back", "anna", reason="不退了")
    with at(TODAY + timedelta(days=2)):
        assert browse.get("/work/").status_code == 200 and of("anna").roles == ("handler",)


def test_who_left_before_today_is_out_at_once_and_comes_back_without_posts(anna: Person) -> None:
    browse = client("anna")
    act("leave", "anna", last=TODAY - timedelta(days=1))
    assert browse.get("/work/").status_code == 302
    act("come_back", "anna")
    assert Person.objects.get(login="anna").is_active and of("anna").roles == ()
    act("add_post", "anna", unit=unit(), role="handler", first=TODAY)
    assert of("anna").roles == ("handler",)


@pytest.mark.parametrize(
    ("verb", "data", "field"),
    [
        ("add_post", {"role": "handler", "first": TODAY}, "unit"),  # has it already
        ("add_post", {"role": "sysadmin", "first": TODAY}, "role"),
        ("add_post", {"role": "king", "first": TODAY}, "role"),
        ("add_post", {"role": "head", "first": TODAY + timedelta(days=400)}, "first"),
        ("add_post", {"role": "head", "first": date(2006, 1, 1)}, "first"),
        ("move_post", {"role": "head", "first": date(2019, 12, 31)}, "first"),
        ("move_post", {"role": "handler", "first": TODAY}, "unit"),
        ("end_post", {"last": TODAY - timedelta(days=2)}, "last"),
        ("leave", {"last": TODAY - timedelta(days=2)}, "last"),
    ],
)
def test_what_cannot_be(anna: Person, verb: str, data: dict[str, Any], field: str) -> None:
    if verb in ("add_post", "move_post"):
        data = data | {"unit": unit()}
    if verb in ("move_post", "end_post"):
        data = data | {"post": post_of("anna")}
    before = posts("anna")
    with pytest.raises(Invalid) as refused:
        act(verb, "anna", **data)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert posts("anna") == before and not Event.objects.filter(subject=anna.log_id).exists()


def test_another_persons_post_is_not_touched(anna: Person) -> None:
    bert = add("bert", "handler")
    with pytest.raises(Invalid):
        act("end_post", "bert", post=post_of("anna"), last=TODAY)
    assert posts("anna")[0][3] is None and posts(bert.login)[0][3] is None


def test_a_stale_page_is_told(anna: Person) -> None:
    act("correct_person", "anna", name="安娜")
    with pytest.raises(Stale):
        act("correct_person", "anna", name="安安", seen=1)


# ---- nobody grants himself a right ----


@pytest.mark.parametrize("verb", ["add_post", "move_post", "end_post", "leave", "new_password"])
def test_nobody_changes_their_own_posts(db: None, verb: str) -> None:
    data: dict[str, Any] = {
        "add_post": {"unit": unit(), "role": "head", "first": TODAY},
        "move_post": {"post": post_of("sysadmin"), "unit": unit(), "role": "head", "first": TOMORROW},
        "end_post": {"post": post_of("sysadmin"), "last": TODAY},
        "leave": {"last": TODAY},
    }.get(verb, {})
    before = posts("sysadmin")
    with pytest.raises(Denied):
        act(verb, "sysadmin", **data)
    assert posts("sysadmin") == before
    browse = client("sysadmin")
    me = Person.objects.get(login="sysadmin")
    form = {"unit": BUREAU, "role": "head", "first": "2021-12-29"}
    assert do(browse, me.log_id, "add_post", form).status_code == 403
    assert "谁也不能改自己的岗位" in browse.get(f"/people/{me.log_id}/").content.decode()


def test_who_stands_in_changes_neither_their_own_posts_nor_those_of_the_absent(db: None) -> None:
    add("root2", "sysadmin")
    me, absent = Person.objects.get(login="sysadmin"), Person.objects.get(login="root2")
    Cover.objects.create(
        person=me, absent=absent, valid_from=TODAY, valid_to=TOMORROW, reason="x", updated_at=NOW, unit=unit()
    )
    for login in ("sysadmin", "root2"):
        with pytest.raises(Denied):
            act("add_post", login, unit=unit(), role="head", first=TODAY)


# ---- administrators are appointed by two ----


def asked(login: str = "anna", role: str = "secadmin", by: str = "sysadmin", **more: Any) -> Appointment:
    given = {"person": Person.objects.get(login=login), "unit": unit(), "role": role, "first": TODAY} | more
    done = ask_appointment(viewer=of(by), **given)
    return Appointment.objects.get(log_id=done.answer["appointment"])


def test_one_asks_and_another_confirms(db: None) -> None:
    anna = add("anna")
    browse = client("anna")
    row = asked()
    assert of("anna").roles == ()
    with pytest.raises(Denied):
        confirm(viewer=of("sysadmin"), on=str(row.log_id))
    confirm(viewer=of("secadmin"), on=str(row.log_id))
    assert of("anna").roles == ("secadmin",)
    assert browse.get("/work/").status_code == 302  # a new log-in, with the second factor
    events = Event.objects.filter(subject=row.log_id).order_by("id")
    assert [(e.verb, e.actor) for e in events] == [
        ("ask_appointment", Person.objects.get(login="sysadmin").pk), ("confirm", Person.objects.get(login="secadmin").pk),
    ]  # fmt: skip
    assert anna.pk == events[0].body["person"]


def test_nobody_confirms_for_themselves_or_what_they_asked_for(db: None) -> None:
    add("anna")
    with pytest.raises(Denied):
        asked("sysadmin", "auditadmin")
    row = asked("secadmin", "secadmin", unit=unit(ELSEWHERE))
    with pytest.raises(Denied):
        confirm(viewer=of("secadmin"), on=str(row.log_id))
    mine = asked()
    Appointment.objects.filter(pk=mine.pk).update(asked_by=Person.objects.get(login="secadmin"))
    with pytest.raises(Denied):
        confirm(viewer=of("secadmin"), on=str(mine.log_id))


def test_an_administrators_post_goes_with_no_other_not_even_by_a_stand_in(db: None) -> None:
    add("anna", "handler")
    with pytest.raises(Invalid) as refused:
        asked()
    assert refused.value.faults[0].field == "role"
    add("bert")
    other = add("cleo", "handler")
    Cover.objects.create(
        person=other, absent=Person.objects.get(login="bert"), valid_from=TODAY, valid_to=TOMORROW, reason="x",
        updated_at=NOW, unit=unit(),
    )  # fmt: skip
    with pytest.raises(Invalid):
        asked("bert")


def test_it_is_checked_again_when_confirmed(db: None) -> None:
    add("anna")
    row = asked()
    act("add_post", "anna", unit=unit(), role="handler", first=TODAY)
    with pytest.raises(Invalid):
        confirm(viewer=of("secadmin"), on=str(row.log_id))
    assert of("anna").roles == ("handler",)


def test_it_is_refused_or_taken_back_and_the_operator_confirms_where_there_is_nobody_else(db: None) -> None:
    add("anna")
    refuse_appointment(viewer=of("secadmin"), on=str(asked().log_id), reason="未核实")
    drop_appointment(viewer=of("sysadmin"), on=str(asked().log_id))
    with pytest.raises(Invalid):  # one at a time
        asked()
        asked()
    confirm(viewer=OPERATOR, on=str(Appointment.objects.get(state="asked").log_id))
    assert of("anna").roles == ("secadmin",)


# ---- who may open and press what ----

EVERYBODY = ("sysadmin", "secadmin", "auditadmin", "head", "handler", "desk", "leader", "")
PAGES = {
    "/people/": {"sysadmin"},
    "/people/add/": {"sysadmin"},
    "/people/import/": {"sysadmin"},
    "/people/import/template.xlsx": {"sysadmin"},
    "/people/export.csv": {"sysadmin"},
    "/people/export.xlsx": {"sysadmin"},
    "/people/units/": {"sysadmin"},
    "/people/units/add/": {"sysadmin"},
    "/people/units/export.xlsx": {"sysadmin"},
    "/people/{unit}/": {"sysadmin"},
    "/people/{person}/": {"sysadmin"},
    "/people/appointments/": {"sysadmin", "secadmin"},
    "/people/hand-over/": {"sysadmin", "head"},
    "/security/": {"secadmin"},
    "/audit/": {"auditadmin"},
    "/audit/export.csv?person=anna": {"auditadmin"},
    "/second/": set(EVERYBODY) - {""},
}


@pytest.mark.parametrize("login", EVERYBODY)
def test_who_opens_what(anna: Person, login: str) -> None:
    browse = client(login) if login else Client(HTTP_HOST="127.0.0.1")
    for path, allowed in PAGES.items():
        address = path.replace("{unit}", f"units/{unit().log_id}").replace("{person}", str(anna.log_id))
        expected = 200 if login in allowed else (403 if login else 302)
        assert browse.get(address).status_code == expected, address


PRESSES = ("add_post", "move_post", "end_post", "drop_post", "leave", "come_back", "correct_person", "new_password")


@pytest.mark.parametrize("state", ["here", "left"])
@pytest.mark.parametrize("verb", PRESSES)
@pytest.mark.parametrize("login", EVERYBODY)
def test_state_verb_and_person(anna: Person, login: str, verb: str, state: str) -> None:
    future = Post.objects.create(person=anna, unit=unit(ELSEWHERE), role="leader", valid_from=TOMORROW)
    if state == "left":
        act("leave", "anna", last=TODAY + timedelta(days=9))
    given = {
        "unit": ELSEWHERE, "role": "verifier", "first": "2021-12-30", "last": "2021-12-29", "name": "安",
        "post": str(future.pk if verb == "drop_post" else anna.posts.earliest("id").pk),
    }  # fmt: skip
    browse = client(login) if login else Client(HTTP_HOST="127.0.0.1")
    before = Event.objects.count()
    response = do(browse, anna.log_id, verb, given)
    fits = state == "left" if verb == "come_back" else state == "here" or verb == "correct_person"
    if login != "sysadmin":
        expected = 403 if login else 302
    else:
        expected = (200 if verb == "new_password" else 303) if fits else 409
    assert response.status_code == expected
    assert Event.objects.count() - before == (1 if login == "sysadmin" and fits else 0)


# ---- pages ----


def test_the_list_finds_by_words_unit_role_and_state(anna: Person) -> None:
    browse = client("sysadmin")
    found = {
        query: "anna的姓名" in browse.get(f"/people/?{query}").content.decode()
        for query in (
            "q=ANN",
            "q=的姓",
            "q=zzz",
            f"unit={BUREAU}",
            "unit=city.gov",
            "role=handler",
            "state=left",
            "role=king",
        )
    }
    assert found == {
        "q=ANN": True, "q=的姓": True, "q=zzz": False, f"unit={BUREAU}": True, "unit=city.gov": False, "role=handler": True,
        "state=left": False, "role=king": True,
    }  # fmt: skip
    assert "没有符合的人" in browse.get("/people/?q=zzz").content.decode()
    assert "People" in browse.get("/people/?lang=en").content.decode()


def test_a_table_that_leaves_runs_nothing(db: None) -> None:
    from io import BytesIO

    from openpyxl import load_workbook

    add("evil", "handler")
    Person.objects.filter(login="evil").update(name='=HYPERLINK("http://x")')
    browse = client("sysadmin")
    text = browse.get("/people/export.csv?q=evil").content.decode("utf-8-sig")
    assert "'=HYPERLINK" in text and text.startswith("登录名,")
    sheet = load_workbook(BytesIO(browse.get("/people/export.xlsx?q=evil").content)).active
    assert (
        sheet is not None and sheet.cell(2, 2).value == '=HYPERLINK("http://x")' and sheet.cell(2, 2).data_type == "s"
    )


def test_the_pages_of_one_person(anna: Person) -> None:
    browse = client("sysadmin")
    page = browse.get(f"/people/{anna.log_id}/").content.decode()
    assert "承办人" in page and "调岗" in page and "撤销还没开始的岗位" not in page
    bad = do(
        browse,
        anna.log_id,
        "move_post",
        {"unit": BUREAU, "role": "handler", "first": "昨天", "post": post_of("anna").pk},
    )
    assert bad.status_code == 422 and "写成 2021-11-23 的样子" in bad.content.decode()
    good = do(browse, anna.log_id, "add_post", {"unit": ELSEWHERE, "role": "verifier", "first": "2021-12-30"})
    assert good.status_code == 303
    page = browse.get(f"/people/{anna.log_id}/").content.decode()
    assert "撤销还没开始的岗位" in page and "加岗位" in page and "2021-12-30" in page
    assert do(browse, anna.log_id, "nonsense", {}).status_code == 404
    assert browse.get(f"/people/{anna.log_id}/do/leave/").status_code == 405


def test_adding_on_the_page_shows_the_password_once(db: None) -> None:
    browse = client("sysadmin")
    form = {
        "login": "li.si",
        "name": "李四",
        "unit": BUREAU,
        "role": "handler",
        "first": "2021-12-29",
        "key": "abcd-1234",
    }
    page = browse.post("/people/add/", form)
    assert page["Cache-Control"] == "private, no-store"
    password = page.content.decode().split("<code>")[1].split("</code>")[0]
    assert Person.objects.get(login="li.si").check_password(password)
    again = browse.post("/people/add/", form).content.decode()
    assert password not in again and "已显示过" in again
    assert browse.post("/people/add/", form | {"key": "other-key-1"}).status_code == 422
    assert browse.post("/people/add/", form | {"login": "坏 名"}).status_code == 422


def test_an_administrator_on_the_page_waits_for_the_other(db: None) -> None:
    browse = client("sysadmin")
    form = {"login": "new.audit", "name": "新审计", "unit": BUREAU, "role": "auditadmin", "first": "2021-12-29"}
    assert "安全管理员确认后生效" in browse.post("/people/add/", form).content.decode()
    assert of("new.audit").roles == ()
    row = Appointment.objects.get()
    page = client("secadmin").get("/people/appointments/").content.decode()
    assert "新审计" in page and "确认任命" in page and "撤回任命" not in page
    assert "确认任命" not in browse.get("/people/appointments/").content.decode().split("<tbody", 1)[1]
    assert browse.post(f"/people/appointments/{row.log_id}/confirm/").status_code == 403
    assert client("head").post(f"/people/appointments/{row.log_id}/confirm/").status_code == 403
    assert client("secadmin").post(f"/people/appointments/{row.log_id}/refuse_appointment/").status_code == 422
    assert client("secadmin").post(f"/people/appointments/{row.log_id}/confirm/").status_code == 303
    assert of("new.audit").roles == ("auditadmin",)
    assert client("secadmin").post(f"/people/appointments/{row.log_id}/confirm/").status_code == 409


# ---- handing over ----


def handled(login: str) -> str:
    """A case that the person handles."""
    kind = Category.objects.get(code="010102")
    given = {"text": "路面有坑", "channel": "web", "county": "150203000000", "street": "150203001000"}
    number: str = report_case(viewer=viewer.public(), category=kind, **given).answer["number"]
    BY_VERB["accept"](viewer=of("desk"), on=number)
    BY_VERB["dispatch"](viewer=of("desk"), on=number, unit=unit())
    BY_VERB["sign"](viewer=of(login), on=number)
    return number


def test_open_work_goes_over_one_event_each(anna: Person) -> None:
    bert = add("bert", "handler")
    first, second = handled("anna"), handled("anna")
    BY_VERB["suspend"](viewer=of("head"), on=second, reason="等批复")
    act("leave", "anna", last=TODAY - timedelta(days=1))
    done = hand_over(of("sysadmin"), read(of("sysadmin"), anna.log_id), bert)
    assert (done.done, done.left) == (2, [])
    for number in (first, second):
        case = Case.objects.get(number=number)
        event = Event.objects.filter(subject=case.log_id).latest("id")
        assert case.handler_id == bert.pk and bert.pk in case.worked_by
        assert (event.verb, event.body["move"], event.actor) == ("assign", "hand_over", of("sysadmin").person)
    assert Case.objects.get(number=second).status == "suspended"
    summed = Event.objects.get(verb="hand_over", subject=anna.log_id)
    assert summed.body["counts"] == {"cases": 2, "leads": 0} and summed.body["to"] == bert.pk
    with pytest.raises(Absent):  # who hands over sees nothing of the cases
        cases.get(of("sysadmin"), first)
    BY_VERB["add_evidence"](viewer=of("bert"), on=first, note="补好")


def test_only_to_who_works_there_and_only_of_the_own_unit(anna: Person) -> None:
    far = add("far", "handler", at=ELSEWHERE)
    number = handled("anna")
    done = hand_over(of("sysadmin"), read(of("sysadmin"), anna.log_id), far)
    assert done.done == 0 and [one for one, _ in done.left] == [number]
    assert not Event.objects.filter(verb="hand_over").exists()
    add("far.head", "head", at=ELSEWHERE)
    with pytest.raises(Denied):
        hand_over(of("far.head"), anna, far)
    with pytest.raises(Absent):
        read(of("far.head"), anna.log_id)
    with pytest.raises(Invalid):
        hand_over(of("sysadmin"), read(of("sysadmin"), anna.log_id), add("idle"))
    assert Case.objects.get(number=number).handler_id == anna.pk


def test_a_head_hands_over_on_the_page(anna: Person) -> None:
    bert = add("bert", "handler")
    number = handled("anna")
    browse = client("head")
    page = browse.get("/people/hand-over/").content.decode()
    assert "anna的姓名" in page and "bert的姓名" not in page.split("<tbody")[1]
    address = f"/people/hand-over/?from={anna.log_id}"
    assert "bert的姓名" in browse.get(address).content.decode()
    assert browse.post(address, {"to": str(anna.log_id)}).status_code == 422
    assert browse.post(address, {"to": str(bert.log_id)}).status_code == 303
    assert Case.objects.get(number=number).handler_id == bert.pk
    assert "手上没有在办工作" in browse.get(address).content.decode()
    assert browse.get("/people/hand-over/?from=nonsense").status_code == 404

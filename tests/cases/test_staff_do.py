"""The door through which staff make every move, over HTTP: the whole loop, and everything that is refused."""

from io import BytesIO

import pytest
from PIL import Image
from staff_cast import JSON, at, bureau, case, client, do, reported, step

from luoshi.cases.actions import BY_VERB
from luoshi.cases.models import Case
from luoshi.kernel.models import Event
from luoshi.people.viewer import holder, of_login

pytestmark = pytest.mark.usefixtures("db")


def verbs(number: str) -> list[str]:
    """The events of a case, oldest first."""
    return list(
        Event.objects.filter(subject=case(number).log_id).order_by("recorded_at", "id").values_list("verb", flat=True)
    )


def picture() -> BytesIO:
    """A small JPEG as a browser would send it."""
    file = BytesIO()
    Image.new("RGB", (40, 30), "grey").save(file, "JPEG")
    file.seek(0)
    file.name = "after.jpg"
    return file


def test_a_case_goes_round_the_loop_by_different_persons_one_event_a_step() -> None:
    number = reported()
    desk, handler, verifier = client("desk"), client("handler"), client("verifier")
    assert do(desk, number, "accept").status_code == 303
    assert do(desk, number, "contact", {"note": "说是夜里"}).status_code == 303
    assert do(desk, number, "dispatch", {"unit": bureau().zh}).status_code == 303
    assert do(handler, number, "sign").status_code == 303
    assert do(handler, number, "add_evidence", {"photos": picture(), "note": "补好了"}).status_code == 303
    assert do(handler, number, "finish", {"answer": "路面已补"}).status_code == 303
    assert do(verifier, number, "verify").status_code == 303
    done = do(desk, number, "call_solved", {"grade": "5"})
    assert (done.status_code, done["Location"]) == (303, f"/work/cases/{number}/")
    assert verbs(number) == [
        "report", "accept", "contact", "dispatch", "sign", "add_evidence", "finish", "verify", "close",
    ]  # fmt: skip
    closed = case(number)
    assert (closed.state, closed.grade, closed.solved) == ("closed", 5, True)
    page = desk.get(f"/work/cases/{number}/").content.decode()
    assert "已记下" in page and "已办结" in page and page.count("<figure><img") == 1


def test_who_did_it_does_not_verify_it_in_any_post() -> None:
    number = at("handled")
    row = case(number)
    row.worked_by = [*row.worked_by, of_login("supervisor").person]
    row.save()
    response = do(client("supervisor"), number, "verify", **JSON)
    assert response.status_code == 409
    assert "谁办的谁不能核查" in response.json()["errors"][0]["rule"]
    page = do(client("supervisor"), number, "verify")
    assert page.status_code == 409
    assert "谁办的谁不能核查" in page.content.decode()
    assert case(number).state == "handled"


def test_a_stale_form_is_told_who_did_what_and_keeps_what_was_typed() -> None:
    number = at("accepted")
    seen = case(number).version
    step(number, "dispatch", "desk2", unit=bureau())
    response = do(client("desk"), number, "dispatch", {"seen": seen, "unit": bureau().zh, "note": "急件，先围挡"})
    text = response.content.decode()
    assert response.status_code == 409
    assert "许学敏 刚才已“派遣”" in text
    assert "急件，先围挡" in text
    assert verbs(number).count("dispatch") == 1


def test_a_double_press_makes_one_event() -> None:
    number, desk = reported(), client("desk")
    data = {"seen": 1, "key": "a-key-of-mine"}
    first = desk.post(f"/work/cases/{number}/do/accept/", data, **JSON)
    second = desk.post(f"/work/cases/{number}/do/accept/", data, **JSON)
    assert (first.status_code, second.status_code) == (200, 200)
    assert (first.json()["repeated"], second.json()["repeated"]) == (False, True)
    assert verbs(number) == ["report", "accept"]


def test_a_double_press_with_pictures_makes_one_event() -> None:
    number, handler = at("handling"), client("handler")
    seen = case(number).version
    for _ in range(2):
        data = {"seen": seen, "key": "a-key-of-mine", "note": "补好了", "photos": picture()}
        assert handler.post(f"/work/cases/{number}/do/add_evidence/", data).status_code == 303
    assert verbs(number).count("add_evidence") == 1
    assert case(number).photos.count() == 1


def test_missing_fields_are_named_and_the_input_is_kept() -> None:
    number = at("handling")
    response = do(client("handler"), number, "ask_extension", {"until": "2022-01-30", "reason": ""})
    text = response.content.decode()
    assert response.status_code == 422
    assert 'href="#f-ask_extension-reason"' in text and 'value="2022-01-30"' in text
    assert "必须填写" in text
    problem = do(client("handler"), number, "ask_extension", {"until": "30 Jan", "reason": "冻土"}, **JSON)
    assert problem.status_code == 422
    assert problem["Content-Type"] == "application/problem+json"
    assert [(e["field"], e["value"]) for e in problem.json()["errors"]] == [("until", "30 Jan")]


@pytest.mark.parametrize(
    ("verb", "data", "field"),
    [
        ("dispatch", {"unit": "没有的单位"}, "unit"),
        ("reclassify", {"category": "没有的类别"}, "category"),
        ("relocate", {"division": "没有的街道"}, "division"),
        ("relocate", {"division": "150203001000", "lat": "north"}, "lat"),
        ("refuse", {"reason": "x" * 2001, "answer": "找物业"}, "reason"),
        ("mark_abuse", {"reason": "a\0b"}, "reason"),
    ],
)
def test_a_bad_value_is_refused_at_its_field(verb: str, data: dict[str, str], field: str) -> None:
    number = at("reported" if verb == "refuse" else "accepted")
    response = do(client("desk"), number, verb, data, **JSON)
    assert response.status_code == 422
    assert [e["field"] for e in response.json()["errors"]] == [field]


def test_names_codes_and_keys_all_mean_the_same_unit() -> None:
    for given in (bureau().zh, bureau().en, bureau().code, str(bureau().pk)):
        number = at("accepted")
        assert do(client("desk"), number, "dispatch", {"unit": given}).status_code == 303
        assert case(number).unit == bureau()


def test_until_is_the_close_of_business_of_that_day() -> None:
    number = at("handling")
    assert do(client("handler"), number, "ask_extension", {"until": "2022-01-14", "reason": "冻土"}).status_code == 303
    asked = case(number).extend_to
    assert asked is not None and asked.isoformat() == "2022-01-14T09:30:00+00:00"


def test_only_handlers_of_the_unit_can_be_named() -> None:
    number = at("handling")
    stranger = of_login("handler3").person
    assert do(client("head"), number, "assign", {"handler": str(stranger)}, **JSON).status_code == 422
    mine = of_login("handler").person
    assert do(client("head"), number, "assign", {"handler": str(mine)}, **JSON).status_code == 200


def test_no_right_comes_before_a_bad_field_and_a_wrong_state_too() -> None:
    number = at("accepted")
    assert do(client("verifier"), number, "dispatch", {}, **JSON).status_code == 403
    assert do(client("desk"), number, "refuse", {}, **JSON).status_code == 409
    assert do(client("desk"), number, "dispatch", {"seen": 1}, **JSON).status_code == 409


@pytest.mark.parametrize("verb", ["confirm", "withdraw", "rate", "close_unrated", "overdue"])
def test_moves_of_the_reporter_and_of_time_are_nobodys_here(verb: str) -> None:
    assert do(client("supervisor"), at("verified"), verb, {"grade": "5"}, **JSON).status_code == 403


def test_who_may_not_know_of_a_case_is_told_that_there_is_none() -> None:
    number = at("handling")
    other = client("handler3")
    assert do(other, number, "finish", {"answer": "x"}, **JSON).status_code == 404
    assert do(other, number, "finish", {"answer": "x"}).status_code == 404
    assert client("desk").post("/work/cases/J-2021-999999/do/accept/", **JSON).status_code == 404
    assert client("desk").post(f"/work/cases/{number}/do/explode/", **JSON).status_code == 404


def test_nobody_logged_in_is_a_stranger() -> None:
    from django.test import Client

    number, browse = reported(), Client(HTTP_HOST="127.0.0.1")
    assert do(browse, number, "accept", **JSON).status_code == 404
    assert do(browse, number, "accept")["Location"].startswith("/login/")
    assert case(number).state == "reported"


def test_the_door_takes_only_posts_and_a_reload_leads_back_to_the_form() -> None:
    number, desk = reported(), client("desk")
    assert desk.get(f"/work/cases/{number}/do/accept/", **JSON).status_code == 405
    assert desk.delete(f"/work/cases/{number}/do/accept/").status_code == 405
    again = desk.get(f"/work/cases/{number}/do/accept/")
    assert (again.status_code, again["Location"]) == (302, f"/work/cases/{number}/?do=accept#do-accept")


def test_the_reporter_is_shown_once_and_it_is_written_down_who_looked_and_why() -> None:
    number, desk = at("accepted"), client("desk")
    before = desk.get(f"/work/cases/{number}/").content.decode()
    assert "张三丰" not in before and "15512341234" not in before
    assert "张**" in before and "155****1234" in before
    refused = do(desk, number, "unmask", {"reason": " "})
    assert refused.status_code == 422 and "张三丰" not in refused.content.decode()
    shown = do(desk, number, "unmask", {"reason": "要问具体位置"})
    assert shown.status_code == 200
    assert "张三丰" in shown.content.decode() and "15512341234" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert verbs(number)[-1] == "unmask"
    after = desk.get(f"/work/cases/{number}/").content.decode()
    assert "张三丰" not in after and "要问具体位置" in after


def test_a_handler_shows_the_reporter_of_their_own_case_only() -> None:
    own, other = at("handling"), at("dispatched")
    assert do(client("handler"), own, "unmask", {"reason": "联系"}).status_code == 200
    assert do(client("handler"), other, "unmask", {"reason": "联系"}).status_code == 403


def test_once_it_is_over_who_handled_it_and_their_head_do_not_learn_who_reported_it() -> None:
    number = at("verified")
    assert do(client("head"), number, "unmask", {"reason": "联系"}).status_code == 200
    BY_VERB["confirm"](viewer=holder(str(case(number).log_id)), on=number, grade=1)
    for login in ("handler", "head"):
        page = client(login).get(f"/work/cases/{number}/").content.decode()
        assert "已经结束，办理的人和他们的负责人不再看上报人是谁" in page
        refused = do(client(login), number, "unmask", {"reason": "想知道"})
        assert refused.status_code == 409 and "张三丰" not in refused.content.decode()
    assert do(client("supervisor"), number, "unmask", {"reason": "差评跟进"}).status_code == 200
    step(number, "staff_reopen", "supervisor", reason="没办好")
    assert do(client("head"), number, "unmask", {"reason": "联系"}).status_code == 200


def test_at_the_desk_who_worked_on_a_case_does_not_learn_it_either() -> None:
    number = at("verified")
    step(number, "call_solved", "desk", grade=2)
    Case.objects.filter(number=number).update(worked_by=[of_login("desk").person])
    assert do(client("desk"), number, "unmask", {"reason": "联系"}, **JSON).status_code == 409
    assert do(client("supervisor"), number, "unmask", {"reason": "联系"}, **JSON).status_code == 200


def test_a_case_that_leaves_ones_sight_leads_back_to_my_work() -> None:
    number = at("accepted")
    response = do(client("desk"), number, "dispatch", {"unit": bureau().zh, "next": "https://evil.example/"})
    assert response["Location"] == f"/work/cases/{number}/"
    assert do(client("handler"), number, "sign", {"next": "/work/"})["Location"] == "/work/"


def test_pictures_are_released_only_from_the_case_itself() -> None:
    number, handler, desk = at("handling"), client("handler"), client("desk")
    do(handler, number, "add_evidence", {"photos": picture()})
    photo = case(number).photos.get()
    bad = do(desk, number, "release", {"public_text": "路面破损", "photos_released": "no-such"}, **JSON)
    assert bad.status_code == 422
    assert do(desk, number, "release", {"public_text": "路面破损", "photos_released": str(photo.pk)}).status_code == 303
    photo.refresh_from_db()
    assert photo.released and case(number).private.public_text == "路面破损"

"""What staff read: my work, the list, the record, search, a new case; in scope, in few queries, light."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from time import process_time

import pytest
from asking import questions
from django.test import Client
from staff_cast import STREET, at, bureau, case, client, kind, reported, step

from luoshi.cases import masked, reads
from luoshi.cases.models import Case, CasePrivate
from luoshi.cases.reads.listed import page as page_of_rows
from luoshi.cases.staff.columns import table
from luoshi.cases.staff.rows import Now
from luoshi.kernel import clock, ids
from luoshi.kernel.text import T
from luoshi.people.viewer import of_login

pytestmark = pytest.mark.usefixtures("db")
# the session, and its person with the posts: two queries that every staff page begins with
WHO = ("FROM django_session", "FROM person WHERE id")


@contextmanager
def queries(most: int) -> Iterator[None]:
    """At most so many queries, without those that find out who is looking."""
    with questions() as caught:
        yield
    asked = [q["sql"] for q in caught if not any(part in q["sql"] for part in WHO) and "SAVEPOINT" not in q["sql"]]
    assert len(asked) <= most, "\n".join(asked)


def page(browse: Client, path: str) -> str:
    response = browse.get(path)
    assert response.status_code == 200, response.content.decode()[:2000]
    return response.content.decode()


def many(count: int) -> None:
    """Cases in a state each, written directly."""
    first = case(at("handling"))
    rows, secrets = [], []
    for n in range(count):
        copy = Case.objects.get(pk=first.pk)
        copy.pk, copy.number, copy.log_id = None, f"J-2021-9{n:05d}", ids.uuid7(clock.now())
        rows.append(copy)
    made = Case.objects.bulk_create(rows)
    secrets = [CasePrivate(case=row, text="路面破损", tokens=["路面", "破损", "路", "面"]) for row in made]
    CasePrivate.objects.bulk_create(secrets)


# my work


def test_my_work_shows_what_waits_first_due_first_with_one_press() -> None:
    waiting, other = at("dispatched"), at("accepted")
    text = page(client("handler"), "/work/")
    assert waiting in text and other not in text
    assert f'action="/work/cases/{waiting}/do/sign/"' in text
    desk = page(client("desk"), "/work/")
    assert other in desk and f"/work/cases/{other}/?do=dispatch#do-dispatch" in desk


def test_the_press_on_my_work_makes_the_move_and_comes_back() -> None:
    number, handler = at("dispatched"), client("handler")
    text = page(handler, "/work/")
    form = re.search(rf'action="/work/cases/{number}/do/sign/">(.*?)</form>', text)
    assert form is not None
    data = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))
    response = handler.post(f"/work/cases/{number}/do/sign/", data)
    assert (response.status_code, response["Location"]) == (303, "/work/")
    assert case(number).state == "handling"
    after = page(handler, "/work/")
    assert "签收，已记下" in after and "补处理证据" in after


def test_my_work_without_anything_says_so() -> None:
    text = page(client("statistician"), "/work/")
    assert "现在没有等您办的事" in text


def test_an_extension_waits_for_somebody_else_to_decide() -> None:
    number = at("handling")
    later = case(number).due_at
    assert later is not None
    step(number, "ask_extension", "handler", until=later.replace(day=20), reason="冻土")
    text = page(client("supervisor"), "/work/")
    assert re.search(rf'href="/work/cases/{number}/">批延期</a>', text)


def test_what_is_late_stands_first_and_is_counted() -> None:
    number = at("reported")
    Case.objects.filter(number=number).update(next_due_at=clock.now().replace(hour=0))
    at("reported")
    text = page(client("desk"), "/work/")
    assert "已超期 1 件" in text
    assert text.index(number) < text.index('id="g2"')


# the list


def test_a_list_is_narrowed_by_its_address() -> None:
    open_one, handled = at("handling"), at("handled")
    desk = client("desk")
    for query, inside, outside in (
        ("state=handling", open_one, handled),
        ("state=handled", handled, open_one),
        (f"q={open_one}", open_one, handled),
    ):
        text = page(desk, f"/work/cases/?{query}")
        assert inside in text and f"/work/cases/{outside}/" not in text
    for query in ("county=150202000000", "top=02", "light=r", "mine=1", "unit=city.gas", "state=ended"):
        assert open_one not in page(desk, f"/work/cases/?{query}")
    for query in ("county=150203000000", "top=01", "state=open", f"unit={bureau().pk}", f"street={STREET}", "q=路面"):
        assert open_one in page(desk, f"/work/cases/?{query}")
    assert open_one in page(client("handler"), "/work/cases/?mine=1")


def test_one_and_two_characters_find_a_case() -> None:
    number = reported(text="井盖松动", place="")
    desk = client("desk")
    for words in ("井盖", "盖", "盖松", "松动"):
        assert number in page(desk, f"/work/cases/?q={words}")
        assert number in page(desk, f"/work/search/?q={words}")
    assert "没有找到" in page(desk, "/work/search/?q=路灯")


def test_a_bad_filter_is_ignored_and_said_and_a_bad_cursor_refused() -> None:
    number, desk = reported(), client("desk")
    text = page(desk, "/work/cases/?state=nonsense&unit=nowhere&county=1&source=x")
    assert number in text
    assert text.count("已忽略") == 4
    assert "“nonsense”" in text
    assert desk.get("/work/cases/?after=nonsense").status_code == 400


def test_a_handler_sees_the_cases_of_their_own_bureau() -> None:
    mine, other = at("handling"), reported()
    text = page(client("handler"), "/work/cases/")
    assert mine in text and other not in text
    assert client("handler").get(f"/work/cases/{other}/").status_code == 404
    assert mine not in page(client("handler3"), "/work/cases/")
    assert client("handler3").get(f"/work/cases/{mine}/").status_code == 404
    assert client("sysadmin").get("/work/cases/").status_code == 403
    assert client("handler3").get(f"/work/search/?q={mine}").status_code == 200


def test_a_list_goes_on_page_by_page_and_meets_each_case_once() -> None:
    many(120)
    desk, seen, path = client("desk"), [], "/work/cases/"
    for _ in range(5):
        text = page(desk, path)
        seen += re.findall(r'<a href="/work/cases/(J-[0-9-]+)/">', text)
        onward = re.search(r'rel="next" href="([^"]+)"', text)
        if onward is None:
            break
        path = "/work/cases/" + onward[1].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == Case.objects.count()


def test_the_lists_of_lights_are_in_order_of_their_due_times_page_by_page() -> None:
    many(60)
    Case.objects.update(next_due_at=clock.now().replace(hour=0), next_warn_at=None)
    desk = client("desk")
    first = page(desk, "/work/cases/?light=r")
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward is not None
    second = page(desk, "/work/cases/" + onward[1].replace("&amp;", "&"))
    found = [re.findall(r'<a href="/work/cases/(J-[0-9-]+)/">', text) for text in (first, second)]
    assert len(found[0]) == 50 and len(found[0]) + len(found[1]) == Case.objects.count()
    assert not set(found[0]) & set(found[1])


def test_a_list_costs_few_queries_and_little_weight() -> None:
    many(60)
    desk = client("desk")
    page(desk, "/work/cases/")
    with queries(6):
        text = page(desk, "/work/cases/?state=open")
    assert text.count("<tr") == 51
    assert len(gzip.compress(text.encode())) < 60_000
    assert len(text.encode()) < 120_000


def test_rows_are_built_in_little_time() -> None:
    many(60)
    rows = page_of_rows(of_login("desk"), reads.Filters(), clock.now()).rows
    drawn = table(Now(clock.now(), reads.kinds()), T("街面", "Cases"))
    drawn.render(rows)
    best = []
    for _ in range(5):
        begun = process_time()
        drawn.render(rows)
        best.append(process_time() - begun)
    assert min(best) < 0.005 * 1.3


def test_a_list_without_cases_says_so() -> None:
    assert "没有符合的案件" in page(client("desk"), "/work/cases/?q=没有这回事")


# the record


def test_a_record_offers_what_the_person_can_do_and_says_what_lacks() -> None:
    number = at("handling")
    text = page(client("handler"), f"/work/cases/{number}/")
    assert "补处理证据" in text and "申请延期" in text
    assert re.search(r'<b>报告已处理</b><span class="lack">', text)
    assert "do/finish/" not in text
    step(number, "add_evidence", "handler", note="补好了")
    assert "do/finish/" in page(client("handler"), f"/work/cases/{number}/")


def test_a_record_names_who_makes_the_next_move() -> None:
    text = page(client("leader"), f"/work/cases/{at('accepted')}/")
    assert "现在没有轮到您做的事" in text
    assert re.search(r"<b>派遣</b><span class=\"later\">由 [^<]*值班受理员", text)


def test_the_unit_that_answers_is_proposed() -> None:
    text = page(client("desk"), f"/work/cases/{at('accepted')}/?do=dispatch")
    assert re.search(rf'name="unit"[^>]*value="{bureau().zh}"', text)
    assert '<li id="do-dispatch"><details open>' in text


def test_a_record_escapes_what_people_wrote() -> None:
    text = page(client("desk"), f"/work/cases/{reported()}/")
    assert "&lt;b&gt;夜里&lt;/b&gt;" in text and "<b>夜里</b>" not in text


def test_a_record_costs_few_queries() -> None:
    number, alike = at("handled"), reported()
    for login in ("head", "supervisor", "desk"):
        browse = client(login)
        page(browse, f"/work/cases/{number}/")
        with queries(6):
            text = page(browse, f"/work/cases/{number}/")
        assert (f'href="/work/cases/{alike}/"' in text) == (login != "head")


def test_my_work_costs_few_queries() -> None:
    at("handled")
    browse = client("supervisor")
    page(browse, "/work/")
    with queries(6):
        page(browse, "/work/")


@pytest.mark.parametrize("state", ["reported", "accepted", "dispatched", "handling", "evidence", "handled", "verified"])
def test_a_record_is_complete_in_english_at_every_step(state: str) -> None:
    browse, number = client("supervisor"), at(state)
    text = page(browse, f"/work/cases/{number}/?lang=en")
    assert "Possible now" in text and "Seven steps" in text
    shown = re.sub(r"<(option|datalist).*?</\1>", "", text, flags=re.S)
    for word in ("办理", "派遣", "核查", "期限", "剩", "工作日", "市民", "缺少"):
        assert word not in re.sub(r"<[^>]+>", " ", shown), word


def test_the_same_problem_is_counted_with_its_way_there() -> None:
    first, second = reported(), reported()
    text = page(client("desk"), f"/work/cases/{second}/")
    assert "同街道近 90 天另有 1 件" in text and f"/work/cases/{first}/" in text
    link = re.search(r'href="(/work/cases/\?street=[^"]+)"', text)
    assert link is not None
    listed = page(client("desk"), link[1].replace("&amp;", "&"))
    assert first in listed and second in listed


def test_a_case_whose_text_was_deleted_still_opens() -> None:
    number = at("handling")
    CasePrivate.objects.filter(case__number=number).delete()
    assert "已按要求删除" in page(client("desk"), f"/work/cases/{number}/")
    assert number in page(client("desk"), "/work/cases/")
    assert page(client("handler"), "/work/")


def test_an_ended_case_opens_for_the_desk() -> None:
    number = reported()
    step(number, "refuse", "desk", reason="小区内部", answer="请找物业")
    text = page(client("desk"), f"/work/cases/{number}/")
    assert "不予受理" in text and "请找物业" in text


@pytest.mark.parametrize(
    ("given", "shown"),
    [("张三丰", "张**"), ("", ""), ("欧阳", "欧**")],
)
def test_names_are_masked(given: str, shown: str) -> None:
    assert masked.name(given) == shown


def test_telephones_and_addresses_are_masked() -> None:
    assert masked.phone("15512341234") == "155****1234"
    assert masked.phone("12345") == "****"
    assert masked.phone("") == ""
    assert masked.email("zhang@example.org") == "z***@example.org"


# search, a new case, messages


def test_a_whole_number_opens_its_record() -> None:
    number = reported()
    response = client("desk").get(f"/work/search/?q={number.lower()}")
    assert (response.status_code, response["Location"]) == (302, f"/work/cases/{number}/")


def entry(**more: str) -> dict[str, str]:
    path = "道路与桥梁 · 车行道 · 支路与背街小巷路面破损"
    given = {"key": "a-key-of-mine", "channel": "hotline", "category": path, "text": "路面破损", "division": STREET}
    return given | more


def test_the_desk_takes_down_a_call_and_is_told_the_code_once() -> None:
    desk = client("desk")
    response = desk.post("/work/report/", entry(name="李四", phone="13812345678"))
    text = response.content.decode()
    assert response.status_code == 200
    code = re.search(r'<p class="code nb">([^<]+)</p>', text)
    assert code is not None
    made = Case.objects.get()
    assert (made.channel, made.by_staff, made.category, made.street) == ("hotline", False, kind(), STREET)
    assert reads.by_code(code[1], _secret()).pk == made.pk
    again = desk.post("/work/report/", entry(name="李四", phone="13812345678"))
    assert code[1] in again.content.decode() and Case.objects.count() == 1
    assert code[1] not in page(desk, f"/work/cases/{made.number}/")


def _secret() -> bytes:
    from luoshi.cases.actions.report import secret

    return secret()


def test_what_is_found_on_patrol_has_no_reporter_and_no_code() -> None:
    street = client("street")
    refused = street.post("/work/report/", entry(channel="patrol", name="李四"))
    assert refused.status_code == 422 and "巡查发现没有上报人" in refused.content.decode()
    done = street.post("/work/report/", entry(channel="patrol"))
    made = Case.objects.get()
    assert done.status_code == 303
    assert made.by_staff and made.channel == "patrol" and not made.codes.exists()


def test_a_wrong_entry_is_told_field_by_field() -> None:
    response = client("desk").post("/work/report/", entry(category="x", division="y", text="", lat="95"))
    text = response.content.decode()
    assert response.status_code == 422
    for name in ("category", "division", "text", "lat"):
        assert f'href="#f-{name}"' in text
    assert Case.objects.count() == 0


def test_a_real_city_shows_no_messages() -> None:
    desk = client("desk")
    assert desk.get("/work/notices/").status_code == 404
    assert "/work/hotline/calls/" in page(desk, "/work/") and "/work/notices/" not in page(desk, "/work/")


@pytest.mark.parametrize("path", ["/work/", "/work/cases/", "/work/report/", "/work/search/?q=路", "/password/"])
def test_the_pages_are_there_in_english(path: str) -> None:
    browse = client("desk")
    text = page(browse, path + ("&" if "?" in path else "?") + "lang=en")
    assert 'lang="en"' in text and "Log out" in text


def test_the_outcome_of_a_call_is_not_chosen_beforehand() -> None:
    shown = page(client("desk"), f"/work/cases/{case(at('verified')).number}/")
    outcome = shown.partition('id="f-call_failed-outcome"')[2].partition("</select>")[0]
    assert outcome.startswith(' required><option value="" selected>'), "a browser does not send what was not chosen"
    assert outcome.count("selected") == 1 and 'value="unreachable"' in outcome


def test_a_case_found_by_staff_has_no_verdict_to_come() -> None:
    found = case(at("handling"))
    assert "由市民评" in page(client("desk"), f"/work/cases/{found.number}/")
    Case.objects.filter(pk=found.pk).update(by_staff=True)
    shown = page(client("desk"), f"/work/cases/{found.number}/")
    assert "由市民评" not in shown and "巡查发现，不评" in shown


def test_simulated_cases_are_marked_in_the_list() -> None:
    real, simulated = case(at("handling")), case(at("handling"))
    Case.objects.filter(pk=real.pk).update(sim=False)
    Case.objects.filter(pk=simulated.pk).update(sim=True)
    rows = page(client("desk"), "/work/cases/").split("<tr")
    marked = {n: "tag-demo" in row for row in rows for n in (real.number, simulated.number) if f"/{n}/" in row}
    assert marked == {real.number: False, simulated.number: True}

"""The list's views and columns: kept by a person for themselves, as addresses, without the words that were searched for."""

import gzip
import re

import pytest
from asking import questions
from staff_cast import STREET, at, case, client, reported

from luoshi.cases.models import Case, CasePrivate, SavedView
from luoshi.cases.staff import columns
from luoshi.kernel import clock, ids
from luoshi.people import tree
from luoshi.people.models import Person

pytestmark = pytest.mark.usefixtures("db")
LIST = "/work/cases/"


def heads(text: str) -> list[str]:
    found = re.search(r"<thead.*?</thead>", text, re.S)
    assert found is not None
    return re.findall(r"<th[^>]*>([^<]+)</th>", found[0])


def keep(login: str, name: str, query: str) -> str:
    response = client(login).post(f"{LIST}views/", {"name": name, "query": query})
    assert response.status_code == 303, response.content.decode()[:500]
    return str(response["Location"])


def many(count: int) -> None:
    first = case(at("handling"))
    rows = []
    for n in range(count):
        copy = Case.objects.get(pk=first.pk)
        copy.pk, copy.number, copy.log_id = None, f"J-2021-9{n:05d}", ids.uuid7(clock.now())
        rows.append(copy)
    made = Case.objects.bulk_create(rows)
    CasePrivate.objects.bulk_create([CasePrivate(case=row, text="路面破损", name="张三丰") for row in made])


def test_a_view_is_a_tab_for_its_person_alone_and_opens_the_same_list() -> None:
    number, other = at("handling"), at("accepted")
    where = keep("desk", "幸福路  在办", f"state=handling&street={STREET}&cols=due.number.unit")
    assert where == f"{LIST}?state=handling&street={STREET}&cols=due.number.unit"
    desk = client("desk")
    text = desk.get(where).content.decode()
    assert re.search(
        r'<a href="\?state=handling&amp;street=\d+&amp;cols=due.number.unit" aria-current="page">幸福路 在办</a>', text
    )
    assert number in text and other not in text and heads(text) == ["到期", "编号", "单位"]
    assert "幸福路 在办" not in client("supervisor").get(LIST).content.decode()


def test_the_words_that_were_searched_for_and_the_place_in_the_list_are_not_kept() -> None:
    assert keep("desk", "井盖", "q=%E5%BC%A0%E4%B8%89&after=x&state=open&nonsense=1&lang=en") == f"{LIST}?state=open"
    assert SavedView.objects.get().query == "state=open"


def test_the_same_name_takes_the_place_of_the_view_and_a_press_removes_it() -> None:
    keep("desk", "早上", "state=open")
    keep("desk", "早上", "light=r")
    row = SavedView.objects.get()
    assert row.query == "light=r"
    assert client("supervisor").post(f"{LIST}views/{row.pk}/drop/").status_code == 404
    assert client("desk").post(f"{LIST}views/{row.pk}/drop/").status_code == 303
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "很" * 21, "a\x00b"])
def test_a_bad_name_is_refused(name: str) -> None:
    assert client("desk").post(f"{LIST}views/", {"name": name, "query": "state=open"}).status_code == 422
    assert not SavedView.objects.exists()


def test_there_are_at_most_twenty_and_a_gone_person_takes_them_along() -> None:
    person = Person.objects.get(login="desk")
    SavedView.objects.bulk_create([SavedView(person=person, name=str(n), query="", at=clock.now()) for n in range(20)])
    response = client("desk").post(f"{LIST}views/", {"name": "第二十一", "query": ""})
    assert response.status_code == 422 and "最多存 20 个" in response.content.decode()
    keep("desk", "7", "state=open")
    assert SavedView.objects.count() == 20


def test_who_sees_no_case_keeps_no_view_and_a_stranger_is_sent_to_the_log_in() -> None:
    assert client("sysadmin").post(f"{LIST}views/", {"name": "x", "query": ""}).status_code == 403
    from django.test import Client

    assert Client(HTTP_HOST="127.0.0.1").post(f"{LIST}views/", {"name": "x"}).status_code == 302


def test_columns_are_chosen_by_ticks_and_stay_with_filters_and_pages() -> None:
    many(60)
    desk = client("desk")
    chosen = desk.get(f"{LIST}columns/?query=state%3Dopen%26cols%3Ddue.number&c=unit&c=stage&c=left")
    assert chosen["Location"] == f"{LIST}?state=open&cols=left.number.unit.stage"
    text = desk.get(chosen["Location"]).content.decode()
    assert heads(text) == ["剩余", "编号", "单位", "阶段"]
    assert '<input type="hidden" name="cols" value="left.number.unit.stage">' in text
    onward = re.search(r'rel="next" href="([^"]+)"', text)
    assert onward is not None
    second = desk.get(LIST + onward[1].replace("&amp;", "&")).content.decode()
    assert heads(second) == heads(text) and second.count("<tr") > 5
    usual = desk.get(f"{LIST}columns/?query=state%3Dopen%26cols%3Ddue.number&usual=1&c=unit")
    assert usual["Location"] == f"{LIST}?state=open"


def test_an_unknown_column_is_ignored_and_said() -> None:
    reported()
    text = client("desk").get(f"{LIST}?cols=number.nonsense.due").content.decode()
    assert heads(text) == ["到期", "编号"] and "“nonsense”" in text


def test_every_column_can_be_shown_in_both_languages_and_private_ones_are_masked() -> None:
    reported(text="张三丰说电话 15512341234，<i>夜里</i>有人绊倒 zhang@example.org")
    names = ".".join(one.name for one in columns.CHOICES)
    for language in ("zh", "en"):
        text = client("desk").get(f"{LIST}?cols={names}&lang={language}").content.decode()
        assert len(heads(text)) == len(columns.CHOICES)
        table = text[text.index("<tbody") :]
        assert "张**" in table and "155****1234" in table and "&lt;i&gt;夜里" in table
        for secret in ("张三丰", "15512341234", "zhang@"):
            assert secret not in table


def test_a_case_whose_private_row_was_deleted_shows_empty_private_columns() -> None:
    number = at("handling")
    CasePrivate.objects.filter(case__number=number).delete()
    text = client("desk").get(f"{LIST}?cols=number.text.who.phone").content.decode()
    assert number in text and "None" not in text[text.index("<tbody") :]


@pytest.mark.parametrize("query", ["", "light=y", "cols=number.text.who.handler.first"])
def test_a_page_of_fifty_costs_as_few_queries_as_an_empty_one_and_little_weight(
    query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "FRESH", 600.0)  # the tree is not read anew in the middle, however slow the machine
    desk = client("desk")
    counts, weight = [], 0
    for count in (0, 60):
        if count:
            many(count)
        desk.get(f"{LIST}?{query}")
        with questions() as asked:
            response = desk.get(f"{LIST}?{query}", HTTP_ACCEPT_ENCODING="gzip")
            counts.append(sum("SAVEPOINT" not in one["sql"] for one in asked))
        weight = len(response.content)
        assert response.headers["Content-Encoding"] == "gzip"
    # session, person with posts; the rows, the person's views, the tabs' counts
    assert counts == [5, 5]
    assert weight < 20_000 and len(gzip.decompress(response.content)) < 130_000

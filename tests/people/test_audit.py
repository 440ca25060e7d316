"""Everything a person did: in every line, by days, page by page, as a file; and what they did about log-ins."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

from given import NOW
from people_cast import add, client, of, unit

from luoshi.kernel import clock
from luoshi.people import actions as sessions
from luoshi.people import audit
from luoshi.people.admin.actions import person as actions
from luoshi.people.models import Person


def busy(count: int) -> Person:
    """A case handler about whom the administrator did so much."""
    anna = add("anna", "handler")
    for n in range(count):
        with clock.at(NOW + timedelta(hours=n)):
            actions.correct_person(viewer=of("sysadmin"), on=str(anna.log_id), name=f"安娜{n}")
    return anna


def rows(browse: Any, query: str) -> list[list[str]]:
    response = browse.get(f"/audit/export.csv?{query}")
    assert response.status_code == 200 and response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def test_it_is_said_in_words_for_every_line(db: None) -> None:
    busy(1)
    page = client("auditadmin").get("/audit/?person=sysadmin").content.decode()
    table = page.split("<tbody")[1]
    assert "更正姓名" in table and "人员" in table and "安娜0" not in table
    english = client("auditadmin").get("/audit/?person=sysadmin&lang=en").content.decode()
    assert "Correct the name" in english and "People" in english


def test_by_days_of_the_citys_calendar(db: None) -> None:
    busy(30)  # from 09:00 on the 29th: fifteen before midnight in Baotou
    browse = client("auditadmin")
    assert len(rows(browse, "person=sysadmin&until=2021-12-29")) - 1 == 15
    assert len(rows(browse, "person=sysadmin&since=2021-12-30")) - 1 == 15
    assert len(rows(browse, "person=sysadmin&since=2021-12-30&until=2021-12-29")) - 1 == 0
    assert browse.get("/audit/?since=gestern").status_code == 400
    assert "没有做过什么" in browse.get("/audit/?person=sysadmin&since=2023-01-01").content.decode()


def test_pages_and_file_hold_the_same_in_the_same_order(db: None, monkeypatch: Any) -> None:
    busy(7)
    monkeypatch.setattr(audit, "SIZE", 3)
    monkeypatch.setattr(audit, "AT_ONCE", 2)
    browse, query, seen = client("auditadmin"), "person=sysadmin", 0
    while query:
        page = browse.get(f"/audit/?{query}").content.decode()
        seen += page.count("更正姓名")
        query = page.split('rel="next" href="?')[1].split('"')[0].replace("&amp;", "&") if 'rel="next"' in page else ""
    found = rows(browse, "person=sysadmin")
    assert seen == 7 and len(found) == 8 and found[0][:3] == ["记录时间", "发生时间", "登录名"]
    assert [row[0] for row in found[1:]] == sorted((row[0] for row in found[1:]), reverse=True)
    assert {(row[2], row[5], row[6], row[7]) for row in found[1:]} == {
        ("sysadmin", "人员", "更正姓名", "correct_person")
    }


def test_what_was_done_about_log_ins_is_there_too(db: None) -> None:
    guard, clerk = Person.objects.get(login="secadmin"), Person.objects.get(login="desk")
    sessions.end_sessions(clerk, guard.pk)
    page = client("auditadmin").get("/audit/?person=secadmin").content.decode()
    assert "会话被结束" in page and clerk.name in page


def test_an_export_needs_a_person_and_a_name_is_no_formula(db: None) -> None:
    browse = client("auditadmin")
    assert browse.get("/audit/export.csv").status_code == 400
    actions.correct_person(viewer=of("sysadmin"), on=str(add("anna").log_id), name="=1+1")
    Person.objects.filter(login="sysadmin").update(name="=1+1")
    assert rows(browse, "person=sysadmin")[1][3] == "'=1+1"
    assert unit().zh not in rows(browse, "person=anna")[0]

"""People from a workbook: a preview that writes nothing, faults by row and column, all or none."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook
from people_cast import BUREAU, TODAY, add, client, of, posts

from luoshi.kernel.models import Event
from luoshi.people.admin import imported
from luoshi.people.models import Person

HEADS = ("登录名", "姓名", "单位", "岗位", "从哪天起")
GOOD = ("li.si", "李四", BUREAU, "承办人", "2022-01-04")


def book(*rows: tuple[Any, ...], heads: tuple[str, ...] = HEADS) -> BytesIO:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in (heads, *rows):
        sheet.append(row)
    out = BytesIO()
    made.save(out)
    out.seek(0)
    out.name = "people.xlsx"
    return out


def read(*rows: tuple[Any, ...], **more: Any) -> list[imported.Row]:
    return imported.read(book(*rows, **more), TODAY)


def test_names_of_units_and_roles_are_understood_in_both_languages(db: None) -> None:
    rows = read(
        GOOD,
        ("wang.wu", "王五", "昆都仑区城市管理综合执法局", "handler", date(2022, 1, 4)),
        ("zhao", "赵六", BUREAU, "HANDLER", ""),
    )
    assert [(row.unit, row.role, row.first, row.good) for row in rows] == [
        (BUREAU, "handler", "2022-01-04", True), (BUREAU, "handler", "2022-01-04", True), (BUREAU, "handler", "2021-12-29", True),
    ]  # fmt: skip
    english = read(("li", "Li", BUREAU, "Handler"), heads=("Log-in name", "Name", "Unit code", "Role"))
    assert english[0].good and english[0].role == "handler"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({0: ""}, "login"), ({0: "坏 名"}, "login"), ({0: "anna", 1: "别人"}, "name"), ({1: ""}, "name"), ({1: "名" * 61}, "name"),
        ({2: "没有的局"}, "unit"), ({2: ""}, "unit"), ({3: "国王"}, "role"), ({3: ""}, "role"), ({3: "系统管理员"}, "role"),
        ({4: "下周"}, "first"), ({4: "2031-01-01"}, "first"), ({0: "boss", 1: "boss的姓名"}, "role"), ({0: "gone", 1: "gone的姓名"}, "login"),
    ],
)  # fmt: skip
def test_a_bad_row_says_column_value_and_rule(db: None, change: dict[int, str], field: str) -> None:
    add("anna", "handler")
    add("boss", "sysadmin")
    add("gone")
    Person.objects.filter(login="gone").update(state="left")
    row = list(GOOD)
    for place, value in change.items():
        row[place] = value
    other, bad = read(("zhao", "赵六", BUREAU, "handler", ""), tuple(row))
    assert other.good and not bad.good and bad.number == 3
    name, value, rule = bad.faults[0]
    assert name == field and value == bad.given[field] and all(rule)


def test_rows_are_checked_against_each_other_and_against_what_is_there(db: None) -> None:
    add("anna", "handler")
    rows = read(
        GOOD, ("li.si", "李四", BUREAU, "head", "2022-01-04"), GOOD, ("li.si", "李五", BUREAU, "verifier", ""),
        ("anna", "anna的姓名", BUREAU, "handler", ""), (), ("", "", "", "", ""), ("a", "b", "c", "d", "e", "f"),
    )  # fmt: skip
    assert [(row.number, row.good, row.done, bool(row.faults)) for row in rows] == [
        (2, True, False, False), (3, True, False, False), (4, False, True, False), (5, False, False, True),
        (6, False, True, False), (9, False, False, True),
    ]  # fmt: skip


def test_the_preview_writes_nothing_and_the_press_takes_the_good_rows(db: None) -> None:
    add("anna", "handler")
    browse = client("sysadmin")
    people, events = Person.objects.count(), Event.objects.count()
    file = book(GOOD, ("anna", "anna的姓名", BUREAU, "head", ""), ("x", "", BUREAU, "handler", ""))
    preview = browse.post("/people/import/", {"file": file})
    page = preview.content.decode()
    assert preview.status_code == 200 and preview["Cache-Control"] == "private, no-store"
    assert "可导入 2 行，有误 1 行，已有 0 行" in page and "必须填写" in page
    assert (Person.objects.count(), Event.objects.count()) == (people, events)
    rows = page.split('name="rows" value="')[1].split('"')[0]
    done = browse.post("/people/import/", {"rows": rows}).content.decode()
    assert "新增 1 人，加岗位 1 个" in done
    password = done.split("<code>")[1].split("</code>")[0]
    assert Person.objects.get(login="li.si").check_password(password)
    assert posts("li.si") == [(BUREAU, "handler", "2022-01-04", None)]
    assert set(of("anna").roles) == {"handler", "head"}
    assert Event.objects.count() - events == 2 and Person.objects.count() - people == 1
    again = browse.post("/people/import/", {"rows": rows}).content.decode()
    assert "新增 0 人，加岗位 0 个" in again
    assert browse.post("/people/import/", {"rows": rows[:-4]}).status_code == 422


def test_what_changed_meanwhile_stops_the_whole(db: None) -> None:
    browse = client("sysadmin")
    page = browse.post(
        "/people/import/", {"file": book(("zhao", "赵六", BUREAU, "handler", ""), GOOD)}
    ).content.decode()
    rows = page.split('name="rows" value="')[1].split('"')[0]
    add("li.si")  # under another name
    refused = browse.post("/people/import/", {"rows": rows})
    assert refused.status_code == 422 and "第 3 行现在有误" in refused.content.decode()
    assert not Person.objects.filter(login="zhao").exists()


def test_files_that_are_none(db: None) -> None:
    browse = client("sysadmin")
    no_book = BytesIO(b"login,name\n1,2\n")
    no_book.name = "people.csv"
    for file, text in (
        (no_book, "文件坏了"), (book(heads=("甲", "乙")), "没有一行数据"), (book(("1", "2"), heads=("甲", "乙")), "第一行缺这些列：登录名、姓名、单位、岗位"),
    ):  # fmt: skip
        response = browse.post("/people/import/", {"file": file})
        assert response.status_code == 422 and text in response.content.decode()
    assert browse.post("/people/import/", {"key": ""}).status_code == 422


def test_the_template_can_be_imported(db: None) -> None:
    body = client("sysadmin").get("/people/import/template.xlsx").content
    rows = imported.read(BytesIO(body), TODAY)
    assert [(row.login, row.good) for row in rows] == [("zhang.san", True)]


def test_a_thousand_rows_take_a_few_queries_to_check(db: None) -> None:
    from asking import questions

    rows = [
        imported.Row(n, dict(zip(imported.HEADS, (f"p{n}", "名", BUREAU, "handler", ""), strict=True)))
        for n in range(1000)
    ]
    with questions() as asked:
        imported.check(rows, TODAY)
    assert len(asked) <= 4 and all(row.good for row in rows)

"""Exports: the list's rows and columns in the viewer's scope, masked, as CSV and XLSX that compute nothing."""

import csv
import io
from typing import Any

import pytest
from asking import questions
from django.test import Client
from openpyxl import load_workbook
from staff_cast import at, case, client, reported

from luoshi.cases.models import Case
from luoshi.cases.reads import listed
from luoshi.cases.staff import export

pytestmark = pytest.mark.usefixtures("db")
FORMULAS = ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "  =cmd|' /C calc'!A0", "＝1+1", '=HYPERLINK("http://x","y")']


def get(browse: Client, ending: str, query: str = "") -> bytes:
    response: Any = browse.get(f"/work/cases/export.{ending}?{query}")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "private, no-store"
    return bytes(response.getvalue())


def rows(browse: Client, query: str = "") -> list[list[str]]:
    data = get(browse, "csv", query)
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def cells(browse: Client, query: str = "") -> list[tuple[Any, ...]]:
    book = load_workbook(io.BytesIO(get(browse, "xlsx", query)))
    return list(book.worksheets[0].iter_rows(values_only=True))


def test_a_csv_has_the_lists_rows_and_columns_and_a_name() -> None:
    number, other = at("handling"), at("accepted")
    desk = client("desk")
    found = rows(desk, "state=handling&cols=due.number.unit.stage.returns")
    assert found[0] == ["到期", "编号", "单位", "阶段", "退回", "更正", "更正了什么", "模拟"]
    assert [row[1] for row in found[1:]] == [number] and other not in str(found)
    assert found[1][3:5] == ["办理中", "0"] and found[1][0].startswith("202")
    response = desk.get("/work/cases/export.csv")
    assert "filename*=UTF-8''%E8%A1%97%E9%9D%A2%E6%A1%88%E4%BB%B6-2021-12-29.csv" in response["Content-Disposition"]
    assert rows(desk, "lang=en&cols=number.stage")[0] == [
        "Number",
        "Stage",
        "Corrections",
        "What was corrected",
        "Demo",
    ]


def test_a_workbook_holds_numbers_and_times_as_such_and_says_what_it_is() -> None:
    number = at("handling")
    book = load_workbook(io.BytesIO(get(client("desk"), "xlsx", "cols=due.number.returns")))
    head, row = book.worksheets[0].iter_rows(values_only=True)
    assert head == ("到期", "编号", "退回", "更正", "更正了什么", "模拟")
    due = case(number).next_due_at
    assert due is not None and row[1] == number and row[2] == 0
    assert row[0].isoformat() == due.astimezone(export.words.city_time(due).tzinfo).replace(tzinfo=None).isoformat()
    about = dict(book.worksheets[1].iter_rows(values_only=True))
    assert about["件数"] == "1" and about["完整"] == "是" and about["数据"] == "真实业务"


@pytest.mark.parametrize("text", FORMULAS)
def test_nothing_in_a_file_is_a_formula(text: str) -> None:
    number = reported(text=text, place=text)
    desk = client("desk")
    shown = next(row for row in rows(desk, "cols=number.text.spot") if row[0] == number)
    for cell in shown[1:3]:
        assert cell.startswith("'") and cell.lstrip("' ")
    book = load_workbook(io.BytesIO(get(desk, "xlsx", "cols=number.text.spot")))
    kinds = {cell.data_type for line in book.worksheets[0].iter_rows() for cell in line}
    assert "f" not in kinds


def test_what_is_private_is_masked_and_what_xml_cannot_hold_left_out() -> None:
    reported(text="张三丰说\x0b打 155 1234 1234 或 zhang@example.org", place="张三丰家门口")
    for shown in (
        rows(client("desk"), "cols=number.text.spot.who.phone"),
        cells(client("desk"), "cols=number.text.spot.who.phone"),
    ):
        told = str(shown)
        assert "张**" in told and "155****1234" in told
        assert not any(secret in told for secret in ("张三丰", "1234 1234", "zhang@"))


def test_a_file_holds_what_its_viewer_may_see_and_no_more() -> None:
    mine, other = at("handling"), reported()
    assert [row[2] for row in rows(client("handler"))[1:]] == [mine]
    assert {row[2] for row in rows(client("desk"))[1:]} == {mine, other}
    assert client("sysadmin").get("/work/cases/export.csv").status_code == 403
    assert client("sysadmin").get("/work/cases/export.xlsx").status_code == 403
    assert Client(HTTP_HOST="127.0.0.1").get("/work/cases/export.xlsx").status_code == 302
    assert client("desk").post("/work/cases/export.csv").status_code == 405


def test_simulated_rows_say_so_in_every_file() -> None:
    number = reported()
    Case.objects.filter(number=number).update(sim=True)
    real = reported()
    marks = {row[1]: row[-1] for row in rows(client("desk"), "cols=number.due")[1:]}
    assert marks == {number: "模拟", real: ""}
    assert {row[1]: row[-1] for row in cells(client("desk"), "cols=number.due")[1:]} == {number: "模拟", real: None}


def test_a_list_over_the_cap_is_cut_and_says_so_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [reported() for _ in range(5)]
    desk = client("desk")
    monkeypatch.setattr(export, "MOST", 5)
    assert len(rows(desk)) == 6
    monkeypatch.setattr(export, "MOST", 3)
    monkeypatch.setattr(export, "MOST_XLSX", 3)
    found = rows(desk, "cols=number.due")
    assert [row[1] for row in found[1:4]] == numbers[:1:-1]
    assert found[4:] == [["没有导完：这种文件一次最多 3 件，请缩小筛选分几次导"]]
    book = load_workbook(io.BytesIO(get(desk, "xlsx", "cols=number.due")))
    assert "没有导完" in str(list(book.worksheets[0].iter_rows(values_only=True))[-1])
    assert "没有导完" in dict(book.worksheets[1].iter_rows(values_only=True))["完整"]


def test_a_long_list_comes_whole_in_its_order_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [reported() for _ in range(7)]
    desk = client("desk")
    desk.get("/work/cases/")
    monkeypatch.setattr(listed, "CHUNK", 3)
    with questions() as asked:
        found = rows(desk, "cols=number.due")
    assert [row[1] for row in found[1:]] == numbers[::-1]
    # session, person, posts; three chunks
    assert sum("SAVEPOINT" not in one["sql"] for one in asked) <= 6

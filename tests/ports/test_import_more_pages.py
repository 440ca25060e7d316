"""A table from the upload to the cases: columns pressed, rows looked at, taken in by the job, refused rows fetched."""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from luoshi.cases.models import Case
from luoshi.kernel import clock
from luoshi.kernel.problems import Denied, NotNow
from luoshi.kernel.viewer import Viewer
from luoshi.people.models import Person
from luoshi.people.viewer import of_login
from luoshi.ports.importer import actions, files, jobs, ready, received
from luoshi.ports.importer.choice import Choice, guess, guess_word
from luoshi.ports.importer.mapping import load, shipped
from luoshi.ports.importer.models import ImportRun

HEADER = ["工单编号", "诉求类型", "上报时间", "办理状态", "办结时间", "标题", "诉求内容", "办理结果", "备注"]
ROWS = [
    ["G1", "道路", "2021/3/1 8:00", "已办结", "2021/3/3 9:30", "路面", "有坑", "已补", "x"],
    ["G2", "路灯", "2021/3/2 8:00", "办理中", "", "路灯", "不亮", "", ""],
    ["G3", "路灯", "三月二日", "待受理", "", "路灯", "=cmd", "", ""],
    ["", "路灯", "2021/3/2 8:00", "奇怪", "", "路灯", "不亮", "", ""],
]


@pytest.fixture(autouse=True)
def _swept() -> Iterator[None]:
    yield
    for path in (Path(settings.CONF.home) / "imports").glob("*"):
        path.unlink()


def table(kind: str, rows: list[list[str]] = ROWS, header: list[str] = HEADER) -> SimpleUploadedFile:
    if kind == "xlsx":
        book, out = Workbook(), BytesIO()
        sheet = book.active
        assert sheet is not None
        for row in (header, *rows):
            sheet.append(row)
        book.save(out)
        return SimpleUploadedFile("台账.xlsx", out.getvalue())
    text = "\r\n".join(",".join(row) for row in (header, *rows)) + "\r\n"
    return SimpleUploadedFile("ledger 2021.csv", text.encode("gb18030"))


def client(login: str) -> Client:
    browse = Client(HTTP_HOST="127.0.0.1")
    browse.force_login(Person.objects.get(login=login))
    return browse


def pressed(page: str) -> dict[str, str]:
    """What the form says as it stands."""
    found = dict(re.findall(r'<input id="(source|zone|kind)" name="\w+" value="([^"]*)"', page))
    for name, options in re.findall(r'<select name="([cw]\d+)"[^>]*>(.*?)</select>', page):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_from_the_upload_to_the_cases(cast: dict[str, Viewer], kind: str) -> None:
    browse = client("sysadmin")
    assert "还没有导入过" in browse.get("/work/import/").content.decode()
    sent = browse.post("/work/import/", {"file": table(kind)})
    address = sent.headers["Location"]
    run = ImportRun.objects.get()
    page = browse.get(address).content.decode()
    form = pressed(page)
    names = ["id", "service_name", "requested", "status", "closed", "text", "text", "answer", ""]
    assert [form[f"c{n}"] for n in range(9)] == names
    assert "G1　|　G2　|　G3" in page and "全部导入" not in page
    assert browse.post(address, form | {"press": "look", "source": "城市"}).status_code == 303
    assert "source" in browse.get(address).content.decode()
    assert browse.post(address, form | {"press": "look", "source": "ledger"}).status_code == 303
    page = browse.get(address).content.decode()
    assert "前 4 行，其中 2 行会拒收" in page
    assert "三月二日<span class=" in page and "必须有" in page
    form = pressed(page)
    assert {form[f"w{n}"] for n in range(4)} == {"closed", "handling", "open"}
    assert browse.post(address, form | {"press": "start"}).status_code == 303
    assert ImportRun.objects.get().state == "queued"
    assert browse.post(address, form | {"press": "start"}).status_code == 409
    jobs.take_in(run=str(run.pk))
    jobs.take_in(run=str(run.pk))  # a job may run twice
    run = ImportRun.objects.get()
    assert (run.state, run.counts["created"], run.counts["refused"]) == ("done", 2, 2)
    cases = {case.source_id: case for case in Case.objects.filter(source="ledger").select_related("private")}
    assert {key: case.state for key, case in cases.items()} == {"G1": "closed", "G2": "handling"}
    assert cases["G1"].private.text == "路面 – 有坑" and cases["G1"].private.answer == "已补"
    assert not files.file_of(run).exists()
    refused = browse.get(f"{address}refused.csv")
    text = refused.content.decode("utf-8-sig")
    assert "attachment" in refused.headers["Content-Disposition"] and "三月二日" in text and "工单编号" in text
    page = browse.get(address).content.decode()
    assert "已导入" in page and "/work/cases/?source=ledger" in page


def test_the_mapping_is_a_file_that_the_command_reads(cast: dict[str, Viewer], tmp_path: Path) -> None:
    browse = client("supervisor")
    address = browse.post("/work/import/", {"file": table("csv")}).headers["Location"]
    assert browse.get(f"{address}mapping.toml").status_code == 404
    form = pressed(browse.get(address).content.decode())
    assert form["source"] == "ledger-2021"
    browse.post(address, form | {"press": "look"})
    sent = browse.get(f"{address}mapping.toml")
    path = tmp_path / "m.toml"
    path.write_bytes(sent.content)
    mapping = load(str(path))
    assert mapping == Choice.of(ImportRun.objects.get().choice).mapping()
    assert mapping.fields["text"] == ("标题", "诉求内容") and mapping.statuses["已办结"].state == "closed"


MESSAGES = ["message_id", "sender", "subject", "sent_at", "text", "reply", "replied_at"]


def test_a_table_that_a_ready_mapping_fits_comes_up_with_it_and_another_can_be_picked(cast: dict[str, Viewer]) -> None:
    browse = client("sysadmin")
    rows = [["7", "u", "路灯", "2019/2/28 11:25:05", "不亮", "已修", "2019/3/1 9:00"]]
    address = browse.post("/work/import/", {"file": table("csv", rows, MESSAGES)}).headers["Location"]
    page = browse.get(address).content.decode()
    form = pressed(page)
    assert [form[f"c{n}"] for n in range(7)] == ["id", "", "text", "requested", "text", "answer", "updated"]
    assert (form["source"], form["zone"], form["kind"]) == ("messages", "Asia/Shanghai", "网上留言")
    assert '<option value="messages" selected>' in page
    assert browse.post(address, form | {"press": "ready", "ready": "sf311"}).status_code == 303
    form = pressed(browse.get(address).content.decode())
    assert form["zone"] == "America/Los_Angeles" and form["c0"] == ""
    browse.post(address, form | {"press": "ready", "ready": ""})
    form = pressed(browse.get(address).content.decode())
    assert (form["source"], form["kind"], form["c0"]) == ("ledger-2021", "导入", "id")
    assert browse.post(address, form | {"press": "ready", "ready": "../x"}).status_code == 422
    browse.post(address, form | {"press": "ready", "ready": "messages"})
    browse.post(address, pressed(browse.get(address).content.decode()) | {"press": "start"})
    jobs.take_in(run=str(ImportRun.objects.get().pk))
    case = Case.objects.get(source="messages", source_id="7")
    assert (case.state, case.category.zh, case.private.text) == ("closed", "网上留言", "路灯 – 不亮")


@pytest.mark.parametrize("name", ["georeport", "sf311"])
def test_a_ready_mapping_pressed_means_what_it_means_in_its_file(name: str) -> None:
    mapping = load(name)
    columns = [column for held in mapping.fields.values() for column in held]
    assert ready.fitting(columns)[0] == name and set(ready.NAMES) == set(shipped())
    chosen = ready.choice(name, columns).mapping()
    same = ("source", "zone", "statuses", "constants")
    assert all(getattr(chosen, field) == getattr(mapping, field) for field in same)
    assert all(chosen.fields[field] == mapping.fields[field] for field in chosen.fields if field != "service_name")


@pytest.mark.parametrize(
    ("column", "meant"),
    [
        ("诉求人", "name"), ("联系电话", "phone"), ("诉求人手机号码", "phone"), ("电子邮箱", "email"), ("所在区", "division"),
        ("所属街道（镇）", "division"), ("承办单位", "unit"), ("工单办结时间", "closed"), ("最后回复日期", "updated"),
        ("市民来电时间", "requested"), ("当前状态", "status"), ("热线工单号", "id"), ("二级问题分类", "service_name"),
        ("具体问题描述", "text"), ("案件发生地点", "place"), ("单位回复情况", "answer"), ("满意度", ""), ("办结时限", ""),
    ],
)  # fmt: skip
def test_columns_are_guessed_by_what_their_names_hold(column: str, meant: str) -> None:
    assert guess([column], "s", "UTC").columns == {column: meant}


def test_texts_are_joined_in_the_order_of_the_columns(cast: dict[str, Viewer]) -> None:
    browse = client("sysadmin")
    sent = table("csv", [["1", "后来的标题", "b", "a"]], ["编号", "很长很长的标题", "内容", "详情"])
    address = browse.post("/work/import/", {"file": sent}).headers["Location"]
    form = pressed(browse.get(address).content.decode()) | {"c1": "text"}
    browse.post(address, form | {"press": "look"})
    choice = Choice.of(ImportRun.objects.get().choice)
    assert [column for column, ours in choice.columns.items() if ours == "text"] == ["很长很长的标题", "内容", "详情"]


def test_words_are_chosen_and_rows_of_a_word_can_be_left_out(cast: dict[str, Viewer]) -> None:
    browse = client("sysadmin")
    address = browse.post("/work/import/", {"file": table("csv")}).headers["Location"]
    form = pressed(browse.get(address).content.decode())
    browse.post(address, form | {"press": "look"})
    form = pressed(browse.get(address).content.decode())
    browse.post(address, form | {"press": "look", "w1": "-", "w0": "refused"})
    page = browse.get(address).content.decode()
    assert (pressed(page)["w0"], pressed(page)["w1"]) == ("refused", "-")
    assert "其中 3 行会拒收" in page and "映射的状态表里没有" in page


def test_without_a_status_an_answer_closes_and_without_a_kind_all_are_one(cast: dict[str, Viewer]) -> None:
    browse = client("sysadmin")
    rows = [["1", "2021/3/1", "有坑", "已补", "2021/3/2"], ["2", "2021/3/1", "不亮", "", ""]]
    sent = table("csv", rows, ["编号", "时间", "内容", "回复", "回复时间"])
    address = browse.post("/work/import/", {"file": sent}).headers["Location"]
    form = pressed(browse.get(address).content.decode())
    assert form["kind"] == "导入"
    browse.post(address, form | {"press": "look", "kind": "", "source": "mail"})
    assert "service_code" in browse.get(address).content.decode()
    browse.post(address, form | {"press": "start", "kind": "来信", "source": "mail"})
    jobs.take_in(run=str(ImportRun.objects.get().pk))
    cases = Case.objects.filter(source="mail").order_by("source_id")
    assert [(case.state, case.category.zh) for case in cases] == [("closed", "来信"), ("reported", "来信")]


def test_an_id_that_stands_in_several_rows_is_named_before_and_after(cast: dict[str, Viewer]) -> None:
    browse = client("sysadmin")
    rows = [
        ["A{1}", "2021/3/1", "旧的", "2021/3/2"],
        ["B", "2021/3/1", "独一份", ""],
        ["A{1}", "2021/3/1", "新的", "2021/3/4"],
    ]
    sent = table("csv", rows, ["编号", "时间", "内容", "更新时间"])
    address = browse.post("/work/import/", {"file": sent}).headers["Location"]
    form = pressed(browse.get(address).content.decode()) | {"source": "twice"}
    browse.post(address, form | {"press": "look"})
    page = browse.get(address).content.decode()
    assert "有 1 个编号不止一行" in page and "A{1}（第 2, 4 行）" in page
    assert page.count("收下；编号在第 2, 4 行都有，最新的算数") == 2
    browse.post(address, form | {"press": "start"})
    jobs.take_in(run=str(ImportRun.objects.get().pk))
    page = browse.get(address).content.decode()
    assert "编号重复的行" in page and "A{1}（第 4 行）" in page and "B（" not in page
    assert Case.objects.get(source="twice", source_id="A{1}").private.text == "新的"


def test_without_a_status_a_closing_time_closes(cast: dict[str, Viewer]) -> None:
    browse = client("sysadmin")
    rows = [["1", "2021/3/1", "有坑", "已派人", "2021/3/2 9:00"], ["2", "2021/3/1", "不亮", "在修", ""]]
    sent = table(
        "csv", [*rows, ["3", "2021/3/1", "没水", "", "还没有"]], ["编号", "时间", "内容", "办理情况", "办结时间"]
    )
    address = browse.post("/work/import/", {"file": sent}).headers["Location"]
    form = pressed(browse.get(address).content.decode())
    browse.post(address, form | {"press": "start", "source": "closings"})
    jobs.take_in(run=str(ImportRun.objects.get().pk))
    cases = Case.objects.filter(source="closings").order_by("source_id")
    assert [case.state for case in cases] == ["closed", "reported", "reported"]
    assert cases[0].closed_at is not None and cases[2].flags == ["unreadable_time", "zone_assumed"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0"), ("a.exe", b"MZ"), ("a.xlsx", b"id,text\n1,x\n"), ("a.csv", b"PK\x03\x04\0"),
        ("a.csv", b"id\0,text\n"), ("a.csv", b"id,text\n"), ("a.csv", b"\n\n"), ("a.xlsx", b"PK\x03\x04 broken"),
        ("a.csv", ",".join(f"c{n}" for n in range(121)).encode() + b"\n" + b"," * 120 + b"\n"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_and_nothing_kept(cast: dict[str, Viewer], name: str, data: bytes) -> None:
    sent = client("sysadmin").post("/work/import/", {"file": SimpleUploadedFile(name, data)})
    page = sent.content.decode()
    assert sent.status_code == 422 and str(settings.CONF.home) not in page
    assert not ImportRun.objects.exists() and not list((Path(settings.CONF.home) / "imports").glob("*"))


def test_a_file_that_is_too_large_is_refused(cast: dict[str, Viewer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(received, "most", lambda: 60)
    assert client("sysadmin").post("/work/import/", {"file": table("csv")}).status_code == 422
    monkeypatch.setattr(received, "most", lambda: -1_000_000)
    assert client("sysadmin").post("/work/import/", {"file": table("csv")}).status_code == 413


def test_who_may_not_import_may_do_nothing_of_it(cast: dict[str, Viewer]) -> None:
    run = actions.upload(cast["sysadmin"], table("csv"))
    for login in ("desk", "head", "secadmin"):
        browse = client(login)
        for address in ("", f"{run.pk}/", f"{run.pk}/mapping.toml", f"{run.pk}/refused.csv"):
            assert browse.get(f"/work/import/{address}").status_code == 403
        assert browse.post(f"/work/import/{run.pk}/", {"press": "drop"}).status_code == 403
    for act in (
        lambda v: actions.upload(v, table("csv")),
        lambda v: actions.start(v, run),
        lambda v: actions.drop(v, run),
    ):
        with pytest.raises(Denied):
            act(cast["desk"])


def test_the_job_runs_with_the_rights_of_the_day(cast: dict[str, Viewer]) -> None:
    run = started(cast["sysadmin"])
    Person.objects.get(login="sysadmin").posts.all().delete()
    jobs.take_in(run=str(run.pk))
    run.refresh_from_db()
    assert run.state == "failed" and "cases.import" in run.problem_zh
    assert not Case.objects.filter(source="ledger").exists() and files.file_of(run).exists()


def started(who: Viewer, **changed: Any) -> ImportRun:
    run = actions.upload(who, table("csv"))
    choice = (
        guess(files.beginning(run).columns, "ledger", "Asia/Shanghai").plain()
        | {"words": {"已办结": "closed"}}
        | changed
    )
    actions.choose(who, run, Choice.of(choice))
    actions.start(who, run)
    return run


def test_one_that_failed_is_started_again_and_one_that_runs_is_not_dropped(cast: dict[str, Viewer]) -> None:
    who = of_login("sysadmin")
    run = started(who, columns=[["工单编号", "requested"], ["上报时间", "id"], ["诉求类型", "service_name"]])
    with pytest.raises(NotNow):
        actions.drop(who, ImportRun.objects.get())
    path = files.file_of(run)
    path.rename(path.with_suffix(".away"))
    jobs.take_in(run=str(run.pk))
    path.with_suffix(".away").rename(path)
    run.refresh_from_db()
    assert run.state == "failed" and str(settings.CONF.home) not in run.problem_zh
    actions.start(who, run)
    jobs.take_in(run=str(run.pk))
    run.refresh_from_db()
    assert (run.state, run.counts and run.counts["refused"]) == ("done", 4)


def test_what_is_a_week_old_is_swept(cast: dict[str, Viewer]) -> None:
    old, new = (actions.upload(cast["sysadmin"], table("csv")) for _ in range(2))
    ImportRun.objects.filter(pk=old.pk).update(at=clock.real() - timedelta(days=8))
    assert actions.sweep() == 1
    assert not files.file_of(old).exists() and files.file_of(new).exists()
    assert [run.pk for run in ImportRun.objects.all()] == [new.pk]


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("已办结", "closed"),
        ("不予受理", "refused"),
        ("正在办理", "handling"),
        ("已受理", "accepted"),
        ("Closed", "closed"),
        ("?", "open"),
    ],
)
def test_words_are_guessed(word: str, meaning: str) -> None:
    assert guess_word(word) == meaning

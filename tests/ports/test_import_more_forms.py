"""Workbooks, files as Chinese spreadsheets save them, records without a column of their status, mappings as TOML."""

import gzip
import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from luoshi.cases.models import Case
from luoshi.kernel.viewer import OPERATOR
from luoshi.ports import importer
from luoshi.ports.importer.mapping import MappingError, dump, load, parse, shipped
from luoshi.ports.importer.record import Refused, read
from luoshi.ports.importer.rows import FileProblem, Row, Source
from luoshi.ports.importer.run import Report, run

MESSAGES = Path(__file__).parents[2].parent / "shared" / "data" / "messages"
HEADER = ("message_id", "subject", "sent_at", "text", "reply", "replied_at")
ROW = ("2549", "小区物业", "2019/4/25 9:32:09", "\n\t\t停车费太高\n", "已责成整改", "2019/5/10 14:56:53")


def nowhere(lat: float, lon: float) -> str:
    return ""


def workbook(path: Path, rows: list[tuple[Any, ...]]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def rows(path: Path) -> list[Row]:
    return list(Source.open(path).rows())


def message(**changed: Any) -> dict[str, Any]:
    return dict(zip(HEADER, ROW, strict=True)) | changed


def test_a_workbook_gives_texts_under_its_header(tmp_path: Path) -> None:
    when = datetime(2021, 5, 3, 8, 0)
    path = workbook(
        tmp_path / "a.xlsx",
        [(), ("编号", "时间", "", "数"), (1.0, when, None, 2.5), (), ("甲", date(2021, 5, 3), None, True), ("乙",)],
    )
    assert rows(path) == [
        Row(3, {"编号": "1", "时间": "2021-05-03 08:00:00", "数": "2.5"}),
        Row(5, {"编号": "甲", "时间": "2021-05-03 00:00:00", "数": "TRUE"}),
        Row(6, {"编号": "乙", "时间": "", "数": ""}),
    ]
    packed = tmp_path / "a.xlsx.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert rows(packed) == rows(path)


def test_cells_beyond_the_header_are_a_fault_of_their_row(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [("编号", ""), ("1", "多出"), ("2", None), ("3", None, "多出")])
    assert [(row.line, row.data is None) for row in rows(path)] == [(2, True), (3, False), (4, True)]


def archive(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 and nothing more",
        archive({"word/document.xml": b"<a/>"}),
        archive({"xl/workbook.xml": b"<a/>", "[Content_Types].xml": b"<"}),
        archive({"xl/workbook.xml": b"<a/>", "xl/sharedStrings.xml": b" " * 100_000_001}),
    ],
    ids=["cut", "document", "broken", "bomb"],
)
def test_what_is_no_workbook_is_refused_in_words(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    assert len(data) < 200_000
    with pytest.raises(FileProblem) as refused:
        rows(path)
    assert refused.value.misused and "a.xlsx" in refused.value.text.zh


def test_a_sheet_of_a_thousand_columns_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [tuple(f"c{n}" for n in range(501)), ("1",)])
    with pytest.raises(FileProblem):
        rows(path)


def test_csv_as_chinese_spreadsheets_save_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("编号,内容\r\n1,路灯不亮\r\n2,﨑\r\n".encode("gb18030"))
    assert [row.data for row in rows(path)] == [{"编号": "1", "内容": "路灯不亮"}, {"编号": "2", "内容": "﨑"}]
    path.write_bytes("编号,内容\n1,路灯不亮\n".encode() + b"2,\xff\xfe\n")
    assert [row.data is None for row in rows(path)] == [False, True]


def test_a_message_with_a_reply_is_closed_when_it_was_replied_to() -> None:
    found = read(load("messages"), nowhere, message())
    assert (found.state, found.status, found.kind, found.kind_name) == ("closed", "answered", "网上留言", "网上留言")
    assert found.reported_at == datetime(2019, 4, 25, 1, 32, 9, tzinfo=UTC)
    assert found.at == datetime(2019, 5, 10, 6, 56, 53, tzinfo=UTC)
    assert (found.text, found.answer) == ("小区物业 – 停车费太高", "已责成整改")


def test_a_message_without_a_reply_is_open_and_a_label_is_its_kind() -> None:
    found = read(load("messages"), nowhere, message(reply="", replied_at="", label="城乡建设"))
    assert (found.state, found.status, found.at, found.kind) == ("reported", "open", None, "城乡建设")


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("2019/4/5 9:02", 9), ("2019-4-5 09:02:00", 9), ("2019年4月5日 9时2分", 9), ("2019.4.5", 0), ("2019年4月5日", 0),
        ("05/04/2019 09:02", 9),
    ],
)  # fmt: skip
def test_times_as_people_write_them(written: str, hour: int) -> None:
    mapping = parse("m", dump(load("messages")).replace('zone = "Asia', 'times = ["%d/%m/%Y %H:%M"]\nzone = "Asia'))
    local = read(mapping, nowhere, message(sent_at=written)).reported_at.astimezone(mapping.zone)
    assert (local.year, local.month, local.day, local.hour) == (2019, 4, 5, hour)


@pytest.mark.parametrize("written", ["4/5/2019", "2019/13/1", "2019/4/5 25:00", "99", "2019/4/5 下午", ""])
def test_times_that_may_mean_two_things_are_refused(written: str) -> None:
    with pytest.raises(Refused) as refused:
        read(load("messages"), nowhere, message(sent_at=written))
    assert [fault.field for fault in refused.value.faults] == ["sent_at"]


@pytest.mark.parametrize("name", ["georeport", "messages", "sf311"])
def test_a_mapping_is_the_same_after_it_was_written_as_toml(name: str) -> None:
    assert name in shipped()
    mapping = load(name)
    assert parse(name, dump(mapping)) == mapping


def test_odd_names_survive_toml() -> None:
    odd = {"id": ('列"1"', "a\\b"), "requested": ("\u007f\t时间",), "service_name": ("种类\n",)}
    mapping = load("messages")
    mapping = type(mapping)(mapping.source, mapping.zone, odd, mapping.statuses, {"x=1": "010101"}, {}, ())
    assert parse("odd", dump(mapping)) == mapping


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("[constants]\nservice_name", "[constants]\ncolour", "[constants] colour"),
        ('service_name = "网上留言"', 'service_name = ""', "[constants] service_name"),
        ("answered =", "other =", "[statuses] answered"),
        ("[fields]", "times = 7\n[fields]", "times"),
        ('requested = "sent_at"', "", "[fields] requested"),
    ],
)
def test_a_mapping_that_contradicts_itself(tmp_path: Path, old: str, new: str, names: str) -> None:
    text = (Path(importer.__file__).parent / "mappings" / "messages.toml").read_text("utf-8")
    assert old in text
    with pytest.raises(MappingError) as refused:
        parse("m", text.replace(old, new))
    assert names in refused.value.text.en


@pytest.mark.parametrize("name", ["messages_replies.csv.gz", "messages_likes.csv.gz", "labelled_raw_600.csv"])
@pytest.mark.skipif(not MESSAGES.is_dir(), reason="the data for tests are not here")
def test_real_messages_are_all_taken(name: str) -> None:
    mapping, found = load("messages"), []
    for row in Source.open(MESSAGES / name).rows():
        assert row.data is not None, row
        found.append(read(mapping, nowhere, row.data))
    assert len({one.source_id for one in found}) == len(found) >= 600
    answered = [one for one in found if one.state == "closed"]
    assert len(answered) == (len(found) if "replies" in name else 0)
    assert all(one.text and not one.text.startswith("\n") for one in found)
    assert all(one.at is not None and one.at >= one.reported_at for one in answered)


@pytest.mark.skipif(not MESSAGES.is_dir(), reason="the data for tests are not here")
def test_real_messages_become_cases_once(db: None, tmp_path: Path) -> None:
    def go() -> Report:
        return run(
            MESSAGES / "labelled_raw_600.csv", load("messages"), viewer=OPERATOR, url="", refused=tmp_path / "r.csv",
            progress=lambda done, total: None,
        )  # fmt: skip

    first, again = go(), go()
    assert (first.counts.created, first.refused) == (600, 0)
    assert (again.counts.created, again.counts.unchanged) == (0, 600)
    kinds = Case.objects.filter(source="messages").values_list("category__zh", flat=True).distinct()
    assert len(kinds) == 7 and "城乡建设" in kinds

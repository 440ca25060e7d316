"""A list of names in a file matched against a register."""

import csv
from pathlib import Path

import pytest
from openpyxl import Workbook

from luoshi.kernel.problems import Invalid
from luoshi.leads.matching import Register
from luoshi.leads.matchlist import COLUMNS, match_file, match_rows
from luoshi.leads.places import Places, china

NAMES = ["内蒙古大全新能源有限公司", "新疆大全新能源股份有限公司", "包头吉宇特钢有限责任公司"]
LIST = "no,name\n1,包头吉宇特钢\n2,大全新能源\n3,查无此名\n"


@pytest.fixture(scope="module")
def register() -> Register[int]:
    return Register(enumerate(NAMES), Places(china()))


def table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def refused(register: Register[int], file: Path, column: str = "name") -> Invalid:
    out = file.with_name("out.csv")
    with pytest.raises(Invalid) as found:
        match_file(register, file, column, out)
    assert {path.name for path in file.parent.iterdir()} == {file.name}  # nothing is begun
    return found.value


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030"])
def test_each_row_gets_its_candidates(register: Register[int], tmp_path: Path, coding: str) -> None:
    file, out = tmp_path / "list.csv", tmp_path / "out.csv"
    file.write_text(LIST, coding)
    tally = match_file(register, file, "name", out)
    assert tally.plain() == {"rows": 3, "found": 2, "same": 1}  # 大全新能源 may be either of two
    rows = table(out)
    assert list(rows[0]) == ["no", "name", *COLUMNS]
    assert (rows[0]["no"], rows[0]["candidate_1"], rows[0]["score_1"]) == ("1", NAMES[2], "96")
    assert {rows[1]["candidate_1"], rows[1]["candidate_2"]} == set(NAMES[:2])
    assert rows[2]["candidate_1"] == rows[2]["score_1"] == ""
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_workbook_is_read_as_well(register: Register[int], tmp_path: Path) -> None:
    book = Workbook()
    for row in (["名称", "年"], ["包头吉宇特钢", 2021]):
        book.active.append(row)
    book.save(tmp_path / "list.xlsx")
    assert match_file(register, tmp_path / "list.xlsx", "名称", tmp_path / "out.csv").same == 1
    assert table(tmp_path / "out.csv")[0]["年"] == "2021"


def test_a_list_that_was_matched_before_is_matched_anew(register: Register[int], tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST, "utf-8")
    match_file(register, tmp_path / "list.csv", "name", tmp_path / "once.csv")
    match_file(register, tmp_path / "once.csv", "name", tmp_path / "twice.csv")
    assert (tmp_path / "once.csv").read_bytes() == (tmp_path / "twice.csv").read_bytes()


def test_no_cell_becomes_a_formula(register: Register[int], tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text('=head,name\n"=HYPERLINK(""x"")",@包头吉宇特钢\n', "utf-8")
    match_file(register, tmp_path / "list.csv", "name", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as text:
        cells = [cell for row in csv.reader(text) for cell in row]
    assert cells and not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("text", ["", "no,name\n"])
def test_a_file_without_a_row_is_refused(register: Register[int], tmp_path: Path, text: str) -> None:
    (tmp_path / "list.csv").write_text(text, "utf-8")
    (fault,) = refused(register, tmp_path / "list.csv").faults
    assert (fault.field, fault.value) == ("file", "list.csv") and "no row" in fault.rule.en


def test_a_missing_column_is_named_with_those_that_are_there(register: Register[int], tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST, "utf-8")
    (fault,) = refused(register, tmp_path / "list.csv", "公司").faults
    assert (fault.field, fault.value) == ("column", "公司")
    assert "no, name" in fault.rule.en and "no, name" in fault.rule.zh


def test_rows_that_cannot_be_read_are_named_with_their_line(register: Register[int], tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes("no,name\n1,包头\n2,".encode() + b"\xff\xfe\xfa\n3,a,b\n")
    faults = refused(register, tmp_path / "list.csv").faults
    assert [fault.rule.en for fault in faults] == [
        "line 3: is not UTF-8", "line 4: not as many columns as the header: 3",
    ]  # fmt: skip


def test_a_file_that_is_no_table_is_refused(register: Register[int], tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(LIST.encode("utf-16-le"))  # without the mark it could be anything
    (fault,) = refused(register, tmp_path / "list.csv").faults
    assert fault.field == "file" and "CSV" in fault.rule.en


def test_rows_from_anywhere_are_matched(register: Register[int]) -> None:
    (row,) = match_rows(register, [{"公司": "吉宇特钢", "备注": "x"}], "公司")
    assert row["备注"] == "x" and row["candidate_1"] == NAMES[2] and row["score_5"] == ""

"""Files of every form, row by row."""

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshi.ports.importer import rows
from luoshi.ports.importer.rows import FileProblem, Row, Source

TWO = [{"a": "1", "b": 'x{["\\'}, {"a": "2", "b": "井盖\nzwei"}]


def read(path: Path, content: bytes) -> list[Row]:
    path.write_bytes(content)
    return list(Source.open(path).rows())


def data(found: list[Row]) -> list[Any]:
    return [row.data for row in found]


def table(header: list[str], *cells: list[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *cells])
    return out.getvalue().encode()


LINES = b"".join(json.dumps(row).encode() + b"\n" for row in TWO)
LIST = json.dumps(TWO, indent=1).encode()
MANY = b"".join(b'{"a": "%d"}\n' % number for number in range(30_000))
FORMS = {
    "lines.jsonl": LINES,
    "lines.json": LINES,
    "list.json": LIST,
    "around.json": json.dumps({"page": {"size": 2}, "tags": ["x"], "service_requests": TWO}).encode(),
    "one-line-around.json": json.dumps({"service_requests": TWO}).encode() + b"\n",
    "table.csv": table(["a", "b"], *[[row["a"], row["b"]] for row in TWO]),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "bom"])
def test_every_form_gives_the_same_rows(tmp_path: Path, name: str, packed: bool, mark: bytes) -> None:
    content = mark + FORMS[name]
    file = tmp_path / (name + ".gz" if packed else name)
    assert data(read(file, gzip.compress(content) if packed else content)) == TWO


def test_a_row_knows_the_line_it_begins_on(tmp_path: Path) -> None:
    assert [row.line for row in read(tmp_path / "a.jsonl", b'\n{"a":1}\n\n{"a":2}\n')] == [2, 4]
    assert [row.line for row in read(tmp_path / "a.csv", b'a,b\n1,"x\ny"\n\n2,z\n')] == [2, 5]
    assert [row.line for row in read(tmp_path / "a.json", b'[\n {"a":\n1},\n\n {"a":2}]')] == [2, 5]


def test_a_line_that_is_no_object_is_said_and_the_next_follows(tmp_path: Path) -> None:
    found = read(tmp_path / "a.jsonl", b'{"a":1}\n{"a":\n[1]\n{"a":"\xff"}\n{"a":5}\n')
    assert data(found) == [{"a": 1}, None, None, None, {"a": 5}]
    said = [row.fault.rule.en for row in found if row.fault]
    assert said[0].startswith("not JSON") and said[1] == "must be a JSON object" and said[2].startswith("not JSON")


def test_a_damaged_object_in_a_list_is_said_and_the_next_follows(tmp_path: Path) -> None:
    found = read(tmp_path / "a.json", b'[{"a":1},{"a":oops},{"a":3}]')
    assert data(found) == [{"a": 1}, None, {"a": 3}]


def test_a_table_row_with_a_cell_too_many_or_too_few_is_said(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", b"a,b\n1,2\n1\n1,2,3\n4,5\n")
    assert data(found) == [{"a": "1", "b": "2"}, None, None, {"a": "4", "b": "5"}]
    assert [row.fault.rule.en for row in found if row.fault] == [
        "not as many columns as the header: 1", "not as many columns as the header: 3",
    ]  # fmt: skip


def test_a_table_cell_that_is_not_utf_8_names_its_column(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", b"a,b\n1,caf\xe9\n2,caf\xc3\xa9\n")
    assert found[0].fault is not None and (found[0].fault.field, found[0].fault.rule.en) == ("b", "is not UTF-8")
    assert found[1].data == {"a": "2", "b": "café"}


@pytest.mark.parametrize("content", [gzip.compress(MANY)[:-20], b'[{"a":1},{"a":2', b'{"service_requests": [{"a":1}'])
def test_a_file_that_breaks_off_is_said_after_its_whole_rows(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json").write_bytes(content)
    seen: list[Any] = []
    with pytest.raises(FileProblem):
        seen.extend(row.data for row in Source.open(tmp_path / "a.json").rows())
    assert seen and all(set(row) <= {"a", "b"} for row in seen)


def test_a_picture_is_neither_json_nor_csv(tmp_path: Path) -> None:
    with pytest.raises(FileProblem) as found:
        read(tmp_path / "a.png", b"\x89PNG\r\n\x1a\n\0\0")
    assert found.value.misused


def test_json_without_a_list_is_no_file_of_rows_and_an_empty_list_is(tmp_path: Path) -> None:
    with pytest.raises(FileProblem) as found:
        read(tmp_path / "a.json", b'{"a":\n {"b": 1}}')
    assert found.value.misused
    assert read(tmp_path / "a.json", b'{"service_requests": []}') == []


values = st.recursive(
    st.text() | st.integers() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.lists(st.dictionaries(st.text(max_size=5), values, max_size=4), min_size=1, max_size=6),
    st.integers(1, 40),
    st.booleans(),
)
def test_a_list_cut_anywhere_gives_its_objects(objects: list[dict[str, Any]], size: int, around: bool) -> None:
    content = json.dumps({"list": objects} if around else objects, ensure_ascii=False, indent=1).encode()
    cutter, found = rows._Cutter(), []
    for at in range(0, len(content), size):
        found += cutter.feed(content[at : at + size])
    assert [json.loads(text) for _, text in found] == objects
    lines = content.split(b"\n")
    assert all(lines[line - 1].lstrip().startswith(b"{") or b"[{" in lines[line - 1] for line, _ in found)

"""Whole imports: two writers, kill -9 in the middle, the command with its exit codes and files."""

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from importing import kept, request, write_lines
from pytest import CaptureFixture, MonkeyPatch

from luoshi.cases.models import Case, Category
from luoshi.cli import run as luoshi
from luoshi.kernel.models import Event
from luoshi.kernel.text import speaking
from luoshi.kernel.viewer import OPERATOR
from luoshi.ports.importer import run, work
from luoshi.ports.importer.mapping import load

CHILD = Path(__file__).parent / "import_child.py"


def imported(url: str, file: Path, source: str = "here") -> dict[str, Any]:
    refused = file.with_suffix(".refused.csv")
    mapping = load("georeport", source)
    report = run.run(file, mapping, viewer=OPERATOR, url=url, refused=refused, progress=lambda done, total: None)
    numbers = report.numbers()
    del numbers["seconds"]
    return numbers


def counted(
    read: int,
    created: int = 0,
    updated: int = 0,
    unchanged: int = 0,
    refused: int = 0,
    events: int = 0,
    repeated: int = 0,
) -> dict[str, int]:
    return {
        "read": read, "created": created, "updated": updated, "unchanged": unchanged, "refused": refused, "events": events,
        "repeated": repeated,
    }  # fmt: skip


def test_two_writers_leave_what_one_leaves(committed: str, tmp_path: Path, monkeypatch: MonkeyPatch) -> None:
    rows = [request(n) for n in range(1, 301)]
    rows += [request(7, status="open"), request(8, status="closed"), request(9), request(10, status="lost")]
    file = write_lines(tmp_path / "a.jsonl", rows)
    expected = counted(304, created=300, updated=1, unchanged=2, refused=1, events=451, repeated=3)
    assert imported(committed, file, "one") == expected
    monkeypatch.setattr(run, "BATCH", 20)
    assert imported(committed, file, "two") == expected
    assert kept("one") == kept("two")
    again = imported(committed, write_lines(tmp_path / "b.jsonl", rows[:300]), "two")
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 300)


@contextmanager
def started(url: str, file: Path, source: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, str(CHILD), url, str(file), source, "40"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def writers_of(pid: int) -> list[int]:
    """The writers of a run: its children that `spawn` began."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def wait_for_cases(source: str, count: int) -> None:
    until = time.monotonic() + 60
    while Case.objects.filter(source=source).count() < count:
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.faults
@pytest.mark.parametrize("victim", ["run", "writer"])
def test_killed_in_the_middle_and_run_again_it_ends_in_the_same_state(
    committed: str, tmp_path: Path, victim: str
) -> None:
    file = write_lines(tmp_path / "a.jsonl", [request(n) for n in range(1, 3001)])
    with started(committed, file, "killed") as process:
        wait_for_cases("killed", 200)
        os.kill(process.pid if victim == "run" else writers_of(process.pid)[0], signal.SIGKILL)
        assert process.wait(60) != 0
    with work.only_run():
        pass  # every writer has let go
    found = Case.objects.filter(source="killed")
    assert 200 <= found.count() < 3000
    # each case that is in is whole: its import, its closing where it is closed, its private row
    subjects = list(found.values_list("log_id", flat=True))
    assert Event.objects.filter(subject__in=subjects, verb="import").count() == len(subjects)
    assert Event.objects.filter(verb="close").count() == found.filter(state="closed").count()
    assert found.filter(private=None).count() == 0
    again = imported(committed, file, "killed")
    assert again["created"] + again["unchanged"] == 3000 and again["unchanged"] >= 200 and again["updated"] == 0
    assert imported(committed, file, "whole")["created"] == 3000
    assert kept("killed") == kept("whole")
    assert Event.objects.count() == 2 * 4500


def test_one_import_at_a_time(committed: str, tmp_path: Path, monkeypatch: MonkeyPatch) -> None:
    import psycopg

    file = write_lines(tmp_path / "a.jsonl", [request(1)])
    with psycopg.connect(committed) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [work._RUN])
        with monkeypatch.context() as hasty, pytest.raises(work.Busy):
            hasty.setattr(work, "_PATIENCE", 1)
            imported(committed, file)
    assert imported(committed, file)["created"] == 1


@pytest.fixture
def command(db: None, tmp_path: Path, monkeypatch: MonkeyPatch) -> Path:
    """`luoshi import` at work in the test's database, with a home of its own."""
    from luoshi.cli import session

    @contextmanager
    def connected(role: str = "app") -> Iterator[Any]:
        yield SimpleNamespace(url=lambda role: "")

    home = tmp_path / "home"
    monkeypatch.setattr(session, "made", lambda: (SimpleNamespace(home=home), None))
    monkeypatch.setattr(session, "connected", connected)
    monkeypatch.setenv("LANG", "C")
    return home


def say(*arguments: str | Path) -> int:
    with speaking("en"):
        return luoshi(["import", "cases", *map(str, arguments)])


def last_line(capsys: CaptureFixture[str]) -> dict[str, Any]:
    found = orjson.loads(capsys.readouterr().out.splitlines()[-1])
    assert isinstance(found.pop("seconds"), float)
    return dict(found)


def test_the_command_counts_as_json_in_its_last_line(
    command: Path, tmp_path: Path, capsys: CaptureFixture[str]
) -> None:
    file = write_lines(tmp_path / "a.jsonl", [request(1), request(2)])
    assert say(file, "--json") == 0
    assert last_line(capsys) == counted(2, created=2, events=3)
    assert say(file, "--mapping", "georeport", "--json") == 0
    assert last_line(capsys) == counted(2, unchanged=2)
    assert set(Case.objects.values_list("source", flat=True)) == {"georeport"}
    assert not (command / "imports").exists()


def test_refused_rows_stand_in_a_file_with_line_field_and_rule(
    command: Path, tmp_path: Path, capsys: CaptureFixture[str]
) -> None:
    file = write_lines(
        tmp_path / "a.jsonl", [request(1), request(2, status="=1+1"), request(3, requested_datetime=None)]
    )
    with file.open("ab") as out:
        out.write(b"{broken\n")
    assert say(file, "--json") == 0
    assert last_line(capsys) == counted(4, created=1, refused=3, events=2)
    with (command / "imports" / "a.jsonl.refused.csv").open(encoding="utf-8-sig", newline="") as found:
        rows = sorted(csv.DictReader(found), key=lambda row: int(row["line"]))
    assert [(row["line"], row["field"]) for row in rows] == [("2", "status"), ("3", "requested_datetime"), ("4", "")]
    assert rows[0]["value"] == "'=1+1" and rows[1]["rule"] == "is required" and rows[1]["rule_zh"] == "必须有"
    assert say(file, "--strict") == 1
    assert say(write_lines(file, [request(1)]), "--strict") == 0
    assert not (command / "imports" / "a.jsonl.refused.csv").exists()


def test_a_dry_run_says_the_same_and_writes_nothing(command: Path, tmp_path: Path, capsys: CaptureFixture[str]) -> None:
    file = write_lines(tmp_path / "a.jsonl", [request(1), request(2)])
    assert say(file, "--dry-run", "--json") == 0
    assert last_line(capsys) == counted(2, created=2)
    assert (
        not Case.objects.exists() and not Event.objects.exists() and not Category.objects.filter(source="s1").exists()
    )


def test_the_source_can_be_named(command: Path, tmp_path: Path) -> None:
    assert say(write_lines(tmp_path / "a.jsonl", [request(1)]), "--source", "riverton") == 0
    assert Case.objects.get().source == "riverton"


def test_a_table_of_ones_own_with_a_mapping_of_ones_own(command: Path, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        'source = "own"\nzone = "Asia/Shanghai"\n[fields]\nid = "编号"\nstatus = "状态"\nrequested = "时间"\n'
        'service_name = "类别"\ntext = "内容"\n[services]\n"路灯" = "0101"\n[statuses]\n"已办" = {state = "closed", verb = "close"}\n',
        "utf-8",
    )
    (tmp_path / "own.csv").write_text("编号,状态,时间,类别,内容\n1,已办,2020-05-01 10:00,路灯,路灯不亮\n", "utf-8")
    ours = Category.objects.filter(level=2, source="").values_list("code", flat=True)[0]
    text = (tmp_path / "own.toml").read_text("utf-8")
    (tmp_path / "own.toml").write_text(text.replace('"0101"', f'"{ours}"'), "utf-8")
    assert say(tmp_path / "own.csv", "--mapping", tmp_path / "own.toml") == 0
    case = Case.objects.get()
    assert (case.category_id, case.top, case.source, case.private.text) == (ours, ours[:2], "own", "路灯不亮")


@pytest.mark.parametrize(
    "arguments",
    [
        ["absent.jsonl"],
        ["a.jsonl", "--mapping", "boston"],
        ["a.jsonl", "--mapping", "absent.toml"],
        ["a.jsonl", "--mapping", "sf311"],
        ["a.jsonl", "--source", "Not A Name"],
        ["a.jsonl", "--mapping", "own.toml"],
        ["picture.png"],
        ["a.jsonl", "--colour"],
        [],
    ],
)
def test_wrong_use_is_2_and_writes_nothing(
    command: Path, tmp_path: Path, monkeypatch: MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_lines(tmp_path / "a.jsonl", [request(1)])
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\0\0")
    shipped = Path(run.__file__).parent / "mappings" / "georeport.toml"
    (tmp_path / "own.toml").write_text(shipped.read_text("utf-8") + '[services]\ns1 = "no such"\n', "utf-8")
    assert say(*arguments) == 2
    assert not Case.objects.exists()


def test_a_file_that_breaks_off_is_1_and_what_came_before_is_in(command: Path, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(orjson.dumps([request(1), request(2)])[:-5])
    assert say(tmp_path / "a.json") == 1
    assert Case.objects.count() == 1


def test_a_viewer_who_may_not_import_is_told_so(command: Path, tmp_path: Path, capsys: CaptureFixture[str]) -> None:
    file = write_lines(tmp_path / "a.jsonl", [request(1)])
    assert luoshi(["--viewer", "public", "import", "cases", str(file)]) == 1
    assert "cases.import" in capsys.readouterr().err and not Case.objects.exists()

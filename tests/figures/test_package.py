"""The open package: what it prints follows from the log, and whatever is changed in it is named."""

import base64
import csv
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.test import Client
from given import NOW, connect

from luoshi.conf import Conf
from luoshi.figures import ask, said
from luoshi.figures.answer import change, ranks, value
from luoshi.figures.ask import Question
from luoshi.figures.package import kept, verify, write
from luoshi.figures.period import parse
from luoshi.figures.report.document import Document, Printed
from luoshi.kernel import clock
from luoshi.kernel.viewer import OPERATOR

YEAR = parse("2021")


def printed(size: int) -> list[Printed]:
    """Every figure for the year, those of each kind by county and by month, with ranks and changes."""
    found: list[Printed] = []

    def put(answer: ask.Answer, text: str, part: str = "value", **more: Any) -> None:
        found.append(Printed(f"n{len(found) + 1}", text, part, answer, **more))

    known = ask.as_of(str(size))
    for figure in ask.all_figures().values():
        answer = ask.ask(Question(figure, YEAR, known))
        put(answer, said.plain(value(figure, answer.total)) or "·")
        put(answer, "·" if answer.total.n is None else str(answer.total.n), "n")
        before = ask.ask(said.other(answer.question, "yoy"))
        put(
            answer,
            said.plain(change(figure, answer.total, before.total)[0]) or "·",
            "change",
            compare="yoy",
            before=before,
        )
    groups = [(figure.id, by) for figure in ask.all_figures().values() for by in figure.by[-1:]]
    for name, by in (*groups, ("cases.closed", "county"), ("cases.open", "month"), ("cases.closed", "month")):
        figure = ask.figure(name)
        answer = ask.ask(Question(figure, YEAR, known, (by,)))
        placed = ranks(figure, answer.cells)
        for group, cell in answer.cells.items():
            put(answer, said.plain(value(figure, cell)) or "·", group=group)
            if group in placed and by != "month":
                put(answer, str(placed[group]), "rank", group=group)
    narrowed = ask.ask(Question(ask.figure("cases.closed"), YEAR, known, (), {"channel": "web"}))
    put(narrowed, said.plain(value(narrowed.question.figure, narrowed.total)) or "·")
    return found


def document(numbers: list[Printed]) -> Document:
    html = "<!doctype html><style>a { color: #000 }</style>" + "\n".join(
        f'<a class="num" id="{one.anchor}" href="#f{one.anchor[1:]}">{one.text}</a>' for one in numbers
    )
    return Document(
        "year", "zh", "年报", YEAR, numbers[0].answer.question.as_of, tuple(numbers), html.encode(), b"%PDF"
    )


@pytest.fixture(scope="module")
def package(world: Any, server: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of a report as of the present."""
    return written(world, server, tmp_path_factory.mktemp("package") / "package", world.sizes[2])


def written(world: Any, server: Any, folder: Path, size: int) -> Path:
    """The package of a report as of a size of the log."""
    connect(world.url)
    patch = pytest.MonkeyPatch()
    patch.setattr(settings, "CONF", Conf({**settings.CONF.values, "home": world.home}))
    patch.setattr("luoshi.kernel.ledger.place.current", lambda: world.place)
    try:
        with clock.at(NOW):
            report = write.write(document(printed(size)), folder, OPERATOR)
        kept.keep(world.home, report.log_id, folder)
    finally:
        patch.undo()
        connect(server.url("app"))
    return folder


def run(folder: Path, *more: str) -> tuple[int, str]:
    """The verifier of the package, alone."""
    done = subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py"), *more], capture_output=True, text=True, cwd="/"
    )
    return done.returncode, done.stdout + done.stderr


def test_the_verifier_alone_computes_every_number(package: Path) -> None:
    code, text = run(package)
    assert code == 0, text
    assert "committed, not opened: cases.satisfied 2021" in text and "cases.closed" not in text
    assert len(Path(verify.__file__).read_text("utf-8").splitlines()) <= 400
    key = json.loads((package / "manifest.json").read_text("utf-8"))["key"]
    assert run(package, "--key", key)[0] == 0
    other = key.rsplit("+", 1)[0] + "+" + "AQ" + "A" * 42
    assert run(package, "--key", other)[0] == 1


def forge(folder: Path) -> None:
    """Make manifest.json fit what the folder holds, as a forger would."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["files"] = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json"
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def rewrite(path: Path, change: Callable[[Any], Any]) -> None:
    found = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(change(found) or found, ensure_ascii=False), "utf-8")


def number(folder: Path) -> None:
    """The first number of the report, edited everywhere."""
    old = json.loads((folder / "numbers.json").read_text("utf-8"))["numbers"][0]["text"]
    html = (folder / "report.html").read_text("utf-8")
    (folder / "report.html").write_text(html.replace(f">{old}<", ">9999<", 1), "utf-8")

    def edited(found: Any) -> None:
        found["numbers"][0]["text"] = "9999"
        found["questions"][0]["cells"][0][1][0] = 9999
        found["files"]["report.html"] = hashlib.sha256((folder / "report.html").read_bytes()).hexdigest()

    rewrite(folder / "numbers.json", edited)


def declaration(folder: Path) -> None:
    rewrite(folder / "declarations.json", lambda found: found["figures"]["cases.on_time"].update(better="down"))


def rows_of(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def dropped(folder: Path) -> None:
    path = folder / "facts" / "cases.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines[:40], *lines[41:]]), "utf-8")


def changed(folder: Path) -> None:
    path = folder / "facts" / "cases.csv"
    text = path.read_text("utf-8")
    path.write_text(text.replace(",150203000000,", ",150204000000,", 1), "utf-8")


def not_opened(folder: Path) -> None:
    path = folder / "openings.csv"
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[1:]), "utf-8")


def opened_otherwise(folder: Path) -> None:
    path = folder / "openings.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    place, name, salt, text = next(csv.reader(lines[:1]))
    lines[0] = f'{place},{name},{salt},"""another"""\n'
    assert text != '"another"'
    path.write_text("".join(lines), "utf-8")


def entry(folder: Path) -> None:
    path = folder / "log" / "tile" / "entries" / "000"
    path.write_bytes(path.read_bytes().replace(b'"stage":"accepted"', b'"stage":"assigned"', 1))


def truncated(folder: Path) -> None:
    bundles = sorted(path for path in (folder / "log" / "tile" / "entries").rglob("*") if path.is_file())
    bundles[-1].write_bytes(b"")


def pdf(folder: Path) -> None:
    (folder / "report.pdf").write_bytes(b"%PDF another")


def added(folder: Path) -> None:
    (folder / "more.csv").write_text("1", "utf-8")


FORGERIES: dict[Callable[[Path], None], str] = {
    number: "numbers.json: not what entry", declaration: "declarations.json: not what entry", dropped: "facts/cases.csv: entry",
    changed: "facts/cases.csv: entry", not_opened: "is needed and not opened", opened_otherwise: "openings.csv: entry",
    entry: "the entries are not those of the checkpoint", truncated: "not", pdf: "report.pdf: not the published report",
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda one: one.__name__)
def test_whatever_is_changed_is_named_also_where_the_manifest_is_made_to_fit(
    package: Path, tmp_path: Path, forgery: Callable[[Path], None]
) -> None:
    folder = tmp_path / "package"
    shutil.copytree(package, folder)
    forgery(folder)
    forge(folder)
    code, text = run(folder)
    assert code == 1 and FORGERIES[forgery] in text, text


def test_a_fact_that_is_dropped_changed_or_added_is_named_alone(package: Path, tmp_path: Path) -> None:
    folder = tmp_path / "package"
    shutil.copytree(package, folder)
    path = folder / "facts" / "cases.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    at, subject = lines[0].split(",").index("place"), lines[0].split(",").index("subject")
    gone = lines[40].split(",")
    other = next(n for n in range(60, 80) if lines[n].split(",")[subject] != gone[subject])
    bent, more = (line.split(",") for line in (lines[other], lines[80]))
    for row, rule in (
        ([*lines[:40], *lines[41:]], f"entry {gone[at]} (of {gone[subject]}) is missing"),
        (
            [*lines[:other], lines[other].replace(bent[subject], gone[subject]), *lines[other + 1 :]],
            f"entry {bent[at]} says [",
        ),
        ([*lines[:81], *lines[80:]], f"no entry says ['{more[at]}', "),
        (lines[:-1], f"entry {lines[-1].split(',')[at]} (of {lines[-1].split(',')[subject]}) is missing"),
        ([*lines, lines[-1]], f"no entry says ['{lines[-1].split(',')[at]}', "),
    ):
        path.write_text("".join(row), "utf-8")
        forge(folder)
        code, text = run(folder)
        wrong = [line for line in text.splitlines() if line.startswith("✗")]
        assert code == 1 and len(wrong) == 1 and f"facts/cases.csv: {rule}" in wrong[0], text


def test_files_that_the_manifest_does_not_name_so_are_named(package: Path, tmp_path: Path) -> None:
    folder = tmp_path / "package"
    shutil.copytree(package, folder)
    added(folder)
    pdf(folder)
    code, text = run(folder)
    assert code == 1 and "more.csv: not the file that" in text and "report.pdf: not the file that" in text


def test_no_verdict_reason_or_person_is_opened(package: Path) -> None:
    fields = {row[1] for row in rows_of(package / "openings.csv")}
    assert fields and not fields & {
        "solved",
        "grade",
        "reason",
        "reasons",
        "actor",
        "act",
        "unit_of_actor",
        "acting_for",
    }
    head = rows_of(package / "facts" / "cases.csv")[0]
    assert not {"solved", "grade"} & set(head)


def test_a_published_report_can_be_read_and_fetched_by_anybody(package: Path, here: Any, tmp_path: Path) -> None:
    browse = Client(HTTP_HOST="127.0.0.1")
    text = browse.get("/reports/").content.decode()
    found = re.findall(r'href="(/reports/[0-9a-f-]{36}/[a-z.]+)"', text)
    # other tests of this city may have published as well
    said = (package / "report.html").read_bytes()
    first = next(link for link in found if link.endswith(".html") and browse.get(link).content == said)
    links = [link for link in found if link.startswith(first.removesuffix("report.html"))]
    assert [link.rpartition("/")[2] for link in links] == [
        "report.html",
        "report.pdf",
        "package.zip",
    ] and "年报" in text
    page = browse.get(links[0])
    style = base64.b64encode(hashlib.sha256(b"a { color: #000 }").digest()).decode()
    assert (
        f"style-src 'sha256-{style}'" in page["Content-Security-Policy"]
        and "script" not in page["Content-Security-Policy"]
    )
    assert b"".join(browse.get(links[1])) == b"%PDF"
    (tmp_path / "package.zip").write_bytes(b"".join(browse.get(links[2])))
    with ZipFile(tmp_path / "package.zip") as packed:
        packed.extractall(tmp_path)
    assert run(tmp_path / "package")[0] == 0
    places = {int(place) for place in re.findall(r"/log/proof\?index=(\d+)", text)}
    assert json.loads((package / "manifest.json").read_text("utf-8"))["entry"] in places
    for wrong in (
        "/reports/nothing/report.html",
        links[0].replace("report.html", "manifest.json"),
        links[0].replace("report.html", "..%2F"),
    ):
        assert browse.get(wrong).status_code == 404


def test_a_report_as_of_the_empty_log_verifies(world: Any, server: Any, tmp_path: Path) -> None:
    code, text = run(written(world, server, tmp_path / "package", 0))
    assert code == 0, text

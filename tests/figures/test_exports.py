"""A figure's answer as files of three standards: validators accept them, refuse damaged ones, and find the answer's numbers."""

import io
import re
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import orjson
import pytest
from django.conf import settings
from django.test import Client
from exported import CHECKS, keep, rows

from luoshi.conf import Conf
from luoshi.figures.exports import make, put, sdmx

Shell = Callable[..., tuple[int, str]]
ASKED = (
    "cases.on_time", "cases.on_time?by=county", "cases.reported?by=month", "cases.reported?by=month&period=2021-10",
    "cases.reported?by=month,county&period=2021Q3", "cases.solved?by=unit", "cases.age_median?by=month", "cases.score",
    "cases.on_time?county=150203000000&by=category", "cases.reported?period=2019&by=county", "cases.on_time?period=2019",
)  # fmt: skip


def got(browse: Client, query: str, form: str) -> dict[str, bytes]:
    """The files that the API sends."""
    path = f"/api/figures/{query}{'&' if '?' in query else '?'}format={form}"
    found = browse.get(path)
    assert found.status_code == 200, found.content
    assert found["Content-Disposition"].startswith("attachment") and found["ETag"]
    if form == "sdmx":
        assert found["Content-Type"] == sdmx.MEDIA
        return {f"{query.partition('?')[0]}.sdmx.csv": found.content}
    assert found["Content-Type"] == "application/zip"
    with ZipFile(io.BytesIO(found.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("form", make.FORMS)
@pytest.mark.parametrize("query", ASKED)
def test_validators_of_others_accept_them(public: Client, tmp_path: Path, form: str, query: str) -> None:
    assert CHECKS[form](keep(tmp_path / "out", got(public, query, form))) == []


@pytest.mark.parametrize("query", ASKED)
def test_they_say_what_the_answer_says(public: Client, query: str) -> None:
    said = public.get(f"/api/figures/{query}").json()
    csvw, package, sdmx_csv = (got(public, query, form) for form in make.FORMS)
    table = rows(csvw[f"{said['figure']}.csv"])
    assert csvw[f"{said['figure']}.csv"] == package[f"{said['figure']}.csv"]
    once = len(said["rows"]) == 1 and said["rows"][0].get("month") == said["period"]
    for row, answer in zip(table, said["rows"] if once else [said, *said["rows"]], strict=True):
        for name in ("value", "numerator", "denominator", "n"):
            told = None if answer.get("unknown") and name != "n" else answer[name]
            assert row[name] == ("" if told is None else str(told))
        assert (row["status"] == "suppressed") is answer["suppressed"]
        assert row.get("known_size", "") == str(answer.get("known_size", ""))
    observed = rows(sdmx_csv[f"{said['figure']}.sdmx.csv"])
    assert [row["OBS_VALUE"] for row in observed] == [row["value"] for row in table]
    assert {row["LOG_SIZE"] for row in observed} == {
        str(row.get("known_size", said["log_size"])) for row in [said, *said["rows"]]
    }
    assert {row["DECLARATION"] for row in observed} == {said["fingerprint"]}


def test_a_hidden_number_is_empty_in_all_of_them_and_one_code_stands_for_all(public: Client) -> None:
    hidden = {
        row["unit"] for row in public.get("/api/figures/cases.solved?by=unit").json()["rows"] if row["suppressed"]
    }
    assert len(hidden) > 1
    table = [
        row for row in rows(got(public, "cases.solved?by=unit", "csvw")["cases.solved.csv"]) if row["unit"] in hidden
    ]
    assert len(table) == len(hidden - {None})
    assert {(row["value"], row["numerator"], row["denominator"], row["n"], row["status"]) for row in table} == {
        ("", "", "", "", "suppressed")
    }
    observed = rows(got(public, "cases.solved?by=unit", "sdmx")["cases.solved.sdmx.csv"])
    told = [row for row in observed if row["UNIT"] in hidden]
    names = ("OBS_VALUE", "NUMERATOR", "DENOMINATOR", "OBS_COUNT", "OBS_STATUS", "CONF_STATUS")
    assert {tuple(row[name] for name in names) for row in told} == {("", "", "", "", "Q", "N")}
    assert {row["CONF_STATUS"] for row in observed if row["OBS_STATUS"] != "Q"} == {"F"}


def test_the_same_question_gives_the_same_bytes_in_either_language_and_is_not_sent_twice(public: Client) -> None:
    marks = set()
    for form in make.FORMS:
        address = f"/api/figures/cases.reported?by=county&format={form}"
        first = public.get(address)
        again = public.get(address, HTTP_IF_NONE_MATCH=first["ETag"])
        assert (again.status_code, again.content) == (304, b"")
        assert first.content == Client(HTTP_HOST="127.0.0.1").get(f"{address}&lang=en").content
        marks.add(first["ETag"])
    assert len(marks | {public.get("/api/figures/cases.reported?by=county")["ETag"]}) == 4


def test_a_month_is_a_month_and_a_year_a_year(public: Client) -> None:
    observed = rows(got(public, "cases.reported?by=month", "sdmx")["cases.reported.sdmx.csv"])
    assert {(row["FREQ"], len(row["TIME_PERIOD"])) for row in observed} == {("A", 4), ("M", 7)}
    (quarter,) = rows(got(public, "cases.reported?period=2021Q3", "sdmx")["cases.reported.sdmx.csv"])
    assert (quarter["FREQ"], quarter["TIME_PERIOD"], quarter["COUNTY"], quarter["REF_AREA"]) == (
        "Q",
        "2021-Q3",
        "_T",
        "150200",
    )


def test_the_metadata_say_what_a_statistician_says(public: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    licence = "https://example.cn/licence"
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "data_licence": licence}))
    said = public.get("/api/figures/cases.on_time?by=county&lang=en").json()
    declared = public.get("/api/figures/cases.on_time/metadata").json()["metadata"]
    beside = orjson.loads(got(public, "cases.on_time?by=county", "csvw")["cases.on_time.csv-metadata.json"])
    assert [one["@value"] for one in beside["dc:description"]] == list(declared["STAT_CONC_DEF"].values())
    assert {"@value": said["name"], "@language": "en"} in beside["dc:title"] and beside["dc:license"] == {
        "@id": licence
    }
    proof = {one["schema:name"]: one["schema:value"] for one in beside["schema:additionalProperty"]}
    assert proof == {
        name: said[name] for name in ("figure", "period", "as_of", "log_size", "provisional", "fingerprint")
    }
    assert beside["tableSchema"]["primaryKey"] == ["period", "county"]
    package = orjson.loads(got(public, "cases.on_time?by=county", "frictionless")["datapackage.json"])
    assert package["licenses"] == [{"path": licence}] and package["luoshi"].items() >= proof.items()
    assert package["resources"][0]["schema"]["primaryKey"] == ["period", "county"] and package["sources"]


def _first_value(data: bytes, other: str) -> bytes:
    """The number of the first row replaced."""
    head, row = data.decode().splitlines()[:2]
    at = re.split(",", head).index("value" if "value" in head.split(",") else "OBS_VALUE")
    cells = row.split(",")
    cells[at] = other
    return data.replace(row.encode(), ",".join(cells).encode(), 1)


def _twice(data: bytes) -> bytes:
    return data + data.splitlines(keepends=True)[-1]


def _without_period(data: bytes) -> bytes:
    return data.replace(b"2021,", b",", 1)


@pytest.mark.parametrize(
    ("form", "damage"),
    [
        ("csvw", lambda data: _first_value(data, "many")), ("csvw", _twice), ("csvw", _without_period),
        ("csvw", lambda data: data.replace(b",normal", b",guess", 1)), ("csvw", lambda data: data.replace(b"value", b"valeu", 1)),
        ("frictionless", lambda data: _first_value(data, "many")), ("frictionless", _twice),
        ("frictionless", lambda data: _first_value(data, "11.1")), ("frictionless", lambda data: data.replace(b",normal", b",guess", 1)),
        ("sdmx", lambda data: _first_value(data, "many")), ("sdmx", _twice), ("sdmx", _without_period),
        ("sdmx", lambda data: data.replace(b"STRUCTURE_ID", b"STRUCTURE_NO", 1)),
        ("sdmx", lambda data: data.replace(b"dataflow,", b"flow,")),
    ],
)  # fmt: skip
def test_validators_refuse_damaged_ones(
    public: Client, tmp_path: Path, form: str, damage: Callable[[bytes], bytes]
) -> None:
    files = got(public, "cases.on_time?by=county", form)
    whole = keep(tmp_path / "out", files)
    assert CHECKS[form](whole) == []
    name = next(name for name in files if name.endswith(".csv"))
    damaged = damage(files[name])
    assert damaged != files[name]
    (whole / name).write_bytes(damaged)
    assert CHECKS[form](whole) != []


@pytest.mark.parametrize(
    ("query", "field"),
    [("cases.on_time?format=xls", "format"), ("cases.on_time?by=county&rank=1&format=sdmx", "rank"),
     ("cases.on_time?compare=yoy&format=csvw", "compare"), ("cases.solved?as_of=100&format=csvw", "as_of"),
     ("cases.on_time?by=nothing&format=frictionless", "by")],
)  # fmt: skip
def test_what_no_export_can_be(public: Client, query: str, field: str) -> None:
    found = public.get(f"/api/figures/{query}")
    assert found.status_code == 422 and [one["field"] for one in found.json()["errors"]] == [field]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["cases.on_time", "cases.solved"])
def test_the_page_leads_to_them(public: Client, lang: str, name: str) -> None:
    shown = public.get(f"/figure/{name}?by=county&lang={lang}").content.decode()
    found = re.findall(r'<a href="(/api/figures/[^"]*)" download>([^<]*)</a>', shown)
    assert [name for _, name in found] == ["CSVW", "Frictionless", "SDMX-CSV"]
    for address, _ in found:
        given = public.get(address.replace("&amp;", "&"))
        assert given.status_code == 200 and len(given.content) > 500


def test_the_command_writes_what_the_api_sends(public: Client, shell: Shell, tmp_path: Path) -> None:
    size = public.get("/api/figures/cases.on_time").json()["log_size"]
    for form in make.FORMS:
        words = (
            "figure",
            "cases.on_time",
            "--period",
            "2021",
            "--by",
            "county",
            "--as-of",
            str(size),
            "--export",
            form,
        )
        code, text = shell(*words, "--out", str(tmp_path / form))
        assert code == 0 and str(tmp_path / form) in text, text
        there = {path.name: path.read_bytes() for path in (tmp_path / form).iterdir()}
        assert there == got(public, f"cases.on_time?by=county&period=2021&as_of={size}", form)
        assert CHECKS[form](tmp_path / form) == []
        code, _ = shell(*words, "--out", str(tmp_path / f"{form}.zip"))
        with ZipFile(tmp_path / f"{form}.zip") as archive:
            assert code == 0 and {name: archive.read(name) for name in archive.namelist()} == there
        assert shell(*words, "--out", str(tmp_path / f"{form}.zip"))[0] == 0, "the same again is no conflict"
    code, _ = shell(*words, "--out", str(tmp_path / "one.csv"))
    assert code == 0 and (tmp_path / "one.csv").read_bytes() == next(iter(there.values()))


def test_nothing_foreign_is_overwritten_and_nothing_stays_half_written(
    public: Client, shell: Shell, tmp_path: Path
) -> None:
    words = ("figure", "cases.on_time", "--period", "2021", "--export", "csvw", "--out")
    there = tmp_path / "out"
    there.mkdir()
    (there / "cases.on_time.csv-metadata.json").write_text("mine", "utf-8")
    code, text = shell(*words, str(there))
    assert code == 1 and "cases.on_time.csv-metadata.json" in text and "已经存在" in text
    assert [(path.name, path.read_text("utf-8")) for path in there.iterdir()] == [
        ("cases.on_time.csv-metadata.json", "mine")
    ]
    (tmp_path / "file").write_text("mine", "utf-8")
    for out in ("file", "file/deep", "one.csv"):
        code, text = shell(*words, str(tmp_path / out))
        assert code == 1 and "Traceback" not in text and "没有料到" not in text, text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "out"]
    (tmp_path / "a.zip").mkdir()
    assert shell(*words, str(tmp_path / "a.zip"))[0] == 0 and len(list((tmp_path / "a.zip").iterdir())) == 2


@pytest.mark.parametrize(
    "words", [("--export", "csvw"), ("--out", "x"), ("--export", "csvw", "--out", "x", "--json"), ("--export", "xls", "--out", "x"),
              ("--export", "sdmx", "--out", "x", "--rank", "--by", "county")],
)  # fmt: skip
def test_options_that_do_not_go_together(here: Any, shell: Shell, words: tuple[str, ...]) -> None:
    code, text = shell("figure", "cases.on_time", "--period", "2021", *words)
    assert code == 2 and "--export" in text


def test_a_disk_that_takes_half_gets_nothing(public: Client, tmp_path: Path) -> None:
    files = dict(sorted(got(public, "cases.on_time?by=county", "csvw").items(), key=lambda item: len(item[1])))
    small, large = map(len, files.values())
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((small + large) // 2, before[1]))
    try:
        with pytest.raises(OSError):
            put.put(files, tmp_path / "out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list((tmp_path / "out").iterdir()) == []
    assert len(put.put(files, tmp_path / "out")) == 2


def test_the_documents_own_commands(public: Client, shell: Shell, tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "figures.md").read_text("utf-8").partition("\n## Exports\n")[2]
    commands = [one.split() for one in re.findall(r"^    luoshi (figure cases.*)$", text, re.M)]
    assert {words[-3] for words in commands} == {"csvw", "frictionless"}
    for words in commands:
        code, said = shell(*words[:-1], str(tmp_path / words[-1]))
        assert code == 0 and (tmp_path / words[-1]).exists(), said

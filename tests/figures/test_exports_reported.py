"""What a city takes over goes out by the same standards, and comes in again from SDMX-CSV as it went out."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from exported import CHECKS, keep, rows
from reported_home import CORRECTION, declare, publish, seal

from luoshi.conf import Conf
from luoshi.figures import ask as counted
from luoshi.figures.exports import make, sdmx
from luoshi.figures.models import ReportedValue
from luoshi.figures.period import parse
from luoshi.figures.reported import catalogue
from luoshi.figures.reported.ask import Question, ask
from luoshi.kernel.text import speaking
from luoshi.kernel.viewer import Viewer
from luoshi.ports.importer import reported
from luoshi.ports.importer.rows import FileProblem

FIELDS = ("figure", "period", "member", "value", "vintage", "release", "source", "document", "page", "address", "note")
DANGEROUS = '=SUM(A1), "quoted"\nsecond line: 包头'
DOCUMENT = (Path(__file__).parents[2] / "docs" / "figures.md").read_text("utf-8")


@pytest.fixture(autouse=True)
def home(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "home": tmp_path / "home"}))
    declare(tmp_path / "home")
    return tmp_path / "home"


def files(name: str, form: make.Form, *by: str, period: str = "2021", **where: str) -> dict[str, bytes]:
    return make.files(ask(Question(catalogue.figure(name), parse(period), counted.as_of(), by, where)), form)


def kept() -> set[tuple[str, ...]]:
    return {tuple(str(one) for one in row) for row in ReportedValue.objects.values_list(*FIELDS)}


def told(cast: dict[str, Viewer], home: Path) -> None:
    """A first release, its revision, another place whose number is final, and two figures without places."""
    publish(cast)
    publish(
        cast,
        value="3301.25",
        vintage="2022-09-01",
        status="revised",
        note=DANGEROUS,
        page="3",
        address="https://example.cn/a?b=1,2",
    )
    publish(cast, member="150600", value="4715.7", status="final", source="内蒙古统计局", document="公报：全区")
    publish(cast, figure="city.communities_renovated", value="5918", status="final")
    seal(home)


@pytest.mark.parametrize("form", make.FORMS)
@pytest.mark.parametrize(
    ("name", "by"), [("city.gdp", ()), ("city.gdp", ("member",)), ("city.communities_renovated", ())]
)
def test_validators_of_others_accept_them(cast: dict[str, Viewer], home: Path, tmp_path: Path, form: make.Form, name: str, by: tuple[str, ...]) -> None:  # fmt: skip
    told(cast, home)
    assert CHECKS[form](keep(tmp_path / "out", files(name, form, *by))) == []


@pytest.mark.parametrize("form", ["csvw", "frictionless"])
def test_what_nobody_published_is_an_empty_table(home: Path, tmp_path: Path, form: make.Form) -> None:
    seal(home)
    made = keep(tmp_path / "out", files("city.gdp", form, "member"))
    assert CHECKS[form](made) == [] and rows((made / "city.gdp.csv").read_bytes()) == []


def test_the_newest_value_with_the_first_release_beside_it(cast: dict[str, Viewer], home: Path) -> None:
    told(cast, home)
    city, ordos = rows(files("city.gdp", "csvw", "member")["city.gdp.csv"])
    assert (city["place"], city["value"], city["status"], city["vintage"]) == (
        "150200",
        "3301.25",
        "revised",
        "2022-09-01",
    )
    assert (city["first_value"], city["first_status"], city["first_vintage"]) == ("3293.0", "preliminary", "2022-03-31")
    assert (ordos["name_zh"], ordos["name_en"], ordos["status"]) == ("鄂尔多斯市", "Ordos", "final")
    assert city["note"] == "'" + DANGEROUS, "no spreadsheet takes it for a formula"
    (one,) = rows(files("city.gdp", "csvw", member="150600")["city.gdp.csv"])
    assert one == ordos
    (alone,) = rows(files("city.communities_renovated", "sdmx")["city.communities_renovated.sdmx.csv"])
    assert (alone["REF_AREA"], alone["OBS_VALUE"], alone["OBS_STATUS"], alone["CONF_STATUS"]) == (
        "_X",
        "5918",
        "A",
        "F",
    )


def test_sdmx_comes_in_as_it_went_out(cast: dict[str, Viewer], home: Path, tmp_path: Path) -> None:
    with transaction.atomic():
        told(cast, home)
        before = kept()
        gone = {**files("city.gdp", "sdmx", "member"), **files("city.communities_renovated", "sdmx")}
        keep(tmp_path / "out", gone)
        again = [reported.take(tmp_path / "out" / name, cast["statistician"]) for name in gone]
        assert [(one.proposed, one.unchanged) for one in again] == [(0, 3), (0, 1)]
        transaction.set_rollback(True)
    assert kept() == set() and len(before) == 4
    for name in gone:
        found = reported.take(tmp_path / "out" / name, cast["statistician"])
        assert found.refused == [] and found.unchanged == 0
    assert kept() == before


def test_periods_of_all_lengths_come_in_again(cast: dict[str, Viewer], home: Path, tmp_path: Path) -> None:
    pack = home / "figures" / "pack.toml"
    text = pack.read_text("utf-8")
    pack.write_text(text.replace("[reported.city.gdp]\n", '[reported.city.gdp]\nfrequency = "M"\n', 1), "utf-8")
    periods = ("2021", "2021Q3", "2021-10", "2021-11")
    with transaction.atomic():
        for period in periods:
            publish(cast, period=period)
        seal(home)
        before = kept()
        tables = [files("city.gdp", "sdmx", "month"), *(files("city.gdp", "sdmx", period=one) for one in periods[1:3])]
        often = [(row["FREQ"], row["TIME_PERIOD"]) for made in tables for row in rows(made["city.gdp.sdmx.csv"])]
        transaction.set_rollback(True)
    assert often == [("A", "2021"), ("M", "2021-10"), ("M", "2021-11"), ("Q", "2021-Q3"), ("M", "2021-10")]
    for at, made in enumerate(tables):
        keep(tmp_path / str(at), made)
        assert CHECKS["sdmx"](tmp_path / str(at)) == []
        assert reported.take(tmp_path / str(at) / "city.gdp.sdmx.csv", cast["statistician"]).refused == []
    assert kept() == before


def test_what_a_source_misprints_goes_out_corrected_and_comes_in_as_printed(cast: dict[str, Viewer], home: Path, tmp_path: Path) -> None:  # fmt: skip
    (home / "figures-corrections.toml").write_text(CORRECTION.replace('"150200"', '""'), "utf-8")
    with transaction.atomic():
        publish(cast, value="32930")
        seal(home)
        before, gone = kept(), files("city.gdp", "sdmx")
        (table,) = rows(files("city.gdp", "csvw")["city.gdp.csv"])
        transaction.set_rollback(True)
    assert (table["value"], table["published"]) == ("3293.0", "32930")
    (row,) = rows(gone["city.gdp.sdmx.csv"])
    assert (row["OBS_VALUE"], row["PUBLISHED_VALUE"]) == ("3293.0", "32930")
    assert reported.take(keep(tmp_path / "out", gone) / "city.gdp.sdmx.csv", cast["statistician"]).proposed == 1
    assert kept() == before


def test_a_computed_figure_does_not_come_in(cast: dict[str, Viewer], home: Path, tmp_path: Path) -> None:
    seal(home)
    answer = counted.ask(
        counted.Question(counted.figure("cases.reported"), parse("2021"), counted.as_of(), engine="postgres")
    )
    path = keep(tmp_path / "out", make.files(answer, "sdmx")) / "cases.reported.sdmx.csv"
    with pytest.raises(FileProblem) as refused:
        reported.take(path, cast["statistician"])
    assert refused.value.misused and "cases.reported" in str(refused.value.text)
    with speaking("en"):
        assert "computed from records" in str(refused.value.text)
    assert kept() == set()


@pytest.mark.parametrize("form", make.FORMS)
def test_validators_refuse_damaged_ones(cast: dict[str, Viewer], home: Path, tmp_path: Path, form: make.Form) -> None:
    told(cast, home)
    made = files("city.gdp", form, "member")
    name = next(name for name in made if name.endswith(".csv"))
    for at, damaged in enumerate(
        (made[name].replace(b"2022-09-01", b"yesterday"), made[name].replace(b"3301.25", b"much"))
    ):
        assert damaged != made[name]
        assert CHECKS[form](keep(tmp_path / str(at), {**made, name: damaged})) != []


def test_the_metadata_name_the_source(home: Path) -> None:
    seal(home)
    declared = catalogue.figure("city.gdp")
    beside = orjson.loads(files("city.gdp", "csvw")["city.gdp.csv-metadata.json"])
    package = orjson.loads(files("city.gdp", "frictionless")["datapackage.json"])
    assert [one["@value"] for one in beside["dc:source"]] == list(declared.source)
    assert package["sources"] == [{"title": "统计公报 · Statistical communiqué"}] and "dc:license" not in beside
    assert "licenses" not in package, "a licence is the city's to give"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_and_the_command_lead_to_them(
    cast: dict[str, Viewer], home: Path, shell: Any, tmp_path: Path, lang: str
) -> None:
    told(cast, home)
    browse = Client(HTTP_HOST="127.0.0.1")
    shown = browse.get(f"/figure/city.gdp?period=2021&lang={lang}").content.decode()
    found = re.findall(r'<a href="(/api/figures/[^"]*)" download>([^<]*)</a>', shown)
    assert [name for _, name in found] == ["CSVW", "Frictionless", "SDMX-CSV"]
    sent = browse.get(found[2][0].replace("&amp;", "&"))
    assert sent["Content-Type"] == sdmx.MEDIA and len(rows(sent.content)) == 3
    commands = re.findall(r"^    luoshi (figure city.*)$", DOCUMENT, re.M)
    assert len([one for one in commands if "--export" in one]) == 1
    words = next(one for one in commands if "--export" in one).split()
    code, said = shell(*words[:-1], str(tmp_path / words[-1]))
    assert code == 0, said
    assert (tmp_path / words[-1]).read_bytes() == sent.content

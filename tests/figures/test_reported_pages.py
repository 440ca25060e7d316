"""The pages of reported values, the declarations with file, line and rule, and the two commands."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.test import Client
from reported_home import GDP, PACK, answer, declare, enter, publish, seal

from luoshi.cli import pack
from luoshi.conf import Conf
from luoshi.figures.declare import FigureError
from luoshi.figures.models import ReportedValue
from luoshi.figures.reported import catalogue
from luoshi.kernel.viewer import Viewer
from luoshi.packs.read import read
from luoshi.people.models import Person

ADDRESS = "/work/figures/"


@pytest.fixture(autouse=True)
def home(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "home": tmp_path}))
    declare(tmp_path)
    return tmp_path


def client(login: str) -> Client:
    browse = Client(HTTP_HOST="127.0.0.1")
    browse.force_login(Person.objects.get(login=login))
    return browse


def text(browse: Client, address: str = ADDRESS) -> str:
    response = browse.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_one_enters_and_another_approves_on_pages(cast: dict[str, Viewer]) -> None:
    first, second = client("statistician"), client("supervisor")
    assert "没有待批准的数值" in text(first) and 'href="/work/figures/"' in text(first)
    form = {**GDP, "vintage": "2022/3/31", "member": "", "address": "https://example.cn/gb"}
    refused = first.post(ADDRESS, form | {"value": "3,293", "document": ""})
    assert refused.status_code == 422 and not ReportedValue.objects.exists()
    refused = first.post(ADDRESS, form | {"value": "3,293"})
    assert refused.status_code == 422 and "不带千分位" in refused.content.decode()
    assert first.post(ADDRESS, form).status_code == 303
    row = ReportedValue.objects.get()
    own, other = text(first), text(second)
    assert f'name="id" value="{row.pk}"' in other and f'name="id" value="{row.pk}"' not in own
    assert "3293.0 亿元" in other and 'name="period"' not in other
    assert first.post(f"{ADDRESS}approve/", {"id": row.pk}).status_code == 409
    assert second.post(f"{ADDRESS}approve/", {}).status_code == 422
    assert second.post(f"{ADDRESS}approve/", {"id": row.pk}).status_code == 303
    row.refresh_from_db()
    assert row.state == "approved" and "武宏凯" in text(first)


def test_of_several_all_are_approved_or_none(cast: dict[str, Viewer]) -> None:
    rows = [enter(cast["statistician"], period=str(year)) for year in (2019, 2020, 2021)]
    second = client("supervisor")
    assert second.post(f"{ADDRESS}approve/", {"id": [rows[0].pk, rows[1].pk, 999_999]}).status_code == 404
    assert not ReportedValue.objects.filter(state="approved").exists()
    assert second.post(f"{ADDRESS}approve/", {"id": [row.pk for row in rows]}).status_code == 303
    assert ReportedValue.objects.filter(state="approved").count() == 3


def test_the_page_of_a_value_shows_its_vintages_and_what_can_be_done(cast: dict[str, Viewer]) -> None:
    row = publish(cast, address="https://example.cn/gb", note="<b>初步</b>")
    later = enter(cast["statistician"], value="3301.5", vintage="2023-01-10", status="revised")
    first, second = client("statistician"), client("supervisor")
    mine = text(first, f"{ADDRESS}{later.pk}/")
    assert "3293.0" in mine and "3301.5" in mine and "以外的人批准" in mine and "/approve/" not in mine
    theirs = text(second, f"{ADDRESS}{later.pk}/")
    assert f'action="{ADDRESS}{later.pk}/approve/"' in theirs and "/decline/" in theirs
    assert second.post(f"{ADDRESS}{later.pk}/decline/", {"reason": "", "seen": "1"}).status_code == 422
    assert second.post(f"{ADDRESS}{later.pk}/decline/", {"reason": "没有公布", "seen": "1"}).status_code == 303
    assert second.post(f"{ADDRESS}{later.pk}/approve/", {"seen": "1"}).status_code == 409
    assert "没有公布" in text(first, f"{ADDRESS}{later.pk}/")
    one = text(first, f"{ADDRESS}{row.pk}/")
    assert "&lt;b&gt;初步" in one and 'href="https://example.cn/gb"' in one and "/withdraw/" in one
    revision = text(first, f"{ADDRESS}?like={row.pk}")
    assert '<option value="revised" selected>' in revision and 'value="市统计局"' in revision
    assert second.post(f"{ADDRESS}{row.pk}/burn/").status_code == 404
    assert second.get(f"{ADDRESS}{row.pk}/approve/").status_code == 405
    assert first.get(f"{ADDRESS}999999/").status_code == 404 and client("desk").get(ADDRESS).status_code == 403


def test_the_pages_speak_english(cast: dict[str, Viewer]) -> None:
    row = publish(cast)
    browse = client("statistician")
    browse.cookies["lang"] = "en"
    for address in (ADDRESS, f"{ADDRESS}{row.pk}/"):
        page = text(browse, address)
        assert "Gross regional product" in page and "preliminary" in page and "100 million yuan" in page


def test_the_audit_says_what_was_done(cast: dict[str, Viewer]) -> None:
    publish(cast)
    page = text(client("auditadmin"), "/audit/")
    assert "批准报送数值" in page and "录入报送数值" in page


BAD = """[members.leagues]
city = "1"
150200 = { zh = "包头市", en = "" }

[reported.city.a]
name = { zh = "甲", en = "A" }
define = { zh = "甲", en = "A" }
unit = "亿元"
owner = "局"
source = { zh = "局", en = "office" }

[reported.city.b]
name = { zh = "乙", en = "B" }
define = { zh = "乙", en = "B" }
unit = { zh = "%", en = "%" }
owner = "局"
source = { zh = "局", en = "office" }
members = "towns"
pending = "yes"
growth = "city.z"
formula = "1 + 1"

[reported.cases.on_time]
name = { zh = "丙", en = "C" }
define = { zh = "丙", en = "C" }
unit = { zh = "%", en = "%" }
owner = "局"
source = { zh = "局", en = "office" }
"""


def test_bad_declarations_are_named_with_file_line_and_rule(home: Path) -> None:
    (home / "figures" / "pack.toml").write_text(BAD, "utf-8")
    with pytest.raises(FigureError) as refused:
        catalogue.all_reported()
    found = {(fault.line, str(fault.rule).partition("：")[0]) for fault in refused.value.faults}
    assert found == {
        (2, "members.leagues.city"), (3, "members.leagues.150200.en"), (8, "reported.city.a.unit.zh"),
        (8, "reported.city.a.unit.en"), (18, "reported.city.b.members"), (19, "reported.city.b.pending"),
        (20, "reported.city.b.growth"), (21, "reported.city.b.formula"), (23, "reported.cases.on_time"),
    }  # fmt: skip
    assert {fault.file for fault in refused.value.faults} == {"pack.toml"}
    (home / "figures" / "pack.toml").unlink()
    (home / "figures-corrections.toml").write_text(BAD, "utf-8")
    with pytest.raises(FigureError):
        catalogue.all_corrections()


def test_the_pack_is_checked_with_its_reported_figures(tmp_path: Path) -> None:
    assert list(pack._figures(PACK, read(PACK))) == []
    (tmp_path / "figures.toml").write_text(BAD, "utf-8")
    assert len(pack._figures(tmp_path, read(PACK))) == 9


NOT_OURS = """
[cases.wired]
measure = "cases.closed"
name = { zh = "甲", en = "A" }
define = { zh = "甲", en = "A" }
where = { channel = ["telepathy"], county = ["150203000000", "110101000000"] }
unit = "件"
owner = "局"

[city.wired]
measure = "cases.closed"
name = { zh = "乙", en = "B" }
define = { zh = "乙", en = "B" }
unit = "件"
owner = "局"

[cases.reported]
measure = "cases.reported"
name = { zh = "丙", en = "C" }
define = { zh = "丙", en = "C" }
unit = "件"
owner = "局"
"""


def test_computed_figures_of_a_pack_are_checked_too(tmp_path: Path) -> None:
    (tmp_path / "figures.toml").write_text(NOT_OURS, "utf-8")
    found = {(one.line, one.rule.en.partition(";")[0]) for one in pack._figures(tmp_path, read(PACK))}
    assert found == {
        (6, "cases.wired.where.channel: no value 'telepathy'"), (6, "cases.wired.where.county: no value '110101000000'"),
        (10, "city.wired: its measure is of cases: must be [cases.…]"), (17, "cases.reported: this figure stands already"),
    }  # fmt: skip
    good = NOT_OURS.partition("\n[city")[0].replace('"telepathy"', '"web"').replace(', "110101000000"', "")
    (tmp_path / "figures.toml").write_text(good + "\n[targets.2021.cases.wird]\nvalue = 3\n", "utf-8")
    assert [str(one.rule) for one in pack._figures(tmp_path, read(PACK))] == [
        "targets.2021.cases.wird：没有指标 cases.wird"
    ]


def test_the_commands(cast: dict[str, Viewer], home: Path, shell: Any) -> None:
    publish(cast)
    publish(cast, figure="city.gdp_growth", value="8.5")
    publish(cast, figure="city.gdp_growth", value="7.0", member="150600")
    size = seal(home)
    code, out = shell("figure", "city.gdp_growth", "--period", "2021", "--by", "member", "--rank", "--json")
    found = orjson.loads(out)
    assert code == 0 and found["log_size"] == size and len(found["missing"]) == 10
    assert [(row["rank"], row["name"]) for row in found["rows"]] == [(1, "包头市"), (2, "鄂尔多斯市")]
    code, out = shell("figure", "city.gdp", "--period", "2021", "--compare", "yoy")
    assert code == 0 and "地区生产总值 2021: 3293.0 亿元" in out and "8.5 %" in out and "初步数 · 市统计局" in out
    assert shell("figure", "city.gdp", "--period", "2021", "--records") == (0, "位置,编号,计入分子,值\n")
    assert shell("figure", "city.gdp", "--period", "2021", "--compare", "ytd")[0] == 2
    assert shell("figure", "city.gdp", "--period", "2021", "--as-of", str(size + 1))[0] == 2
    assert orjson.loads(shell("figure", "city.gdp", "--period", "2021", "--as-of", "0", "--json")[1])["value"] is None
    code, out = shell("figures", "list", "--json")
    kinds = {one["id"]: one["kind"] for one in orjson.loads(out)}
    assert code == 0 and kinds["city.gdp"] == "reported" and kinds["cases.on_time"] == "share"
    pending = {one["id"] for one in orjson.loads(out) if one.get("pending")}
    assert len(pending) == 3 and "city.gdp" not in pending
    file = home / "one.csv"
    head = "figure,period,value,vintage,status,source,document\n"
    file.write_text(f"{head}city.gdp,2020,2787.4,2021-04-06,final,局,公报\n", "utf-8")
    code, out = shell("--viewer", "statistician", "import", "figures", str(file), "--json")
    assert code == 0 and orjson.loads(out)["proposed"] == 1
    file.write_text(f"{head}city.gdp,2020,2787.5,2021-04-06,final,局,公报\n", "utf-8")
    code, out = shell("import", "figures", str(file))
    assert code == 1 and "第 2 行 value='2787.5'" in out
    assert shell("--viewer", "supervisor", "import", "figures", str(file))[0] == 2
    wrong = 'figure = "city.gdp"\nperiod = "2021"\nmember = ""\npublished = "1"\ncorrect = "2"\nexpect = "< 9"\n'
    (home / "figures-corrections.toml").write_text(f'[[correction]]\n{wrong}why = {{ zh = "错", en = "x" }}\n', "utf-8")
    code, out = shell("figures", "list")
    assert code == 1 and "来源已自行更正" in out and "3293.0" in out


def test_the_api_and_the_file_say_what_the_command_says(cast: dict[str, Viewer], home: Path) -> None:
    publish(cast)
    publish(cast, value="3300.1", vintage="2022-09-30", status="revised")
    publish(cast, member="150600", value="4715.7")
    seal(home)
    browse, query = Client(HTTP_HOST="127.0.0.1"), "period=2021&by=member&rank=1"
    said = browse.get(f"/api/figures/city.gdp?{query}").json()
    assert said == answer("city.gdp", "2021", "member", ranked=True)
    assert browse.get(f"/figure/city.gdp.json?{query}").json() == said
    assert (said["value"], said["first_release"]["value"], said["n"]) == ("3300.1", "3293.0", 0)
    assert [row["rank"] for row in said["rows"]] == [1, 2] and len(said["missing"]) == 10
    series = browse.get("/api/figures/city.gdp/series").json()
    assert [(row["period"], row["value"]) for row in series["rows"]] == [("2021", "3300.1")]
    assert browse.get("/api/figures/city.gdp?compare=ytd").status_code == 422
    assert browse.get("/api/figures/city.gdp/records").status_code == 404

"""What is wrong with the declaration of a target is named with file, line and rule."""

from decimal import Decimal
from pathlib import Path

import pytest
from reported_home import PACK, declare
from targets_home import HEAD, SOURCE, declared, entry

from luoshi.cli import pack
from luoshi.figures.declare import FigureError
from luoshi.figures.targets.catalogue import all_targets
from luoshi.packs.read import read

DOCS = Path(__file__).parents[2] / "docs"
pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def home(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from django.conf import settings

    from luoshi.conf import Conf

    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "home": tmp_path}))
    return tmp_path


def wrong(home: Path, text: str) -> list[str]:
    with declared(home, text), pytest.raises(FigureError) as refused:
        all_targets()
    return [f"{fault.file}:{fault.line}: {fault.rule.en}" for fault in refused.value.faults]


def test_what_a_declaration_leaves_out(home: Path) -> None:
    text = (
        HEAD
        + entry("cases.closed", value="400")
        + entry("cases.open", value='"20.5"')
        + entry("cases.on_time", value="95")
    )
    with declared(home, text):
        found = {target.id: target for target in all_targets().values()}
    closed, stock, rate = found["cases.closed"], found["cases.open"], found["cases.on_time"]
    assert (closed.level, closed.start, closed.most) == (False, 0, False)
    assert (stock.level, stock.start, stock.most, stock.value) == (True, Decimal("20.5"), True, Decimal("20.5"))
    assert (rate.level, rate.start, rate.rule.yellow, rate.rule.red) == (True, 95, 10, 30)
    assert closed.fingerprint != rate.fingerprint and closed.said["target"] == "400"


def test_another_declaration_has_another_fingerprint(home: Path) -> None:
    marks = set()
    for more in (
        {},
        {"direction": '"at_most"'},
        {"from": "1"},
        {"light": "{ yellow = 1, red = 2 }"},
        {"trajectory": '"last_year"'},
    ):
        with declared(home, HEAD + entry("cases.closed", value="400", **more)):
            marks.add(all_targets()[2021, "cases.closed"].fingerprint)
    assert len(marks) == 5


@pytest.mark.parametrize(
    ("more", "line", "rule"),
    [
        ({"value": "0"}, 6, "above 0"), ({"value": '"a lot"'}, 6, "above 0"), ({"value": "true"}, 6, "above 0"),
        ({"value": '"NaN"'}, 6, "above 0"), ({"value": "inf"}, 6, "above 0"), ({}, 5, "above 0"),
        ({"value": "1", "direction": '"up"'}, 7, "at_least, at_most"), ({"value": "1", "goal": "2"}, 7, "no key"),
        ({"value": "1", "trajectory": '"curve"'}, 7, "linear, last_year, points"),
        ({"value": "1", "trajectory": '"points"'}, 5, "months (1–12)"), ({"value": "1", "points": "{ 3 = 1 }"}, 7, "alone"),
        ({"value": "9", "trajectory": '"points"', "points": "{ 13 = 1 }"}, 8, "from 1 to 12"),
        ({"value": "9", "trajectory": '"points"', "points": "{ 12 = 1 }"}, 8, "December"),
        ({"value": "9", "trajectory": '"points"', "points": '{ 3 = "x" }'}, 8, "must be a number"),
        ({"value": "1", "light": "{ yellow = 3, red = 2 }"}, 7, "yellow <= red"), ({"value": "1", "light": "3"}, 7, "must be a number"),
        ({"value": "1", "level": "true"}, 7, "reported figure"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(home: Path, more: dict[str, str], line: int, rule: str) -> None:
    found = wrong(home, HEAD + entry("cases.closed", **more))
    assert all(one.startswith(f"targets.toml:{line}: ") for one in found) and any(rule in one for one in found)


def test_what_no_line_of_its_own_can_say(home: Path) -> None:
    assert "no figure cases.nothing" in wrong(home, HEAD + entry("cases.nothing", value="1"))[0]
    assert "no rule" in wrong(home, entry("cases.closed", value="1"))[0]
    assert "a year like 2021" in wrong(home, HEAD + "[targets.soon.cases.closed]\nvalue = 1\n" + SOURCE)[0]
    assert "do not make its year" in wrong(home, HEAD + entry("cases.places", value="9", trajectory='"last_year"'))[0]
    assert ["source" in one for one in wrong(home, HEAD + "[targets.2021.cases.closed]\nvalue = 1\n")] == [True, True]


def test_two_files_cannot_declare_the_same(home: Path) -> None:
    text = HEAD + entry("cases.closed", value="1")
    (home / "figures").mkdir()
    (home / "figures" / "again.toml").write_text(text, "utf-8")
    found = wrong(home, text)
    assert any("this target stands already" in one for one in found) and any(
        "this rule stands already" in one for one in found
    )
    assert all(one.startswith("targets.toml:") for one in found)


def test_the_packs_own_targets_are_whole(home: Path) -> None:
    declare(home)
    found = all_targets()
    assert {name for _, name in found} == {"cases.closed", "cases.on_time", "cases.satisfied", "city.gdp_growth"}
    assert all("演示" in target.source.zh for target in found.values())
    assert list(pack._figures(PACK, read(PACK))) == []


def test_the_example_in_the_docs_is_a_target(home: Path) -> None:
    section = (DOCS / "figures.md").read_text("utf-8").partition("## Targets")[2]
    example = "\n".join(line[4:] for line in section.splitlines() if line.startswith("    "))
    with declared(home, example):
        (one,) = all_targets().values()
    assert (one.id, one.points[9], one.rule.red) == ("cases.satisfied", 81, 5)


def test_a_pack_with_a_bad_target_is_refused(tmp_path: Path) -> None:
    (tmp_path / "figures.toml").write_text(
        (PACK / "figures.toml").read_text("utf-8").replace("value = 8\n", "value = -8\n"), "utf-8"
    )
    assert ["above 0" in fault.rule.en for fault in pack._figures(tmp_path, None)] == [True]

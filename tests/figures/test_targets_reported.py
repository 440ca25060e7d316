"""Targets of reported figures: the last published value, as of a size of the log; and the command."""

from collections.abc import Callable
from fractions import Fraction as F
from pathlib import Path

import orjson
import pytest
from django.conf import settings
from given import NOW
from reported_home import declare, publish, seal
from targets_home import declared, entry

from luoshi.conf import Conf
from luoshi.figures import ask as counted
from luoshi.figures.targets.ask import Standing, standings
from luoshi.figures.targets.catalogue import all_targets
from luoshi.kernel import clock
from luoshi.kernel.viewer import Viewer

Shell = Callable[..., tuple[int, str]]
QUARTERLY = """
[reported.city.{name}]
name = {{ zh = "{name}", en = "{name}" }}
define = {{ zh = "测试", en = "test" }}
unit = {{ zh = "{unit}", en = "{unit}" }}
decimals = 1
frequency = "Q"
owner = "局"
source = {{ zh = "局", en = "office" }}
members = "leagues"
"""
MORE = (
    QUARTERLY.format(name="rate", unit="%")
    + QUARTERLY.format(name="output", unit="亿元")
    + entry("city.rate", value="8")
    + entry("city.output", value="3200", trajectory='"points"', points="{ 6 = 1500 }")
    + entry("city.communities_renovated", value="6000", level="true", direction='"at_most"')
)


@pytest.fixture
def home(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "home": tmp_path}))
    declare(tmp_path)
    return tmp_path


def standing(figure: str, size: int | None = None) -> Standing:
    (one,) = standings([all_targets()[2021, figure]], counted.as_of(None if size is None else str(size)))
    return one


def test_the_last_published_value_counts_as_of_the_log(home: Path, cast: dict[str, Viewer]) -> None:
    with clock.at(NOW), declared(home, MORE):
        publish(cast, figure="city.rate", value="7.9", vintage="2021-07-20", period="2021Q2")
        first = seal(home)
        publish(cast, figure="city.rate", value="8.5", vintage="2021-12-28")
        publish(cast, figure="city.rate", value="12", vintage="2021-12-28", member="150600")
        seal(home)
        then, now = standing("city.rate", first), standing("city.rate")
        assert (then.value, now.value, now.light, now.due) == (F("7.9"), F("8.5"), "g", 8)
        assert then.actual[5] == F("7.9") and now.actual[11] == F("8.5") and then.measured is not None
        assert then.measured.gap == 100 * F("7.9") / 8 - 100 and then.forecast_why.en == "none: others report it"
        nothing = standing("city.output")
        assert (nothing.light, nothing.value, nothing.why.en) == ("n", None, "no number yet")


def test_a_value_is_held_against_the_day_that_it_speaks_of(home: Path, cast: dict[str, Viewer]) -> None:
    with clock.at(NOW), declared(home, MORE):
        publish(cast, figure="city.output", value="1200", vintage="2021-08-01", period="2021Q2")
        publish(cast, figure="city.communities_renovated", value="6001", vintage="2021-12-01")
        seal(home)
        half, most = standing("city.output"), standing("city.communities_renovated")
        assert (half.due, half.light) == (1500, "g") and half.measured is not None and half.measured.gap == F(-75, 8)
        assert most.target.most and most.measured is not None and most.measured.gap < 0 and most.due == 6000


def test_the_command(home: Path, cast: dict[str, Viewer], shell: Shell) -> None:
    with clock.at(NOW):
        publish(cast, figure="city.gdp_growth", value="7.0", vintage="2021-12-28")
        size = seal(home)
        code, out = shell("targets", "list", "--json")
        found = {one["figure"]: one for one in orjson.loads(out)}
        assert code == 0 and len(found) == 4 and found["cases.satisfied"]["log_size"] == 0
        assert {one["log_size"] for name, one in found.items() if name != "cases.satisfied"} == {size}
        growth = found["city.gdp_growth"]
        assert (growth["light"], growth["value"], growth["schedule"], growth["progress"], growth["gap"]) == ("y", "7.0", "100.0", "87.5", "-12.5")  # fmt: skip
        assert (
            growth["rule"] == {"yellow": "5", "red": "20"} and growth["forecast"] is None and "演示" in growth["source"]
        )
        code, out = shell("targets", "list")
        assert code == 0 and "落后  2021 地区生产总值增速: 7.0 / 8 %  (完成 87.5%，序时 100.0%，差 -12.5)" in out
        assert {one["light"] for one in orjson.loads(shell("targets", "list", "--as-of", "0", "--json")[1])} == {"n"}
        assert shell("targets", "list", "--as-of", str(size + 1))[0] == 2
        (home / "figures" / "bad.toml").write_text(entry("city.gdp", value="-1"), "utf-8")
        code, out = shell("targets", "list")
        assert code != 0 and "bad.toml:3" in out and "Traceback" not in out

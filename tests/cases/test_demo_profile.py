"""The demo's year: drawn from a seed, shaped like what was measured, with every assumption stated."""

import csv
import hashlib
import importlib.util
import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone
from math import sqrt
from pathlib import Path
from time import process_time
from types import ModuleType

import pytest

from luoshi.cases.demo.errors import ProfileError
from luoshi.cases.demo.profile import Quantiles, Sampler, Wheel, load_profile
from luoshi.cases.demo.texts import load_texts

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
PROFILE = ROOT / "src" / "luoshi" / "cases" / "demo" / "profile.json"
BEIJING = timezone(timedelta(hours=8))
PLACE = "少先路街道胜利社区"
TEXTS = load_texts()
PACK = ROOT / "src" / "luoshi" / "packs" / "baotou" / "categories.csv"
# every category with sentences of its own, and a made-up one for every topic
PATHS = [[name] for name in TEXTS.leaves] + [
    [topic.match[0] + "杂项"] for topic in TEXTS.topics.values() if topic.match
]
CHANNELS = ["web", "hotline", "counter", "patrol"]


@pytest.fixture(scope="module")
def year() -> list[datetime]:
    return Sampler(2021).arrivals()


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("measure_demo_profile", ROOT / "tools" / "measure_demo_profile.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def near(found: float, share: float, n: int) -> bool:
    """Is a found share within five standard errors of the expected one?"""
    return abs(found - share) <= 5 * sqrt(share * (1 - share) / n)


def everything(seed: int) -> list[object]:
    sampler = Sampler(seed)
    return [
        *sampler.arrivals(200),
        *(sampler.text(path, PLACE) for path in PATHS),
        *(sampler.closing_hours(72) for _ in range(50)),
        *(sampler.reporter() for _ in range(50)),
        *(sampler.pick("channel") for _ in range(50)),
        *(sampler.category(month, channel) for month in range(1, 13) for channel in CHANNELS),
    ]


def test_same_seed_gives_the_same_year_and_another_seed_another() -> None:
    assert everything(5) == everything(5)
    assert everything(5) != everything(6)


def test_a_seed_gives_what_it_gave_on_the_python_it_was_written_on() -> None:
    first = Sampler(1).arrivals(1000)
    digest = hashlib.sha256("".join(moment.isoformat() for moment in first).encode()).hexdigest()
    assert digest[:16] == "5c98cf7d2c898408"


def test_drawing_more_of_one_kind_leaves_the_others_as_they_were() -> None:
    plain, busy = Sampler(3), Sampler(3)
    for _ in range(10):
        busy.text(["路面塌陷"], PLACE)
        busy.reporter()
        busy.arrivals(5)
    assert [plain.closing_hours() for _ in range(5)] == [busy.closing_hours() for _ in range(5)]


def test_arrivals_are_as_many_as_asked_sorted_and_within_2021(year: list[datetime]) -> None:
    assert len(year) == 60_000
    assert year == sorted(year)
    assert datetime(2021, 1, 1, tzinfo=BEIJING) <= year[0]
    assert year[-1] < datetime(2021, 12, 29, 9, tzinfo=BEIJING)
    assert {moment.utcoffset() for moment in year} == {timedelta(hours=8)}


@pytest.mark.parametrize("count", [0, 1, 17])
def test_any_count_is_met(count: int) -> None:
    assert len(Sampler(1).arrivals(count)) == count


def test_a_span_without_a_whole_hour_is_refused() -> None:
    with pytest.raises(ValueError, match="no whole hour"):
        Sampler(1).arrivals(3, datetime(2021, 5, 1, tzinfo=BEIJING), datetime(2021, 5, 1, 0, 59, tzinfo=BEIJING))


def test_hours_of_arrival_follow_the_mix_of_both_cities(year: list[datetime]) -> None:
    found = Counter(moment.hour for moment in year)
    boston, sf = load_profile().value("hour.boston"), load_profile().value("hour.sf")
    for hour in range(24):
        assert near(found[hour] / len(year), (boston[hour] + sf[hour]) / 2, len(year)), hour


def test_weekdays_of_arrival_follow_the_mix_of_both_cities(year: list[datetime]) -> None:
    found = Counter(moment.weekday() for moment in year)
    boston, sf = load_profile().value("weekday.boston"), load_profile().value("weekday.sf")
    days = Counter((date(2021, 1, 1) + timedelta(days=index)).weekday() for index in range(362))
    expected = [(boston[day] + sf[day]) / 2 * days[day] for day in range(7)]
    for day in range(7):
        assert abs(found[day] / len(year) - expected[day] / sum(expected)) < 0.008, day


def test_months_follow_the_measured_season(year: list[datetime]) -> None:
    found = Counter(moment.month for moment in year)
    days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 28 + 9 / 24]
    factors = load_profile().value("month.boston")
    weights = [day * factor for day, factor in zip(days, factors, strict=True)]
    for month in range(1, 13):
        assert abs(found[month] / len(year) / (weights[month - 1] / sum(weights)) - 1) < 0.06, month


def test_a_statutory_rest_day_is_as_quiet_as_a_sunday() -> None:
    friday = date(2021, 10, 1)
    bounds = datetime(2021, 9, 27, tzinfo=BEIJING), datetime(2021, 10, 4, tzinfo=BEIJING)
    usual = Counter(moment.date() for moment in Sampler(4).arrivals(20_000, *bounds))
    closed = Sampler(4, rest=lambda day: day >= friday)
    holiday = Counter(moment.date() for moment in closed.arrivals(20_000, *bounds))
    assert usual[friday] > 1.25 * usual[date(2021, 10, 3)]
    assert abs(holiday[friday] / holiday[date(2021, 10, 3)] - 1.07) < 0.12  # October is a little busier than September


def test_a_make_up_saturday_is_as_busy_as_a_monday() -> None:
    saturday = date(2021, 9, 18)
    bounds = datetime(2021, 9, 13, tzinfo=BEIJING), datetime(2021, 9, 20, tzinfo=BEIJING)
    sampler = Sampler(4, rest=lambda day: day.weekday() == 6)
    found = Counter(moment.date() for moment in sampler.arrivals(20_000, *bounds))
    assert abs(found[saturday] / found[date(2021, 9, 13)] - 1) < 0.1


def test_closing_hours_follow_the_measured_quantiles_up_to_the_cap() -> None:
    sampler, profile = Sampler(8), load_profile()
    drawn = sorted(sampler.closing_hours() for _ in range(20_000))
    assert drawn[0] >= 0 and drawn[-1] <= profile.number("closing_cap_hours") + 1
    medians = profile.value("closing_hours.boston")[10], profile.value("closing_hours.sf")[10]
    assert medians[0] * 0.8 < drawn[10_000] < medians[1]
    assert drawn[15_000] > 2 * drawn[10_000]


def test_what_is_urgent_closes_sooner() -> None:
    assert Sampler(8).closing_hours(24) < Sampler(8).closing_hours(168) == Sampler(8).closing_hours()


def test_lengths_of_web_texts_follow_the_measured_quantiles() -> None:
    sampler, measured = Sampler(9), load_profile().value("text_length")
    lengths = sorted(len(sampler.text([sampler.category(6, "web")], PLACE)) for _ in range(4000))
    for step in range(1, 17):  # 5 to 80 %: above stands the cap
        assert abs(lengths[step * 200] / measured[step] - 1) < 0.1, step
    assert lengths[-1] <= load_profile().number("text_cap") + 30


@pytest.mark.parametrize("path", PATHS, ids="/".join)
@pytest.mark.parametrize("channel", CHANNELS)
def test_every_category_speaks_of_its_place_and_leaves_no_slot_open(path: list[str], channel: str) -> None:
    sampler = Sampler(11)
    for _ in range(20):
        text = sampler.text(path, PLACE, channel)
        assert PLACE in text and text.endswith("。")
        assert "{" not in text and "}" not in text
        assert channel != "patrol" or len(text) < 45


def test_no_sentence_comes_twice_in_one_report() -> None:
    sampler = Sampler(12)
    for _ in range(300):
        sentences = sampler.text(["室温不达标"], PLACE).split("。")[:-1]
        assert len(sentences) == len(set(sentences))


@pytest.mark.parametrize(
    ("path", "topic"),
    [
        (["市政设施", "道路", "路面破损"], "road"),
        (["市政设施", "井盖", "井盖缺失"], "manhole"),
        (["市政设施", "道路", "路灯不亮"], "lamp"),
        (["施工管理", "夜间施工"], "noise"),
        (["施工管理", "工地扬尘"], "dust"),
        (["供热", "室温不达标"], "heating"),
        (["不知道", "说不清"], "other"),
    ],
)
def test_a_category_finds_its_topic_by_the_finest_level_and_the_longest_word(path: list[str], topic: str) -> None:
    assert TEXTS.topic_of(path) == topic


def test_a_category_with_words_of_its_own_uses_them_and_any_other_those_of_its_topic() -> None:
    own, other = Sampler(1), Sampler(1)
    assert {own.done(["停车", "僵尸车占位"]) for _ in range(20)} == set(TEXTS.leaves["僵尸车占位"].done)
    assert {other.done(["停车", "拖车停放"]) for _ in range(60)} == set(TEXTS.topics["parking"].done)


def test_categories_with_words_of_their_own_stand_in_the_pack_at_the_finest_level() -> None:
    with PACK.open(encoding="utf-8-sig", newline="") as file:
        finest = {row["zh"] for row in csv.DictReader(file) if len(row["code"]) == 6}
    assert set(TEXTS.leaves) <= finest


def test_villages_complain_of_village_roads_and_streets_do_not() -> None:
    sampler = Sampler(17)
    streets = {sampler.category(5, "hotline") for _ in range(6000)}
    villages = {sampler.category(5, "hotline", rural=True) for _ in range(6000)}
    assert "农村公路破损" in villages - streets


def test_a_patrol_finds_only_what_can_be_seen() -> None:
    sampler = Sampler(18)
    found = {sampler.category(5, "patrol") for _ in range(6000)}
    assert "机动车违停" in found and not {name for name in found if TEXTS.leaves[name].unseen}


def test_heating_is_complained_about_in_winter_only_and_patrols_never_see_a_living_room() -> None:
    sampler = Sampler(13)
    winter = Counter(sampler.topic(1, "hotline") for _ in range(4000))
    summer = Counter(sampler.topic(7, "hotline") for _ in range(4000))
    patrol = Counter(sampler.topic(1, "patrol") for _ in range(4000))
    assert winter["heating"] > 150 and summer["heating"] == 0 == patrol["heating"]


def test_shares_come_out_as_assumed() -> None:
    sampler = Sampler(14)
    drawn = Counter(sampler.pick("channel") for _ in range(20_000))
    for name, share in load_profile().shares("channel").items():
        assert near(drawn[name] / 20_000, share, 20_000), name
    assert near(sum(sampler.chance("return") for _ in range(20_000)) / 20_000, load_profile().number("return"), 20_000)


def test_reporters_are_marked_simulated_and_stay_themselves() -> None:
    sampler = Sampler(15)
    seen: dict[int, tuple[str, str]] = {}
    for _ in range(20_000):
        key, name, phone = sampler.reporter()
        assert name.endswith("（模拟）") and re.fullmatch(r"154000\d{5}", phone)
        assert seen.setdefault(key, (name, phone)) == (name, phone)
    assert 10_000 < len(seen) < 20_000


def test_inputs_of_the_whole_year_take_less_than_six_seconds() -> None:
    sampler, start = Sampler(16), process_time()
    for moment in sampler.arrivals():
        channel = sampler.pick("channel")
        sampler.text([sampler.category(moment.month, channel)], PLACE, channel)
        sampler.closing_hours(72)
        sampler.reporter()
    assert process_time() - start < 6


def test_every_entry_says_where_it_comes_from() -> None:
    profile = load_profile()
    for name, found in profile.measured.items():
        assert found["n"] > 0 and found["source"] and found["definition"]["zh"] and found["definition"]["en"], name
    for name, found in profile.assumed.items():
        assert found["why"]["zh"] and found["why"]["en"], name
    assert not set(profile.measured) & set(profile.assumed)


@pytest.mark.parametrize("name", ["channel", "district", "evidence", "refuse_reason", "grade_solved", "grade_unsolved"])
def test_assumed_shares_sum_to_one(name: str) -> None:
    assert sum(load_profile().shares(name).values()) == pytest.approx(1)


def test_every_class_and_topic_of_the_profile_has_words_and_a_place() -> None:
    profile, topics = load_profile(), TEXTS.topics
    cut = profile.value("topic_in_class")
    assert set(cut) == set(profile.shares("class_share")) == set(profile.shares("class_kept"))
    for parts in cut.values():
        assert sum(parts.values()) == pytest.approx(1)
    named = {topic for parts in cut.values() for topic in parts}
    assert named == set(topics) == {leaf.topic for leaf in TEXTS.leaves.values()}
    assert set(profile.shares("patrol_topic")) <= named and set(profile.value("season")) <= named
    assert all(len(factors) == 12 for factors in profile.value("season").values())


def test_texts_hold_no_number_that_could_be_a_telephone() -> None:
    text = "".join(PROFILE.with_name(name).read_text(encoding="utf-8") for name in ("texts.toml", "leaves.toml"))
    assert not re.search(r"\d{5,}", text)


def test_unknown_names_are_refused_by_name() -> None:
    sampler = Sampler(1)
    with pytest.raises(ProfileError, match="nonsense"):
        sampler.chance("nonsense")
    with pytest.raises(ProfileError, match="nonsense"):
        sampler.phrase("nonsense")
    with pytest.raises(ProfileError, match="no weight"):
        Wheel.of({"a": 0})


def test_quantiles_run_straight_between_their_points_and_back() -> None:
    curve = Quantiles((0.0, 10.0, 30.0))
    assert [curve.at(u) for u in (0, 0.25, 0.5, 0.75, 1)] == [0, 5, 10, 20, 30]
    assert [curve.share_below(value) for value in (-1, 0, 5, 20, 30, 99)] == [0, 0, 0.25, 0.75, 1, 1]


def test_the_tool_takes_the_smallest_value_whose_cumulative_share_reaches_the_quantile(tool: ModuleType) -> None:
    found = tool.quantiles([4, 1, 3, 2], 0)
    assert (found[0], found[5], found[6], found[10], found[20]) == (1, 1, 2, 2, 4)


def test_the_tool_refuses_a_bare_date_as_a_moment(tool: ModuleType) -> None:
    assert tool.moment("2019-04-08 08:37:20") == tool.moment("2019/4/8 8:37:20")
    with pytest.raises(ValueError, match="2018"):
        tool.moment("2018/4/24")


def test_the_tool_counts_a_busy_month_against_its_year(tool: ModuleType) -> None:
    moments = [datetime(2015, month, day, tzinfo=UTC) for month in range(1, 13) for day in range(1, 29)]
    factors = tool.month_factors(moments, range(2015, 2016))
    assert factors[1] > 1 > factors[0] and sum(factors) == pytest.approx(12, abs=0.01)


@pytest.mark.slow
@pytest.mark.skipif(not (DATA / "open311").is_dir(), reason="the real records are not shipped")
def test_measuring_again_gives_the_committed_profile(tool: ModuleType, tmp_path: Path) -> None:
    copy = tmp_path / "profile.json"
    kept = json.loads(PROFILE.read_text(encoding="utf-8"))
    copy.write_text(json.dumps({**kept, "measured": {}}), encoding="utf-8")
    tool.main(DATA, copy)
    assert copy.read_text(encoding="utf-8") == PROFILE.read_text(encoding="utf-8")

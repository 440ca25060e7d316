"""Which companies of a register a name may stand for."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import made
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshi.leads.judging import REASONS, SAME_FROM, judge
from luoshi.leads.matching import LEAST, RARE, Candidate, Register
from luoshi.leads.names import parts
from luoshi.leads.places import Places, china

INNER, XINJIANG = "内蒙古大全新能源有限公司", "新疆大全新能源股份有限公司"
CODE = "91110000600037341L"


@pytest.fixture(scope="module")
def places() -> Places:
    return Places(china())


@pytest.fixture(scope="module")
def small(places: Places) -> Register[int]:
    names = (
        INNER, XINJIANG, "包头吉宇特钢有限责任公司", "包头市第一建筑有限公司", "包头市第二建筑有限公司", "北京晨星科技有限公司",
        "北京晨星科技有限公司包头分公司", "包头晨星铝业有限公司", "包头晨星铝业集团有限公司", "科丝美诗（上海）化妆品有限公司",
        "东方希望包头稀土铝业有限责任公司",
    )  # fmt: skip
    renamed = [(2, "包头吉宇钢铁厂")]
    return Register([*enumerate(names), *renamed], places, [(2, CODE), (99, "91110000600037341X")])


def first(register: Register[int], query: str) -> tuple[int, int, str]:
    found = register.candidates(query)[0]
    return found.key, found.score, found.reason.id


def reasons(found: Iterable[Candidate[int]]) -> dict[int, str]:
    return {one.key: one.reason.id for one in found}


@pytest.mark.parametrize(
    ("query", "key", "reason"),
    [
        (INNER, 0, "name"),
        ("内蒙古大全新能源（有限公司）", 0, "name"),
        ("内蒙古大全新能源", 0, "form"),
        ("包头吉宇特钢有限公司", 2, "form"),
        ("吉宇特钢有限责任公司", 2, "place"),
        ("包头市吉宇特钢有限责任公司", 2, "place"),
        ("吉宇特钢", 2, "short"),
        ("包头吉字特钢有限责任公司", 2, "one_sign"),
        ("包头吉宇钢铁厂", 2, "name"),
        ("北京晨星科技有限公司包头分公司", 6, "name"),
        ("上海科丝美诗化妆品有限公司", 9, "place"),
        ("土默特右旗吉宇特钢有限公司", 2, "wider_place"),
        ("包头东方希望稀土铝业", 10, "short"),
        ("东方希望", 10, "part"),
    ],
)
def test_the_company_that_is_meant_comes_first_with_the_reason(
    small: Register[int], query: str, key: int, reason: str
) -> None:
    found = first(small, query)
    assert (found[0], found[2]) == (key, reason)


@pytest.mark.parametrize(("query", "other"), [(INNER, XINJIANG), (XINJIANG, INNER)])
def test_the_two_daqo_companies_are_two(small: Register[int], query: str, other: str) -> None:
    for asked in (query, query.removesuffix("股份有限公司").removesuffix("有限公司")):
        mine, theirs = small.candidates(asked)[:2]
        assert mine.name == query and mine.score >= SAME_FROM
        assert theirs.name == other and theirs.reason.id == "other_place" and theirs.score <= SAME_FROM - 20
        assert "内蒙古" in theirs.text.zh and "新疆" in theirs.text.en


def test_asked_without_a_place_both_daqo_companies_are_shown(small: Register[int]) -> None:
    found = small.candidates("大全新能源")
    assert {one.name for one in found[:2]} == {INNER, XINJIANG}
    assert {one.reason.id for one in found[:2]} == {"short"}


def test_number_branch_and_form_tell_companies_apart(small: Register[int]) -> None:
    assert reasons(small.candidates("包头市第一建筑有限公司"))[4] == "number"
    assert reasons(small.candidates("北京晨星科技有限公司"))[6] == "branch"
    assert reasons(small.candidates("包头晨星铝业有限公司"))[8] == "other_form"
    for query in ("包头市第一建筑有限公司", "北京晨星科技有限公司", "包头晨星铝业有限公司"):
        assert [one.score >= SAME_FROM for one in small.candidates(query)[:2]] == [True, False]


def test_a_brand_finds_the_companies_that_have_it(small: Register[int]) -> None:
    assert reasons(small.candidates("晨星")) == {5: "brand", 6: "brand", 7: "brand", 8: "brand"}
    assert first(small, "吉宇机械厂")[2] == "brand"


def test_a_shared_rare_part_is_named(small: Register[int]) -> None:
    found = small.candidates("包头吉宇轧辊园")[0]
    assert (found.key, found.reason.id) == (2, "rare")
    assert "“吉宇”" in found.text.zh and "“吉宇”" in found.text.en


def test_the_credit_code_comes_before_any_name(small: Register[int]) -> None:
    assert first(small, "９１１１００００ 600037341l") == (2, 100, "code")
    by_both = small.candidates(INNER, code=CODE)
    assert [(one.key, one.reason.id) for one in by_both[:2]] == [(2, "code"), (0, "name")]
    assert small.candidates("91110000600037341X") == []  # of a company without a name


@pytest.mark.parametrize("query", ["", "  ", "（）", "·。", "ζ", "x"])
def test_what_is_no_name_finds_nothing(small: Register[int], query: str) -> None:
    assert small.candidates(query) == []


def test_a_company_is_shown_once_whatever_it_was_called(small: Register[int]) -> None:
    keys = [one.key for one in small.candidates("包头吉宇")]
    assert keys.count(2) == 1 and len(small) == 12
    assert len(small.candidates("包头", limit=1)) <= 1


def test_a_name_added_later_is_found(places: Places) -> None:
    register: Register[str] = Register([], places)
    assert register.candidates("晨星铝业") == []
    register.add("a", "包头晨星铝业有限公司")
    assert [one.key for one in register.candidates("晨星铝业")] == ["a"]


def test_a_verdict_does_not_depend_on_who_asks(places: Places) -> None:
    names = [
        INNER,
        XINJIANG,
        "大全新能源",
        "大全",
        "包头晨星铝业公司",
        "包头晨星铝业集团有限公司",
        "晨兴铝业",
        "包头晨星",
        "",
        "公司",
    ]
    known = [parts(name, places) for name in names]
    for one in known:
        for other in known:
            there, back = judge(one, other), judge(other, one)
            assert there[:2] == back[:2] and 0 <= there[0] <= there[1].top <= 100
            assert (there[0] == 100) == (one == other)


WORDS = st.sampled_from(
    [
        "包头",
        "内蒙古",
        "晨星",
        "吉宇",
        "特钢",
        "新能源",
        "有限公司",
        "集团",
        "（集团）",
        "(包头)",
        "分公司",
        "一",
        "ａ",
        "）",
        " ",
    ]
)


@given(st.lists(WORDS, max_size=7).map("".join) | st.text(max_size=12))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_asked_and_finds_itself(places: Places, text: str) -> None:
    register = Register([(1, INNER), (2, "包头吉宇特钢有限责任公司"), (3, text)], places)
    found = register.candidates(text)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(LEAST <= one.score <= 100 for one in found)
    name = parts(text, places)
    assert [one.score for one in found[:1]] == ([100] if name.cleaned else [])
    assert Counter(name.stem) <= Counter(name.cleaned)


def test_every_reason_is_said_in_both_languages() -> None:
    assert len({reason.id for reason in REASONS}) == len(REASONS)
    for reason in REASONS:
        assert reason.text.zh and reason.text.en and reason.text.zh != reason.text.en


def test_the_documentation_has_every_reason_with_its_score() -> None:
    page = (Path(__file__).parents[2] / "docs" / "companies.md").read_text("utf-8")
    assert re.findall(r"^\| `(\w+)` \| (\d+) \|", page, re.M) == [(one.id, str(one.top)) for one in REASONS]
    assert f"From **{SAME_FROM}** on" in page and f"Below {LEAST} nothing" in page and f"one name in {RARE} has" in page


@pytest.mark.slow
@pytest.mark.skipif(not made.HERE, reason="the real company names are not at hand")
def test_500_real_names_are_found_among_300_000(places: Places) -> None:
    names = made.register(300_000)
    register = Register(enumerate([*names, INNER, XINJIANG]), places)
    real = made.real()
    assert len(real) == 500 and len(register) == 300_002

    def among_five(query: str, name: str) -> bool:
        return name in {one.name for one in register.candidates(query)}

    for way, change in made.ways().items():
        asked = [(change(name), name) for name, _ in real]
        changed = [pair for pair in asked if pair[0] != pair[1]]
        found = sum(among_five(*pair) for pair in asked)
        of_changed = sum(among_five(*pair) for pair in changed)
        print(f"{way}: {found} of {len(asked)}; of {len(changed)} that so changed {of_changed}")
        assert found >= 0.98 * len(asked) and of_changed >= 0.98 * len(changed) and len(changed) > 400
    brands = [(brand, name) for name, brand in real if brand]
    print(f"brand alone: {sum(among_five(*pair) for pair in brands)} of {len(brands)}")
    for query, other in ((INNER, XINJIANG), (XINJIANG, INNER)):
        scores = {one.name: one.score for one in register.candidates(query)}
        assert scores[query] == 100 and scores[other] < SAME_FROM

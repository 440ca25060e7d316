"""What a company's name is made of."""

from pathlib import Path

import pytest

from luoshi.kernel.problems import Invalid
from luoshi.leads.names import credit_code, initials, parts, spelled
from luoshi.leads.places import Places, china, related, shorts, trimmed
from luoshi.packs.read import read

PACK = Path(__file__).parents[2] / "src" / "luoshi" / "packs" / "baotou"
COMPANIES = Path(__file__).parents[3] / "shared" / "data" / "companies"


@pytest.fixture(scope="module")
def places() -> Places:
    pack = read(PACK)
    return Places([*china(), *((one.code, one.name.zh) for one in pack.divisions if one.level != "community")])


@pytest.mark.parametrize(
    ("name", "place", "core", "trade", "form"),
    [
        ("内蒙古大全新能源有限公司", "内蒙古", "大全", "新能源", "有限公司"),
        ("新疆维吾尔自治区大全新能源股份有限公司", "新疆维吾尔自治区", "大全", "新能源", "股份公司"),
        ("包头吉宇特钢有限责任公司", "包头", "吉宇", "特钢", "有限公司"),
        ("包头市昆都仑区大青山百货商行", "包头市昆都仑区", "大青山", "百货", "商行"),
        ("达尔罕茂明安联合旗晨风风电有限公司", "达尔罕茂明安联合旗", "晨风", "风电", "有限公司"),
        ("包头稀土高新区金蒙磁材有限公司", "包头稀土高新区", "金蒙", "磁材", "有限公司"),
        ("科丝美诗（中国）化妆品有限公司", "中国", "科丝美诗", "化妆品", "有限公司"),
        ("蒙元材料（内蒙古）有限公司", "内蒙古", "蒙元", "材料", "有限公司"),
        ("环球国际航运青岛有限公司", "青岛", "环球", "国际航运", "有限公司"),
        ("江苏常州万达人力资源管理有限公司", "江苏常州", "万达", "人力资源管理", "有限公司"),
        ("包头钢铁（集团）有限责任公司", "包头", "", "钢铁", "集团有限公司"),
        ("晨星投资合伙企业（有限合伙）", "", "晨星", "投资", "有限合伙"),
        ("土默特右旗丰收农民专业合作社", "土默特右旗", "丰收", "", "合作社"),
        ("沙尔沁镇丰收养殖场", "沙尔沁镇", "丰收", "", "养殖场"),
        ("朝阳县大山苗圃", "朝阳县", "大山", "", "苗圃"),
        ("晨星控股集团", "", "晨星", "控股", "集团"),
        ("好房屋网络科技有限公司", "", "好房屋", "网络科技", "有限公司"),
        ("包头有限公司", "包头", "", "", "有限公司"),
        ("公司", "", "公司", "", ""),
        ("", "", "", "", ""),
    ],
)
def test_a_name_is_taken_apart(places: Places, name: str, place: str, core: str, trade: str, form: str) -> None:
    found = parts(name, places)
    assert (found.place, found.core, found.trade, found.form) == (place, core, trade, form)
    assert found.cleaned == spelled(name)


def test_full_width_spaces_dots_and_brackets_make_no_other_name(places: Places) -> None:
    plain = parts("ABC科技(包头)有限公司", places)
    for written in ("ＡＢＣ科技（包头）有限公司", "abc 科技〔包头〕有限公司", " A.B.C·科技（包头）　有限公司。"):
        assert parts(written, places) == plain


def test_a_branch_is_told_from_its_firm(places: Places) -> None:
    branch = parts("北京晨星科技有限公司包头第一分公司", places)
    assert (branch.branch, branch.form, branch.place) == ("包头第一分公司", "有限公司", "北京")
    assert branch._replace(branch="", cleaned="") == parts("北京晨星科技有限公司", places)._replace(cleaned="")


def test_a_districts_short_name_is_a_place_only_after_its_city(places: Places) -> None:
    assert parts("鼓楼食品有限公司", places).core == "鼓楼"
    assert parts("福州鼓楼晨星食品有限公司", places).place == "福州鼓楼"
    assert parts("宁波兴隆房地产开发有限公司", places).core == "兴隆"  # a county, but not of Ningbo


def test_of_two_places_with_one_short_name_the_higher_counts(places: Places) -> None:
    assert parts("海南椰香食品有限公司", places).codes == {"46"}  # not 海南藏族自治州, not 海南区
    assert parts("吉林市大地商贸", places).codes == {"2202"}


def test_short_names_and_nesting_of_places() -> None:
    assert shorts("内蒙古自治区") == {"内蒙古"} and shorts("新疆维吾尔自治区") == {"新疆"}
    assert shorts("博尔塔拉蒙古自治州") == {"博尔塔拉", "博尔塔拉州"} and shorts("昆都仑区") == {"昆都仑"}
    assert shorts("土默特右旗") == shorts("易县") == set()
    assert [trimmed(code) for code in ("150200000000", "131000000000", "150202001000", "15")] == [
        "1502", "1310", "150202001", "15",
    ]  # fmt: skip
    assert related(frozenset({"15"}), frozenset({"1502"})) and not related(frozenset({"15"}), frozenset({"65"}))


def test_only_the_places_given_are_known() -> None:
    only = Places([("150200000000", "包头市")])
    assert parts("包头大全新能源有限公司", only).place == "包头"
    assert parts("新疆大全新能源有限公司", only).core == "新疆大全"


def test_initials_are_those_of_the_name_with_and_without_its_place(places: Places) -> None:
    assert initials(parts("包头吉宇特钢有限责任公司", places)) == ("btjytg", "jytg")
    assert initials(parts("重庆长安汽车股份有限公司", places)) == ("cqcaqc", "caqc")
    assert initials(parts("ABC科技有限公司", places)) == ("abckj",)
    assert initials(parts("", places)) == ()


def test_a_credit_code_comes_back_in_one_spelling() -> None:
    assert credit_code("９１１１００００６０００３７３４１ｌ") == "91110000600037341L"
    assert credit_code(" 91 110000-600037341L ") == "91110000600037341L"


@pytest.mark.parametrize(
    ("code", "word"),
    [("9111000060003734", "18"), ("91110000600037341M", "check"), ("91110000I00037341L", "I, O"), ("A" * 18, "digits")],
)
def test_a_wrong_credit_code_is_refused_with_the_rule(code: str, word: str) -> None:
    with pytest.raises(Invalid) as refused:
        credit_code(code, "uscc")
    (fault,) = refused.value.faults
    assert (fault.field, fault.value) == ("uscc", code)
    assert word in fault.rule.en and fault.rule.zh


@pytest.mark.skipif(not COMPANIES.is_dir(), reason="the real company names are not at hand")
def test_the_brand_of_real_names_is_found(places: Places) -> None:
    """Of 500 names with the brand that people marked; where they saw none, the product may see one."""
    lines = (COMPANIES / "groundtruth_500_fullname_brand.txt").read_text("utf-8-sig").splitlines()
    pairs = [line.split() for line in lines if len(line.split()) == 2]
    right = sum(parts(name, places).core == brand for name, brand in pairs)
    print(f"brands: {right} of {len(pairs)}")
    assert len(pairs) > 450 and right / len(pairs) >= 0.88

"""What a report's text may say by itself: hostile texts, each refused with file, line, number and rule."""

from pathlib import Path

import pytest

from luoshi.figures.report import grammar, names, numbers
from luoshi.figures.report.grammar import CallError
from luoshi.figures.report.reading import ReportError, read
from luoshi.packs.faults import Fault, Faults
from luoshi.packs.read import BAOTOU

CALL = '{{ figure("cases.closed") }}'
# what is written, and what the refusal must name
NUMBERS = {
    "办结 1134 件": "1134", "办结 1,134.5 件": "1,134.5", "办结１，１３４件": "１，１３４", "办结八百件": "八百", "三成": "三成", "翻番": "番",
    "翻\n番": "番", "百分之十": "百分之十", "两倍": "两倍", "过半": "半", "一半": "一半", "位居第一": "一", "首位": "首", "俩人": "俩", "双倍": "双倍",
    "倒数": "倒数", "冠军": "冠军", "二〇二一年": "二〇二一", "壹佰": "壹佰", "卅": "卅", "①": "①", "Ⅳ": "Ⅳ", "km²": "²", "½": "½", "㈠": "㈠",
    "⼗": "⼗", "𝟖": "𝟖", "٣": "٣", "&#49;": "1", "&#x516b;百": "八百", "&frac12;": "½", "十分满意": "十", "十一些": "十一", "系统一件": "一",
    "three cases": "three", "a third": "third", "doubled": "doubled", "Half of them": "Half", "a dozen": "dozen", "the first": "first",
    "twenty-one": "twenty", "twentyone": "twentyone", "threefold": "threefold", "ＴＨＲＥＥ": "ＴＨＲＥＥ", "ﬁve": "ﬁve", "thre\u0301e": "thre\u0301e",
    "phase XIV": "XIV", "ninety per\ncent": "per cent", "30%": "30", "三％": "％",
    "th**re**e": "three", "三**成**": "三成", "八_百_": "八", "[八百](https://a.b/)": "八百", "![八百](https://a.b/x.png)": "八百", "> 八百": "八百",
    "- 八百": "八百", "## 八百": "八百", "八百\n---": "八百", "| a |\n|---|\n| 八百 |": "八百", "| 八百 |\n|---|\n| a |": "八百",
    "<https://a.b/800>": "800", "8\\*00": "8",
}  # fmt: skip
SIGNS = {
    "第{{ year }}位": "第", "共 {{ year_before }} 件": "[[…]] 件", f"-{CALL}": "-", f"负{CALL}": "负", f"minus {CALL}": "minus", f"{CALL}{CALL}": "{{…}}", f"{CALL}.{CALL}": ".", f"{CALL} %": "%",
    "th\u200bree": "U+200B", "th&shy;ree": "U+00AD", "a&#xe000;": "U+E000", "tеn": "е", "ニ": "ニ", "㇐": "㇐", "💯": "💯",
    "<b>x</b>": "<b>", "<!-- x -->": "<!--", "<div>\nx\n</div>": "<div>", "![x](https://a.b/x.png)": "x", "`x`": "x", "    x": "x", "```\nx\n```": "x",
    "1. x": "ordered_list", "[x](ftp://a.b/)": "ftp://a.b/", '[x](https://a.b/ "y")': "y", "{{ figure(": "{{", "x }}": "}}", "[[": "[[",
}  # fmt: skip
CALLS = (
    "{{ }}", "{{ sum }}", "{{ figure() }}", '{{ figure("a", "b") }}', '{{ figure("a", of="b") }}', '{{ figure("a", rank=true) }}',
    '{{ table("a", rank="yes") }}', '{{ figure("a", part="n", part="n") }}', "{{ figure(“a”) }}", '{{ __import__("os") }}',
    '{{ figure("a".upper()) }}', "{{ year(true) }}", '{{ figure("a" part="n") }}',
)  # fmt: skip
MARKS = {
    "[[date: 800]]": "不是日期", "[[date: 办结八百]]": "不是日期", "[[name: 八百]]": "只是一个数", "[[word: 三成]]": "只是一个数",
    "[[word: 约八百件]]": "只是一个数", "[[word: first]]": "只是一个数", "[[word: 中国]]": "没有数", "th[[word: r]]ee": "没有数",
    "[[word: 增长三成]]": "不是数表里的词", "[[name: 增长三成]]": "数量", "[[name: 五千家企业]]": "数量", "[[name: 五千企业]]": "数量",
    "[[name: 八十多个项目]]": "数量", "[[name: 三倍目标]]": "数量", "[[name: 全国第一]]": "数量", "[[name: 增长三点五]]": "数量", "[[name: 达五千的企业]]": "数量",
    "[[name: 五千 firms]]": "数量", "[[name: 5000 Firms]]": "数量", "[[name: five thousand winners]]": "首字母大写", "[[name: Growth Threefold]]": "数量",
    "[[name: 占八分天下]]": "数量", "[[name: 九三学社]]": "不是声明过的名称", "[[name: Two Sessions]]": "不是声明过的名称", "[[word: 五千家企业]]": "不是数表里的词",
    "办结[[date: 2021]] 件": "改变读数", "f[[word: ive one]]": "改变读数", "[[八百]]": "应为 date", f"[[name: {'一' * 40}体]]": "太长", "[[name: 八\u200b体]]": "看不见",
}  # fmt: skip
NAMES = """
[names]
"四基地两中心一高地一体系" = "发展定位"
"1+13+N" = "能源工作体系"
"12345 热线" = "便民热线"
"三八红旗手" = "妇女荣誉称号"
"一带一路" = "合作倡议"
"“四个全面”" = "战略布局"
"Belt and Road 21" = "an initiative"
"""
NO_NAMES = {
    '"增长三成" = "x"': "数量", '"五千家企业" = "x"': "数量", '"“五千家企业”" = "x"': "数量", '"“四个”" = "x"': "只是一个数", '"八百" = "x"': "只是一个数",
    '"中国" = "x"': "没有数", '"三八红旗手" = ""': "说明", '"三八红旗手" = 3': "说明", '"三八红旗手" = "八百人"': "说明里有数",
    '"八​体" = "x"': "看不见", '"five firms of ours" = "x"': "数量", '"five wise men" = "x"': "首字母大写",
}  # fmt: skip
PLAIN = (
    "一些问题一直没有解决，首先要一并处理，一般不再千方百计。", "often someone in the tone of everyone", "[[date: 2021年12月31日]] [[date: 上半年]]",
    "[[name: 四基地两中心一高地一体系]]、[[name: 1+13+N]]、[[name: 12345 热线]]", "[[word: 统一]] [[word: at once]]", "[[date: 31 December 2021]]",
    "{{ year }}年年报", f"居第 {CALL} 位", f"共 {CALL}、{CALL}。", f"{{{{ year }}}}年，{CALL}.", "[出处](https://a.b/2021/800)",
)  # fmt: skip


def faults(folder: Path, text: str) -> list[Fault]:
    path = folder / "x.zh.md"
    path.write_text(f"# 题\n\n{text}\n", "utf-8")
    (folder / "names.toml").write_text(NAMES, "utf-8")
    try:
        read(path)
    except ReportError as error:
        return error.faults
    return []


@pytest.mark.parametrize(("text", "named"), (NUMBERS | SIGNS).items())
def test_a_number_that_no_figure_backs_is_refused_with_file_and_line(tmp_path: Path, text: str, named: str) -> None:
    found = faults(tmp_path, text)
    assert any(one.file == "x.zh.md" and one.line >= 3 and f"「{named}" in one.rule.zh for one in found), found


def test_the_line_is_that_of_the_number(tmp_path: Path) -> None:
    found = faults(tmp_path, "a\nb\n八百\n\n- c\n- d 三成\n\n| e |\n|---|\n| f |\n| 两倍 |")
    assert [(one.line, one.rule.en.partition(":")[0]) for one in found] == [
        (5, "'八百'"),
        (8, "'三成'"),
        (13, "'两倍'"),
    ]
    assert "no figure backs" in str(found[0].rule.en) and str(found[0]).startswith("x.zh.md:5: ")


@pytest.mark.parametrize("text", CALLS)
def test_nothing_but_a_known_call_stands_in_braces(tmp_path: Path, text: str) -> None:
    assert faults(tmp_path, text)
    with pytest.raises(CallError):
        grammar.parse(text[2:-2])


@pytest.mark.parametrize(("text", "rule"), MARKS.items())
def test_a_mark_is_no_way_around(tmp_path: Path, text: str, rule: str) -> None:
    assert any(rule in one.rule.zh for one in faults(tmp_path, text)), faults(tmp_path, text)


@pytest.mark.parametrize(("line", "rule"), NO_NAMES.items())
def test_a_declared_name_that_states_a_quantity_is_refused_with_its_line(tmp_path: Path, line: str, rule: str) -> None:
    (tmp_path / "names.toml").write_text(f"[names]\n\n{line}\n", "utf-8")
    found = Faults()
    assert names.read(tmp_path, found) == {}
    assert [(one.file, one.line) for one in found.found] == [("names.toml", 3)] and rule in found.found[0].rule.zh
    (tmp_path / "x.zh.md").write_text("# 题\n", "utf-8")
    with pytest.raises(ReportError, match=r"names.toml:3: "):
        read(tmp_path / "x.zh.md")


def test_the_file_of_names_holds_names_alone(tmp_path: Path) -> None:
    (tmp_path / "names.toml").write_text("[words]\n", "utf-8")
    names.read(tmp_path, found := Faults())
    assert "[names]" in found.found[0].rule.zh and found.found[0].line == 1


def test_a_word_that_needs_its_mark_is_in_the_list_and_states_nothing() -> None:
    for word in numbers.data()["marks"]["words"]:
        assert numbers.found(word), word
        assert names.rule_of("word", word.upper(), {}) is None, word


@pytest.mark.parametrize("text", PLAIN)
def test_what_says_no_number_passes(tmp_path: Path, text: str) -> None:
    assert faults(tmp_path, text) == []


def test_no_fixed_word_ends_with_its_numeral() -> None:
    """Behind such an ending another word could begin: 系统一件."""
    for word in numbers.data()["han"]["plain"]:
        assert numbers.found(f"{word}。") == [] and numbers.found(f"十{word}"), word
        assert not numbers.found(word[-1]), word


@pytest.mark.parametrize("text", ["", "八", "# 题\n\n# 又\n", '# {{ figure("cases.closed") }}\n', "x\n\n# 题\n"])
def test_a_text_begins_with_its_one_title(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.zh.md").write_text(text, "utf-8")
    with pytest.raises(ReportError) as refused:
        read(tmp_path / "x.zh.md")
    assert any("标题" in one.rule.zh for one in refused.value.faults)


def test_other_encodings_are_named(tmp_path: Path) -> None:
    (tmp_path / "x.zh.md").write_bytes("# 题\n办".encode("gb18030"))
    with pytest.raises(ReportError, match="UTF-8"):
        read(tmp_path / "x.zh.md")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pack_s_year_report_prints_nothing_by_itself(language: str) -> None:
    found = read(BAOTOU / "reports" / f"year.{language}.md")
    assert len(found.calls) > 40

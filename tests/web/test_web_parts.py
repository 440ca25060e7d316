"""The parts: complete in both languages, every value escaped, no inline style or script."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from web_pages import LI

from luoshi.kernel.text import T, set_language, speaking
from luoshi.web import parts, preview, svg, words

HOSTILE = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>{n}%s"""
STATIC = Path(preview.__file__).parent / "static"


def page(text: str = "") -> str:
    request = RequestFactory().get("/desk/1")
    request.viewer = LI  # type: ignore[attr-defined]
    return render_to_string("web/preview.html", dict(preview.context(text)), request)


class Tags(HTMLParser):
    """All tags with their attributes; refuses an end tag that closes nothing."""

    void = {"meta", "link", "input", "br", "path", "rect", "circle", "line", "polyline"}

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_part_lets_a_hostile_text_become_markup(language: str) -> None:
    with speaking(language):
        tame, hostile = Tags(page("乙" * len(HOSTILE))), Tags(page(HOSTILE))
    assert [tag for tag, _ in hostile.seen] == [tag for tag, _ in tame.seen]
    assert [sorted(attrs) for _, attrs in hostile.seen] == [sorted(attrs) for _, attrs in tame.seen]
    assert not hostile.open


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_inline_style_script_or_handler(language: str) -> None:
    with speaking(language):
        for tag, attrs in Tags(page()).seen:
            assert "style" not in attrs and not any(name.startswith("on") for name in attrs), (tag, attrs)
            assert tag != "script" or attrs.get("src"), "inline script"
            assert tag != "style"


def test_english_page_is_english() -> None:
    set_language("en")
    html = page()
    samples = set(re.findall(r"[\u4e00-\u9fff]+", page("")))
    frame_words = {
        "跳到正文",
        "主导航",
        "退出",
        "搜索",
        "截至",
        "账本",
        "临期",
        "缺少",
        "下一页",
        "示意图",
        "演示时钟",
        "看数据",
    }
    assert not frame_words & samples
    assert '<html lang="en"' in html and 'lang="zh-CN" hreflang="zh-CN">中文' in html


def test_every_id_stands_once_and_every_label_has_its_field() -> None:
    seen = Tags(page()).seen
    first = [attrs["id"] for _, attrs in seen if "id" in attrs]
    assert len(first) == len(set(first))
    assert {attrs["for"] for tag, attrs in seen if tag == "label" and "for" in attrs} <= set(first)


def test_t_fills_and_escapes_values_and_keeps_safe_ones() -> None:
    source = '{% t "剩 {n} 件，{who}" "{n} left, {who}" n=n who=light as x %}{{ x }}'
    values = {"n": "<b>", "light": parts.light("g")}
    assert engines["django"].from_string(source).render(values).startswith("剩 &lt;b&gt; 件，<span class=")  # type: ignore[attr-defined]
    with speaking("en"):
        assert engines["django"].from_string('{% t "甲" "A" %}').render({}) == "A"  # type: ignore[attr-defined]


@pytest.mark.parametrize(("code", "word"), [("g", "正常"), ("y", "临期"), ("r", "超期"), ("n", "未开始")])
def test_a_light_is_a_shape_and_a_word(code: svg.Light, word: str) -> None:
    assert word in parts.light(code) and "<svg" in parts.light(code)


def test_lights_have_different_shapes() -> None:
    assert len({svg.SHAPES[code] for code in "gyrn"}) == 4


def test_a_late_clock_grows_out_of_its_frame() -> None:
    frame, over = re.search(r'class="frame".*?width="([\d.]+)"', svg.clock(1.5)), 'class="over" x="2" y="2" width="54"'
    assert frame and float(frame[1]) < 54 and over in svg.clock(1.5)
    assert "over" not in svg.clock(1.0)


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (12493, None, "12,493"),
        (8.55, 1, "8.6"),
        (-3.2, 1, "−3.2"),
        (0, None, "0"),
        (None, 1, "未知"),
        (2.5, 0, "3"),
        (0.1, None, "0.1"),
    ],
)
def test_numbers(value: float | None, places: int | None, shown: str) -> None:
    assert words.number(value, places) == shown


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (1_249_300_000_000, "12,493.0 亿", "1,249.3 billion"),
        (34_000, "3.4 万", "34,000"),
        (9_999, "9,999", "9,999"),
        (-2_500_000, "−250.0 万", "−2.5 million"),
    ],
)
def test_round_numbers(value: int, zh: str, en: str) -> None:
    assert words.round_number(value) == zh
    with speaking("en"):
        assert words.round_number(value) == en


def test_a_rate_without_a_whole_is_unknown_and_not_zero() -> None:
    assert words.percent(0, 0) == "未知" and words.percent(0, 3) == "0.0%" and words.percent(1, 8) == "12.5%"


def test_times_are_city_times() -> None:
    assert words.when(preview.NOW) == "2021-12-29 09:00"
    assert words.day(preview.NOW.replace(hour=17)) == "2021-12-30"
    assert parts.time(preview.NOW) == '<time datetime="2021-12-29T09:00+08:00">2021-12-29 09:00</time>'
    assert parts.time(None) == ""


def test_facts_leave_out_what_is_empty() -> None:
    assert parts.facts([("甲", ""), (T("乙", "B"), "1")]) == '<dl class="facts"><dt>乙</dt><dd>1</dd></dl>'


def test_stylesheet_and_script_stay_small() -> None:
    import gzip

    css = (STATIC / "luoshi.css").read_bytes()
    assert len(gzip.compress(css)) < 12_000
    assert (STATIC / "luoshi.js").stat().st_size < 3_000
    assert b"url(" not in css and b"@import" not in css, "the policy allows nothing from elsewhere"


def test_a_word_in_place_of_a_number_is_set_smaller() -> None:
    ground = [(T("截至", "As of"), "今天")]
    unknown, known = (parts.figure(parts.Figure("率", value, "", "", ground)) for value in ("未知", "93.0"))
    assert 'class="num num-w"' in unknown and 'class="num"' in known

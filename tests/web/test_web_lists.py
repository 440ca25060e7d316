"""Tables, pages, forms, maps and charts."""

import re
from time import process_time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from luoshi.kernel.problems import Fault, Invalid, Problem, Stale
from luoshi.kernel.text import T, set_language
from luoshi.web import charts, forms, map, pager, preview, tables


def test_fifty_rows_cost_less_than_five_milliseconds() -> None:
    table, rows = preview.table(""), preview.rows(50)
    best = min(_cost(table, rows) for _ in range(5))
    assert best < 0.005 * 1.3, f"{best * 1000:.1f} ms"


def _cost(table: tables.Table[preview.Row], rows: list[preview.Row]) -> float:
    begun = process_time()
    table.render(rows)
    return process_time() - begun


def test_a_table_has_scopes_roles_labels_and_says_its_order() -> None:
    html = preview.table("").render(
        preview.rows(2), tables.Sorting("due", "asc", lambda by, way: f"?by={by}&way={way}")
    )
    assert html.count('scope="col"') == 6 and html.count('scope="row"') == 2 and html.count('role="row"') == 3
    assert 'aria-sort="ascending"><a href="?by=due&amp;way=desc">到期</a>' in html
    assert 'aria-sort="none"><a href="?by=kind&amp;way=asc">类别</a>' in html
    assert 'data-l="到期"' in html and 'data-l="编号"' not in html


def test_a_table_that_does_not_fold_needs_no_roles() -> None:
    table = tables.Table[int]("数", [tables.Column(T("甲", "A"), str)], "t", lambda n: "is-sel" if n else "")
    assert table.body([0, 1]) == '<tr><td>0</td></tr>\n<tr class="is-sel"><td>1</td></tr>\n'


def test_a_cursor_comes_back_as_it_went() -> None:
    keys = (preview.NOW, 7, "甲", None)
    assert pager.decode(pager.encode(keys, "due"), "due") == keys


@pytest.mark.parametrize("cursor", ["", "x", "W10:1:2", "{}", "<script>" * 99])
def test_a_bad_cursor_is_a_readable_400(cursor: str) -> None:
    with pytest.raises(Problem) as refused:
        pager.decode(cursor, "due")
    assert refused.value.status == 400 and refused.value.faults[0].field == "after"


def test_a_cursor_fits_no_other_order() -> None:
    with pytest.raises(Problem):
        pager.decode(pager.encode([1], "due"), "kind")


def test_the_pager_keeps_the_filters() -> None:
    html = pager.pager(QueryDict("state=open&state=late&after=x"), 50, "y", 1871)
    assert 'href="?state=open&amp;state=late"' in html and "state=late&amp;after=y" in html and "1,871" in html


def test_a_form_shows_faults_at_the_fields_and_above() -> None:
    form = preview.Report({"place": "x" * 30, "kind": "none", "day": "2021-02-30", "seen": "1"})
    html, above = str(form), forms.summary(form)
    for anchor in re.findall(r'href="#([^"]+)"', above):
        assert f'id="{anchor}"' in html
    assert above.count("<li>") == 3 and "地点：最多 20 个字，现在 30 个" in above
    assert 'aria-describedby="f-place_helptext f-place_error"' in html and 'autocomplete="street-address"' in html
    set_language("en")
    assert "At most 20 characters, now 30" in forms.summary(form.__class__(form.data))


def test_a_rating_is_never_preselected_and_a_key_is_always_there() -> None:
    first, second = str(preview.Report()), str(preview.Report())
    assert "checked" not in first
    keys = [re.search(r'name="key" value="([0-9a-f]{32})"', html) for html in (first, second)]
    assert keys[0] and keys[1] and keys[0][1] != keys[1][1]


def test_the_key_survives_a_refused_form() -> None:
    form = preview.Report({"key": "a" * 32})
    assert not form.is_valid() and f'name="key" value="{"a" * 32}"' in str(form)


def test_what_an_action_refused_stands_at_its_field() -> None:
    form = preview.Report({"place": "路", "kind": "road", "day": "2021-12-30", "seen": "1"})
    assert form.is_valid(), form.errors
    form.refuse(Invalid([Fault("place", "路", T("太短", "too short")), Fault("elsewhere", "", T("不行", "no"))]))
    form.refuse(Stale(T("王磊先改了这条", "Wang Lei was first")))
    assert form.errors["place"] == ["太短"] and form.errors["__all__"] == ["不行", "王磊先改了这条"]


def _photos(*sizes: int) -> preview.Report:
    files = [SimpleUploadedFile(f"{i}.jpg", b"x" * size) for i, size in enumerate(sizes)]
    data = {"place": "路", "kind": "road", "day": "2021-12-30", "seen": "1"}
    return preview.Report(data, MultiValueDict({"photos": files}))


def test_pictures_come_as_a_list() -> None:
    form = _photos(3, 4)
    assert form.is_valid() and [one.size for one in form.cleaned_data["photos"]] == [3, 4]
    none = _photos()
    assert none.is_valid() and none.cleaned_data["photos"] == []


@pytest.mark.parametrize(("sizes", "rule"), [((1, 1, 1, 1, 1), "最多 4 张，选了 5 张"), ((0,), "文件是空的")])
def test_too_many_or_empty_pictures_are_refused(sizes: tuple[int, ...], rule: str) -> None:
    assert _photos(*sizes).errors["photos"] == [rule]


FRAME = map.Frame(288, 150)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("at.x=12&at.y=30", (12, 30)),
        ("at.x=0&at.y=0", None),
        ("at.x=289&at.y=3", None),
        ("at.x=-1&at.y=3", None),
        ("at.x=٣&at.y=3", None),
        ("at.x=12", None),
        ("", None),
    ],
)
def test_where_the_map_was_pressed(query: str, found: tuple[int, int] | None) -> None:
    assert map.pressed(QueryDict(query), "at", FRAME) == found


def test_a_picture_of_the_map_needs_no_stylesheet_and_escapes() -> None:
    from xml.etree import ElementTree

    city = map.Map(FRAME, {"a": "M0 0h9v9z"}, {"a": 9}, [map.Label(1, 2, "<b>&")], [map.Pin(3, 4)])
    root = ElementTree.fromstring(map.picture(city))
    assert root.attrib["viewBox"] == "0 0 288 150" and "class" not in map.picture(city).decode()
    assert [node.text for node in root if node.tag.endswith("text")] == ["<b>&"]


def test_outlines_open_what_they_show() -> None:
    city = map.Map(FRAME, {"a": "M0 0z"}, links={"a": "/d/a?x=1&y=2"}, names={"a": T("昆区", "Kunqu")})
    assert '<a href="/d/a?x=1&amp;y=2" aria-label="昆区"><path class="k1"' in map.draw(city, "图")


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ([89.2, 96.7], 88, 98),
        ([0, 7], 0, 8),
        ([5, 5], 5, 6),
        ([], 0, 1),
        ([0.013, 0.049], 0.01, 0.05),
        ([-3, 12], -5, 15),
    ],
)
def test_scales_have_round_steps(values: list[float], low: float, high: float) -> None:
    scale = charts.scale_of(values)
    assert (scale.low, scale.high) == (low, high) and 1 <= len(scale.ticks()) <= 8
    assert scale.ticks()[0] == low and scale.ticks()[-1] == high


def test_a_gap_is_a_gap_and_unknown_in_the_table() -> None:
    series = charts.Trend(["1", "2", "3", "4"], [1, None, 3, 4], [1, 2, 3, 4], "今年", "去年")
    html = charts.trend(charts.Frame("题", "件"), series, "走势")
    assert html.count('<polyline class="l-this"') == 2 and html.count("<td") == 8 and html.count("未知") == 1


def test_bars_start_at_zero_and_unknown_has_no_bar() -> None:
    html = charts.bars(
        charts.Frame("题", "%"), ("区", "%"), [charts.Bar("甲", 50), charts.Bar("乙", 100), charts.Bar("丙", None)]
    )
    assert 'y="0" width="50%"' in html and html.count("<rect") == 2 and "未知" in html


def test_a_trend_names_only_the_lines_that_are_drawn() -> None:
    frame, marks = charts.Frame("题", "件"), ["1月", "2月"]
    one = charts.trend(frame, charts.Trend(marks, [3.0, 4.0], [None, None], "2021 年", "2020 年同月", 0), "走势")
    key = str(one).partition('class="key"')[2].partition("</p>")[0]
    assert "2021 年" in key and "2020 年同月" not in key
    both = charts.trend(frame, charts.Trend(marks, [3.0, 4.0], [1.0, None], "2021 年", "2020 年同月", 0), "走势")
    assert "2020 年同月" in str(both).partition('class="key"')[2].partition("</p>")[0]


@pytest.mark.parametrize("values", [[0.0, 0.0], [None, None]])
def test_an_empty_trend_says_so_and_draws_no_axis(values: list[float | None]) -> None:
    series = charts.Trend(["1月", "2月"], values, [None, None], "2021 年", "2020 年同月", 0)
    drawn = str(charts.trend(charts.Frame("还没有上报", "件"), series, "走势", zero=True))
    assert "还没有可画的数" in drawn and 'class="zero"' not in drawn and 'class="tx"' not in drawn

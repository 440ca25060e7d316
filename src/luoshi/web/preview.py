"""Every part once, with sample values: what tests check and what one looks at beside the mock pages. No database."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from django import forms as django_forms
from django.http import QueryDict

from luoshi.kernel.text import T
from luoshi.web import charts, forms, map, pager, parts, svg, tables, words

NOW: Final = datetime(2021, 12, 29, 1, tzinfo=UTC)


class Row(NamedTuple):
    """A sample case in a list."""

    number: str
    light: svg.Light
    left: T
    due: datetime
    kind: str
    place: str


class Report(forms.SeenForm):
    """A sample of every kind of field."""

    place = django_forms.CharField(
        label=forms.text("地点", "Place"),
        help_text=forms.text("写路名、门牌，或附近的店", "A road, a number, or a shop near by"),
        widget=django_forms.TextInput(attrs={"autocomplete": "street-address"}),
        max_length=20,
    )
    street = django_forms.ChoiceField(
        label=forms.text("街道", "Street office"),
        required=False,
        choices=forms.choices([("", T("不清楚", "Not sure")), ("1", T("幸福路街道", "Xingfu Road"))]),
    )
    kind = django_forms.ChoiceField(
        label=forms.text("最接近哪一类", "What comes nearest"),
        widget=forms.Picks,
        choices=forms.picks(
            [
                ("road", T("道路、井盖、路灯", "Road, manhole, lamp"), T("坑洼、松动、不亮", "Holes, loose, dark")),
                ("other", T("不知道，由值班员来分", "Not sure: the desk decides"), ""),
            ]
        ),
    )
    grade = django_forms.ChoiceField(
        label=forms.text("您满意吗", "Are you satisfied?"),
        help_text=forms.text("五个一样好点。可以不评。", "All five are as easy. You may leave it out."),
        widget=forms.Rating,
        required=False,
        choices=forms.choices(
            [
                ("1", T("很不满意", "Not at all")),
                ("2", T("不满意", "No")),
                ("3", T("一般", "So so")),
                ("4", T("满意", "Yes")),
                ("5", T("很满意", "Very")),
            ]
        ),
    )
    day = forms.DayField(label=forms.text("新的到期日", "New due day"))
    text = django_forms.CharField(
        label=forms.text("发生了什么", "What happened"), widget=django_forms.Textarea, required=False
    )
    photos = forms.PhotosField(limit=4, label=forms.text("照片（可不加）", "Pictures (optional)"), required=False)
    tell = django_forms.BooleanField(
        label=forms.text("发短信告诉我", "Tell me by SMS"),
        help_text=forms.text("结案 90 天后删除号码", "The number is deleted 90 days after closing"),
        required=False,
    )


def table(text: str) -> tables.Table[Row]:
    """The sample list; `text` goes into every free place."""
    return tables.Table(
        T("街面案件", "Cases"),
        [
            tables.Column(tables.tick_all(), lambda row: tables.tick("id", row.number, row.number), "m-no"),
            tables.Column(T("剩余", "Left"), lambda row: parts.light(row.light, row.left), label=False),
            tables.Column(T("到期", "Due"), lambda row: words.when(row.due), "n nb", sort="due"),
            tables.Column(
                T("编号", "Number"), lambda row: tables.link("/cases/1", row.number), label=False, is_header=True
            ),
            tables.Column(T("类别", "Class"), lambda row: row.kind, "b", label=False, sort="kind"),
            tables.Column(T("地点", "Place"), lambda row: row.place + text),
        ],
    )


def rows(count: int) -> list[Row]:
    """Sample rows of a list."""
    lights: tuple[svg.Light, ...] = ("r", "y", "g")
    return [
        Row(
            f"J-2021-{37546 + i:06d}",
            lights[min(i // 3, 2)],
            T("剩 {n} 天", "{n} days left").fill(n=i),
            NOW + timedelta(days=i),
            "路灯 · 不亮",
            "青山 富强路街道",
        )
        for i in range(count)
    ]


def _stages() -> list[parts.Stage]:
    return [
        parts.Stage(T("信息收集", "Collected"), T("2 分，限 30 分", "2 of 30 min"), 0.06),
        parts.Stage(T("任务派遣", "Dispatched"), T("3 小时，限 2 小时", "3 of 2 hours"), 1.5, late=True),
        parts.Stage(T("任务处理", "Handling"), T("2 天，限 3 个工作日", "2 of 3 working days"), 0.64, now=True),
        parts.Stage(T("核查结案", "Verified"), T("限 1 个工作日", "1 working day")),
    ]


def _happenings(text: str) -> list[parts.Happening]:
    return [
        parts.Happening(NOW + timedelta(days=1), T("处理到期", "Due"), kind="is-plan"),
        parts.Happening(
            NOW, T("核查退回", "Sent back"), text or T("照片看不清", "The picture is unclear"), "is-bad", 1203206
        ),
        parts.Happening(NOW - timedelta(days=4), T("市民上报", "Reported"), text, ledger=1198402),
    ]


def _dues(text: str) -> list[parts.Due]:
    press = T("派遣", "Dispatch")
    note = f"J-2021-038417　和平路 168 号门前{text}"
    return [
        parts.Due(
            T("超 1 天", "1 day late"),
            "应于 11-22 17:30",
            "供暖管沟塌陷，二次退回" + text,
            "/cases/1",
            note,
            "r",
            T("街面", "Cases"),
            press,
            first=True,
        ),
        parts.Due(
            "11:00",
            T("剩 1 小时 20 分", "1 h 20 min left"),
            "公交站牌倒伏" + text,
            "/cases/2",
            note,
            "y",
            T("街面", "Cases"),
            press,
        ),
    ]


def _map(text: str) -> map.Map:
    return map.Map(
        map.Frame(288, 150),
        {"a": "M10 10h120v120h-120z", "b": "M130 10h150v120h-150z"},
        {"a": 2, "b": 4},
        [map.Label(70, 70, "昆区" + text, "95.2"), map.Label(200, 70, T("青山", "Qingshan"), light=True)],
        [map.Pin(60, 110)],
    )


def _charts(text: str) -> dict[str, Any]:
    frame = charts.Frame(
        T("每个月都高于上年同月", "Above last year in every month"),
        T("按期办结率，%", "Closed on time, %"),
        "来源" + text,
        True,
    )
    series = charts.Trend(
        [f"{i}月" for i in range(1, 13)],
        [92.4, 91.9, 93.1, 94, 94.6, 95.4, 95.8, 96.2, None, 96.3, 96.7, 95.3],
        [90, 89.2, 91, 91.4, 92.2, 92.8, 92.4, 93.1, 93.5, 92.7, 92, 94.9],
        T("2021 年", "2021"),
        T("2020 年同月", "2020"),
    )
    bars = [
        charts.Bar("昆都仑区" + text, 95.2, more=("9,155 / 9,614",), mine=True),
        charts.Bar("白云", None, more=("—",), role="rest"),
    ]
    heads = (T("旗县区", "District"), "%", T("分子 / 分母", "Part / whole"))
    return {"trend": charts.trend(frame, series, T("走势", "Trend")), "bars": charts.bars(frame, heads, bars)}


def context(text: str = "") -> Mapping[str, Any]:
    """What `web/preview.html` shows; `text` is put into every place that takes a free text, as a hostile one in tests."""
    faulty = {"place": text or "x" * 30, "kind": "none", "day": "2021-13-01", "seen": "1", "key": forms.new_key()}
    bad = Report(faulty, auto_id="g-%s")
    figure = parts.Figure(
        T("解决率", "Solved") , "93.0", "%", text or T("回访时市民说解决了", "Citizens said so"),
        [(T("分子", "Numerator"), tables.link("/cases/", "33,389")), (T("截至", "As of"), parts.time(NOW, "day")), (text, text)],
        "/figures/1", parts.tag_demo(),
    )  # fmt: skip
    return {
        "text": text or "幸福路街道",
        "now": NOW,
        "form": Report(),
        "bad": bad,
        "stages": _stages(),
        "happenings": _happenings(text),
        "dues": _dues(text),
        "figure": figure,
        "facts": [(T("类别", "Class"), "市政设施 · 井盖" + text), (T("空", "Empty"), "")],
        "table": table(text).render(rows(8), tables.Sorting("due", "asc", lambda by, way: f"?by={by}&way={way}")),
        "pager": pager.pager(QueryDict("state=open&after=x"), 8, pager.encode([NOW, 7], "due"), 871),
        "map": map.figure(_map(text), T("地点示意", "The place"), text),
        "press": map.press("at", "/static/mark.svg", map.Frame(288, 150), T("按地图选地点", "Press the map")),
        **_charts(text),
    }

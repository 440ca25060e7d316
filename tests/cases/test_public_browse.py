"""What anybody may read: the home page's numbers, the list of cases, one case."""

import re
from datetime import timedelta

import pytest
from asking import questions
from django.test import Client
from public_walk import Walk, do, handle

from luoshi.cases.actions import report_case
from luoshi.cases.flow import FLOW
from luoshi.cases.models import Case, Category
from luoshi.cases.public import dots, story
from luoshi.cases.reads import Filters
from luoshi.cases.reads.lists import SIZE
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people.viewer import public

Cast = dict[str, Viewer]


def new(kind: str = "020101", **given: object) -> Case:
    """A case reported without the pages."""
    facts: dict[str, object] = {
        "text": "井盖松动 电话 13800000000", "place": "幸福南路 12 号 三单元四楼", "county": "150204000000",
        "lat": 40.654321, "lon": 109.876543, "name": "市民甲", "phone": "13800000000",
    }  # fmt: skip
    done = report_case(viewer=public(), channel="web", category=Category.objects.get(pk=kind), **{**facts, **given})
    assert done.row is not None
    return done.row


def text(browse: Client, address: str) -> str:
    response = browse.get(address)
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def test_a_case_is_public_at_once_without_what_it_says(browse: Client) -> None:
    case = new()
    for address in ("/cases/", f"/cases/{case.number}/"):
        shown = text(browse, address)
        assert case.number in shown and "排水井盖缺失破损" in shown
        for hidden in ("松动", "13800000000", "三单元", "市民甲", "40.654", "109.876"):
            assert hidden not in shown


def test_text_is_public_only_as_a_person_released_it(browse: Client, cast: Cast) -> None:
    case = new()
    handle(case, cast)
    assert "内部" not in text(browse, f"/cases/{case.number}/")
    do("release", cast["desk"], case, public_text="井盖松动")
    shown = text(browse, f"/cases/{case.number}/")
    assert "井盖松动" in shown and "13800000000" not in shown and "更换井盖" not in shown


def test_the_numbers_of_a_verdict_stay_between_reporter_and_city(browse: Client, cast: Cast) -> None:
    from luoshi.cases.actions import BY_VERB
    from luoshi.people.viewer import holder

    case = new()
    handle(case, cast)
    BY_VERB["confirm"](viewer=holder(str(case.log_id)), on=case.number, grade=2, note="不好")
    shown = text(browse, f"/cases/{case.number}/")
    assert "办结" in shown and "确认解决" not in shown and "2 分" not in shown and "不好" not in shown


def test_however_a_case_ended_its_public_page_says_the_same() -> None:
    """Whoever reads the pages of all cases of a street must not learn what its numbers hide."""
    ends = ("confirm", "call_solved", "close_unrated")
    assert {story.PUBLIC[verb] for verb in ends} == {T("办结", "Closed")}
    assert story.PUBLIC["reopen"] == story.PUBLIC["call_unsolved"] and story.PUBLIC["call_failed"] == T(
        "回访", "Call-back"
    )
    for move in FLOW.moves:
        said = str(story.PUBLIC.get(move.verb, story.MOVES[move.verb].text)) if move.verb in story.MOVES else ""
        assert not re.search("解决|评价$|满意", said.replace("上报人评价", "")), move.verb


@pytest.mark.parametrize("kind", ["060302", "130301", "140102"])
def test_a_private_kind_is_on_no_public_page(browse: Client, kind: str) -> None:
    case, number = Walk(browse).through(kind=kind), Case.objects.get().number
    assert case and browse.get(f"/cases/{number}/").status_code == 404
    for address in ("/cases/", "/cases/?state=all", f"/cases/?q={number}", f"/cases/?state=all&top={kind[:2]}"):
        shown = text(browse, address)
        assert f"/cases/{number}/" not in shown


@pytest.mark.parametrize("verb", ["mark_abuse", "withdraw"])
def test_abuse_and_what_was_taken_back_are_on_no_public_page(browse: Client, cast: Cast, verb: str) -> None:
    from luoshi.people.viewer import holder

    case = new()
    if verb == "withdraw":
        do(verb, holder(str(case.log_id)), case)
    else:
        do(verb, cast["desk"], case, reason="ads")
    assert browse.get(f"/cases/{case.number}/").status_code == 404
    assert f"/cases/{case.number}/" not in text(browse, f"/cases/?q={case.number}")


def test_records_of_elsewhere_show_only_when_their_source_is_asked_for(browse: Client) -> None:
    case = new()
    Case.objects.filter(pk=case.pk).update(source="boston", source_id="1", status="imported", ours=False)
    assert browse.get(f"/cases/{case.number}/").status_code == 404
    assert case.number not in text(browse, "/cases/?state=all")
    assert case.number in text(browse, "/cases/?state=all&source=boston")
    assert "boston" in text(browse, f"/cases/{case.number}/?source=boston")
    for state, said in (("dispatched", "待签收"), ("closed", "已办结")):
        Case.objects.filter(pk=case.pk).update(state=state)
        for path in ("/cases/?state=all&source=boston", f"/cases/{case.number}/?source=boston"):
            assert f"外来记录 · {said}" in text(browse, path)
    assert browse.get(f"/cases/{case.number}/?source=other").status_code == 404


def test_nobody_searches_in_what_citizens_wrote(browse: Client) -> None:
    new()
    assert browse.get("/cases/?q=松动").status_code == 422
    assert browse.get("/cases/?q=13800000000").status_code == 422


def test_the_list_is_narrowed_and_paged(browse: Client) -> None:
    for _ in range(SIZE + 3):
        new()
    other = new("030101", county="150202000000")
    shown = text(browse, "/cases/?county=150202000000&top=03")
    assert re.findall(r"J-2021-\d+(?=</a>)", shown) == [other.number]
    first = text(browse, "/cases/")
    after = re.search(r'rel="next" href="([^"]+)"', first)
    assert after
    second = text(browse, "/cases/" + after[1].replace("&amp;", "&"))
    numbers = [re.findall(r"(J-2021-\d+)</a>", part) for part in (first, second)]
    assert len(numbers[0]) == SIZE and len(set(numbers[0] + numbers[1])) == SIZE + 4


@pytest.mark.parametrize(
    "query",
    [
        "state=none",
        "county=1",
        "top=zz",
        "light=x",
        "q=%27%3B",
        "q=J-2021-%00",
        "source=%00",
        "source=a%20b",
        "state=%00",
    ],
)
def test_a_bad_filter_is_named(browse: Client, query: str) -> None:
    response = browse.get(f"/cases/?{query}")
    assert response.status_code == 422 and query.partition("=")[0] in response.content.decode()


@pytest.mark.parametrize("after", ["x", "a:b:c", "%00"])
def test_a_bad_cursor_is_refused(browse: Client, after: str) -> None:
    assert browse.get(f"/cases/?after={after}").status_code == 400


@pytest.mark.parametrize("number", ["J-2021-999999", "x", "%00", "漢字", "%ED%A0%80", "j-2021"])
def test_an_unknown_case_is_not_found(browse: Client, number: str) -> None:
    assert browse.get(f"/cases/{number}/").status_code == 404


def test_the_points_on_maps_are_rounded(browse: Client) -> None:
    from luoshi.people import place

    case = new()
    seen = place.view("150204000000", 288)
    assert seen is not None
    x, y = seen.projection.to_pixel(40.654, 109.877)
    dots = re.findall(r'<path class="dots dots-g" d="(\w[^"]+)"', text(browse, f"/cases/{case.number}/"))
    assert dots == [f"M{round(x)} {round(y)}h0"]


def test_the_map_shows_all_open_cases_that_pass_and_says_how_many_have_no_place(browse: Client, cast: Cast) -> None:
    rows = [new(lat=40.60 + n / 500, lon=109.87) for n in range(SIZE + 5)]
    new(lat=None, lon=None)
    late, ended, hidden = rows[0], rows[1], new("130301", lat=40.9, lon=109.87)
    assert not hidden.public
    late.due_at = late.reported_at - timedelta(hours=1)
    late.save(update_fields=["due_at"])
    do("refuse", cast["desk"], ended, reason="不归本市管", answer="请问邻市")

    def points(address: str) -> dict[str, int]:
        shown = text(browse, address).partition("</svg></div>")[0]
        drawn = re.findall(
            r'<path class="dots dots-(\w)" d="(M[^"]+)"', shown.partition('class="map"')[2].partition("</svg>")[0]
        )
        return {light: path.count("h0") for light, path in drawn}

    shown = text(browse, "/cases/?county=150204000000")
    assert f"在办 {SIZE + 5} 件的位置" in shown and "1 件没有位置" in shown
    assert points("/cases/?county=150204000000") == {"g": SIZE + 3, "r": 1}
    assert points("/cases/?county=150204000000&light=r") == {"r": 1}
    assert points("/cases/?county=150204000000&top=03") == {}
    assert points("/cases/?county=150204000000&state=ended") == {"g": SIZE + 3, "r": 1}


def test_the_map_beside_the_list_costs_one_query_and_is_kept(browse: Client) -> None:
    new()
    filters = Filters(state="open")
    with questions() as asked:
        first = dots.of_list(filters)
        assert dots.of_list(filters) == first
    assert sum('"case"' in one["sql"] for one in asked.captured_queries) == 1


def test_what_home_links_to_opens(browse: Client) -> None:
    new()
    shown = text(browse, "/")
    assert "2021 年" in shown
    addresses = set(re.findall(r'href="(/(?:cases|figure)/[^"]*)"', shown))
    assert len(addresses) > 15
    for address in addresses:
        assert browse.get(address.replace("&amp;", "&")).status_code == 200, address


def test_home_of_an_empty_city_says_unknown_not_zero(browse: Client) -> None:
    shown = text(browse, "/")
    rate = shown[shown.index("解决率") :][:300]
    assert "未知" in rate and "0.0" not in rate


@pytest.mark.parametrize("address", ["/", "/cases/", "/report/", "/track/", "/track/lost"])
def test_every_page_is_whole_in_english(browse: Client, address: str) -> None:
    new()
    shown = browse.get(address, HTTP_ACCEPT_LANGUAGE="en").content.decode()
    main = shown[shown.index("<main") : shown.index("</main")]
    assert not re.findall(r"[\u4e00-\u9fff]+", main)


def test_a_simulated_case_is_marked_in_the_list_and_a_source_is_called_one(browse: Client) -> None:
    real, simulated = new(), new()
    Case.objects.filter(pk=real.pk).update(sim=False)
    Case.objects.filter(pk=simulated.pk).update(sim=True, source="georeport", source_id="7")
    rows = text(browse, "/cases/").split("<tr")
    marked = {number: "模拟" in row for row in rows for number in (real.number, simulated.number) if number in row}
    assert marked == {real.number: False, simulated.number: True}
    assert "来源 georeport" in text(browse, f"/cases/{simulated.number}/?source=georeport")


def test_the_public_menu_leads_to_the_cases_and_to_reporting(browse: Client) -> None:
    menu = text(browse, "/cases/").partition("<nav")[2].partition("</nav>")[0]
    assert re.findall(r'href="([^"]+)"', menu) == ["/", "/targets/", "/cases/", "/report/"]
    assert re.search(r'href="/cases/" aria-current="page"', menu)


@pytest.mark.parametrize("address", ["/", "/cases/", "/track/", "/open311/v2/services.json", "/api/openapi.json"])
def test_what_is_text_comes_gzipped_to_those_who_ask(browse: Client, address: str) -> None:
    plain, packed = browse.get(address), browse.get(address, headers={"accept-encoding": "gzip"})
    assert plain.status_code == packed.status_code == 200 and "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.content) < len(plain.content) * 0.7

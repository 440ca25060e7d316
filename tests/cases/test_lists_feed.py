"""Atom and RSS of public cases by area: what the public pages show and nothing more, with 304 where nothing changed."""

import re
import xml.etree.ElementTree as ET

import pytest
from django.test import Client
from staff_cast import STREET, at, case, reported, step

from luoshi.cases.models import Case, Category
from luoshi.kernel import clock

pytestmark = pytest.mark.usefixtures("db")
ATOM = "{http://www.w3.org/2005/Atom}"
COUNTY = "150203000000"


def get(path: str, **more: str) -> tuple[int, dict[str, str], str]:
    response = Client(HTTP_HOST="127.0.0.1").get(path, **more)  # type: ignore[arg-type]
    return response.status_code, dict(response.headers), response.content.decode()


def entries(path: str) -> list[ET.Element]:
    status, _, text = get(path)
    assert status == 200, text[:500]
    return ET.fromstring(text).findall(f"{ATOM}entry")


def numbers(path: str) -> list[str]:
    links = [one.find(f"{ATOM}link") for one in entries(path)]
    return [str(link.get("href")).split("/")[-2] for link in links if link is not None]


def test_a_feed_holds_the_newest_public_cases_of_its_area() -> None:
    first, second = at("handling"), reported()
    other = reported(county="150202000000", street="")
    assert numbers("/cases/feed.atom") == [other, second, first]
    assert numbers(f"/cases/feed.atom?division={COUNTY}") == [second, first]
    assert numbers(f"/cases/feed.atom?division={STREET}") == [second, first]
    assert numbers("/cases/feed.atom?division=150202000000") == [other]
    assert numbers("/cases/feed.atom?division=150204000000") == []


def test_an_entry_says_what_the_public_page_says_and_nothing_of_the_reporter() -> None:
    number = at("handling")
    (entry,) = entries("/cases/feed.atom")
    told = "".join(entry.itertext())
    for words in ("支路与背街小巷路面破损", "进度：办理中", f"test.example,2021:case/{number}"):
        assert words in told
    for secret in ("张三丰", "15512341234", "幸福路 12 号", "绊倒", "15512", str(case(number).log_id)):
        assert secret not in told
    link = entry.find(f"{ATOM}link")
    assert link is not None and link.get("href") == f"http://127.0.0.1/cases/{number}/"
    assert get(f"/cases/{number}/")[0] == 200


def test_a_text_appears_once_it_is_released_and_is_escaped() -> None:
    number = at("handling")
    step(number, "release", "desk", public_text="路面有坑 <script>x</script> & \x0b 请绕行")
    told = "".join(entries("/cases/feed.atom")[0].itertext())
    assert "路面有坑 &lt;script&gt;x&lt;/script&gt; &amp;  请绕行" in told
    assert "<script>" not in get("/cases/feed.atom")[2]


@pytest.mark.parametrize(
    ("form", "name"), [("atom", f"{ATOM}entry/{ATOM}summary"), ("rss", "channel/item/description")]
)
def test_the_lines_of_an_entry_are_lines_of_html(form: str, name: str) -> None:
    number = at("handling")
    step(number, "release", "desk", public_text="路面有坑\r\n\n请 < 绕行")
    summary = ET.fromstring(get(f"/cases/feed.{form}")[2]).findtext(name)
    assert summary is not None and "\n" not in summary and "\r" not in summary
    lines = summary.split("<br>")
    assert lines[0].startswith("进度：") and lines[-3:] == ["路面有坑", "", "请 &lt; 绕行"]


def test_what_no_public_page_shows_is_in_no_feed() -> None:
    kind = Category.objects.filter(public=False, level=3).order_by("code")[0]
    hidden = reported(category=kind)
    abuse = reported()
    step(abuse, "mark_abuse", "desk", reason="广告")
    imported = reported()
    Case.objects.filter(number=imported).update(ours=False, source="x", source_id="1", status="imported")
    for form in ("atom", "rss"):
        text = get(f"/cases/feed.{form}")[2]
        assert not any(number in text for number in (hidden, abuse, imported))


def test_nothing_changed_is_answered_with_304_and_a_move_with_the_new_list() -> None:
    number = at("accepted")
    status, headers, _ = get("/cases/feed.atom")
    assert status == 200 and headers["Cache-Control"] == "public, max-age=300"
    assert headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    tag, date = headers["ETag"], headers["Last-Modified"]
    status, again, body = get("/cases/feed.atom", HTTP_IF_NONE_MATCH=tag)
    assert (status, body, again["ETag"]) == (304, "", tag)
    assert get("/cases/feed.atom", HTTP_IF_MODIFIED_SINCE=date)[0] == 304
    later = clock.now().replace(hour=5)
    with clock.at(later):
        step(number, "add_note", "desk", note="内部")
        assert get("/cases/feed.atom", HTTP_IF_NONE_MATCH=tag)[0] == 304
        step(number, "dispatch", "desk", unit=case(number).category and bureau())
        status, moved, _ = get("/cases/feed.atom", HTTP_IF_NONE_MATCH=tag, HTTP_IF_MODIFIED_SINCE=date)
    assert status == 200 and moved["ETag"] != tag and moved["Last-Modified"] != date


def bureau() -> object:
    from staff_cast import bureau as found

    return found()


def test_rss_has_the_same_items_and_both_languages_have_their_words() -> None:
    number = reported()
    Case.objects.filter(number=number).update(sim=True)
    items = ET.fromstring(get("/cases/feed.rss")[2]).findall("channel/item")
    assert [str(item.findtext("link")).split("/")[-2] for item in items] == [number]
    assert str(items[0].findtext("title")).startswith("[模拟] ")
    text = get("/cases/feed.atom?lang=en")[2]
    assert "[Demo] " in text and "State: Reported" in text and 'xml:lang="en"' in text


@pytest.mark.parametrize("division", ["1", "150203001001", "x" * 300, "150203%00"])
def test_an_area_that_is_none_is_refused(division: str) -> None:
    status, _, text = get(f"/cases/feed.atom?division={division}")
    assert status == 422 and "旗县区或街道的代码" in text


def test_the_public_list_links_to_the_feeds_of_its_area() -> None:
    reported()
    text = get(f"/cases/?county={COUNTY}")[2]
    assert re.search(
        rf'<link rel="alternate" type="application/atom\+xml" href="/cases/feed.atom\?division={COUNTY}"', text
    )
    assert f'href="/cases/feed.rss?division={COUNTY}"' in text
    assert 'href="/cases/feed.atom"' in get("/cases/")[2]

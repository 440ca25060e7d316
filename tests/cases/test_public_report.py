"""A report over HTTP, page by page, as a phone without script sends it."""

import gzip
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from public_walk import Walk, picture, upload

from luoshi.cases.models import Case, CaseCode, Photo
from luoshi.conf import Conf
from luoshi.kernel.models import Event, EventPrivate, Idempotency
from luoshi.people import place


@pytest.fixture
def walk(browse: Client) -> Walk:
    return Walk(browse)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Limits that a test can reach."""
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "reports_per_hour": 2, "lookups_per_hour": 3}))
    yield


def test_a_citizen_reports_without_login_and_is_told_the_code(walk: Walk) -> None:
    case, code = walk.through(name="市民甲", phone="138 0000 0000")
    assert (case.state, case.channel, case.category_id, case.county) == ("reported", "web", "020101", "150204000000")
    assert case.street and case.private.phone == "13800000000"
    assert walk.browse.get(f"/track/{code}").status_code == 200


def test_the_code_stands_nowhere_in_the_database(walk: Walk, caplog: pytest.LogCaptureFixture) -> None:
    _, code = walk.through()
    walk.browse.get(f"/track/{code}")
    shown = f"{code[:4]}-{code[4:8]}-{code[8:]}"
    for table in (Case, CaseCode, Event, EventPrivate, Idempotency):
        for row in table.objects.values():
            assert code not in repr(row) and shown not in repr(row)
    assert code not in caplog.text and shown not in caplog.text


def test_the_receipt_needs_the_browser_that_sent(walk: Walk) -> None:
    walk.through()
    assert Client(HTTP_HOST="127.0.0.1").get("/report/done").status_code == 404


def test_pressed_twice_it_is_one_report_with_one_code(walk: Walk) -> None:
    walk.to_check(photos=[picture()])
    page = walk.page
    first = walk.send()
    walk.page = page
    assert walk.send() == first
    assert Case.objects.count() == Event.objects.count() == Photo.objects.count() == 1


def test_a_form_sent_before_cannot_be_sent_with_another_text(walk: Walk) -> None:
    walk.to_check()
    page = walk.page
    walk.send()
    walk.page = page
    walk.press("to:what")
    walk.press(text="另一件事")
    assert walk.hidden("step") == "same"  # the report that was just sent
    walk.press()
    walk.press()
    walk.press("send", 422)
    assert Case.objects.count() == 1


def test_the_first_line_is_for_danger_to_life(browse: Client) -> None:
    main = browse.get("/report/").content.decode().partition("<main")[2]
    assert re.search(r"110.*119.*120", main.partition("<h1>")[0])


def test_the_map_gives_point_and_district_and_comes_closer(walk: Walk) -> None:
    seen = place.view()
    assert seen is not None
    lon, lat = place.outlines()["150222000000"].label
    x, y = seen.projection.to_pixel(lat, lon)
    walk.press("", **{"at.x": round(x), "at.y": round(y)})
    assert "/report/map.svg?view=150222000000" in walk.page and "固阳县" in walk.page
    closer = place.view("150222000000")
    assert closer is not None
    x, y = closer.projection.to_pixel(lat, lon)
    walk.press("", **{"at.x": round(x), "at.y": round(y)})
    walk.press()
    walk.press(code="unsure")
    assert walk.hidden("step") == "what"
    walk.press(text="路灯不亮")
    walk.press()
    walk.send()
    case = Case.objects.get()
    assert case.county == "150222000000" and case.category_id == "140203"
    assert abs(case.private.lat - lat) < 0.01 and abs(case.private.lon - lon) < 0.01
    assert case.lat == round(case.private.lat, 3) != case.private.lat


def test_a_press_outside_the_city_is_refused_in_words(walk: Walk) -> None:
    walk.press("", 422, **{"at.x": 1, "at.y": 1})
    assert "按在了本市外面" in walk.page


def test_a_district_can_be_chosen_without_the_map(walk: Walk) -> None:
    walk.press("county:150271000000")
    walk.press()
    assert walk.hidden("step") == "kind"


def test_a_name_that_fits_several_is_asked_back(walk: Walk) -> None:
    walk.press("find", asked="幸福")
    codes = re.findall(r'name="area" value="(\d{12})"', walk.page)
    assert len(codes) > 1
    walk.press(status=422, asked="幸福")
    assert "选一个" in walk.page
    walk.press(asked="幸福", area=codes[1])
    assert walk.hidden("step") == "kind"


@pytest.mark.parametrize("asked", ["没有这个地方", "'; DROP TABLE", "%", "a\0b", "x" * 500])
def test_a_name_that_fits_nothing_is_a_fault_of_its_field(walk: Walk, asked: str) -> None:
    walk.press(status=422, asked=asked)
    assert 'href="#f-asked"' in walk.page


def test_nothing_said_of_the_place_is_a_fault(walk: Walk) -> None:
    walk.press(status=422)
    assert 'href="#f-place"' in walk.page


def test_what_was_given_stays_when_going_back_and_on(walk: Walk) -> None:
    walk.to_check(photos=[picture()], name="市民甲")
    walk.press("to:what")
    assert "井盖松动" in walk.page and 'name="drop"' in walk.page
    walk.press("to:leaf", text="改过的字")
    walk.press(code="020102")
    assert "改过的字" in walk.page
    walk.press("next", text="改过的字", drop=re.findall(r'name="drop" value="([^"]+)"', walk.page))
    walk.press(name="市民甲")
    walk.send()
    case = Case.objects.get()
    assert (case.category_id, case.private.text, case.private.name) == ("020102", "改过的字", "市民甲")
    assert not Photo.objects.exists()


def test_another_language_keeps_what_was_written(walk: Walk) -> None:
    walk.press(place="幸福南路")
    walk.press(code="02")
    walk.press(code="020101")
    response = walk.browse.post(
        "/report/?lang=en", {"draft": walk.hidden("draft"), "step": "what", "go": "stay", "text": "井盖"}
    )
    page = response.content.decode()
    assert "What happened?" in page and "井盖</textarea>" in page and 'lang="en"' in page


@pytest.mark.parametrize("text", ["", "   ", "字" * 4001, "a\0b"])
def test_a_bad_text_is_a_fault_of_its_field(walk: Walk, text: str) -> None:
    walk.press(place="幸福南路")
    walk.press(code="unsure")
    walk.press(status=422, text=text)
    assert 'href="#f-text"' in walk.page


def test_the_longest_text_and_broken_letters_pass(walk: Walk) -> None:
    walk.press(place="幸福南路")
    walk.press(code="unsure")
    walk.press(text="字" * 1999 + "\r\n" + "字" * 1999)
    body = f"draft={walk.hidden('draft')}&step=contact&go=next&name=%ED%A0%80x"
    response = walk.browse.post("/report/", body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 200


@pytest.mark.parametrize("contact", [{"phone": "abc"}, {"phone": "1" * 30}, {"email": "x"}, {"name": "名" * 51}])
def test_a_bad_contact_is_a_fault_of_its_field(walk: Walk, contact: dict[str, str]) -> None:
    walk.press(place="幸福南路")
    walk.press(code="unsure")
    walk.press(text="井盖")
    walk.press(status=422, **contact)
    assert f'href="#f-{next(iter(contact))}"' in walk.page


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "a.svg"),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "a.gif"),
        (b"\xff\xd8\xff\xe0 not a picture", "a.jpg"),
        (b"<?php echo 1;", "a.jpg"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "IMG_1.HEIC"),
        (picture("PNG").getvalue()[:60], "cut.png"),
        (picture("BMP").getvalue(), "a.jpg"),
    ],
)
def test_what_is_no_picture_is_refused_by_its_content(walk: Walk, data: bytes, name: str) -> None:
    walk.press(place="幸福南路")
    walk.press(code="unsure")
    walk.press(status=422, text="井盖", photos=[upload(data, name)])
    assert 'href="#f-photos"' in walk.page and name in walk.page
    assert "井盖</textarea>" in walk.page


def test_a_fifth_picture_is_refused_also_in_parts(walk: Walk) -> None:
    walk.press(place="幸福南路")
    walk.press(code="unsure")
    walk.press(status=422, text="井盖", photos=[picture(size=(9, n)) for n in range(1, 6)])
    walk.press(text="井盖", photos=[picture(size=(9, n)) for n in range(1, 4)])
    walk.press("to:what")
    walk.press(status=422, text="井盖", photos=[picture(size=(9, n)) for n in range(4, 6)])


def test_a_body_above_the_limit_is_refused_before_it_is_read(browse: Client) -> None:
    response = browse.post("/report/", {}, CONTENT_LENGTH="99000000")
    assert response.status_code == 413


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "\0", "漢字:1:2", ".eJx:1a:b"])
def test_a_forged_draft_is_refused(browse: Client, token: str) -> None:
    response = browse.post("/report/", {"draft": token, "step": "check", "go": "send"})
    assert response.status_code == 400


@pytest.mark.parametrize("step", ["where", "kind", "leaf", "what", "contact", "check", "none", ""])
@pytest.mark.parametrize("go", ["send", "next", "to:check", "to:none", "county:x", "view:", "find", "", "x" * 999])
def test_no_page_fails_whatever_is_pressed_on_it(walk: Walk, step: str, go: str) -> None:
    sent = {"draft": walk.hidden("draft"), "step": step, "go": go, "code": "zz", "at.x": "-1", "at.y": "١"}
    assert walk.browse.post("/report/", sent).status_code in (200, 422)
    assert not Case.objects.exists()


def test_a_kind_that_cannot_be_reported_is_refused(walk: Walk) -> None:
    walk.press(place="幸福南路")
    walk.press(code="12")
    assert "120301" not in walk.page
    walk.press(status=422, code="120301")


def test_reports_are_limited_by_address_and_a_repeat_is_not_counted(browse: Client, few: None) -> None:
    for _ in range(2):
        Walk(browse).through()
    walk = Walk(browse)
    walk.to_check()
    assert walk.press("send", 429).headers["Retry-After"]
    assert Case.objects.count() == 2
    other = Walk(Client(HTTP_HOST="127.0.0.1", REMOTE_ADDR="10.0.0.9"))
    other.through()


@pytest.mark.parametrize("query", ["", "?view=150204000000&x=3&y=4", "?x=a&y=1", "?view=150271000000", "?view=%00"])
def test_the_map_is_a_picture_of_ours(browse: Client, query: str) -> None:
    response = browse.get("/report/map.svg" + query)
    assert response.status_code == (404 if "71" in query or "%00" in query else 200)


def test_the_first_page_is_light(browse: Client) -> None:
    size = 0
    for address in ("/report/", "/report/map.svg?view=", "/report/map.svg?view=core"):
        response = browse.get(address, HTTP_ACCEPT_ENCODING="gzip")
        assert response.headers["Content-Encoding"] == "gzip"
        size += len(response.content)
    for name in ("luoshi.css", "luoshi.js", "mark.svg"):
        size += len(gzip.compress((settings.BASE / "web" / "static" / name).read_bytes()))
    assert size <= 40_000


def test_a_post_without_the_forms_token_is_refused() -> None:
    strict: Any = Client(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1")
    assert strict.post("/report/", {"draft": "x"}).status_code == 403


def test_the_receipt_says_how_long_it_is_shown(browse: Client) -> None:
    walk = Walk(browse)
    walk.to_check()
    code = walk.send()
    again = browse.get("/report/done").content.decode()
    assert code in again and "只在这台设备上显示 10 分钟" in again and "一次" not in again
    assert browse.cookies["luoshi_done"]["max-age"] == 600

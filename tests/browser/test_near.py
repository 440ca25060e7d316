"""The handler's page in a phone: sorted by distance without telling anybody where, done in three presses; without HTTPS
the page says that there is no location."""

import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from given import NOW
from live import serving
from PIL import Image

from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.models import Case, Category, Photo
from luoshi.people import viewer
from luoshi.people.models import Person, Unit

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium")
if CHROMIUM is None:
    pytest.skip("no chromium: the browser tests are left out", allow_module_level=True)
HERE = {"latitude": 40.650, "longitude": 109.840}
ELSEWHERE = "city.example"


@pytest.fixture
def page(committed: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A phone in which the handler is logged in, at the page's two addresses; it may tell its location."""
    from playwright.sync_api import sync_playwright

    # playwright runs an event loop in this thread; the database is asked from it all the same
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", [*settings.ALLOWED_HOSTS, ELSEWHERE])
    person = Person.objects.get(login="handler")
    person.must_change = False
    person.save()
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(person)
    with serving(NOW) as running, sync_playwright() as play:
        rules = f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1"
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", rules])
        phone = browser.new_context(
            viewport={"width": 390, "height": 844}, locale="zh-CN", base_url=running, geolocation=HERE,
            permissions=["geolocation"],
        )  # fmt: skip
        for host in ("127.0.0.1", ELSEWHERE):
            phone.add_cookies(
                [
                    {
                        "name": "luoshi_session",
                        "value": client.cookies["luoshi_session"].value,
                        "domain": host,
                        "path": "/",
                    }
                ]
            )
        yield phone.new_page()
        connection.close()  # the one that the loop of this browser had
        browser.close()


def in_hand(lat: float) -> str:
    """A case that the handler has in hand, at a latitude; gives its number."""
    kind = Category.objects.get(code="010102")
    done = report_case(
        viewer=viewer.public(),
        category=kind,
        text="路面破损",
        channel="web",
        county="150203000000",
        lat=lat,
        lon=109.84,
    )
    assert isinstance(done.row, Case)
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("accept", "desk", {}), ("dispatch", "desk", {"unit": Unit.objects.get(code="150203.urban")}), ("sign", "handler", {}),
    ]  # fmt: skip
    for verb, login, data in steps:
        BY_VERB[verb](viewer=viewer.of_login(login), on=done.row.number, **data)
    return done.row.number


def test_the_nearest_case_is_done_in_three_presses_and_the_location_stays_in_the_phone(
    page: Any, tmp_path: Path
) -> None:
    far, near = in_hand(40.70), in_hand(40.651)
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.url} {request.post_data or ''}"))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.goto("/work/near/")
    page.wait_for_selector("text=由近到远")
    rows = [row.inner_text() for row in page.locator("tbody tr").all()]
    assert near in rows[0] and "110 m" in rows[0] and far in rows[1] and "5.6 km" in rows[1]
    file = BytesIO()
    Image.new("RGB", (60, 40), "green").save(file, "JPEG")
    picture = tmp_path / "after.jpg"
    picture.write_bytes(file.getvalue())
    page.locator("tbody a.btn").first.click()
    page.locator("#f-after").set_input_files(picture)
    page.locator("main button.wide").click()
    page.wait_for_selector(f"text={near}：办完")
    assert Case.objects.get(number=near).state == "handled"
    assert Photo.objects.get(case__number=near).kind == "after"
    assert faults == [] and not any("40.65" in one or "109.84" in one for one in asked)


def test_without_https_the_browser_gives_no_location_and_the_page_says_so(page: Any) -> None:
    in_hand(40.70)
    page.goto("/work/near/")
    page.wait_for_selector("text=由近到远")
    port = urlsplit(page.url).port
    page.goto(f"http://{ELSEWHERE}:{port}/work/near/")
    said = page.locator("[data-near]")
    assert said.inner_text() == "按街道排：这个网址没有 HTTPS，浏览器不给位置，排不了远近。"
    assert not page.locator("[data-near-press]").is_visible()

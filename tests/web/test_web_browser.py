"""The shell in a real browser: the policy lets everything of ours through, nothing is wider than a phone."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client
from live import serving

from luoshi.web import preview

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium")
if CHROMIUM is None:
    pytest.skip("no chromium: the browser tests are left out", allow_module_level=True)


@pytest.fixture
def address(site: Client) -> Iterator[str]:
    with serving(preview.NOW) as running:
        yield running


@contextmanager
def browser_page(width: int, scripts: bool = True) -> Iterator[Any]:
    """A page of a browser; what its console says is an error is collected in `page.said`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 800}, java_script_enabled=scripts)
        page.said = []
        page.on("console", lambda message: page.said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.said.append(str(error)))
        yield page
        browser.close()


@pytest.mark.parametrize(("width", "language"), [(1280, "zh"), (390, "zh"), (390, "en"), (320, "en")])
def test_all_parts_fit_and_the_console_is_silent(address: str, width: int, language: str) -> None:
    with browser_page(width) as page:
        page.goto(f"{address}/parts/?lang={language}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("getComputedStyle(document.querySelector('.top')).borderBottomWidth") == "3px", (
            "no stylesheet"
        )
        assert page.said == []


def test_a_form_on_a_tracking_page_comes_through_the_csrf_check(address: str) -> None:
    with browser_page(390) as page:
        page.goto(f"{address}/track/7K3M-Q9TX")
        with page.expect_response(lambda response: response.request.method == "POST") as answer:
            page.click("button.wide")
        assert answer.value.request.headers.get("origin") == "null", "the trap is gone: `restore_origin` may go too"
        assert answer.value.status == 200 and page.said == []


def test_a_press_on_the_map_tells_where_without_script(address: str) -> None:
    with browser_page(320, scripts=False) as page:
        page.goto(f"{address}/parts/")
        with page.expect_request(lambda request: request.method == "POST") as sent:
            page.click("input[type=image]", position={"x": 41, "y": 33})
        assert "at.x=41&at.y=33" in (sent.value.post_data or "")
        size = page.evaluate("(i => [i.clientWidth, i.clientHeight])(document.querySelector('input[type=image]'))")
        assert size == [288, 150], "a scaled picture would tell another place"


def test_a_double_press_sends_once(address: str) -> None:
    with browser_page(390) as page:
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.method))
        page.goto(f"{address}/track/7K3M-Q9TX")
        page.evaluate("document.querySelectorAll('button.wide').forEach(b => { b.click(); b.click(); })")
        page.wait_for_load_state("networkidle")
        assert sent.count("POST") == 1

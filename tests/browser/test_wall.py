"""The wall screen in Chromium: nothing is cut off, no column stands half empty, and what is said of the colours is so."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from given import NOW
from test_axe import a_case, faults

from luoshi.conf import Conf
from luoshi.figures import board
from luoshi.kernel import clock
from luoshi.kernel.ledger import place as places
from luoshi.kernel.ledger import seal

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WIDE, HIGH = 1920, 1080
ENDS = """() => [...document.querySelectorAll("main section")].map(section => {
  const boxes = [...section.querySelectorAll("dd, td, svg, p")].filter(one => !one.closest("details"))
    .map(one => one.getBoundingClientRect()).filter(box => box.width > 0)
  return [Math.max(...boxes.map(box => box.bottom)), Math.max(...boxes.map(box => box.right)), section.getBoundingClientRect().right]
})"""
FILLS = """() => [1, 2, 3, 4].map(k => {
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path"), svg = document.querySelector(".map svg")
  path.setAttribute("class", "k" + k); svg.append(path)
  const [r, g, b] = getComputedStyle(path).fill.match(/[0-9.]+/g).map(Number); path.remove()
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
})"""


@pytest.fixture
def home(committed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "home": tmp_path}))
    return tmp_path


def test_the_wall(home: Path, address: str, browser: Any) -> None:
    with clock.at(NOW):
        a_case()
        seal.seal_all(places.current())
        board.refresh(home)
    for language, darker in (("zh-CN", "越深"), ("en", "darker")):
        context = browser.new_context(viewport={"width": WIDE, "height": HIGH}, locale=language, bypass_csp=True)
        page = context.new_page()
        assert faults(page, address, ["/wall/"]) == []
        foot = page.locator("footer").bounding_box()
        for bottom, right, edge in page.evaluate(ENDS):
            assert 0.85 * foot["y"] < bottom <= foot["y"] and right <= edge + 1 <= WIDE, language
        told = page.locator("main").inner_text()
        light = page.evaluate(FILLS)
        assert light == sorted(light) and darker not in told, "on the dark screen more is lighter"
        assert page.locator(".key span").count() >= 1
        page.goto(address + "/")
        light = page.evaluate(FILLS)
        assert light[3] < light[1] and darker not in page.locator("main").inner_text()

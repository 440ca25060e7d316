"""The pages of targets: no fault that axe can see, at both widths and in both languages; a light is set by keyboard alone."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from given import NOW
from test_axe import a_case, faults, log_in

from luoshi.conf import Conf
from luoshi.figures import board
from luoshi.figures.targets import reads
from luoshi.figures.targets.watch import watch
from luoshi.kernel import clock
from luoshi.kernel.ledger import place as places
from luoshi.kernel.ledger import seal

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TARGETS = """
[targets.2021.cases.reported]
value = 100
light = { yellow = 10, red = 30 }
source = { zh = "测试", en = "test" }

[targets.2021.cases.open]
value = 5
light = { yellow = 10, red = 30 }
source = { zh = "测试", en = "test" }
"""
FORM = "/work/targets/2021/cases.reported/"


def _sealed(home: Path) -> None:
    seal.seal_all(places.current())
    board.refresh(home)


@pytest.fixture
def home(committed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "home": tmp_path}))
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "targets.toml").write_text(TARGETS, "utf-8")
    return tmp_path


def test_targets_in_a_browser(home: Path, address: str, browser: Any) -> None:
    with clock.at(NOW):
        a_case()
        _sealed(home)
        assert watch() == 3
        _sealed(home)
    found = []
    for width, language in ((1280, "zh-CN"), (390, "en")):
        context = browser.new_context(viewport={"width": width, "height": 844}, locale=language, bypass_csp=True)
        page = context.new_page()
        found += faults(page, address, ["/targets/", "/figure/cases.reported", "/figure/cases.open"])
        log_in(page, address, "supervisor")
        found += faults(page, address, ["/targets/", FORM, "/figure/cases.reported"])
    assert found == []
    page.goto(address + FORM)
    page.locator("#set [name=light]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("补录未完")
    page.keyboard.press("Tab")
    page.keyboard.type("2021-12-31")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/work/" not in url)
    with clock.at(NOW):
        _sealed(home)
        (mine,) = reads.set_by(10**9).values()
    assert (mine.light, mine.reason) == ("y", "补录未完")
    page.reload()
    assert "补录未完" in page.locator("tbody").inner_text()

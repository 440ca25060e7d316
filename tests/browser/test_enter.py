"""Enter in a field of the report goes on, as the phone's keyboard does with its "Go"; the language stays as it was."""

import shutil
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHROMIUM = shutil.which("chromium")
if CHROMIUM is None:
    pytest.skip("no chromium: the browser tests are left out", allow_module_level=True)


@pytest.mark.parametrize("script", [True, False])
def test_enter_goes_on_and_the_language_button_keeps_what_was_typed(address: str, browser: Any, script: bool) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", java_script_enabled=script)
    page = context.new_page()
    page.goto(f"{address}/report/")

    def stands(step: str, lang: str = "zh-CN") -> None:
        page.wait_for_selector(f"input[name=step][value={step}]", state="attached")
        assert page.locator("html").get_attribute("lang") == lang

    page.locator("[name=place]").fill("幸福南路 12 号门前")
    page.get_by_role("button", name="English").click()
    stands("where", "en")
    assert page.locator("[name=place]").input_value() == "幸福南路 12 号门前"
    page.get_by_role("button", name="中文").click()
    stands("where")
    page.locator("[name=place]").press("Enter")
    stands("kind")
    for step in ("leaf", "what"):
        page.locator("input[name=code]").first.check()
        page.locator("input[name=code]").first.press("Enter")
        stands(step)
    page.locator("[name=text]").fill("井盖松动")
    page.locator("[name=text]").press("Enter")
    assert page.locator("[name=text]").input_value() == "井盖松动\n", "in a text of several lines it is a new line"
    page.locator("button.wide[value=next]").click()
    stands("contact")
    page.locator("[name=name]").fill("王芳")
    page.locator("[name=name]").press("Enter")
    stands("check")
    assert "王芳" in page.locator("main").inner_text()

"""The pages of corrections in a real browser: proposed and decided by keyboard, and for axe at both widths."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from test_axe import CHROMIUM, PASSWORD, faults

sys.path.insert(0, str(Path(__file__).parents[1] / "cases"))
from test_correct import approve, case, closed, event, propose

from luoshi.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHOTS = os.environ.get("SHOTS")


def enter(page: Any, base: str, login: str) -> None:
    person = Person.objects.get(login=login)
    person.set_password(PASSWORD)
    person.must_change = False
    person.save()
    page.goto(f"{base}/login/")
    page.locator("input[autocomplete=username]").fill(login)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main button").first.click()
    page.wait_for_url("**/work/**")


def test_the_pages_have_no_fault_and_an_approval_goes_by_keyboard(address: str, browser: Any) -> None:
    assert CHROMIUM
    number = closed()
    approve(propose(number, "report", changes={"division": "150203005000"}))
    propose(number, "call_solved", changes={"grade": 2})
    propose(closed(), "call_solved", changes={"solved": False})
    context = browser.new_context(bypass_csp=True, locale="zh-CN", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    enter(page, address, "supervisor")
    here = [f"/work/cases/{number}/correct/{event(number, 'report')}/", "/work/corrections/", f"/work/cases/{number}/"]
    here += [f"/cases/{number}/", "/work/"]
    found = []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        found += faults(page, address, here)
        for at, path in enumerate(here if SHOTS else ()):
            page.goto(address + path)
            page.screenshot(path=f"{SHOTS}/{at}-{width}.png", full_page=True)
    assert found == []
    page.goto(f"{address}/work/corrections/")
    page.locator("textarea").first.focus()
    page.keyboard.type("听过录音")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/work/corrections/")
    page.locator("text=已更正").first.wait_for()
    assert case(number).grade == 2

"""The hotline desk in a real browser by keyboard alone: a call from the first key to the next call, one handed on, and
call-backs; no fault that axe can see, nothing wider than a phone."""

import json
import re
import shutil
from importlib.resources import files
from typing import Any

import pytest

from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.models import Case, Category
from luoshi.cases.staff.hotline.models import CallLog
from luoshi.kernel.models import Event, EventPrivate
from luoshi.people import viewer
from luoshi.people.models import Person, Unit

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHROMIUM = shutil.which("chromium")
if CHROMIUM is None:
    pytest.skip("no chromium: the browser tests are left out", allow_module_level=True)
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
RUN = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations", "incomplete"]});
  const contrast = found.incomplete.filter(r => r.id === "color-contrast");
  return [...found.violations, ...contrast].map(r => r.id + ": " + r.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | "));
}"""
PASSWORD = "a long enough password"
STREET = "150203001000"


def verified() -> str:
    """A citizen's case that waits for the call-back; gives its number."""
    kind = Category.objects.get(code="010102")
    done = report_case(
        viewer=viewer.public(), category=kind, text="背街小巷路面破损", channel="web", county="150203000000", street=STREET,
        place="幸福路 12 号", name="张三丰", phone="15512341234",
    )  # fmt: skip
    number: str = done.answer["number"]
    by = viewer.of_login
    BY_VERB["accept"](viewer=by("desk"), on=number)
    BY_VERB["dispatch"](viewer=by("desk"), on=number, unit=Unit.objects.get(code="150203.urban"))
    BY_VERB["sign"](viewer=by("handler"), on=number)
    BY_VERB["add_evidence"](viewer=by("handler"), on=number, note="补好了")
    BY_VERB["finish"](viewer=by("handler"), on=number, answer="路面已补")
    BY_VERB["verify"](viewer=by("verifier"), on=number)
    return number


def desk_page(browser: Any, address: str, size: dict[str, int]) -> tuple[Any, list[str]]:
    """A page of the desk, logged in, and what its console says."""
    person = Person.objects.get(login="desk")
    person.set_password(PASSWORD)
    person.must_change = False
    person.save()
    page, said = browser.new_context(viewport=size, locale="zh-CN", bypass_csp=True).new_page(), []
    page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{address}/login/")
    page.locator("input[autocomplete=username]").fill("desk")
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/work/**")
    return page, said


def faults(page: Any) -> list[str]:
    """What axe sees, and a page that is too wide."""
    page.evaluate(AXE + "; 0")
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [*page.evaluate(RUN), *([f"{wide} px wide"] if wide > page.viewport_size["width"] else [])]


def test_a_call_is_taken_by_keyboard_alone(address: str, browser: Any) -> None:
    known = verified()
    page, said = desk_page(browser, address, {"width": 1280, "height": 900})
    page.goto(f"{address}/work/hotline/")
    keys = page.keyboard
    # the cursor stands in the first field as soon as the page is drawn; Tab goes in the order in which people speak
    page.wait_for_function("document.activeElement.name === 'phone'")
    for typed in ("13900001111", "李四", "少先路街道 3 号楼门口"):
        keys.type(typed)
        keys.press("Tab")
    page.locator("[data-take=division]").first.wait_for()
    keys.type("1")
    page.get_by_role("heading", name="少先路街道 近 30 天").wait_for()
    assert known in page.locator("#beside").inner_text()
    keys.press("Tab")
    keys.type("背街小巷路面破损，老人绊倒了")
    page.locator("[data-take=category]").first.wait_for()
    assert faults(page) == []
    keys.press("Tab")
    keys.type("1")
    page.get_by_text("现在保存的话").wait_for()
    assert "到 2021-12-29 09:30" in page.locator("#beside").inner_text()
    assert faults(page) == [] and page.locator("#look-said").inner_text()
    keys.press("F9")
    page.locator(".receipt").wait_for()
    made = Case.objects.get(channel="hotline")
    assert (made.category_id, made.street, made.private.phone) == ("010102", STREET, "13900001111")
    text = page.locator("main").inner_text()
    assert made.number in text and re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", text)
    # the next call: the form is empty, and the cursor stands in its first field
    page.wait_for_function("document.activeElement.name === 'phone'")
    assert page.locator("[name=text]").input_value() == ""
    keys.press("F4")
    keys.press("1")
    page.get_by_text("已记一次").wait_for()
    assert CallLog.objects.get().desk.number == "110"
    assert "139" not in page.url and said == []


def test_call_backs_are_made_by_one_key_each(address: str, browser: Any) -> None:
    numbers = [verified() for _ in range(4)]
    page, said = desk_page(browser, address, {"width": 1280, "height": 900})
    page.goto(f"{address}/work/hotline/calls/")
    keys = page.keyboard
    assert "15512341234" not in page.content()
    keys.press("c")
    page.locator(".receipt .code").wait_for()
    assert page.locator(".receipt .code").inner_text() == "15512341234"
    assert Event.objects.filter(verb="unmask").count() == 1
    for key, number in (("4", numbers[0]), ("u", numbers[1]), ("0", numbers[2])):
        page.locator("#now-h", has_text=number).wait_for()
        keys.press(key)
        page.locator(".toast, [role=status]", has_text=number).first.wait_for()
    page.locator("#now-h", has_text=numbers[3]).wait_for()
    # what is typed after N are words, whatever digits and letters they hold, and in the place of those that stood there
    words = page.locator("[name=reason]")
    keys.type("n")
    keys.type("3号楼还没修好n5")
    assert words.input_value() == "3号楼还没修好n5"
    assert page.evaluate("document.activeElement.name") == "reason"
    # with the cursor elsewhere no key is a result while the words are open; N goes back to them, Escape closes them
    page.locator("h1").click()
    for key in "35u0r":
        keys.press(key)
    keys.press("n")
    assert page.evaluate("document.activeElement.name") == "reason" and words.input_value() == "3号楼还没修好n5"
    keys.press("Escape")
    assert not words.is_visible()
    assert Case.objects.get(number=numbers[3]).state == "verified"
    keys.press("n")
    keys.press("End")
    keys.type("，漏水")
    keys.press("Control+Enter")
    page.locator(".toast, [role=status]", has_text=numbers[3]).first.wait_for()
    found = {c.number: (c.state, c.solved, c.grade, c.calls) for c in Case.objects.all()}
    assert Case.objects.get(number=numbers[3]).reopened == 1
    told = EventPrivate.objects.get(event=Event.objects.filter(verb="reopen").get())
    assert json.loads(bytes(told.body))["note"] == "3号楼还没修好n5，漏水"
    assert [found[number] for number in numbers] == [
        ("closed", True, 4, 0), ("verified", None, None, 1), ("closed", True, None, 0), ("dispatched", False, None, 0),
    ]  # fmt: skip
    assert "已打 1 次：联系不上" in page.locator("main").inner_text() and said == []


def test_both_pages_fit_a_phone_and_have_no_fault_that_axe_can_see(address: str, browser: Any) -> None:
    verified()
    page, said = desk_page(browser, address, {"width": 390, "height": 844})
    for path in ("/work/hotline/", "/work/hotline/calls/"):
        page.goto(address + path)
        for part in page.locator("details > summary").all():
            part.click()
        assert faults(page) == [], path
    assert said == []

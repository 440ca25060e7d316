"""English words are longer than the Chinese ones: no page is wider for them, above all not on a phone."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from given import NOW

from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.models import Case, Category
from luoshi.kernel import clock
from luoshi.people import viewer
from luoshi.people.models import Person, Unit

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHROMIUM = shutil.which("chromium")
if CHROMIUM is None:
    pytest.skip("no chromium: the browser tests are left out", allow_module_level=True)
PASSWORD = "a long enough password"
WORD = "Rindfleischetikettierungsueberwachungsaufgabenuebertragungsgesetz"
LONG = f"https://example.org/a-path/of-many-parts/{WORD} {WORD}{WORD}"
WIDTH = 390
DESK = ("/work/", "/work/cases/", "/work/cases/?light=r", "/work/search/?q=pothole", "/work/hotline/calls/")


def _reported(at: datetime, text: str = f"A pothole. {LONG}", **more: Any) -> str:
    kind = Category.objects.get(code="010102")
    given = {
        "channel": "web", "county": "150203000000", "street": "150203001000", "place": f"Beside {LONG}"[:200],
        "lat": 40.65, "lon": 109.84, "name": "Maximiliana Featherstonehaugh", "phone": "13800000000",
    }  # fmt: skip
    with clock.at(at):
        number: str = report_case(viewer=viewer.public(), category=kind, text=text, **given | more).answer["number"]
    return number


def _moves(number: str, at: datetime, until: str) -> None:
    """On from the report, twenty minutes a step, as far as `until`."""
    people = {login: viewer.of_login(login) for login in ("desk", "handler", "verifier")}
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("accept", "desk", {}), ("dispatch", "desk", {"unit": Unit.objects.get(code="150203.urban")}),
        ("sign", "handler", {}), ("add_evidence", "handler", {"note": LONG}), ("finish", "handler", {"answer": LONG}),
        ("verify", "verifier", {}), ("call_solved", "desk", {"grade": 1, "note": LONG}),
    ]  # fmt: skip
    for n, (verb, login, data) in enumerate(steps, 1):
        with clock.at(at + n * timedelta(minutes=20)):
            BY_VERB[verb](viewer=people[login], on=number, **data)
        if verb == until:
            return


def _cases() -> list[str]:
    """Cases at several steps, in time and late by minutes, hours and days; gives their numbers."""
    long_ago = NOW - timedelta(days=40)
    late = NOW - timedelta(
        hours=15, minutes=59
    )  # 29 minutes before closing: "29 working minutes overdue" is the longest
    found = [_reported(late), _reported(NOW - timedelta(minutes=1)), _reported(long_ago)]
    for until in ("accept", "dispatch", "sign", "add_evidence", "finish", "verify", "call_solved"):
        found.append(_reported(long_ago))
        _moves(found[-1], long_ago, until)
    return found


def _log_in(page: Any, address: str, login: str) -> None:
    person = Person.objects.get(login=login)
    person.set_password(PASSWORD)
    person.must_change = False
    person.save()
    page.context.clear_cookies()
    page.goto(f"{address}/login/")
    page.locator("input[autocomplete=username]").fill(login)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main button").first.click()
    page.wait_for_url("**/work/**")


def _too_wide(page: Any, address: str, paths: list[str]) -> list[tuple[str, int]]:
    found = []
    for path in paths:
        answer = page.goto(address + path)
        assert answer.status == 200 and page.evaluate("document.documentElement.lang") == "en", path
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > page.viewport_size["width"]:
            found.append((path, wide))
    return found


def test_no_page_is_wider_than_a_phone_in_english(address: str, browser: Any) -> None:
    numbers = _cases()
    assert Case.objects.filter(next_due_at__lt=NOW).count() > 5
    page = browser.new_context(viewport={"width": WIDTH, "height": 844}, locale="en-US").new_page()
    found = _too_wide(page, address, ["/", "/cases/", "/cases/?state=all", *map("/cases/{}/".format, numbers)])
    for login, paths in (("desk", DESK), ("handler", ("/work/", "/work/near/")), ("supervisor", ("/work/followup/",))):
        _log_in(page, address, login)
        records = [f"/work/cases/{number}/" for number in numbers if login != "handler" or number in numbers[5:8]]
        found += [(login, *one) for one in _too_wide(page, address, [*paths, *records])]  # type: ignore[misc]
    page.set_viewport_size({"width": 1280, "height": 844})  # here the table of clocks stands in a narrow column
    found += _too_wide(page, address, [f"/work/cases/{number}/" for number in numbers])
    assert found == []


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_the_pages_of_an_import_are_no_wider_than_a_phone(
    address: str, browser: Any, tmp_path: Path, language: str
) -> None:
    file = tmp_path / f"{WORD}{WORD}.csv"
    heads = ("id", f"when_{WORD}", "text", "state", "kind")
    rows = [heads, *((str(n), "2021-12-01 10:00", LONG, WORD, WORD) for n in range(3))]
    file.write_text("".join(",".join(row) + "\n" for row in rows), "utf-8")
    page = browser.new_context(viewport={"width": WIDTH, "height": 844}, locale=language).new_page()
    _log_in(page, address, "supervisor")
    for step in ("", "upload", "look"):
        if not step:
            page.goto(f"{address}/work/import/")
        elif step == "upload":
            page.set_input_files("input[type=file]", file)
            page.locator("main form button").first.click()
            page.wait_for_url("**/work/import/*/")
        else:
            page.locator("button[value=look]").click()
            page.wait_for_load_state()
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH, step
    page.goto(f"{address}/work/import/")
    assert WORD in page.content()
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH

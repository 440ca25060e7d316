"""The whole loop in a real browser: a phone reports, the desk, the unit and a second person do their part, the phone
confirms and rates; one event a step, nobody's name in an address."""

import re
import shutil
from typing import Any
from urllib.parse import unquote

import pytest
from server_log import server_log

from luoshi.cases.models import Case
from luoshi.kernel.models import Event
from luoshi.people.models import Person, Post

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHROMIUM = shutil.which("chromium")
if CHROMIUM is None:
    pytest.skip("no chromium: the browser tests are left out", allow_module_level=True)
PASSWORD = "a long enough password"
# what is personal in the story, and must be in no address and no line of the server's log
PERSONAL = {"name": "欧阳标记", "phone": "13877776666", "email": "ouyang@mark.example"}
WORDS = ("幸福南路 12 号门前", "人行道井盖松动，夜里有人绊倒")
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


class Somebody:
    """A browser of one person, whose pages are all looked at for width and console errors."""

    def __init__(self, browser: Any, base: str, size: dict[str, int]) -> None:
        self.base, self.said, self.visited = base, [], []
        self.page = browser.new_context(viewport=size, locale="zh-CN").new_page()
        self.page.on("request", lambda asked: self.visited.append(unquote(asked.url)))
        self.page.on("console", lambda line: self.said.append(line.text) if line.type == "error" else None)

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)
        self.look()

    def look(self) -> None:
        self.page.wait_for_load_state()
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.page.viewport_size["width"]

    def press(self, words: str) -> None:
        self.page.get_by_role("button", name=words, exact=True).first.click()
        self.look()

    def log_in(self, login: str) -> "Somebody":
        person = Person.objects.get(login=login)
        person.set_password(PASSWORD)
        person.must_change = False
        person.save()
        self.go("/login/")
        self.page.locator("input[autocomplete=username]").fill(login)
        self.page.locator("input[type=password]").fill(PASSWORD)
        self.page.locator("main button").first.click()
        self.look()
        return self

    def move(self, number: str, verb: str, **fields: str) -> None:
        """Make a move on the record page as a person does: open its form, fill it, press."""
        self.go(f"/work/cases/{number}/")
        place = self.page.locator(f"#do-{verb}")
        if place.locator("summary").count():
            place.locator("summary").first.click()
        for name, value in fields.items():
            place.locator(f"[name={name}]").fill(value)
        place.locator("form button").first.click()
        self.look()


def report(phone: Somebody) -> str:
    """Report a loose manhole cover, step by step; gives the code on the receipt."""
    phone.go("/")
    phone.go("/report/")
    assert "110" in phone.page.locator("main").inner_text()[:200]
    page = phone.page
    page.locator("[name=place]").fill(WORDS[0])
    page.locator("[name=asked]").fill("幸福路街道")
    phone.press("下一步")
    page.locator("input[name=code]").first.check()
    phone.press("下一步")
    page.locator("input[name=code]").first.check()
    phone.press("下一步")
    page.locator("[name=text]").fill(WORDS[1])
    phone.press("下一步")
    for name, value in PERSONAL.items():
        page.locator(f"[name={name}]").fill(value)
    phone.press("下一步")
    page.locator("button[name=go][value=send]").click()
    phone.look()
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page.locator("main").inner_text())
    assert found and found[0] not in page.url
    return found[0]


def confirm(phone: Somebody, code: str, number: str) -> None:
    """Follow the report by its code, say that it is solved, give a grade."""
    phone.go("/track/")
    phone.page.locator("main input:not([type=hidden])").first.fill(code)
    phone.page.locator("main button").first.click()
    phone.look()
    assert number in phone.page.locator("main").inner_text()
    phone.page.locator("input[type=radio]").first.check()
    phone.page.locator("input[name=grade][value='5']").check()
    phone.page.locator("main form button").first.click()
    phone.look()


def test_from_a_phone_through_the_city_and_back(address: str, browser: Any) -> None:
    with server_log() as log:
        everybody, code = story(address, browser)
    lines = log.getvalue()
    assert lines.count("luoshi.access") > 20, "the log is the server's"
    visited = "\n".join(url for person in everybody for url in person.visited)
    secrets = [code, code.replace("-", ""), PASSWORD]
    found = {word for word in (*PERSONAL.values(), *WORDS, *secrets) if word in lines}
    assert found == set(), "personal data or codes in the log"
    assert {word for word in (*PERSONAL.values(), *WORDS, PASSWORD) if word in visited} == set(), "in an address"


def story(address: str, browser: Any) -> tuple[list[Somebody], str]:
    """The whole loop; gives everybody who took part, and the reporter's code."""
    phone = Somebody(browser, address, PHONE)
    code = report(phone)
    case = Case.objects.get()
    assert case.due_at is not None and case.state == "reported"
    desk = Somebody(browser, address, DESK).log_in("desk")
    desk.move(case.number, "accept")
    desk.move(case.number, "dispatch")
    case.refresh_from_db()
    assert case.unit_id is not None
    doer = Post.objects.filter(unit_id=case.unit_id, role__in=("handler", "street")).order_by("id")[0].person.login
    handler = Somebody(browser, address, PHONE).log_in(doer)
    handler.move(case.number, "sign")
    handler.move(case.number, "add_evidence", note="更换井盖 1 座")
    handler.move(case.number, "finish", answer="已更换井盖并固定")
    verifier = Somebody(browser, address, DESK).log_in("verifier")
    verifier.move(case.number, "verify")
    confirm(phone, code, case.number)
    case.refresh_from_db()
    assert (case.state, case.solved, case.grade) == ("closed", True, 5)
    verbs = Event.objects.filter(subject=case.log_id).order_by("recorded_at", "id").values_list("verb", flat=True)
    assert sorted(verbs) == sorted(
        ["report", "accept", "dispatch", "sign", "add_evidence", "finish", "verify", "close"]
    )
    everybody = [phone, desk, handler, verifier]
    assert [line for person in everybody for line in person.said] == []
    return everybody, code

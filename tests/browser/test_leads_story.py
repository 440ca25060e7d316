"""Investment in a browser: occasion → company → lead → signing refused for a missing document, then done → landed → money
verified → the funnel and the home page move, and the number opens down to that record. No fault that axe can see."""

from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings
from given import NOW
from test_axe import faults, log_in

from luoshi.conf import Conf
from luoshi.figures import board
from luoshi.kernel import clock
from luoshi.kernel.ledger import place as places
from luoshi.kernel.ledger import seal
from luoshi.leads.models import Lead

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def home(committed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "home": tmp_path}))
    return tmp_path


def _sealed(home: Path) -> None:
    with clock.at(NOW):
        seal.seal_all(places.current())
        board.refresh(home)


def _paper(folder: Path) -> str:
    made = pikepdf.new()
    made.add_blank_page()
    made.save(folder / "paper.pdf")
    return str(folder / "paper.pdf")


def _press(page: Any, verb: str, **fields: str) -> None:
    """Open the form of a verb from the lead's page, fill it in, and send it."""
    page.locator(f"a[href*='/do/{verb}/']").first.click()
    for name, value in fields.items():
        field = page.locator(f"main form [name={name}]")
        kind = field.evaluate("one => one.tagName + ':' + one.type")
        if kind.startswith("SELECT"):
            field.select_option(value)
        elif kind.endswith(":file"):
            field.set_input_files(value)
        else:
            field.fill(value)
    page.locator("main form button.wide").click()
    page.wait_for_load_state()


def _number(page: Any, address: str, name: str) -> str:
    page.goto(address + "/")
    return str(page.locator(f".num-v a[href='/figure/{name}']").inner_text()).split("\n")[0]


def test_from_an_occasion_to_money_in_place(home: Path, address: str, browser: Any) -> None:
    paper = _paper(home)
    _sealed(home)
    head, officer, checker = (
        browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN").new_page() for _ in range(3)
    )
    log_in(head, address, "promoter")
    head.goto(f"{address}/work/occasions/")
    head.locator("details.panel summary").click()
    for name, value in (("name", "稀土产业论坛"), ("first_day", "2021-08-19")):
        head.locator(f"[name={name}]").fill(value)
    head.locator("[name=kind]").select_option("conference")
    head.locator("details.panel button").click()
    head.wait_for_load_state()
    log_in(officer, address, "officer")
    officer.goto(f"{address}/work/companies/add/")
    officer.locator("input[name=name]").fill("包头市乾朔磁材有限公司")
    officer.locator("button.wide").click()
    officer.wait_for_load_state()
    officer.goto(f"{address}/work/leads/add/")
    officer.locator("input[name=name]").fill("乾朔磁材产业园")
    officer.locator("input[name=company]").fill("包头市乾朔磁材有限公司")
    officer.locator("[name=county]").select_option("150203000000")
    officer.locator("[name=industry]").select_option("C")
    officer.locator("[name=occasion]").select_option(label="稀土产业论坛")
    officer.locator("button.wide").click()
    officer.wait_for_load_state()
    _press(officer, "engage")
    _press(officer, "talk")
    before = officer.url
    _press(officer, "sign", amount="3.2亿")
    assert "缺少：协议文本" in officer.locator(".errs").first.inner_text()
    officer.goto(before)
    _press(officer, "add_document", kind="agreement", file=paper)
    _press(officer, "sign", amount="3.2亿")
    _press(officer, "add_document", kind="landing", file=paper)
    _press(officer, "land")
    _press(officer, "report_money", amount="5000", day="2021-12-29", proof="bank")
    assert officer.locator("#money a").count() == 1 and "撤回" in officer.locator("#money").inner_text()
    log_in(checker, address, "statistician")
    checker.goto(before)
    _press(checker, "verify_money")
    one = Lead.objects.get(name="乾朔磁材产业园")
    assert (one.state, one.in_place, one.agreed) == ("landed", 50_000_000_00, 320_000_000_00)
    assert _number(checker, address, "leads.signed").startswith("0")
    _sealed(home)
    assert _number(checker, address, "leads.signed").startswith("1")
    assert _number(checker, address, "leads.agreed").startswith("3.20")
    checker.goto(f"{address}/work/leads/funnel/")
    assert "签约 1，落地 1" in checker.locator("main").inner_text()
    checker.goto(f"{address}/")
    checker.locator(".num-v a[href='/figure/leads.landed']").click()
    checker.locator("a[href*='/records']").first.click()
    checker.locator("table a", has_text="乾朔磁材产业园").click()
    assert checker.url == before
    head.goto(f"{address}/work/occasions/")
    head.locator("table a").first.click()
    assert "3.2 亿元" in head.locator("main").inner_text()


def test_pages_of_investment_as_an_assistive_tool_sees_them(home: Path, address: str, browser: Any) -> None:
    from luoshi.leads import actions
    from luoshi.people.viewer import of_login

    with clock.at(NOW):
        made = actions.add_lead(
            viewer=of_login("promoter"), name="园区标准厂房", county="150203000000", industry="E"
        ).answer["lead"]
        _sealed(home)
    found = []
    for width, language in ((1280, "zh-CN"), (390, "en")):
        page = browser.new_context(
            viewport={"width": width, "height": 844}, locale=language, bypass_csp=True
        ).new_page()
        log_in(page, address, "promoter")
        pages = [
            "",
            "board/",
            "places/",
            "doubles/",
            "funnel/",
            "day/",
            "brief/",
            "add/",
            "import/",
            f"{made}/",
            f"{made}/do/change_lead/",
            f"{made}/do/engage/",
        ]
        found += faults(
            page, address, [f"/work/leads/{one}" for one in pages] + ["/work/occasions/", "/work/companies/"]
        )
    assert found == []

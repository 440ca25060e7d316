"""The pages of people in a real browser: the second factor from log-in to codes, every page for axe at both widths."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from people_cast import TODAY, add, of, unit
from test_axe import CHROMIUM, PASSWORD, faults

from luoshi.kernel import clock
from luoshi.people.admin.actions import person
from luoshi.people.admin.actions import unit as units
from luoshi.people.admin.actions.appoint import ask_appointment
from luoshi.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def prepared() -> dict[str, str]:
    """Something on every page: a person with a past and a future, a unit to be merged, an appointment that waits."""
    anna = add("anna", "handler")
    add("new.sec")
    person.add_post(
        viewer=of("sysadmin"),
        on=str(anna.log_id),
        unit=unit("city.roads"),
        role="head",
        first=TODAY + timedelta(days=5),
    )
    units.merge_unit(
        viewer=of("sysadmin"), on=str(unit("150203.civil").log_id), into=unit(), first=TODAY + timedelta(days=9)
    )
    ask_appointment(
        viewer=of("sysadmin"), person=Person.objects.get(login="new.sec"), unit=unit(), role="secadmin", first=TODAY
    )
    return {"person": str(anna.log_id), "unit": str(unit().log_id), "closing": str(unit("150203.civil").log_id)}


def log_in(page: Any, base: str, login: str) -> None:
    """Password, then setting up the second factor with what the page shows."""
    who = Person.objects.get(login=login)
    who.set_password(PASSWORD)
    who.must_change = False
    who.save()
    page.goto(f"{base}/login/")
    page.locator("input[autocomplete=username]").fill(login)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main button.wide").click()
    page.wait_for_url("**/login/second/")
    secret = page.locator("main code").inner_text().replace(" ", "")
    page.locator("input[autocomplete=one-time-code]").fill(pyotp.TOTP(secret).at(clock.real()))
    page.keyboard.press("Enter")
    page.locator("ul.codes li").first.wait_for()
    assert page.locator("ul.codes li").count() == 10
    page.locator("main a.btn").click()
    page.wait_for_url("**/work/")


PATHS = {
    "sysadmin": (
        "/people/", "/people/add/", "/people/import/", "/people/{person}/", "/people/units/", "/people/units/add/",
        "/people/units/{unit}/", "/people/units/{closing}/", "/people/hand-over/", "/people/appointments/", "/second/",
    ),
    "secadmin": ("/security/", "/people/appointments/"),
    "auditadmin": ("/audit/", "/audit/?person=sysadmin"),
}  # fmt: skip


def test_every_page_of_the_administrators(address: str, browser: Any, tmp_path: Path) -> None:
    assert CHROMIUM
    filled = prepared()
    found = []
    for login, paths in PATHS.items():
        context = browser.new_context(bypass_csp=True, locale="zh-CN", viewport={"width": 1280, "height": 900})
        page = context.new_page()
        log_in(page, address, login)
        here = [path.format(**filled) for path in paths]
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            found += faults(page, address, here)
        context.close()
    assert found == []

"""The table of clocks on a record page in a real browser: what is allowed stands in whole words."""

from typing import Any

import pytest
from test_hotline import desk_page

from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.models import Category
from luoshi.people import viewer
from luoshi.people.models import Unit

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LINES = """() => [...document.querySelectorAll("table.t-d tbody td:nth-child(2)")].map((cell) => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return [cell.textContent, new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size];
})"""


@pytest.mark.parametrize(("spoken", "most"), [("zh", 1), ("en", 3)])
@pytest.mark.parametrize("width", [1280, 1024, 390])
def test_the_time_allowed_is_not_broken_into_single_characters(
    address: str, browser: Any, width: int, spoken: str, most: int
) -> None:
    done = report_case(
        viewer=viewer.public(), category=Category.objects.get(code="010102"), text="路面破损", channel="web",
        county="150203000000", street="150203001000", name="张三丰", phone="15512341234",
    )  # fmt: skip
    number, by = done.answer["number"], viewer.of_login
    BY_VERB["accept"](viewer=by("desk"), on=number)
    BY_VERB["dispatch"](viewer=by("desk"), on=number, unit=Unit.objects.get(code="150203.urban"))
    page, said = desk_page(browser, address, {"width": width, "height": 900})
    page.goto(f"{address}/work/cases/{number}/?lang={spoken}")
    cells = page.evaluate(LINES)
    assert len(cells) == 3 and [cell for cell in cells if cell[1] > most] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width and said == []
    table = page.locator("table.t-d").first
    assert table.evaluate("box => box.scrollWidth <= box.parentElement.clientWidth")

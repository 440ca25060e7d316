"""Every page as an assistive tool sees it: no violation, no contrast that axe cannot tell, at both widths; no error on
the console, nothing wider than a phone."""

import shutil
from importlib.resources import files
from typing import Any

import pytest

from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.models import Case, Category
from luoshi.kernel.ledger import place as places
from luoshi.kernel.ledger import seal
from luoshi.people import viewer
from luoshi.people.models import Person, Post

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHROMIUM = shutil.which("chromium")
if CHROMIUM is None:
    pytest.skip("no chromium: the browser tests are left out", allow_module_level=True)
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
# Words in a drawing lie on shapes that axe does not look through; what they say stands beside the drawing as text too.
RUN = """async () => {
  const found = await axe.run({exclude: ["svg text"]}, {resultTypes: ["violations", "incomplete"]});
  const told = rules => rules.map(r => r.id + ": " + r.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | "));
  const contrast = found.incomplete.filter(r => r.id === "color-contrast");
  return [...told(found.violations), ...told(contrast)];
}"""
PASSWORD = "a long enough password"
PUBLIC = (
    "/",
    "/report/",
    "/track/",
    "/track/lost",
    "/cases/",
    "/log/",
    "/cases/{number}/",
    "/cases/{number}/follow/",
    "/track/{code}",
    "/login/",
    "/figure/",
    "/figure/cases.reported",
    "/figure/cases.reported/records",
    "/figure/cases.reported/difference?since=1",
)
STAFF = {
    "desk": (
        "/work/", "/work/notify/", "/work/cases/", "/work/cases/{number}/", "/work/report/", "/work/adopt/", "/work/hotline/",
        "/work/search/?q=井盖", "/work/search/?q=", "/work/cases/?light=r", "/second/", "/password/",
    ),
    "handler": ("/work/", "/work/near/", "/work/near/{number}/", "/work/cases/{number}/"),
    "head": ("/work/cover/",),
    "supervisor": (
        "/work/joint/", "/work/rates/", "/work/rates/{unit}/", "/work/followup/", "/work/corrections/", "/work/rules/",
        "/work/rules/edit/", "/work/texts/", "/work/import/", "/work/cases/{number}/",
    ),
}  # fmt: skip


def a_case() -> dict[str, str]:
    """A case at work, with its number and code."""
    kind = Category.objects.filter(reportable=True, public=True, handle_kind="workdays").order_by("code")[0]
    done = report_case(
        viewer=viewer.public(), category=kind, text="人行道井盖松动", channel="web", county="150203000000",
        place="幸福南路 12 号", lat=40.65, lon=109.85,
    )  # fmt: skip
    assert isinstance(done.row, Case)
    posts = Post.objects.select_related("person").order_by("-id")
    people = {post.role: viewer.of_person(post.person) for post in posts}  # the first of each role
    BY_VERB["accept"](viewer=people["desk"], on=done.row.number)
    bureau = Post.objects.filter(role="handler").order_by("id")[0].unit
    BY_VERB["dispatch"](viewer=people["desk"], on=done.row.number, unit=bureau)
    BY_VERB["sign"](viewer=people["handler"], on=done.row.number)
    return {"number": done.row.number, "code": done.secret["code"], "unit": bureau.code}


def faults(page: Any, base: str, paths: list[str]) -> list[tuple[str, ...]]:
    """What is wrong on the pages, as (address, fault)."""
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    found: list[tuple[str, ...]] = []
    for path in paths:
        said.clear()
        answer = page.goto(base + path)
        page.evaluate(AXE + "; 0")
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [(path, fault) for fault in [*page.evaluate(RUN), *said]]
        if answer.status != 200 or wide > page.viewport_size["width"]:
            found.append((path, f"status {answer.status}, {wide} px wide"))
    return found


def log_in(page: Any, address: str, login: str) -> None:
    """With a password that this test gives."""
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


def test_no_page_has_a_fault_that_axe_can_see(address: str, browser: Any) -> None:
    known = a_case()
    seal.seal_all(places.current())
    found = []
    for width in (1280, 390):
        context = browser.new_context(viewport={"width": width, "height": 844}, locale="zh-CN", bypass_csp=True)
        page = context.new_page()
        found += faults(page, address, [path.format(**known) for path in PUBLIC])
        for login, paths in STAFF.items():
            log_in(page, address, login)
            found += [(login, *one) for one in faults(page, address, [path.format(**known) for path in paths])]
    assert found == []

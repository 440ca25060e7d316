"""Views of the list: the tabs above it, a person's own ones, and the choice of columns, all as addresses."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from luoshi.cases.actions import saved as actions
from luoshi.cases.staff import columns
from luoshi.cases.staff.columns import CHOICES, Choice
from luoshi.kernel.text import T
from luoshi.people.sessions import staff
from luoshi.web import said
from luoshi.web.http import Request

ADDRESS: Final = "/work/cases/"
# what a view keeps of an address: neither the words searched for nor the page of the list
KEPT: Final = ("state", "top", "category", "county", "street", "unit", "light", "source", "mine", columns.NAME)
TABS: Final[tuple[tuple[str, T, dict[str, str]], ...]] = (
    ("", T("全部", "All"), {}),
    ("open", T("在办", "Open"), {"state": "open"}),
    ("mine", T("我的", "Mine"), {"state": "open", "mine": "1"}),
    ("r", T("超期", "Overdue"), {"light": "r"}),
    ("y", T("临期", "Due soon"), {"light": "y"}),
)
Tab = tuple[str, str | T, int | None, bool]


def canonical(query: QueryDict) -> str:
    """What a view keeps of an address, always written the same way."""
    pairs = [(name, str(query.get(name, "")).strip()) for name in KEPT]
    return urlencode([(name, value) for name, value in pairs if value])


def tabs(query: QueryDict, counts: dict[str, int], views: Sequence[tuple[int, str, str]]) -> list[Tab]:
    """(address, words, count, is the present one): the city's tabs, then the person's own views."""
    now = "" if query.get("q") else canonical(query)
    found: list[Tab] = []
    for key, text, wanted in TABS:
        address = urlencode(wanted)
        found.append((f"?{address}", text, counts.get(key), now == address and not query.get("q")))
    return found + [(f"?{address}", name, None, now == address) for _, name, address in views]


def choices(some: Sequence[Choice]) -> SafeString:
    """A tick for each column, those of the list ticked."""
    names = {one.name for one in some}
    return SafeString(
        "".join(
            f'<label class="nb"><input type="checkbox" name="c" value="{one.name}"'
            f"{' checked' if one.name in names else ''}> {one.head}</label>"
            for one in CHOICES
            if one.name != "number"
        )
    )


def own(views: Sequence[tuple[int, str, str]], token: str) -> SafeString:
    """The person's own views, each with a press that removes it."""
    rows = (
        format_html(
            '<form method="post" action="{}views/{}/drop/" class="row"><input type="hidden" name="csrfmiddlewaretoken" '
            'value="{}"><a href="?{}">{}</a><button class="link">{}</button></form>',
            ADDRESS, key, token, query, name, T("删掉“{name}”", "Remove “{name}”").fill(name=name),
        )
        for key, name, query in views
    )  # fmt: skip
    return SafeString("".join(rows))


def _back(text: T, query: str) -> HttpResponse:
    response = HttpResponseRedirect(f"{ADDRESS}?{query}", status=303)
    said.say(response, text)
    return response


@staff
def keep(request: Request) -> HttpResponse:
    """POST `/work/cases/views/`: keep the list that `query` writes under `name`. Raises Denied or Invalid."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    query = canonical(QueryDict(str(request.POST.get("query", ""))[:2000]))
    row = actions.keep_view(request.viewer, str(request.POST.get("name", "")), query)
    return _back(T("已存视图“{name}”", "The view “{name}” is kept").fill(name=row.name), query)


@staff
def drop(request: Request, key: int) -> HttpResponse:
    """POST `/work/cases/views/<key>/drop/`. Raises Absent for what is not the viewer's own."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    name = actions.drop_view(request.viewer, key)
    return _back(T("已删视图“{name}”", "The view “{name}” is gone").fill(name=name), "")


@staff
def choose(request: HttpRequest) -> HttpResponse:
    """GET `/work/cases/columns/?c=…&query=…`: the same list with other columns."""
    query = QueryDict(str(request.GET.get("query", ""))[:2000], mutable=True)
    query.pop(columns.NAME, None)
    names = columns.address([] if request.GET.get("usual") else [str(one) for one in request.GET.getlist("c")])
    if names:
        query[columns.NAME] = names
    return HttpResponseRedirect(f"{ADDRESS}?{query.urlencode()}")

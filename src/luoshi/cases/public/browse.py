"""`/cases/`: the public list with its map, and the page of one case."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from luoshi.cases import clocks, reads
from luoshi.cases.flow import FLOW, OPEN
from luoshi.cases.models import Case
from luoshi.cases.public import dots, kinds, pictures, story
from luoshi.cases.reads import Filters
from luoshi.cases.reads.lists import public_page
from luoshi.cases.reads.one import entries, shown
from luoshi.kernel import clock
from luoshi.kernel.problems import Absent, Fault, Invalid
from luoshi.kernel.text import T
from luoshi.people import place
from luoshi.people import reads as people
from luoshi.web import pager, parts, tables

NUMBER: Final = re.compile(r"J-\d{4}-\d{6,9}")
_SOURCE: Final = re.compile(r"[\w.-]{1,60}")
_ORDER: Final = "cases.public"
TABS: Final = (("open", T("在办", "Open")), ("ended", T("已结束", "Ended")), ("all", T("全部", "All")))


def _tops() -> list[tuple[str, T]]:
    return [(row.code, kinds.name(row)) for row in reads.kinds().tops() if row.public]


def _one_of(query: QueryDict, name: str, known: Sequence[str], faults: list[Fault]) -> str:
    value = query.get(name, "")
    if value and value not in known:
        faults.append(Fault(name, value[:60], T("不在可选的里面", "is not one of the choices")))
    return value


def _filters(query: QueryDict, tops: Sequence[str]) -> Filters:
    """The list's filters. Raises Invalid that names each bad one."""
    faults: list[Fault] = []
    states = [*(name for name, _ in TABS), *(state.name for state in FLOW.states)]
    state = _one_of(query, "state", states, faults) or "open"
    county = _one_of(query, "county", [d.code for d in place.counties()], faults)
    top = _one_of(query, "top", tops, faults)
    light = _one_of(query, "light", ("g", "y", "r"), faults)
    number, source = query.get("q", "").strip().upper(), query.get("source", "")
    if number and not NUMBER.fullmatch(number):
        faults.append(Fault("q", number[:60], T("写编号，例如 J-2021-037957", "a case number, such as J-2021-037957")))
    if source and not _SOURCE.fullmatch(source):
        faults.append(Fault("source", source[:60], T("来源的名称", "the name of a source")))
    if faults:
        raise Invalid(faults)
    # a number finds its case whatever the tab
    return Filters(
        q=number, state="" if number or state == "all" else state, top=top, county=county, light=light, source=source
    )


def _after(query: QueryDict) -> tuple[datetime, int] | None:
    cursor = query.get(pager.NAME)
    if not cursor:
        return None
    at, key = pager.decode(cursor, _ORDER)
    if not isinstance(at, datetime) or not isinstance(key, int):
        raise Absent
    return at, key


def _light(case: Case, now: datetime) -> SafeString:
    """The light of a case whose clock runs."""
    code = clocks.whole_light(case, now)
    return parts.light(code) if code != "n" else SafeString("")  # type: ignore[arg-type]


def _number(case: Case, suffix: str) -> SafeString:
    """The number as the way to the case, with the mark of a simulated one."""
    link = tables.link(f"/cases/{case.number}/{suffix}", case.number)
    return format_html("{} {}", link, parts.tag_demo()) if case.sim else link


def _table(now: datetime, source: str) -> tables.Table[Case]:
    suffix = f"?source={source}" if source else ""
    columns: list[tables.Column[Case]] = [
        tables.Column(
            T("编号", "Number"),
            lambda case: _number(case, suffix),
            "nb",
            label=False,
            is_header=True,
        ),
        tables.Column(T("时限", "Time"), lambda case: _light(case, now), label=False),
        tables.Column(T("类别", "Kind"), lambda case: str(kinds.name(case.category)), "b full", label=False),
        tables.Column(T("进度", "State"), lambda case: str(story.state(case)), "nb", label=False),
        tables.Column(T("地方", "Where"), lambda case: place.full_name(case.street or case.county), label=False),
        tables.Column(T("上报", "Reported"), lambda case: parts.time(case.reported_at), "n nb"),
        tables.Column(T("应办完", "Due"), lambda case: parts.time(case.due_at), "n nb"),
    ]
    return tables.Table(T("公开的案件", "Public cases"), columns)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """`/cases/`: what anybody may see, newest first."""
    now, tops = clock.now(), _tops()
    filters = _filters(request.GET, [code for code, _ in tops])
    page = public_page(filters, now, _after(request.GET))
    state = request.GET.get("state") or "open"
    tabs = [(name, text, pager.address(request.GET, state=name, after=""), name == state) for name, text in TABS]
    after = pager.encode(page.more, _ORDER) if page.more else ""
    context = {
        "tabs": tabs, "filters": filters, "tops": tops, "state": state, "rows": page.rows,
        "counties": [(d.code, people.division_name(d.code)) for d in place.counties()],
        "table": _table(now, filters.source).render(page.rows), "pager": pager.pager(request.GET, len(page.rows), after),
        "map": dots.of_list(filters),
    }  # fmt: skip
    return render(request, "cases/public/cases.html", context)


@require_safe
def one(request: HttpRequest, number: str) -> HttpResponse:
    """`/cases/<number>/`. Raises Absent for whatever is not public."""
    source = request.GET.get("source", "")
    if "\0" in number + source:
        raise Absent
    case = shown(number, source)
    now = clock.now()
    photos = list(case.photos.filter(released=True).order_by("at", "id")) if case.released else []
    context = {
        "case": case, "kind": kinds.name(case.category), "unit": story.unit_of(case) if case.unit else "",
        "top": kinds.name(case.category.parent) if case.category.parent else "", "state": story.state(case), "open": case.state in OPEN and case.ours,
        "promise": story.promise(case, now), "story": story.public_happenings(entries(case)),
        "where": place.full_name(case.community or case.street or case.county),
        "text": case.private.public_text if case.released and hasattr(case, "private") else "",
        "pictures": [(pictures.address(photo), photo) for photo in photos],
        "map": dots.of_case(case),
    }  # fmt: skip
    return render(request, "cases/public/case.html", context)

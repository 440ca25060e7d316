"""`/work/companies/`: the register by words, province, industry, state and contact; as CSV and XLSX; as one types."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString

from luoshi.kernel.rights import may
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.leads import reads
from luoshi.leads.flow import FLOW, KEEP, LISTED, MERGED, SEE
from luoshi.leads.industries import INDUSTRIES
from luoshi.leads.models import Company
from luoshi.leads.provinces import PROVINCES
from luoshi.leads.reads import Filters
from luoshi.people.sessions import having
from luoshi.web import pager, parts, sheets, words
from luoshi.web.http import viewer_of
from luoshi.web.tables import Column, Table

ROOT: Final = "/work/companies/"
STATES: Final = {LISTED: T("在册", "Listed"), MERGED: T("已并入别家", "Merged"), "all": T("全部", "All")}
CONTACT: Final = {"": T("全部", "All"), "yes": T("联系过", "Contacted"), "no": T("没联系过", "Not contacted")}
ORDERS: Final = {"newest": T("最近改动", "Last changed"), "contact": T("最近联系", "Last contact")}


def link_to(company: Company) -> SafeString:
    """A company's page; the address holds no name."""
    mark = parts.tag_demo() if company.sim else SafeString("")
    return format_html('<a href="{}{}/">{}</a> {}', ROOT, company.log_id, company.name, mark)


def named(known: Mapping[str, T], code: str) -> str:
    """A province or an industry in words."""
    return str(known.get(code, "—"))


TABLE: Final = Table[Company](
    T("企业", "Companies"),
    (
        Column(T("企业", "Company"), link_to, "b", is_header=True),
        Column(T("统一社会信用代码", "Credit code"), lambda one: one.code or "—", "n nb m-no"),
        Column(T("省份", "Province"), lambda one: named(PROVINCES, one.province)),
        Column(T("行业", "Industry"), lambda one: named(INDUSTRIES, one.industry)),
        Column(
            T("最近联系", "Last contact"), lambda one: parts.time(one.contacted_at) if one.contacted_at else "—", "n nb"
        ),
        Column(T("状态", "State"), lambda one: str(FLOW.state(one.state).text)),
    ),
)


def wanted(request: HttpRequest) -> Filters:
    """What an address asks for; a value that is none of the choices is left out."""
    names = ("q", "province", "industry", "state", "contact", "order")
    given = {name: request.GET[name].strip().replace("\0", "")[:80] for name in names if name in request.GET}

    def one_of(name: str, known: Mapping[str, T], default: str = "") -> str:
        return given[name] if given.get(name) in known else default

    return Filters(
        q=given.get("q", ""), province=one_of("province", PROVINCES), industry=one_of("industry", INDUSTRIES),
        state=one_of("state", STATES, LISTED), contact=one_of("contact", CONTACT),
        order=one_of("order", ORDERS, "newest"),
    )  # fmt: skip


@having(SEE)
def page(request: HttpRequest) -> HttpResponse:
    """The list; keyset paged."""
    viewer, filters = viewer_of(request), wanted(request)
    order = f"companies.{filters}"
    given = request.GET.get(pager.NAME, "")
    after = cast("tuple[datetime, int]", pager.decode(given, order)) if given else None
    found = reads.list_page(viewer, filters, after)
    cursor = pager.encode(found.after, order) if found.after else ""
    context = {
        "table": TABLE.render(found.rows) if found.rows else "", "pager": pager.pager(request.GET, len(found.rows), cursor),
        "asked": filters, "provinces": PROVINCES.items(), "industries": INDUSTRIES.items(), "states": STATES.items(),
        "contacts": CONTACT.items(), "orders": ORDERS.items(), "filtered": filters != Filters(),
        "query": pager.address(request.GET, after=""), "keeps": may(viewer, KEEP),
    }  # fmt: skip
    return render(request, "leads/companies.html", context)


@having(SEE)
def typed(request: HttpRequest) -> HttpResponse:
    """`/work/companies/find/?q=`: the first hits of what is being typed, a piece of a page."""
    found = reads.find(viewer_of(request), request.GET.get("q", "").replace("\0", "")[:80])
    return render(request, "leads/typed.html", {"found": found, "root": ROOT})


HEADS: Final = (
    T("企业名称", "Company name"), T("统一社会信用代码", "Credit code"), T("省份", "Province"), T("行业门类", "Industry"),
    T("最近联系", "Last contact"), T("状态", "State"), T("并入", "Merged into"),
)  # fmt: skip


def _row(one: Company) -> tuple[str, ...]:
    into = one.merged_into.name if one.merged_into else ""
    return (
        one.name, one.code, str(PROVINCES.get(one.province, "")), one.industry, words.when(one.contacted_at) if one.contacted_at else "",
        str(FLOW.state(one.state).text), into,
    )  # fmt: skip


@having(SEE)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """`/work/companies/export.csv` and `.xlsx`: what the list shows, all pages."""
    return exported(viewer_of(request), wanted(request), kind)


def exported(viewer: Viewer, filters: Filters, kind: str) -> HttpResponse:
    """All companies of a list as a file."""
    rows = pager.through(lambda after: reads.list_page(viewer, filters, after, 1000))
    return sheets.answer(kind, "companies", T("企业", "Companies"), HEADS, map(_row, rows))

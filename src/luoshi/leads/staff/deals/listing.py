"""`/work/leads/`: the board by stage, the list with its filters and exports, doubles, districts."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString

from luoshi.kernel import installation
from luoshi.kernel.kept import Kept
from luoshi.kernel.rights import may
from luoshi.kernel.text import T, language
from luoshi.kernel.viewer import Viewer
from luoshi.leads import money, reads
from luoshi.leads.industries import INDUSTRIES
from luoshi.leads.models import Lead
from luoshi.leads.reads import Row, Wanted
from luoshi.leads.staff.deals import filters, tables
from luoshi.leads.staff.deals.filters import ORDERS, STAGE_NAMES
from luoshi.leads.staff.deals.forms import counties
from luoshi.leads.stages import AFTER, DEAL, HEAD, SEE, STATUSES
from luoshi.people import place, shaded
from luoshi.people import reads as people
from luoshi.people.sessions import having
from luoshi.web import charts, pager, parts, sheets, words
from luoshi.web.http import viewer_of
from luoshi.web.tables import Column, Table

ROOT: Final = "/work/leads/"

MAPPED: Final = shaded.Words(
    ROOT + "?county={code}", T("各旗县区签约项目，数据见旁边", "Signed projects by district: the numbers stand beside"),
    T("市区，放大", "The urban core, closer"),
)  # fmt: skip


def link_to(lead: Lead | Row) -> SafeString:
    """A lead's page; the address holds no name."""
    mark = parts.tag_demo() if lead.sim else SafeString("")
    return format_html('<a href="{}{}/">{}</a> {}', ROOT, lead.log_id, lead.name, mark)


def stage_of(lead: Lead | Row) -> SafeString:
    """Its stage; its status where it is not going."""
    if lead.status == "going" or lead.state == "merged":
        return format_html("{}", STAGE_NAMES[lead.state])
    return format_html("{} {}", STAGE_NAMES[lead.state], parts.tag(STATUSES[lead.status], "f"))


def agreed_of(lead: Lead | Row) -> str:
    """What is agreed; nothing before it is signed, and `不详` where it is not known."""
    return money.shown(lead.agreed) if lead.signed_at else "—"


TABLE: Final = Table[Row](
    T("招商项目", "Leads"),
    (
        Column(T("编号", "Number"), lambda one: one.number, "n nb m-no"),
        Column(T("项目", "Project"), link_to, "b", is_header=True),
        Column(T("企业", "Company"), lambda one: one.company or "—"),
        Column(T("阶段", "Stage"), stage_of),
        Column(T("协议总投资", "Agreed"), agreed_of, "r n nb"),
        Column(
            T("到位资金", "In place"), lambda one: money.shown(one.in_place) if one.in_place else "—", "r n nb m-no"
        ),
        Column(T("旗县区", "District"), lambda one: people.division_name(one.county) if one.county else "—"),
        Column(T("负责人", "Officer"), lambda one: one.officer or "—"),
        Column(T("下一次", "Next due"), lambda one: parts.time(one.due_at) if one.due_at else "—", "n nb"),
    ),
)


_officers: Final = Kept(lambda: [(one.login, one.name, one.pk) for one in reads.officers()], 10)
_counties: Final = Kept(lambda lang: counties(), 10)


def wanted(request: HttpRequest) -> Wanted:
    """What an address asks for; a value that is none of the choices is left out."""
    return filters.wanted(viewer_of(request), request.GET)[0]


def _context(request: HttpRequest, asked: Wanted) -> dict[str, Any]:
    viewer = viewer_of(request)
    return {
        "asked": asked, "stages": STAGE_NAMES.items(), "statuses": STATUSES.items(), "counties": _counties(language()),
        "industries": INDUSTRIES.items(), "officers": _officers(), "occasions": reads.occasion_names().items(),
        "company": request.GET.get("company", ""), "orders": ORDERS.items(), "filtered": asked != Wanted(), "deals": may(viewer, DEAL),
        "heads": may(viewer, HEAD), "root": ROOT, "query": pager.address(request.GET, after=""),
    }  # fmt: skip


@having(SEE)
def page(request: HttpRequest) -> HttpResponse:
    """The list; keyset paged."""
    viewer, asked = viewer_of(request), wanted(request)
    order = f"leads.{asked}"
    given = request.GET.get(pager.NAME, "")
    after = cast("tuple[datetime, int]", pager.decode(given, order)) if given else None
    found = reads.lead_page(viewer, asked, after)
    cursor = pager.encode(found.after, order) if found.after else ""
    context = _context(request, asked) | {
        "table": TABLE.render(found.rows) if found.rows else "", "pager": pager.pager(request.GET, len(found.rows), cursor),
    }  # fmt: skip
    return render(request, "leads/deals/list.html", context)


@having(SEE)
def board(request: HttpRequest) -> HttpResponse:
    """`/work/leads/board/`: what goes on, by stage: how many, how much, the latest of each."""
    viewer, asked = viewer_of(request), wanted(request)
    columns = [
        (
            STAGE_NAMES[one.stage],
            one.stage,
            words.number(one.count),
            money.shown(one.agreed) if one.agreed else "",
            one.rows,
        )
        for one in reads.board(viewer, asked)
    ]
    return render(request, "leads/deals/board.html", _context(request, asked) | {"columns": columns})


DISTRICT: Final[tuple[Column[tuple[str, reads.District]], ...]] = (
    Column(T("旗县区", "District"), lambda row: people.division_name(row[0]) if row[0] else "—", "b", is_header=True),
    Column(T("签约项目", "Signed"), lambda row: words.number(row[1].signed), "r n"),
    Column(T("协议总投资", "Agreed"), lambda row: money.shown(row[1].agreed), "r n"),
    Column(
        T("按业绩分摊，个", "To its credit"),
        lambda row: f"{float(row[1].credited):,.2f}".rstrip("0").rstrip("."),
        "r n",
    ),
    Column(T("按业绩分摊，协议", "Agreed, to its credit"), lambda row: money.shown(round(row[1].credited_fen)), "r n"),
)


@having(SEE)
def places(request: HttpRequest) -> HttpResponse:
    """`/work/leads/places/`: signed projects by district, each bar opening its list."""
    found = reads.districts(viewer_of(request))
    rows = sorted(((code, one) for code, one in found.items()), key=lambda row: (-row[1].signed, row[0]))
    bars = [
        charts.Bar(
            people.division_name(code) if code else str(T("未定", "not known")), one.signed, url=f"{ROOT}?county={code}"
        )
        for code, one in rows
    ]
    most = people.division_name(rows[0][0]) if rows else ""
    finding = (
        T("{name}签约最多", "{name} has most signed projects").fill(name=most)
        if rows
        else T("还没有签约", "Nothing signed yet")
    )
    frame = charts.Frame(finding, T("已签约项目，个", "Signed projects"), T("", ""), installation.current().demo)
    split = any(one.credited != one.signed for _, one in rows)
    table = Table[tuple[str, reads.District]](T("各旗县区", "By district"), DISTRICT[: None if split else 3]).render(
        rows
    )
    chart = charts.bars(frame, (T("旗县区", "District"), T("项目", "Projects")), bars)
    counted = {code: one.signed for code, one in rows if code}
    drawn = SafeString("".join(shaded.drawn(counted, MAPPED))) if place.outlines() else ""
    context = {
        "chart": chart,
        "table": table,
        "root": ROOT,
        "drawn": drawn,
        "legend": shaded.legend(counted),
        "note": place.note(),
    }
    return render(request, "leads/deals/places.html", context)


def _companies(pair: reads.Double) -> str:
    """Whose they are: one company, or two of a group."""
    names = [one.company.name for one in (pair.one, pair.other) if one.company]
    return " / ".join(dict.fromkeys(names))


@having(SEE)
def doubles(request: HttpRequest) -> HttpResponse:
    """`/work/leads/doubles/`: signed projects that may be one and the same."""
    viewer = viewer_of(request)
    table = Table[reads.Double](
        T("可能重复签约", "May be signed twice"),
        (
            Column(T("项目", "Project"), lambda pair: link_to(pair.one), "b", is_header=True),
            Column(T("另一个", "The other"), lambda pair: link_to(pair.other)),
            Column(T("企业", "Company"), _companies),
            Column(T("活动", "Occasions"), lambda pair: " / ".join(one.occasion.name if one.occasion else "—" for one in (pair.one, pair.other))),
            Column(T("像多少", "Alike"), lambda pair: str(pair.score), "r n"),
            Column(T("说明过的理由", "Declared reason"), lambda pair: pair.apart or "—"),
        ),
    )  # fmt: skip
    rows = reads.doubles(viewer)
    return render(
        request,
        "leads/deals/doubles.html",
        {"table": table.render(rows) if rows else "", "root": ROOT, "heads": may(viewer, HEAD)},
    )


HEADS: Final = (
    T("编号", "Number"), T("项目", "Project"), T("企业", "Company"), T("阶段", "Stage"), T("状态", "Status"),
    T("协议总投资（万元）", "Agreed (10,000 yuan)"), T("到位资金（万元）", "In place (10,000 yuan)"), T("旗县区", "District"),
    T("行业门类", "Industry"), T("负责人", "Officer"), T("活动", "Occasion"), T("统一社会信用代码", "Credit code"),
    T("登记日期", "Noted"), *(STAGE_NAMES[stage] for stage in AFTER.values()),
    T("更正次数", "Corrections"), T("更正了什么", "What was corrected"), T("模拟", "Simulated"),
)  # fmt: skip


def _row(one: Row, code: str, days: Sequence[datetime | None], corrected: str) -> tuple[str, ...]:
    return (
        one.number, one.name, one.company or "", str(STAGE_NAMES[one.state]), str(STATUSES[one.status]),
        money.wan(one.agreed) if one.signed_at else "", money.wan(one.in_place), people.division_name(one.county) if one.county else "",
        one.industry, one.officer or "", one.occasion or "",
        code, *(words.day(at) if at else "" for at in days), str(one.corrected),
        corrected, str(T("是", "yes")) if one.sim else "",
    )  # fmt: skip


@having(SEE)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """`/work/leads/export.csv` and `.xlsx`: what the list shows, all pages."""
    return exported(viewer_of(request), wanted(request), kind)


def exported(viewer: Viewer, asked: Wanted, kind: str) -> HttpResponse:
    """All leads of a list as a file."""
    return sheets.answer(kind, "leads", T("招商项目", "Leads"), HEADS, _rows(viewer, asked))


def _rows(viewer: Viewer, asked: Wanted) -> Iterator[tuple[str, ...]]:
    rows = iter(pager.through(lambda after: reads.lead_page(viewer, asked, after, 1000)))
    while some := list(islice(rows, 1000)):
        told = reads.corrections_of([one.log_id for one in some if one.corrected])
        days = reads.stage_days([one.pk for one in some])
        yield from (_row(one, *days[one.pk], tables.corrections(told.get(one.log_id, ()))) for one in some)

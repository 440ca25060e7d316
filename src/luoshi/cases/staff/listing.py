"""The list of cases: views, filters by address, a table of fifty with the columns of one's choice, the way on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString

from luoshi.cases import reads
from luoshi.cases.flow import FLOW
from luoshi.cases.reads import listed
from luoshi.cases.reads.listed import Row
from luoshi.cases.reads.saved import views as own_views
from luoshi.cases.staff import bulk, columns, rows, saved
from luoshi.cases.staff.columns import Choice
from luoshi.cases.staff.fields import named
from luoshi.kernel import clock
from luoshi.kernel.kept import Kept
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T, language
from luoshi.kernel.viewer import Reach, Viewer
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.people.models import Unit
from luoshi.people.sessions import staff
from luoshi.web import pager
from luoshi.web.tables import Column, tick_all

GROUPS: Final = {"open": T("在办", "Open"), "ended": T("已结束", "Ended")}
LIGHTS: Final = {"r": T("超期", "Overdue"), "y": T("临期", "Due soon"), "g": T("正常", "On track")}
STATES: Final = GROUPS | {state.name: state.text for state in FLOW.states}
LONGEST: Final = 100


@dataclass
class Asked:
    """The filters of an address: those that could be read, and the names of those that could not."""

    values: dict[str, Any] = field(default_factory=dict)
    bad: list[tuple[T, str]] = field(default_factory=list)

    def take(self, name: str, label: T, given: str, known: Any) -> None:
        """Take a value if `known` has it; else remember that it was ignored."""
        if given and given in known:
            self.values[name] = given
        elif given:
            self.bad.append((label, given[:40]))


def asked(query: QueryDict) -> Asked:
    """Read the filters of an address; what cannot be read is ignored and said."""
    found = Asked()
    given = {name: str(value).replace("\0", "").strip()[:LONGEST] for name, value in query.items()}
    divisions = tree.today().divisions
    found.take("state", T("阶段", "Stage"), given.get("state", ""), STATES)
    found.take("top", T("类别", "Category"), given.get("top", ""), {row.code for row in reads.kinds().tops()})
    found.take("category", T("类别", "Category"), given.get("category", ""), reads.kinds().rows)
    found.take("county", T("旗县区", "District"), given.get("county", ""), divisions)
    found.take("street", T("街道", "Street"), given.get("street", ""), divisions)
    found.take("light", T("灯", "Light"), given.get("light", ""), LIGHTS)
    if given.get("source"):
        found.take("source", T("来源", "Source"), given["source"], reads.sources())
    if given.get("unit"):
        city = tree.today()
        # units that are no more keep the cases that ended with them
        unit = cast(Unit | None, named(city.units, given["unit"]) or named(city.former, given["unit"]))
        if unit is None:
            found.bad.append((T("单位", "Unit"), given["unit"]))
        else:
            found.values["unit"] = unit.pk
    found.values |= {"q": given.get("q", ""), "mine": given.get("mine") == "1"}
    return found


def _options(pairs: Iterable[tuple[str, str | T]]) -> str:
    """The options of a select, `pairs` after 全部."""
    # some hundreds of them on each page: joined by hand, each escaped
    options = (
        f'<option value="{escape(value)}">{escape(str(text))}</option>'
        for value, text in (("", T("全部", "All")), *pairs)
    )
    return "".join(options)


def _divisions(level: str, under: str, _: str) -> str:
    city = tree.today()
    rows = (row for row in city.divisions.values() if row.level == level)
    near = (row for row in rows if not under or under in city.places.up(row.code))
    return _options((row.code, people.division_name(row.code)) for row in near)


def _fixed(name: str, _: str) -> str:
    """The options that do not depend on anybody."""
    if name == "tops":
        return _options((row.code, T(row.zh, row.en)) for row in reads.kinds().tops())
    return _options((STATES if name == "states" else LIGHTS).items())


def _unit_list(units: frozenset[int] | None, _: str) -> SafeString:
    """The units (None: all) for the list of the filter's field."""
    names = people.unit_names()
    shown = sorted(name for key, name in names.items() if units is None or key in units)
    return SafeString("".join(f"<option>{escape(name)}</option>" for name in shown))


# by language too: what everybody's page offers is put together once in ten seconds
DIVISIONS: Final = Kept(_divisions, 10.0)
FIXED: Final = Kept(_fixed, 10.0)
UNITS: Final = Kept(_unit_list, 10.0)


def _chosen(options: str, value: str) -> SafeString:
    """The options with one of them chosen."""
    return SafeString(options.replace(f'value="{escape(value)}"', f'value="{escape(value)}" selected', 1))


def _cursor(query: QueryDict, order: str) -> tuple[datetime, int] | None:
    given = str(query.get(pager.NAME, ""))
    return cast(tuple[datetime, int], pager.decode(given, order)) if given else None


def _form(found: Asked, viewer: Viewer) -> dict[str, Any]:
    """What the filter bar offers and has chosen."""
    values, sources, spoken = found.values, reads.sources(), language()
    given = {name: str(values.get(name, "")) for name in ("county", "street", "top", "state", "light", "source")}
    reach = viewer.reach("cases.see") or Reach()
    return {
        "counties": _chosen(DIVISIONS("county", "", spoken), given["county"]),
        "streets": _chosen(DIVISIONS("street", given["county"], spoken), given["street"]),
        "tops": _chosen(FIXED("tops", spoken), given["top"]),
        "states": _chosen(FIXED("states", spoken), given["state"]),
        "lights": _chosen(FIXED("lights", spoken), given["light"]),
        "sources": _chosen(_options((name, name) for name in sources), given["source"]) if sources else "",
        "units": UNITS(None if reach.everything else reach.units, spoken),
        "unit": people.unit_names().get(values["unit"], "") if "unit" in values else "",
        "q": values["q"], "mine": values["mine"],
        "category": reads.kinds().path(values["category"]) if "category" in values else "",
        "category_code": values.get("category", ""),
    }  # fmt: skip


@dataclass(frozen=True)
class View:
    """What an address asks for: the filters, the columns, and what could not be read."""

    filters: reads.Filters
    columns: list[Choice]
    asked: Asked

    @property
    def width(self) -> int:
        """How much of each row the columns need."""
        if all(one.usual for one in self.columns):
            return listed.USUAL
        return listed.ALL if any(one.private for one in self.columns) else listed.OPEN

    @property
    def order(self) -> str:
        """The list's order, as its cursors name it."""
        return "cases.due" if self.filters.light else "cases.newest"


def view(query: QueryDict) -> View:
    """Read an address."""
    found = asked(query)
    some, unknown = columns.chosen(str(query.get(columns.NAME, "")))
    found.bad += [(T("列", "Column"), name[:40]) for name in unknown]
    return View(reads.Filters(**found.values), some, found)


CAPTIONS: Final = {
    "cases.due": T("街面案件，先到期的在前", "Cases, first due first"),
    "cases.newest": T("街面案件，新上报的在前", "Cases, newest first"),
}


def _ticks(viewer: Viewer) -> tuple[Column[Row], ...]:
    """The column to tick rows in, for who may dispatch."""
    if viewer.reach("cases.dispatch") is None:
        return ()
    return (Column(tick_all(), bulk.tick, "no-print", label=False),)


@staff
def cases(request: HttpRequest) -> HttpResponse:
    """`/work/cases/`. Unreadable filters are ignored and said; a cursor that is not ours is refused (400)."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    demand(viewer, "cases.see")
    now, asks = clock.now(), view(request.GET)
    page = listed.page(viewer, asks.filters, now, _cursor(request.GET, asks.order), width=asks.width)
    onward = pager.encode(page.more, asks.order) if page.more else ""
    views, ticks, token = own_views(viewer), _ticks(viewer), get_token(request)
    table = columns.table(rows.Now(now, reads.kinds()), CAPTIONS[asks.order], asks.columns, ticks)
    context = {
        "tabs": saved.tabs(request.GET, reads.tabs(viewer, now), views),
        "form": _form(asks.asked, viewer), "bad": asks.asked.bad,
        "table": table.render(page.rows) if page.rows else "", "bulk": bool(ticks and page.rows),
        "pager": pager.pager(request.GET, len(page.rows), onward),
        "sim": any(row.sim for row in page.rows), "narrowed": bool(request.GET),
        "may_report": viewer.reach("cases.report") is not None,
        "query": pager.address(request.GET, after="").removeprefix("?"), "cols": request.GET.get(columns.NAME, ""),
        "choices": saved.choices(asks.columns), "own": saved.own(views, token),
    }  # fmt: skip
    return render(request, "cases/staff/cases.html", context)

"""The list of cases: tabs, filters by address, a table of fifty, the way on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.views.decorators.gzip import gzip_page

from luoshi.cases import reads
from luoshi.cases.flow import FLOW
from luoshi.cases.staff import rows
from luoshi.cases.staff.fields import named
from luoshi.kernel import clock
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Reach, Viewer
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.people.models import Unit
from luoshi.people.sessions import staff
from luoshi.web import pager, words

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
        unit = cast(Unit | None, named(tree.today().units, given["unit"]))
        if unit is None:
            found.bad.append((T("单位", "Unit"), given["unit"]))
        else:
            found.values["unit"] = unit.pk
    found.values |= {"q": given.get("q", ""), "mine": given.get("mine") == "1"}
    return found


def _options(pairs: Iterable[tuple[str, str | T]], chosen: str) -> SafeString:
    """The options of a select, `pairs` after 全部."""
    # some hundreds of them on each page: joined by hand, each escaped
    options = (
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(str(text))}</option>'
        for value, text in (("", T("全部", "All")), *pairs)
    )
    return SafeString("".join(options))


def _divisions(level: str, chosen: str, under: str = "") -> SafeString:
    city = tree.today()
    rows = (row for row in city.divisions.values() if row.level == level)
    near = (row for row in rows if not under or under in city.places.up(row.code))
    return _options(((row.code, people.division_name(row.code)) for row in near), chosen)


def _units(viewer: Viewer) -> SafeString:
    """The units whose cases the viewer may see, for the list of the filter's field."""
    reach = viewer.reach("cases.see") or Reach()
    names = people.unit_names()
    shown = sorted(name for key, name in names.items() if reach.everything or key in reach.units)
    return SafeString("".join(f"<option>{escape(name)}</option>" for name in shown))


TABS: Final[tuple[tuple[str, T, dict[str, str]], ...]] = (
    ("", T("全部", "All"), {}),
    ("open", T("在办", "Open"), {"state": "open"}),
    ("mine", T("我的", "Mine"), {"state": "open", "mine": "1"}),
    ("r", T("超期", "Overdue"), {"light": "r"}),
    ("y", T("临期", "Due soon"), {"light": "y"}),
)


def _tabs(query: QueryDict, viewer: Viewer, now: datetime) -> list[tuple[str, T, str, bool]]:
    """(address, words, count, is the present one)."""
    counts = reads.tabs(viewer, now)
    given = {name: str(value) for name, value in query.items() if value and name != pager.NAME}
    out = []
    for key, text, wanted in TABS:
        address = "?" + "&".join(f"{name}={value}" for name, value in wanted.items())
        out.append((address, text, words.number(counts[key]) if key in counts else "", given == wanted))
    return out


def _cursor(query: QueryDict, order: str) -> tuple[datetime, int] | None:
    given = str(query.get(pager.NAME, ""))
    return cast(tuple[datetime, int], pager.decode(given, order)) if given else None


def _form(found: Asked, viewer: Viewer) -> dict[str, Any]:
    """What the filter bar offers and has chosen."""
    values, units, sources = found.values, people.unit_names(), reads.sources()
    return {
        "counties": _divisions("county", values.get("county", "")),
        "streets": _divisions("street", values.get("street", ""), values.get("county", "")),
        "tops": _options(((row.code, T(row.zh, row.en)) for row in reads.kinds().tops()), values.get("top", "")),
        "states": _options(STATES.items(), values.get("state", "")),
        "lights": _options(LIGHTS.items(), values.get("light", "")),
        "sources": _options(((name, name) for name in sources), values.get("source", "")) if sources else "",
        "units": _units(viewer), "unit": units.get(values.get("unit") or 0, ""),
        "q": values["q"], "mine": values["mine"],
        "category": reads.kinds().path(values["category"]) if "category" in values else "",
        "category_code": values.get("category", ""),
    }  # fmt: skip


@gzip_page
@staff
def cases(request: HttpRequest) -> HttpResponse:
    """`/work/cases/`. Unreadable filters are ignored and said; a cursor that is not ours is refused (400)."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    demand(viewer, "cases.see")
    now, found = clock.now(), asked(request.GET)
    filters = reads.Filters(**found.values)
    order = "cases.due" if filters.light else "cases.newest"
    page = reads.list_page(viewer, filters, now, _cursor(request.GET, order), reads.slim)
    onward = pager.encode(page.more, order) if page.more else ""
    caption = T("街面案件，先到期的在前", "Cases, first due first") if filters.light else T("街面案件，新上报的在前", "Cases, newest first")  # fmt: skip
    shared = rows.Now(now, reads.kinds())
    context = {
        "tabs": _tabs(request.GET, viewer, now),
        "form": _form(found, viewer),
        "bad": found.bad,
        "table": rows.table(shared, caption).render(page.rows) if page.rows else "",
        "pager": pager.pager(request.GET, len(page.rows), onward),
        "sim": any(case.sim for case in page.rows),
        "narrowed": bool(request.GET),
        "may_report": viewer.reach("cases.report") is not None,
    }
    return render(request, "cases/staff/cases.html", context)

"""`/wall/`: the year's numbers for a screen of 1920 × 1080, read from eight metres; it looks again by itself."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.views.decorators.http import require_safe

from luoshi.cases.public import home
from luoshi.figures import board, pages
from luoshi.figures.answer import Cell, value
from luoshi.figures.catalogue import all_figures
from luoshi.figures.declare import Figure
from luoshi.figures.period import Period, moment
from luoshi.kernel import installation
from luoshi.kernel.text import T
from luoshi.people import place, shaded
from luoshi.web import words
from luoshi.web.http import holds

BIG: Final = ("cases.reported", "cases.open", "cases.overdue", "cases.closed", "cases.on_time", "cases.satisfied")
BESIDE: Final = ("cases.reported", "cases.open", "cases.overdue", "cases.on_time")
"""What the table of districts shows."""
AS_OF: Final = T("　截至 {day}", "  as of {day}")
"""Beside a number that stands as of an earlier day than the others."""
MAPS: Final = (200, 400, 1.4)
"""The whole city and its core in units, and how much larger they are drawn: the core as wide as its column of 560 px."""


def _big(found: home.Numbers) -> list[dict[str, str]]:
    rows = []
    for name in BIG:
        figure, cell = all_figures()[name], found.totals.get(name, Cell(None, None, 0))
        shares = f"{words.number(cell.num)} / {words.number(cell.den)}" if cell.den is not None else ""
        known = found.known.get(name, found.at)
        if known.size != found.at.size and known.size:
            shares += str(AS_OF.fill(day=words.day(moment(known.moment))))
        unit = str(figure.unit_name) if value(figure, cell) is not None else ""
        rows.append({"name": str(figure.name), "value": pages.shown(figure, cell), "unit": unit, "beside": shares})
    return rows


def _districts(year: Period) -> list[list[str]]:
    """Each district's numbers, the one with most reports first."""
    figures = [all_figures()[name] for name in BESIDE]
    kept = board.kept(figures, [(("county",), year)])
    cells = {
        one.id: kept[one.id, "county", year.text].cells for one in figures if (one.id, "county", year.text) in kept
    }
    rows = []
    for division in place.counties():
        mine = [cells[one.id].get((division.code,), _none(one)) if one.id in cells else Cell() for one in figures]
        shown = [pages.shown(one, cell) for one, cell in zip(figures, mine, strict=True)]
        rows.append((-(mine[0].num or 0), [place.name_on_map(division.code), *shown]))
    return [row for _, row in sorted(rows)]


def _none(figure: Figure) -> Cell:
    """What a district has of which nothing is recorded: a count of 0, no rate."""
    return Cell(0, None, 0) if figure.measure.kind == "count" else Cell()


@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """The whole screen; unchanged, 304."""
    etag = home.etag()
    if holds(request, etag):
        return HttpResponseNotModified()
    year = board.this_year()
    found = home.numbers(year)
    context: dict[str, Any] = {
        "year": year.first // 12, "big": _big(found), "districts": _districts(year),
        "heads": [all_figures()[name].name for name in BESIDE], "trend": home.trend(year, found),
        "maps": shaded.drawn(found.counties, home.MAPPED, *MAPS) if place.outlines() else [], "legend": shaded.legend(found.counties),
        "stronger": home.STRONGER, "note": place.note(),
        "at": moment(found.at.moment) if found.at.size else None, "size": found.at.size, "demo": installation.current().demo,
        "title": T("{city}　{year} 年", "{city} {year}").fill(city=installation.current().name, year=year.first // 12),
    }  # fmt: skip
    response = render(request, "cases/public/wall.html", context)
    response["ETag"] = etag
    response["Cache-Control"] = "no-cache"
    return response

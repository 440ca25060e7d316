"""`/people/units/`: the units as a tree of today, and those that were or will be; setting one up."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString

from luoshi.kernel.text import T
from luoshi.people.admin import reads
from luoshi.people.admin.actions.unit import add_unit
from luoshi.people.admin.flow import MANAGE
from luoshi.people.admin.forms import AddUnit, Scene, unit_name
from luoshi.people.admin.pages.common import UNITS, press, today
from luoshi.people.models import Unit
from luoshi.people.sessions import having
from luoshi.web import sheets, words
from luoshi.web.http import viewer_of
from luoshi.web.said import onward
from luoshi.web.tables import Column, Table


def link(unit: Unit) -> SafeString:
    """A unit's page."""
    return format_html('<a href="{}{}/">{}</a>', UNITS, unit.log_id, unit_name(unit))


def _goes_on(unit: Unit) -> str:
    heir = getattr(unit, "goes_on", None)
    return unit_name(heir.heir) if heir else ""


OTHERS: Final = Table[Unit](
    T("不在今天的单位", "Units that are not of today"),
    (
        Column(T("代码", "Code"), lambda unit: unit.code, "m", is_header=True),
        Column(T("名称", "Name"), link),
        Column(T("从", "From"), lambda unit: words.day(unit.valid_from), "n nb"),
        Column(T("到（不含）", "Until"), lambda unit: words.day(unit.valid_to), "n nb"),
        Column(T("成为", "Became"), _goes_on),
    ),
    kind="t t-d fold",
)


def _tree(
    keys: Iterable[int], below: dict[int | None, list[int]], units: dict[int, Unit], heads: dict[int, int]
) -> SafeString:
    """Nested lists; the first two levels are open."""
    out = []
    for key in keys:
        unit = units[key]
        text = format_html(
            '{} <span class="q s"><code>{}</code> <span class="n">{}</span></span>', link(unit), unit.code,
            T("{n} 人", "{n}").fill(n=heads.get(key, 0)),
        )  # fmt: skip
        inner = _tree(below[key], below, units, heads) if below[key] else SafeString("")
        out.append(format_html("<li>{}{}</li>", text, inner))
    return format_html("<ul>{}</ul>", SafeString("".join(out)))


@having(MANAGE)
def page(request: HttpRequest) -> HttpResponse:
    """The tree of today, and the rest."""
    day = today()
    rows = [unit for unit in reads.units() if unit.valid_to is None or unit.valid_to > unit.valid_from]
    now = {unit.pk: unit for unit in rows if unit.valid_from <= day and (unit.valid_to is None or unit.valid_to > day)}
    parent = reads.parents_on(day)
    below: dict[int | None, list[int]] = defaultdict(list)
    for key in now:
        above = parent.get(key)
        below[above if above in now else None].append(key)
    other = [unit for unit in rows if unit.pk not in now]
    context = {
        "tree": _tree(below[None], below, now, reads.heads(day)), "count": len(now),
        "others": OTHERS.render(other) if other else "",
    }  # fmt: skip
    return render(request, "people/admin/units.html", context)


@having(MANAGE)
def add(request: HttpRequest) -> HttpResponse:
    """The form; POST sets a unit up."""
    viewer = viewer_of(request)
    form = AddUnit(Scene(today()), request.POST or None)
    if request.method == "POST" and form.is_valid():
        key = form.cleaned_data["key"] or None

        def perform(**data: Any) -> Any:
            return add_unit(viewer=viewer, key=key, door=f"people:{viewer.person}", **data)

        done = press(form, perform)
        if done is not None:
            text = T("已设 {unit}", "{unit} is set up").fill(unit=form.cleaned_data["zh"])
            return onward(f"{UNITS}{done.answer['unit']}/", text)
    return render(request, "people/admin/add_unit.html", {"form": form}, status=422 if form.errors else 200)


HEADS: Final = (
    T("代码", "Code"), T("上级代码", "Parent's code"), T("名称", "Name"), T("层级", "Level"), T("类型", "Kind"),
    T("职责", "Functions"), T("从", "From"), T("到（不含）", "Until"), T("成为", "Became"),
)  # fmt: skip


@having(MANAGE)
def export(request: HttpRequest) -> HttpResponse:
    """`/people/units/export.xlsx`: every unit, those of before too."""
    rows = [unit for unit in reads.units() if unit.valid_to is None or unit.valid_to > unit.valid_from]
    codes, parent = {unit.pk: unit.code for unit in rows}, reads.parents_on(today())
    lines = [
        (
            unit.code, codes.get(parent.get(unit.pk, 0), ""), unit_name(unit), unit.level, unit.kind, " ".join(unit.functions),
            words.day(unit.valid_from), words.day(unit.valid_to), _goes_on(unit),
        )
        for unit in rows
    ]  # fmt: skip
    response = HttpResponse(sheets.workbook(T("单位", "Units"), HEADS, lines), content_type=sheets.XLSX)
    response["Content-Disposition"] = 'attachment; filename="units.xlsx"'
    return response

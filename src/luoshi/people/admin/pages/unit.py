"""`/people/units/<id>/`: a unit's people, place, area and history; every change to it, one form each."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from luoshi.kernel.lines import installed
from luoshi.kernel.problems import Absent
from luoshi.kernel.text import T
from luoshi.people import reads as people
from luoshi.people.admin import forms, reads
from luoshi.people.admin.actions import unit as actions
from luoshi.people.admin.flow import MANAGE, UNIT
from luoshi.people.admin.forms import KINDS, LEVELS, MoveForm, Scene, role_name, unit_name
from luoshi.people.admin.pages.common import UNITS, history, link_to, press, span, today
from luoshi.people.admin.pages.units import link
from luoshi.people.models import Post, Succession, Unit
from luoshi.people.sessions import having
from luoshi.web import words
from luoshi.web.http import version_seen, viewer_of
from luoshi.web.said import onward
from luoshi.web.tables import Column, Table

FORMS: Final = {form.verb: form for form in forms.UNIT}
BY_VERB: Final = {
    one.move.verb: one
    for one in (
        actions.correct_unit, actions.place_unit, actions.cover_unit, actions.rename_unit, actions.merge_unit,
        actions.close_unit, actions.undo_change,
    )
}  # fmt: skip
PEOPLE_TABLE: Final = Table[Post](
    T("人员", "People"),
    (
        Column(T("姓名", "Name"), lambda post: link_to(post.person), is_header=True),
        Column(T("登录名", "Log-in name"), lambda post: post.person.login),
        Column(T("岗位", "Role"), lambda post: role_name(post.role)),
        Column(T("从–到", "From–to"), span, "n"),
    ),
    kind="t t-d fold",
)
HOW: Final = {
    Succession.RENAMED: T("{day} 起由 {unit} 更名而来", "from {day}: {unit} under a new name"),
    Succession.MERGED: T("{day} 起并入了 {unit}", "from {day}: {unit} merged into it"),
}
GOES_ON: Final = {
    Succession.RENAMED: T("{day} 起更名为 {unit}", "from {day} it is {unit}"),
    Succession.MERGED: T("{day} 起并入 {unit}", "from {day} it is part of {unit}"),
}


def _said(text: T, day: Any, unit: Unit) -> SafeString:
    """The sentence with a link in it."""
    before, _, after = str(text).replace("{day}", words.day(day)).partition("{unit}")
    return format_html("{}{}{}", before, link(unit), after)


def _lines(rows: list[SafeString]) -> SafeString:
    return format_html_join(SafeString("<br>"), "{}", ((row,) for row in rows))


def _facts(unit: Unit) -> list[tuple[T, Any]]:
    heir = getattr(unit, "goes_on", None)
    parents = [
        format_html("{} <span class='q s n'>{}</span>", link(row.parent), words.day(row.valid_from))
        for row in reads.parents_of(unit)
    ]
    covers = [people.division_name(row.division_id) for row in reads.covers_of(unit, today())]
    return [
        (T("代码", "Code"), format_html("<code>{}</code>", unit.code)),
        (T("中文 / 英文", "Chinese / English"), f"{unit.zh} / {unit.en}"),
        (T("类型、层级", "Kind, level"), f"{KINDS.get(unit.kind, unit.kind)}，{LEVELS.get(unit.level, '—')}"),
        (T("职责", "Functions"), " ".join(unit.functions)),
        (T("设立", "Set up"), words.day(unit.valid_from)),
        (T("到（不含）", "Until"), words.day(unit.valid_to)),
        (T("去向", "Goes on"), _said(GOES_ON[heir.how], heir.valid_from, heir.heir) if heir else ""),
        (T("来历", "Came from"), _lines([_said(HOW[one.how], one.valid_from, one.unit) for one in reads.predecessors(unit)])),
        (T("隶属（从哪天起）", "Under (from which day)"), _lines(parents)),
        (T("管辖范围", "Area"), "、".join(covers)),
        (T("在办工作", "Open work"), _lines([format_html("{} {}", face.title, face.open_at(unit.pk)) for face in installed()])),
    ]  # fmt: skip


def _moves(unit: Unit, bound: MoveForm | None) -> list[tuple[T, MoveForm]]:
    scene = Scene(today(), unit=unit)
    over = unit.valid_to is not None and unit.valid_to <= scene.today
    found = []
    for verb, kind in FORMS.items():
        move = UNIT.move(verb)
        if UNIT.fits(move, unit) and not over:
            found.append((move.text, bound if bound is not None and bound.verb == verb else kind(scene)))
    return found


def _page(request: HttpRequest, unit: Unit, bound: MoveForm | None = None) -> HttpResponse:
    day = today()
    posts, below = reads.posts_at(unit, day), reads.children_of(unit, day)
    context = {
        "unit": unit, "ref": f"{unit.log_id}/", "name": unit_name(unit), "facts": _facts(unit), "moves": _moves(unit, bound), "bound": bound,
        "people": PEOPLE_TABLE.render(posts) if posts else "", "count": len({post.person_id for post in posts}),
        "below": [link(row.unit) for row in below], "history": history(unit.log_id), "version": unit.version,
    }  # fmt: skip
    return render(request, "people/admin/unit.html", context, status=422 if bound is not None else 200)


@having(MANAGE)
def page(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One unit."""
    return _page(request, reads.unit(ref))


@having(MANAGE)
def do(request: HttpRequest, ref: UUID, verb: str) -> HttpResponse:
    """POST `/people/units/<id>/do/<verb>/`. A form that was refused comes back with its faults (422)."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if verb not in FORMS:
        raise Absent
    viewer, unit = viewer_of(request), reads.unit(ref)
    form = FORMS[verb](Scene(today(), unit=unit), request.POST)
    if not form.is_valid():
        return _page(request, unit, form)
    version = version_seen(request)
    key = form.cleaned_data["key"] or None

    def perform(**data: Any) -> Any:
        return BY_VERB[verb](viewer=viewer, on=str(ref), seen=version, key=key, door=f"people:{viewer.person}", **data)

    if press(form, perform) is None:
        return _page(request, unit, form)
    text = T("{unit}：{what}，已记下", "{unit}: {what}, done").fill(unit=T(unit.zh, unit.en), what=UNIT.move(verb).text)
    return onward(f"{UNITS}{ref}/", text)

"""The record page of a case: facts, photographs, map, timeline; at right what can be done, clocks, what is related."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.safestring import SafeString

from luoshi.cases import clocks, masked, reads
from luoshi.cases.flow import FLOW
from luoshi.cases.line import title
from luoshi.cases.models import Case
from luoshi.cases.public import pictures
from luoshi.cases.staff import history, moves, similar, times
from luoshi.cases.staff import parts as parts_of
from luoshi.cases.staff.fields import OUTCOMES
from luoshi.cases.staff.inputs import label
from luoshi.cases.staff.scene import Scene, channel, place_name
from luoshi.kernel.problems import Fault, Problem
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people import place
from luoshi.people import reads as people
from luoshi.people.sessions import staff
from luoshi.web import map as maps
from luoshi.web import parts, words
from luoshi.web.markup import format_html, format_html_join

SIDES: Final = {"before": T("前", "Before"), "after": T("后", "After"), "other": T("其他", "Other")}
MAP: Final = 288  # px


def reporter(case: Case) -> str:
    """Who reported, with name and telephone masked; how many there are, if none was left."""
    if case.by_staff:
        return str(T("工作人员巡查发现", "Found by staff"))
    private = case.private
    left = [masked.name(private.name), masked.phone(private.phone), masked.email(private.email)]
    return " ".join(one for one in left if one) or str(T("市民，没有留联系方式", "The reporter left no contact"))


def facts(scene: Scene, around: reads.Around) -> list[tuple[T, Any]]:
    """The facts of a case in words."""
    case, units = scene.case, people.unit_names()
    where = " ".join(part for part in (place_name(case), masked.free(case.private.place)) if part)
    source = T("{source} 的 {id}", "{id} of {source}").fill(source=case.source, id=case.source_id)
    return [
        (T("类别", "Category"), scene.kinds.path(case.category_id)),
        (T("地点", "Place"), where or T("没有写明", "Not given")),
        (T("上报", "Reported"), f"{words.when(case.reported_at)}　{channel(case)}"),
        (T("上报人", "Reporter"), reporter(case)),
        (T("首接", "First unit"), units.get(case.first_unit_id or 0, "")),
        (T("现办", "Unit now"), units.get(case.unit_id or 0, "") if case.unit_id != case.first_unit_id else ""),
        (T("承办人", "Handler"), case.handler.name if case.handler else ""),
        (T("同一问题", "Same problem"), _related(case, around.n)),
        (T("主件", "Part of"), parts_of.whole(scene)),
        (T("并案", "Merged"), _merged(around)),
        (T("退回", "Returned"), T("{n} 次", "{n} times").fill(n=case.returns) if case.returns else ""),
        (T("重新办理", "Reopened"), T("{n} 次", "{n} times").fill(n=case.reopened) if case.reopened else ""),
        (T("申请延期", "Extension asked"), T("到 {at}", "until {at}").fill(at=words.when(case.extend_to)) if case.extend_to else ""),
        (T("问市民", "Asked"), masked.free(case.private.question) if case.status == "asked" else ""),
        (T("答复", "Answer"), masked.free(case.private.answer)),
        (T("公开", "Public"), T("文字已公开", "text released") if case.released else "" if case.public else T("这一类从不公开", "never")),
        (T("来源", "Source"), source if case.source else ""),
    ]  # fmt: skip


def _numbers(numbers: list[str]) -> SafeString:
    return format_html_join("　", '<a href="/work/cases/{}/">{}</a>', ((one, one) for one in numbers))


def _merged(around: reads.Around) -> SafeString | str:
    """Which case stands for this one, or for which others this one stands."""
    if around.above:
        return format_html("{} {}", T("已并入", "Merged into"), _numbers([around.above]))
    return _numbers(around.below)


def _related(case: Case, count: int) -> SafeString | str:
    if not count:
        return ""
    return format_html(
        '<a href="/work/cases/?street={}&amp;category={}&amp;source={}">{}</a>',
        case.street, case.category_id, case.source, T("同街道近 90 天另有 {n} 件", "{n} more in this street within 90 days").fill(n=count),
    )  # fmt: skip


def shots(scene: Scene) -> SafeString:
    """The photographs, before and after."""
    rows = (
        (
            pictures.address(photo), photo.width, photo.height,
            T("照片：{side}", "Picture: {side}").fill(side=SIDES.get(photo.kind, photo.kind)),
            SIDES.get(photo.kind, photo.kind), words.when(photo.at),
            T("　已公开", " · public") if photo.released else "",
        )
        for photo in scene.photos
    )  # fmt: skip
    return format_html_join(
        "",
        '<figure><img class="ph" src="{}" width="{}" height="{}" loading="lazy" alt="{}">'
        "<figcaption>{}　{}{}</figcaption></figure>",
        rows,
    )


def city_map(case: Case) -> SafeString:
    """The schematic map of the district (of the city, where it has no outline) with a pin where the point is known."""
    closer = case.county if case.county in place.outlines() else ""
    seen = place.view(closer, MAP)
    if seen is None:
        return SafeString("")
    lat, lon = case.private.lat, case.private.lon
    pins = []
    if lat is not None and lon is not None and place.locate(lat, lon) in seen.paths:
        pins.append(maps.Pin(*seen.projection.to_pixel(lat, lon)))
    where = people.division_name(case.county) if case.county else T("未知", "unknown")
    drawn = place.drawn(seen, pins)
    point = f"{lat:.4f}, {lon:.4f}" if lat is not None and lon is not None else T("没有给出坐标", "no point given")
    note = T("{where}，{point}", "{where}, {point}").fill(where=where, point=point)
    return maps.figure(drawn, T("地点示意：{where}", "Where: {where}").fill(where=where), note)


def _typed(back: moves.Back) -> list[tuple[str, str]]:
    """What was typed into a form that is not offered any more, so that it is not lost."""
    try:
        move = FLOW.move(back.verb)
    except KeyError:
        return []
    found = [(n, str(back.typed[n])) for n in (*move.needs, *move.takes) if back.typed.get(n)]
    return [(label(move, n), str(OUTCOMES.get(text, text)) if n == "outcome" else text) for n, text in found]


def page(request: HttpRequest, scene: Scene, **more: Any) -> dict[str, Any]:
    """The context of the record page; `more` may hold `back`, `problem`, `shown` (the reporter, once)."""
    case, back = scene.case, more.get("back")
    around = reads.around(scene.viewer, case)
    found = moves.offers(scene)
    opened = request.GET.get("do", "") if request.method == "GET" else ""
    ready = {offer.move.verb for offer in found if not offer.lacks}
    return {
        "scene": scene, "case": case, "title": title(case), "light": clocks.light(case, scene.now),
        "left": times.left_words(scene), "rail": times.rail(scene) if case.status != "imported" else "",
        "facts": facts(scene, around), "text": case.private.text if "shown" in more else masked.free(case.private.text), "shots": shots(scene), "map": city_map(case),
        "timeline": history.timeline(scene), "clocks": times.table(scene), "around": around,
        "parts": parts_of.table(scene), "similar": similar.candidates(scene),
        "possible": moves.possible(scene, found, opened, get_token(request), back),
        "impossible": moves.impossible(scene, found),
        "typed": _typed(back) if back is not None and back.verb not in ready else [], **more,
    }  # fmt: skip


@staff
def case(request: HttpRequest, number: str) -> HttpResponse:
    """`/work/cases/<number>/`. Raises Absent where the viewer may not know of it."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    scene = Scene(viewer, reads.get(viewer, number))
    return render(request, "cases/staff/case.html", page(request, scene))


def _fault_line(verb: str, fault: Fault, here: frozenset[str]) -> SafeString:
    try:
        move = FLOW.move(verb)
    except KeyError:
        return format_html("{}", fault.rule)
    if fault.field not in here:
        return format_html("<b>{}</b>", fault.rule)
    text = T("{label}：{rule}", "{label}: {rule}").fill(label=label(move, fault.field), rule=fault.rule)
    return format_html('<a href="#f-{}-{}">{}</a>', verb, fault.field, text)


def refused(request: HttpRequest, viewer: Viewer, number: str, verb: str, problem: Problem) -> HttpResponse:
    """The record page again, as it stands now, with what was refused and why, and what was typed. Raises Absent."""
    scene = Scene(viewer, reads.get(viewer, number))
    faults = {fault.field: str(fault.rule) for fault in problem.faults}
    data: QueryDict = request.POST
    back = moves.Back(verb, data, faults)
    move = next((move for move in FLOW.moves if move.verb == verb), None)
    here = frozenset((*move.needs, *move.takes)) if move else frozenset()
    lines = [_fault_line(verb, fault, here) for fault in problem.faults]
    context = page(request, scene, back=back, problem=problem, fault_lines=lines)
    return render(request, "cases/staff/case.html", context, status=problem.status)


def unmasked(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The record page with the reporter's name and contact in clear, this once. The caller has logged it."""
    scene = Scene(viewer, reads.get(viewer, number))
    private = scene.case.private
    shown = parts.facts(
        [
            (T("姓名", "Name"), private.name or T("没有留", "Not given")),
            (T("电话", "Telephone"), private.phone or T("没有留", "Not given")),
            (T("邮箱", "E-mail"), private.email or T("没有留", "Not given")),
        ]
    )
    return render(request, "cases/staff/case.html", page(request, scene, shown=shown))

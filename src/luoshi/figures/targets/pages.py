"""`/targets/`: all targets with their lights, the worst first, and as a file; the form by which a light is set by hand."""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django import forms as django
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from luoshi.figures import ask as counted
from luoshi.figures import asked, days, labels, pages
from luoshi.figures.declare import Figure
from luoshi.figures.targets import actions, part, reads, said
from luoshi.figures.targets.ask import Standing, standings
from luoshi.figures.targets.catalogue import all_targets
from luoshi.figures.targets.flow import ALL, SET, WORDS
from luoshi.kernel.problems import Absent, Invalid
from luoshi.kernel.rights import may
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people.sessions import having
from luoshi.web import forms, parts, tables, words
from luoshi.web import said as told
from luoshi.web.http import Request, version_seen
from luoshi.web.tables import Column, Table

ADDRESS: Final = "/targets/"


def _asked(request: Request) -> Sequence[Standing]:
    """All targets as the address asks. Raises Invalid for an as-of that cannot be."""
    given = request.GET.get("as_of", "").strip()
    return standings(None, counted.as_of(given) if given else None, lambda: asked.spend(request))


def _name(one: Standing) -> SafeString:
    """The figure, which opens its page; the year."""
    text = f"{one.target.of.name} {one.target.year}"
    as_of = days.text(one.target.of, one.as_of) if isinstance(one.target.of, Figure) else str(one.as_of.size)
    query = urlencode({"period": one.target.year} | ({"as_of": as_of} if as_of else {}))
    return tables.link(f"/figure/{one.target.id}?{query}#target", text)


def _share(one: Standing, which: str) -> str:
    return part.percent(getattr(one.measured, which)) if one.measured else "—"


def _gap(one: Standing) -> str:
    return str(part.points(one.measured.gap) if one.measured else one.why)


def _rule(one: Standing) -> T:
    """The rule of the light in short: behind by how many points."""
    rule = one.target.rule
    text = T("落后 {y} 黄，超 {r} 红", "{y} behind: yellow; over {r}: red")
    return text.fill(y=words.number(rule.yellow), r=words.number(rule.red))


_COLUMNS: Final[tuple[Column[Standing], ...]] = (
    Column(T("指标", "Figure"), _name, "b", is_header=True),
    Column(T("灯", "Light"), part.lights),
    Column(T("目标", "Target"), lambda one: str(part.wanted(one)), "n nb"),
    Column(T("实际", "Actual"), lambda one: part.amount(one, one.value), "n nb"),
    Column(T("完成", "Done"), lambda one: _share(one, "progress"), "n nb"),
    Column(T("序时进度", "Due by now"), lambda one: _share(one, "schedule"), "n nb"),
    Column(T("差距", "Gap"), _gap),
    Column(T("亮灯规则", "Rule of the light"), lambda one: str(_rule(one))),
    Column(T("预测年底", "Year's end, forecast"), lambda one: str(part.forecast(one))),
)
_SET: Final[Column[Standing]] = Column(
    T("改判", "Set by hand"),
    lambda one: tables.link(f"/work/targets/{one.target.year}/{one.target.id}/", T("改判", "Set the light")),
    "no-print",
)


@require_safe
def page(request: Request) -> HttpResponse:
    """All targets."""
    found, given = _asked(request), request.GET.get("as_of", "").strip()
    columns = (*_COLUMNS, _SET) if may(request.viewer, SET) else _COLUMNS
    table = Table[Standing](
        T("目标和灯，差的在前", "Targets and their lights, the worst first"), columns, kind="t fold"
    )
    count = {light: sum(one.shown == light for one in found) for light in ("r", "y", "g", "n")}
    context: dict[str, Any] = {
        "table": table.render(found) if found else parts.empty(T("没有声明目标。", "No target is declared.")),
        "count": [(part.lamp(light), n) for light, n in count.items() if n], "as_of": given,
        "at": labels.moment(found[0].as_of) if found else "",
        "csv": "/targets.csv" + (f"?{urlencode({'as_of': given})}" if given else ""),
    }  # fmt: skip
    return render(request, "figures/targets.html", context)


@require_safe
def as_csv(request: Request) -> HttpResponse:
    """`/targets.csv`: the same as a file."""
    return pages.csv_file("targets", [said.HEADS, *(said.row(one) for one in _asked(request))])


class LightForm(forms.SeenForm):
    """Another light, why, and how long; what can be wrong with it the action knows."""

    light = django.ChoiceField(
        choices=forms.choices((one, WORDS[one]) for one in ALL), label=forms.text("改判为", "Light")
    )
    reason = django.CharField(
        max_length=actions.LONGEST,
        label=forms.text("理由", "Reason"),
        help_text=forms.text(
            "公开显示，写依据，不写个人信息", "Everybody reads it: say what it rests on, name no person"
        ),
    )
    until = forms.DayField(label=forms.text("有效到", "Holds until"))


def _try(viewer: Viewer, row: Any, form: LightForm) -> bool:
    given = form.cleaned_data
    data = {"light": given["light"], "reason": given["reason"], "until": given["until"].isoformat()}
    try:
        actions.set_light(
            viewer=viewer,
            on=row.pk,
            seen=given["seen"],
            key=given["key"] or None,
            door=f"targets:{viewer.person}",
            **data,
        )
    except Invalid as refused:
        form.refuse(refused)
        return False
    return True


@having(SET)
def light(request: HttpRequest, year: int, figure: str) -> HttpResponse:
    """`/work/targets/<year>/<figure>/`: what the light rests on, and the form for another. POST sets it. Raises Absent."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    target, row = all_targets().get((year, figure)), reads.one(viewer, year, figure)
    if target is None:
        raise Absent
    form = LightForm(request.POST if request.method == "POST" else None, initial={"seen": row.version})
    if form.is_bound and form.is_valid() and _try(viewer, row, form):
        return _onward(T("已改判，封存后约一分钟公开显示", "Set; everybody sees it about a minute after it is sealed"))
    (one,) = standings([target])
    instead = [
        (T("灯", "Light"), part.lamp(row.instead)), (T("理由", "Reason"), row.reason),
        (T("有效到", "Holds until"), words.day(row.until)), (T("谁", "Who"), row.placed_by.name if row.placed_by else "—"),
    ] if row.instead else []  # fmt: skip
    context = {"target": target, "row": row, "form": form, "number": part.number(one), "instead": instead,
               "most": actions.LONGEST}  # fmt: skip
    return render(request, "figures/target_light.html", context, status=422 if form.errors else 200)


@having(SET)
@require_POST
def lift(request: HttpRequest, year: int, figure: str) -> HttpResponse:
    """POST `/work/targets/<year>/<figure>/lift/`: the computed light alone again. Raises what the action raises."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    row, seen = reads.one(viewer, year, figure), version_seen(request)
    actions.lift_light(viewer=viewer, on=row.pk, seen=seen, reason=request.POST.get("reason", "").strip())
    return _onward(
        T("已撤销改判，封存后约一分钟公开显示", "Withdrawn; everybody sees that about a minute after it is sealed")
    )


def _onward(text: T) -> HttpResponse:
    return told.onward(ADDRESS, text)


__all__ = ["as_csv", "lift", "light", "page"]

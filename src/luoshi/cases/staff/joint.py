"""`/work/joint/`: what no unit wants. Who said no and why, which units it could be, and the decision by a named person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from luoshi.cases import masked, reads
from luoshi.cases.flow import FLOW
from luoshi.cases.line import title
from luoshi.cases.models import Case
from luoshi.cases.reads import joint, routing
from luoshi.cases.routing.words import why
from luoshi.cases.staff.parts import light
from luoshi.cases.staff.scene import place_name
from luoshi.kernel import clock
from luoshi.kernel.problems import Denied
from luoshi.kernel.rights import may
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.people.sessions import staff
from luoshi.web import pager
from luoshi.web.forms import new_key

ORDER: Final = "cases.joint"
PROPOSED: Final = 3  # units that did the same kind before
PARTS: Final = 4
RETURNED: Final = T("已退回", "returned it")


@dataclass(frozen=True)
class Proposal:
    """A unit that it could be: its name, for what reason, and whether it has said no."""

    name: str
    why: tuple[str, ...]
    returned: bool


def proposals(case: Case, said_no: set[int | None], done: list[tuple[int, int]]) -> list[Proposal]:
    """By the routing rules or the city's order first, then who did most of the same kind in the same district."""
    names, route = people.unit_names(), routing.of_case(case)
    reasons: dict[int, list[str]] = {}
    if route.unit is not None:
        reasons.setdefault(route.unit.pk, []).append(str(why(route)))
    for unit, count in done[:PROPOSED]:
        text = T("近 180 天在本地办过 {n} 件同类", "did {n} of this kind here within 180 days").fill(n=count)
        reasons.setdefault(unit, []).append(str(text))
    known = tree.today().units
    return [Proposal(names[key], tuple(some), key in said_no) for key, some in reasons.items() if key in known]


def _row(
    viewer: Viewer, case: Case, now: datetime, no: list[joint.Return], done: list[tuple[int, int]]
) -> dict[str, Any]:
    names = people.unit_names()
    proposed = proposals(case, {one.unit for one in no}, done)
    best = next((one.name for one in proposed if not one.returned), "")
    return {
        "case": case, "title": title(case), "light": light(case, now), "kind": reads.kinds().path(case.category_id),
        "where": place_name(case), "proposed": proposed, "best": best,
        "returns": [(one.at, names.get(one.unit or 0, "—"), one.who, masked.free(one.why)) for one in no],
        "decide": _can(viewer, case, "decide"), "split": _can(viewer, case, "split"),
        "keys": (new_key(), new_key()),
    }  # fmt: skip


def _can(viewer: Viewer, case: Case, verb: str) -> bool:
    move = FLOW.move(verb)
    fits = FLOW.fits(move, case) and not FLOW.lacks(move, case, viewer)
    return fits and may(viewer, move.right, case)


def _units() -> list[str]:
    return sorted(people.unit_names()[key] for key in tree.today().units)


@staff
def page(request: HttpRequest) -> HttpResponse:
    """For who decides or splits. Raises Denied."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if not (may(viewer, "cases.decide") or may(viewer, "cases.split")):
        raise Denied(T("您没有权限：会商", "You may not: joint dispatch"))
    now = clock.now()
    given = str(request.GET.get(pager.NAME, ""))
    after = cast(tuple[datetime, int], pager.decode(given, ORDER)) if given else None
    found = joint.undecided(viewer, after)
    no, done = joint.returns(found.rows), joint.practised(found.rows, now)
    rows = [_row(viewer, case, now, no.get(case.pk, []), done.get(case.pk, [])) for case in found.rows]
    context: Mapping[str, Any] = {
        "rows": rows, "units": _units() if rows else [], "still": joint.standing_still(viewer), "numbers": range(1, PARTS + 1),
        "pager": pager.pager(request.GET, len(rows), pager.encode(found.more, ORDER) if found.more else ""),
        "here": request.get_full_path(),
    }  # fmt: skip
    return render(request, "cases/staff/joint.html", dict(context))

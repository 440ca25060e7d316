"""`/work/followup/`: bad ratings and those picked for a spot check, with what the reporter said, until somebody says what was done."""

from datetime import datetime, timedelta
from typing import Any, Final, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from luoshi.cases import masked
from luoshi.cases.actions.again import REASONS
from luoshi.cases.line import title
from luoshi.cases.models import Case
from luoshi.cases.reads import joint
from luoshi.kernel import calendar, clock
from luoshi.kernel.deadlines import left
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people import reads as people
from luoshi.people.sessions import staff
from luoshi.web import pager, parts
from luoshi.web.forms import new_key

LATELY: Final = timedelta(days=30)
_SOON: Final = timedelta(days=1)


def _light(case: Case) -> Any:
    now, due = clock.now(), case.followup_due_at
    if due is None:
        return parts.light("n")
    code = "r" if now > due else "y" if due - now <= _SOON else "g"
    return parts.light(code, left(now, due, "workdays", calendar.current()))  # type: ignore[arg-type]


def _row(case: Case, bad: joint.Bad | None) -> dict[str, Any]:
    reasons = [REASONS[one] for one in bad.reasons if one in REASONS] if bad else []
    return {
        "case": case, "title": title(case), "light": _light(case), "key": new_key(), "said": masked.free(bad.said) if bad else "",
        "reasons": reasons, "unit": people.unit_names().get(case.unit_id or 0, "—"),
        "answer": masked.free(case.private.answer) if hasattr(case, "private") else "",
    }  # fmt: skip


@staff
def page(request: HttpRequest) -> HttpResponse:
    """For who follows up. Raises Denied."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    demand(viewer, "cases.follow")
    names, given = people.unit_names(), request.GET.get("unit", "")
    units = joint.followed_units(viewer)
    unit = next((one for one in units if str(one) == given), None)
    order, cursor = f"followup.{unit}", request.GET.get(pager.NAME, "")
    after = cast("tuple[datetime, int]", pager.decode(cursor, order)) if cursor else None
    found, count, more = joint.followups(viewer, unit, after)
    said = joint.ratings(found)
    context = {
        "units": [(one, names.get(one, ""), one == unit) for one in units],
        "pager": pager.pager(request.GET, len(found), pager.encode(more, order) if more else "", count),
        "rows": [_row(case, said.get(case.pk)) for case in found], "count": count,
        "done": joint.followed_up(viewer, clock.now() - LATELY), "days": LATELY.days, "share": settings.CONF.number("spot_checks"), "here": request.get_full_path(),
        "hint": T("写清联系过谁、改了什么", "Whom you spoke to, what was changed"),
    }  # fmt: skip
    return render(request, "cases/staff/followup.html", context)

"""`/work/promises/`: what the viewer's unit owes investors, the first due first; said to be kept from here."""

from uuid import UUID

from django import forms as django
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from luoshi.kernel import clock
from luoshi.kernel.problems import Invalid, NotNow
from luoshi.kernel.text import T
from luoshi.leads import actions, clocks, reads
from luoshi.leads.actions.company import NOTE
from luoshi.leads.staff.deals.tables import PROMISE
from luoshi.leads.stages import OWED
from luoshi.people.sessions import having
from luoshi.web import forms, parts
from luoshi.web.http import viewer_of
from luoshi.web.said import onward

ROOT = "/work/promises/"


class Kept(forms.Form):
    """It was kept: how."""

    promise = django.CharField(widget=forms.Hidden, max_length=20)
    note = django.CharField(
        label=forms.text("怎样兑现的", "How it was kept"), max_length=NOTE, widget=django.Textarea(attrs={"rows": 2})
    )


@having(OWED)
def page(request: HttpRequest, bound: Kept | None = None) -> HttpResponse:
    """The list, each with a form."""
    rows = []
    for one in reads.owed(viewer_of(request))[:200]:
        mine = bound is not None and bound.data.get("promise") == str(one.pk)
        form = bound if mine else Kept(initial={"promise": one.pk}, auto_id=f"p{one.pk}-%s")
        light = parts.light(clocks.light_of(one.until, clock.now()))
        rows.append((one, PROMISE[one.state], form, light))
    return render(request, "leads/deals/promises.html", {"rows": rows, "root": ROOT}, status=422 if bound else 200)


@having(OWED)
def keep(request: HttpRequest, ref: UUID) -> HttpResponse:
    """POST `/work/promises/<lead>/`: the unit says that it was kept; the company has the last word."""
    viewer = viewer_of(request)
    form = Kept(request.POST, auto_id=f"p{request.POST.get('promise', '')[:20]}-%s")
    if request.method != "POST" or not form.is_valid():
        return page(request, form if request.method == "POST" else None)
    data = form.cleaned_data
    try:
        actions.OF_LEAD["keep_promise"](
            viewer=viewer, on=str(ref), key=data["key"] or None, door=f"promises:{viewer.person}", promise=data["promise"],
            note=data["note"],
        )  # fmt: skip
    except (Invalid, NotNow) as refused:
        form.refuse(refused)
        return page(request, form)
    return onward(ROOT, T("已报：等企业确认", "Said: the company confirms it"))

"""`/answer/CODE/`: a company says whether promises were kept, and how it was served. By an expiring link; no log-in."""

from typing import Any, Final

from django import forms as django
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from luoshi.kernel import limits
from luoshi.kernel.ids import normalise_code
from luoshi.kernel.problems import Invalid, NotNow
from luoshi.kernel.text import T
from luoshi.leads import actions, reads
from luoshi.leads.actions.company import NOTE
from luoshi.leads.models import Invitation, Promise
from luoshi.leads.staff.deals.tables import PROMISE
from luoshi.people.viewer import guest
from luoshi.web import client, forms
from luoshi.web.said import onward

DOOR: Final = "answer"
PER_ADDRESS: Final = 30
VERBS: Final = {"yes": "confirm_promise", "no": "dispute_promise"}


class Verdict(forms.Form):
    """Was a promise kept?"""

    promise = django.CharField(widget=forms.Hidden, max_length=20)
    kept = django.ChoiceField(
        label=forms.text("这项承诺兑现了吗", "Was it kept?"), widget=forms.Picks,
        choices=forms.picks([("yes", T("兑现了", "Yes"), ""), ("no", T("没有", "No"), "")]),
    )  # fmt: skip
    note = django.CharField(
        label=forms.text("想说的（没有兑现请写明）", "Anything to say (if not, say what is missing)"), required=False, max_length=NOTE,
        widget=django.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


class Rating(forms.Form):
    """How was the company served?"""

    grade = django.TypedChoiceField(
        label=forms.text("对服务满意吗：1 最差，5 最好", "How were you served? 1 is worst, 5 best"), coerce=int, widget=forms.Rating,
        choices=[(n, str(n)) for n in range(1, 6)],
    )  # fmt: skip
    note = django.CharField(
        label=forms.text("想说的（可空）", "Anything to say (may be empty)"), required=False, max_length=NOTE,
        widget=django.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a link. A link that is no good is not told from one that never was (404); tries are limited (429)."""
    limits.demand(DOOR, client.address(request), PER_ADDRESS)
    plain = normalise_code(code)
    found = reads.invited(plain) if plain else None
    if found is None or found.lead.state == "merged":
        limits.spend(DOOR, client.address(request), PER_ADDRESS)
        return render(request, "leads/public/gone.html", status=404)
    if request.method == "POST":
        return _do(request, code, found)
    return _page(request, found)


def _page(request: HttpRequest, found: Invitation, bound: Any = None) -> HttpResponse:
    rows: list[tuple[Promise, T, Any]] = []
    for one in reads.promises(found.lead):
        if one.state == "dropped":
            continue
        mine = isinstance(bound, Verdict) and bound.data.get("promise") == str(one.pk)
        form = bound if mine else Verdict(initial={"promise": one.pk}, auto_id=f"p{one.pk}-%s")
        rows.append((one, PROMISE[one.state], form))
    rating = bound if isinstance(bound, Rating) else Rating(auto_id="r-%s")
    context = {"lead": found.lead, "rows": rows, "rating": rating, "until": found.until, "bound": bound}
    return render(request, "leads/public/answer.html", context, status=422 if bound is not None else 200)


def _do(request: HttpRequest, code: str, found: Invitation) -> HttpResponse:
    viewer, ref = guest(str(found.lead.log_id)), str(found.lead.log_id)
    if "promise" in request.POST:
        form: Any = Verdict(request.POST, auto_id=f"p{request.POST['promise'][:20]}-%s")
    else:
        form = Rating(request.POST, auto_id="r-%s")
    if not form.is_valid():
        return _page(request, found, form)
    data, key = form.cleaned_data, form.cleaned_data["key"] or None
    given: dict[str, Any] = {"note": data["note"]}
    verb = "rate_service"
    if "promise" in data:
        verb, given["promise"] = VERBS[data["kept"]], data["promise"]
    else:
        given["grade"] = data["grade"]
    try:
        actions.OF_LEAD[verb](viewer=viewer, on=ref, key=key, door=f"{DOOR}:{ref}", **given)
    except (Invalid, NotNow) as refused:
        form.refuse(refused)
        return _page(request, found, form)
    return onward(f"/answer/{code}/", T("已收到，谢谢", "Received. Thank you"))

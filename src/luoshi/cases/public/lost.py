"""A lost code: a fresh one goes to the telephone or e-mail that was given. The answer never tells whether there was a match."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from luoshi.cases.actions.renew import renew
from luoshi.cases.public import forms
from luoshi.cases.reads.reporter import matching
from luoshi.kernel import limits
from luoshi.kernel.problems import TooMany
from luoshi.web import client

DOOR: Final = "lost"
PER_ADDRESS: Final = 10
PER_CASE: Final = 3


@require_http_methods(["GET", "HEAD", "POST"])
def lost(request: HttpRequest) -> HttpResponse:
    """`/track/lost`. Raises TooMany."""
    form = forms.Lost(request.POST if request.method == "POST" else None)
    sent = form.is_bound and form.is_valid()
    if sent:
        limits.spend(DOOR, client.address(request), PER_ADDRESS)
        _send(form.cleaned_data["number"].strip().upper(), form.cleaned_data["address"])
    status = 422 if form.is_bound and not sent else 200
    return render(request, "cases/public/lost.html", {"form": form, "sent": sent}, status=status)


def _send(number: str, given: str) -> None:
    match = matching(number, given)
    if match is None:
        return
    try:
        limits.spend(f"{DOOR}:case", number, PER_CASE)
    except TooMany:
        return  # to say so would tell that the address is right
    renew(*match)

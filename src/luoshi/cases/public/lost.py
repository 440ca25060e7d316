"""A lost code: a fresh one goes to the telephone or e-mail that was given. The answer never tells whether there was a match.

The notice's text has a place for the code and not the code: it is made from the notice's own id whenever the notice is
sent or shown (`words_of`), so that none stands in the database.
"""

from typing import Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from luoshi.cases.actions.report import code_for, secret
from luoshi.cases.models import Case, CaseCode, Notice
from luoshi.cases.public import forms
from luoshi.kernel import clock, limits
from luoshi.kernel.ids import code_hash, show_code
from luoshi.kernel.problems import TooMany
from luoshi.kernel.text import T
from luoshi.web import client

DOOR: Final = "lost"
PER_ADDRESS: Final = 10
PER_CASE: Final = 3
_TEXT: Final = T("您上报的 {number} 的新查询码：{code}。", "The new tracking code of your report {number}: {code}.")


def _code(notice: Notice) -> str:
    return code_for("notice", str(notice.pk))


def words_of(notice: Notice) -> str:
    """The text of a notice as it is sent: with its code, where it carries one."""
    return notice.text.replace("{code}", show_code(_code(notice)))


def matching(number: str, given: str) -> tuple[Case, str] | None:
    """The case of that number and the address to write to, if `given` is the telephone or e-mail of its reporter."""
    case = Case.objects.select_related("private").filter(number=number, source="").first()
    if case is None or not hasattr(case, "private"):
        return None
    phone, email = case.private.phone, case.private.email
    if phone and forms.plain_phone(phone) == forms.plain_phone(given):
        return case, phone
    if email and email.casefold() == given.strip().casefold():
        return case, email
    return None


def renew(case: Case, address: str) -> Notice:
    """A fresh code for the case, queued as a notice to the address; earlier codes stay good."""
    now = clock.now()
    text = str(_TEXT.fill(number=case.number, code="{code}"))
    with transaction.atomic():
        notice = Notice.objects.create(case=case, address=address, text=text, at=now)
        CaseCode.objects.create(case=case, hash=code_hash(secret(), _code(notice)), at=now)
    return notice


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

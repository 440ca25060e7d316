"""Anybody checks a receipt here: a file that was kept, or a slip of paper; and the proof of any entry."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from luoshi.kernel.ledger import place, receipt
from luoshi.log.files import answer, none, unready
from luoshi.web import proof as part


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """`/log/check`: all of the checking is done by the browser; what a slip says stands behind the # and is not sent."""
    return render(request, "log/check.html", part.context())


@require_safe
def proof(request: HttpRequest) -> HttpResponse:
    """`/log/proof?index=`: the tlog-proof of an entry, made from public files alone; 503 while they are made again, 404 for an
    entry that is not published.
    """
    index, ours = request.GET.get("index", ""), place.current()
    head = ours.folder.head()
    if head is None or not (index.isascii() and index.isdigit() and len(index) < 19 and int(index) < head.size):
        return none()
    found = receipt.at(ours, int(index))
    if found is None:
        return unready()
    return answer(found.text, "text/plain; charset=utf-8", "public, max-age=3")

"""The public page of the log."""

from base64 import b64encode
from time import monotonic
from typing import Any, Final

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from luoshi.kernel.ledger import checkpoint, place, rotate, rows
from luoshi.kernel.ledger.note import NoteError
from luoshi.kernel.ledger.problem import LogProblem
from luoshi.log.files import address_of
from luoshi.web import qr

_COUNT_SECONDS: Final = 120.0  # counting takes a scan of the log, so a process does it rarely
_counted: tuple[float, int] | None = None


def reports() -> int:
    """How many reports the log holds sealed, at most two minutes old."""
    global _counted
    if _counted is None or monotonic() - _counted[0] > _COUNT_SECONDS:
        query = (
            "SELECT (SELECT count(*) FROM event WHERE verb = 'report') - (SELECT count(*) FROM event_pending w "
            "JOIN event e ON e.id = w.event_id WHERE e.verb = 'report')"
        )
        with connection.cursor() as cursor:
            cursor.execute(query)
            _counted = (monotonic(), int(cursor.fetchone()[0]))
    return _counted[1]


def _facts(request: HttpRequest) -> dict[str, Any]:
    ours = place.current()
    text = ours.folder.checkpoint()
    found: dict[str, Any] = {"origin": ours.origin, "address": address_of(request), "head": None, "key": None}
    try:
        found["key"] = str(rotate.trusted(ours)[-1])
        if text is not None:
            head = checkpoint.unsigned(text)
            kept = rows.at_size(head.size)
            found |= {
                "head": head,
                "root": b64encode(head.root).decode(),
                "sealed_at": kept.sealed_at if kept else None,
                "note": text.decode(),
                "qr": qr.picture(text),
                "reports": reports(),
            }
    except (LogProblem, NoteError):
        pass  # the page says that there is none
    return found


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """What the log is, today's size and root, how anybody checks it, and what it does not prove."""
    return render(request, "log/log.html", _facts(request))

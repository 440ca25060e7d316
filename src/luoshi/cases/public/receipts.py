"""The receipt of a report for whoever holds its code: a proof that it is in the log, and the words it was made with.

The proof is served for an hour at an address that holds neither the code nor anything of the case; the words only to a
press on the tracking page.
"""

from base64 import b64encode
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from luoshi.cases.models import Case
from luoshi.cases.reads.one import Entry
from luoshi.cases.reads.proven import words
from luoshi.kernel import clock
from luoshi.kernel.ledger import place, receipt
from luoshi.kernel.problems import Absent
from luoshi.kernel.text import T
from luoshi.web import proof, qr

DEED: Final = "words"
_SALT: Final = "luoshi.receipt"
_SECONDS: Final = 3600
_SLOW: Final = timedelta(minutes=1)  # sealing that takes longer is late
_GONE: Final = T("链接已过期，请重新打开查询页", "The link has run out: open the tracking page again")


def _first(entries: Sequence[Entry]) -> Entry | None:
    """The event with which the case came to be."""
    return next((entry for entry in entries if entry.verb in ("report", "import")), None)


def address(identity: UUID) -> str:
    """Where the file of an event's receipt is given out, for an hour."""
    return f"/receipt?p={signing.dumps(str(identity), salt=_SALT)}"


def context(request: HttpRequest, entries: Sequence[Entry]) -> dict[str, Any]:
    """What the tracking page shows: `receipt` once the report is sealed, before that `waits` with why."""
    first = _first(entries)
    if first is None:
        return {}
    found = receipt.of(place.current(), first.id)
    if found is None:
        return {"waits": _waits(first)}
    slip = f"{settings.CONF.text('public_url') or f'{request.scheme}://{request.get_host()}'}/log/check#{found.slip}"
    proved = {
        **proof.context(found.text.decode()), "receipt": found, "slip": slip, "qr": qr.picture(slip),
        "file": address(first.id),
        "own_words": first.verb == "report" and bool(first.private),
    }  # fmt: skip
    return {"proved": proved}


def _waits(first: Entry) -> T:
    seconds = settings.CONF.number("seal_seconds")
    if clock.now() - first.recorded_at > max(_SLOW, timedelta(seconds=6 * seconds)):
        return T("还没有封存进日志，比平常晚", "Not sealed into the log yet, later than usual")
    return T(
        "约 {n} 秒后封存进日志，届时可以领收据文件", "Sealed into the log in about {n} seconds; then there is a file"
    ).fill(n=seconds)


def _download(data: bytes, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(data, content_type=kind, headers=headers)


@require_safe
def file(request: HttpRequest) -> HttpResponse:
    """`/receipt?p=`: the tlog-proof file. Raises Absent for what was not given out within the last hour."""
    try:
        identity = UUID(signing.loads(request.GET.get("p", ""), salt=_SALT, max_age=_SECONDS))
    except (signing.BadSignature, ValueError):
        raise Absent(_GONE) from None
    found = receipt.of(place.current(), identity)
    if found is None:
        raise Absent(_GONE)
    return _download(found.text, "text/plain; charset=utf-8", found.name)


def own_words(case: Case, entries: Sequence[Entry]) -> HttpResponse:
    """The private body as it was committed to, with its random bytes, as a file. Raises Absent once it is deleted."""
    first = _first(entries)
    found = words(case, first) if first is not None and first.verb == "report" else None
    if first is None or found is None:
        raise Absent(T("已删除", "It is deleted"))
    salt, body = found
    data = {"event": str(first.id), "salt": b64encode(salt).decode(), "body": body.decode()}
    return _download(orjson.dumps(data, option=orjson.OPT_INDENT_2), "application/json", f"{case.number}-words.json")

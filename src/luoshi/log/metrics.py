"""`/metrics`: how the log keeps up, for a monitor (text exposition 0.0.4). Sizes and ages only."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from luoshi.kernel import clock
from luoshi.kernel.ledger import nightly, place, rows
from luoshi.kernel.problems import Absent
from luoshi.web.middleware import LOOPBACK

_OWN: Final = ("127.0.0.1", "::1")
_PASSED_ON: Final = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


class Gauge(NamedTuple):
    """One number with its name and what it means."""

    name: str
    value: float
    help: str


def _may(request: HttpRequest) -> bool:
    """With the token; or from this machine itself, not passed on by a web server in front."""
    token = settings.CONF.text("metrics_token")
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and constant_time_compare(given, token):
        return True
    host = request.get_host()
    here = host in LOOPBACK or host.rpartition(":")[0] in LOOPBACK
    return here and request.META.get("REMOTE_ADDR") in _OWN and not any(name in request.headers for name in _PASSED_ON)


def gauges() -> Iterator[Gauge]:
    """What there is to tell now; what does not exist yet is left out."""
    now, last, head = clock.now(), rows.last(), place.current().folder.head()
    waiting, oldest = rows.waiting()
    yield Gauge("log_sealed_entries", last.size if last else 0, "Entries sealed in the database.")
    yield Gauge("log_published_entries", head.size if head else 0, "Entries of the published checkpoint.")
    yield Gauge("log_waiting_entries", waiting, "Events that wait to be sealed.")
    yield Gauge("log_oldest_waiting_seconds", (now - oldest).total_seconds() if oldest else 0, "Age of the oldest.")
    if last is not None:
        yield Gauge("log_checkpoint_age_seconds", (now - last.sealed_at).total_seconds(), "Age of the last checkpoint.")
    outcome = nightly.last(settings.CONF.home)
    if outcome is not None:
        yield Gauge("log_verified", outcome.first_bad is None, "1 where the last full verification found all well.")
        age = (clock.real() - datetime.fromisoformat(outcome.at)).total_seconds()
        yield Gauge("log_verified_age_seconds", age, "Age of the last full verification.")


def _lines(gauge: Gauge) -> str:
    name = f"luoshi_{gauge.name}"
    return f"# HELP {name} {gauge.help}\n# TYPE {name} gauge\n{name} {gauge.value:.15g}\n"


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The numbers. Raises Absent for whoever may not read them."""
    if not _may(request):
        raise Absent
    text = "".join(map(_lines, gauges()))
    return HttpResponse(
        text, content_type="text/plain; version=0.0.4; charset=utf-8", headers={"Cache-Control": "no-store"}
    )

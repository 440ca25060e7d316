"""What waits for somebody: clocks of their leads, leads that nobody was in touch with, money and corrections to decide on."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from luoshi.kernel import calendar, clock
from luoshi.kernel.lines import Due
from luoshi.kernel.models import Crossing
from luoshi.kernel.rights import may
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.leads import clocks
from luoshi.leads.models import Lead, Promise, Proposal, Receipt
from luoshi.leads.reads.lead import visible_leads
from luoshi.leads.reads.rows import Row, rows_of
from luoshi.leads.reads.rule import shown, units
from luoshi.leads.rules import RULES
from luoshi.leads.stages import APPROVE, DEAL, FLOW, OPEN, OWED, STAGES, VERIFY

ROOT: Final = "/work/leads/"
PRESS: Final = {"respond": "respond", "judge": "judge", "feedback": "feed_back", "report": "report_progress"}


def _mine(viewer: Viewer) -> QuerySet[Lead]:
    """Leads in the viewer's hands with a clock that runs."""
    if not may(viewer, DEAL):
        return Lead.objects.none()
    return visible_leads(viewer).filter(officer__in=viewer.persons, due_at__isnull=False)


def _of_lead(lead: Lead) -> Due:
    move = FLOW.move(PRESS[lead.clock])
    where = f"{ROOT}{lead.log_id}/"
    return Due(
        lead.due_at, lead.warn_at, lead.number, lead.name, FLOW.state(lead.state).text, where, move.text, lead.sim,
        kind=lead.due_kind, note=str(clocks.NAMES[lead.clock]), form=f"{where}do/{move.verb}/",
    )  # fmt: skip


_DECISIONS: Final[tuple[tuple[type[Receipt] | type[Proposal], str, str, T, T, str], ...]] = (
    (Receipt, VERIFY, "reported", T("到位资金待核实", "Money to verify"), T("核实", "Verify"), "money"),
    (Proposal, APPROVE, "open", T("更正等批", "Correction proposed"), T("批更正", "Decide on it"), "corrections"),
)
"""What somebody else decides on: its rows, the right, the state in which it waits, its words, and where on the lead's page."""


def _undecided(viewer: Viewer) -> Iterator[tuple[QuerySet[Any], T, T, str]]:
    """What waits for a decision that the viewer may make: not about their own."""
    for model, right, state, stage, press, at in _DECISIONS:
        if may(viewer, right):
            rows: QuerySet[Any] = model._default_manager.filter(state=state, lead__in=visible_leads(viewer))
            yield rows.exclude(persons__overlap=list(viewer.persons)), stage, press, at


def _to_decide(viewer: Viewer, limit: int) -> list[Due]:
    found: list[Due] = []
    for rows, stage, press, at in _undecided(viewer):
        for one in rows.select_related("lead").order_by("at", "id")[: limit - len(found)]:
            lead, where = one.lead, f"{ROOT}{one.lead.log_id}/"
            found.append(Due(None, None, lead.number, lead.name, stage, where, press, lead.sim, form=f"{where}#{at}"))
    return found


def owed(viewer: Viewer) -> QuerySet[Promise]:
    """Promises that a unit of the viewer's owes, the first due first."""
    if not may(viewer, OWED):
        return Promise.objects.none()
    rows = Promise.objects.filter(
        owner__in=units(viewer), state__in=["open", "disputed"], lead__in=Lead.objects.filter(shown(viewer))
    )
    return rows.select_related("lead", "owner").order_by("until", "id")


def _of_promise(one: Promise) -> Due:
    return Due(
        clocks.promised(one.until), clocks.warned(one.until), one.lead.number, one.what, T("对企业的承诺", "Promise to a company"),
        "/work/promises/", T("报兑现", "Say that it was kept"), one.lead.sim, kind="days", form="/work/promises/",
    )  # fmt: skip


def due(viewer: Viewer, limit: int, since: datetime | None = None) -> list[Due]:
    """What waits for the viewer (and is due at `since` or later), first due first, then decisions: of them up to half of it."""
    rows, promises = _mine(viewer), owed(viewer)
    if since is not None:
        day = calendar.current().city_date(since)
        rows, promises = rows.filter(due_at__gte=since), promises.filter(until__gte=day)
    decisions = _to_decide(viewer, limit // 2) if since is None else []
    found = [_of_lead(one) for one in rows.order_by("due_at", "id")[:limit]]
    found += map(_of_promise, promises[:limit])
    found = sorted(found, key=lambda one: one.due_at or clock.now())[: limit - len(decisions)]
    return found + decisions


def tally(viewer: Viewer, edges: Sequence[datetime]) -> list[int]:
    """How many wait for the viewer that are due before each of the moments, and last how many in all."""
    times = list(_mine(viewer).values_list("due_at", flat=True))
    times += map(clocks.promised, owed(viewer).values_list("until", flat=True))
    undated = sum(rows.count() for rows, *_ in _undecided(viewer))
    return [*(sum(at < edge for at in times if at) for edge in edges), len(times) + undated]


def silent(viewer: Viewer, limit: int = 50) -> list[Row]:
    """The viewer's leads with which nobody was in touch for long, the longest first."""
    before = clock.now() - clocks.silent()
    rows = visible_leads(viewer).filter(
        officer__in=viewer.persons, status="going", state__in=OPEN, touched_at__lt=before
    )
    return rows_of(rows.order_by("touched_at", "id")[:limit])


def crossed(threshold: str, now: datetime, limit: int = 500) -> list[str]:
    """Ids of the leads whose clock crossed a threshold that is not written yet; for the worker that passes time."""
    if threshold == "remind":
        written = Crossing.objects.filter(subject=OuterRef("log_id"), clock="silent", due_at__gt=OuterRef("touched_at"))
        past = Q(status="going", state__in=OPEN, touched_at__lt=now - clocks.silent())
        rows = Lead.objects.filter(past).exclude(Exists(written)).order_by("touched_at", "id")
    else:
        written = Crossing.objects.filter(
            subject=OuterRef("log_id"), clock=OuterRef("clock"), threshold=threshold, due_at=OuterRef("due_at")
        )
        past = Q(due_at__lt=now) if threshold == "overdue" else Q(warn_at__lte=now, due_at__gte=now)
        rows = (
            Lead.objects.filter(past, status="going", warn_at__isnull=False)
            .exclude(Exists(written))
            .order_by("due_at", "id")
        )
    return [str(one) for one in rows.values_list("log_id", flat=True)[:limit]]


def promises_crossed(threshold: str, now: datetime, limit: int = 500) -> list[tuple[str, int]]:
    """(lead, promise) of what is owed and crossed a threshold that is not written yet; for the worker that passes time."""
    today = calendar.current().city_date(now)
    until = {"until__lt": today} if threshold == "overdue" else {
        "until__gte": today, "until__lt": calendar.current().city_date(now + timedelta(days=RULES["days"]["promise"])),
    }  # fmt: skip
    key = Concat(Value("promise:"), Cast(OuterRef("pk"), TextField()))
    written = Crossing.objects.filter(subject=OuterRef("lead__log_id"), clock=key, threshold=threshold)
    rows = Promise.objects.filter(state__in=["open", "disputed"], **until).exclude(Exists(written))
    return [(str(ref), pk) for ref, pk in rows.order_by("until", "id").values_list("lead__log_id", "pk")[:limit]]


def in_hand(person: int) -> list[tuple[str, int | None]]:
    """(id, unit) of the open leads that a person has in hand; for a hand-over."""
    rows = Lead.objects.filter(officer=person, state__in=STAGES, status__in=["going", "suspended"])
    return [(str(one), unit) for one, unit in rows.order_by("id").values_list("log_id", "unit_id")]


def at_unit(unit: int) -> list[str]:
    """Ids of the open leads of a unit."""
    rows = Lead.objects.filter(unit=unit, state__in=OPEN, status__in=["going", "suspended"])
    return [str(one) for one in rows.order_by("id").values_list("log_id", flat=True)]


def hands(persons: Sequence[int]) -> dict[int, int]:
    """How many open leads each of the persons has in hand; one query."""
    rows = Lead.objects.filter(officer__in=persons, state__in=STAGES, status__in=["going", "suspended"])
    return dict(rows.values_list("officer").annotate(n=Count("pk")))

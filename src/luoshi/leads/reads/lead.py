"""Leads: which a viewer may see, one, locked for writing, and what stands beside it.

Before it is signed a lead may be for its unit or for named persons only; whoever may not see it does not learn of it: not in
a list, a search, an export or an error.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from luoshi.kernel import calendar, clock
from luoshi.kernel.bulk import next_ids
from luoshi.kernel.ids import code_hash
from luoshi.kernel.ledger.correct import Said
from luoshi.kernel.problems import Absent, Fault, Invalid
from luoshi.kernel.rights import may
from luoshi.kernel.secret import secret
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.leads.models import (
    Agreement,
    Company,
    Document,
    Invitation,
    Lead,
    Occasion,
    Promise,
    Proposal,
    Receipt,
    Waiver,
)
from luoshi.leads.reads import one as companies
from luoshi.leads.reads.beside import entire, waived
from luoshi.leads.reads.rule import shown
from luoshi.leads.stages import COUNTED, SEE
from luoshi.people.models import Person, Unit

NO_LEAD: Final = T("没有这个项目", "No such lead")
NO_OCCASION: Final = T("没有这个活动", "No such occasion")
TOLD: Final = T("这条记录刚才已被改过，请看新的一版", "This record was changed meanwhile: look at the new version")
MOST_VERSIONS: Final = 32_767
_SIGNING: Final = 0x6C75_0701
NO_CHOICE: Final = T("不在可选的里面", "is not one of the choices")


def visible_leads(viewer: Viewer) -> QuerySet[Lead]:
    """The leads that the viewer may see."""
    return Lead.objects.filter(shown(viewer))


def _uuid(ref: Any, absent: T) -> UUID:
    try:
        return UUID(str(ref))
    except ValueError:
        raise Absent(absent) from None


def get_lead(viewer: Viewer, ref: UUID | str) -> Lead:
    """The lead of that id in the log, with company, occasion and officer. Raises Absent."""
    key = visible_leads(viewer).filter(log_id=_uuid(ref, NO_LEAD)).values_list("pk", flat=True).first()
    if key is None:
        raise Absent(NO_LEAD)
    return entire(key)


def named(viewer: Viewer, key: int | None) -> Lead | None:
    """A lead to which another points, as far as the viewer may see it."""
    return visible_leads(viewer).filter(pk=key).first() if key is not None else None


def lock_lead(viewer: Viewer, ref: Any) -> Lead:
    """Lock a lead for the caller's transaction. Raises Absent."""
    rows = visible_leads(viewer).select_for_update(no_key=True, of=("self",)).select_related("company", "occasion")
    found = rows.filter(log_id=_uuid(ref, NO_LEAD)).first()
    if found is None:
        raise Absent(NO_LEAD)
    if found.merged_into_id is not None:
        found.merged_into = Lead.objects.select_for_update(no_key=True).get(pk=found.merged_into_id)
    return found


def told_lead(lead: Lead) -> T:
    """What a stale caller is told."""
    return TOLD


def join_lead(viewer: Viewer, verb: str, data: dict[str, Any]) -> None:
    """Read what a move names by keys: lead, company, occasion, officer, unit. Raises Invalid for one that is not there."""
    finders: dict[str, Callable[[str], Any]] = {
        "into": lambda ref: lock_lead(viewer, ref), "succeeds": lambda ref: get_lead(viewer, ref),
        "company": lambda ref: companies.lock(viewer, ref), "occasion": lambda ref: get_occasion(viewer, ref),
        "officer": _officer, "owner": _unit,
    }  # fmt: skip
    faults = []
    for name, find in finders.items():
        if data.get(name) in (None, "") or not isinstance(data[name], str):
            continue
        try:
            data[name] = find(data[name])
        except Absent as absent:
            faults.append(Fault(name, str(data[name])[:40], absent.title))
    if faults:
        raise Invalid(faults)


def _officer(login: str) -> Person:
    """An investment officer by their log-in name. Raises Absent."""
    for one in officers():
        if one.login == login:
            return one
    raise Absent(NO_CHOICE)


def _unit(code: str) -> Unit:
    found = Unit.objects.filter(code=code, valid_to=None).first()
    if found is None:
        raise Absent(NO_CHOICE)
    return found


def officers() -> list[Person]:
    """Who may have leads in hand today: those who hold a post of an investment officer or their head."""
    from luoshi.people import reads as people

    held = people.holding(("officer", "promoter"))
    return sorted(held, key=lambda one: one.login)


def get_occasion(viewer: Viewer, ref: UUID | str) -> Occasion:
    """The occasion of that id in the log. Raises Absent."""
    found = Occasion.objects.filter(log_id=_uuid(ref, NO_OCCASION)).first() if may(viewer, SEE) else None
    if found is None:
        raise Absent(NO_OCCASION)
    return found


def lock_occasion(viewer: Viewer, ref: Any) -> Occasion:
    """Lock an occasion for the caller's transaction. Raises Absent."""
    get_occasion(viewer, ref)
    return Occasion.objects.select_for_update(no_key=True).get(log_id=_uuid(ref, NO_OCCASION))


def occasions(viewer: Viewer) -> list[Occasion]:
    """All occasions, the latest first; at most 500."""
    return list(Occasion.objects.order_by("-first_day", "-id")[:500]) if may(viewer, SEE) else []


def waivers(lead: Lead) -> Iterable[Waiver]:
    """What was waived of a lead and still holds today."""
    if lead.pk is None or lead._state.adding:
        return []
    return waived(lead, calendar.current().city_date(clock.now()))


def receipt(lead: Lead, key: Any) -> Receipt:
    """A receipt of a lead. Raises Invalid."""
    found: Receipt = _beside(Receipt.objects.filter(lead=lead), "receipt", key)
    return found


def promise(lead: Lead, key: Any) -> Promise:
    """A promise of a lead. Raises Invalid."""
    found: Promise = _beside(Promise.objects.filter(lead=lead), "promise", key)
    return found


def proposal(lead: Lead, key: Any) -> Proposal:
    """A proposed correction of a lead. Raises Invalid."""
    found: Proposal = _beside(Proposal.objects.filter(lead=lead), "proposal", key)
    return found


def _beside(rows: Any, name: str, key: Any) -> Any:
    found = rows.filter(pk=key).first() if str(key).isascii() and str(key).isdigit() and len(str(key)) < 19 else None
    if found is None:
        raise Invalid([Fault(name, str(key)[:40], NO_CHOICE)])
    return found


def said(lead: Lead) -> list[Said]:
    """The events of a lead as corrections see them, oldest first."""
    return [Said(one.id, one.verb, one.at, one.body, one.corrects) for one in companies.events_of(lead.log_id)]


def one_signing(company: Company) -> None:
    """In the caller's transaction nobody else signs for the company or its group: so that two do not sign the same at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_SIGNING, company.group_id or company.pk])


def twins(lead: Lead, company: Company) -> Sequence[Lead]:
    """Signed projects of a company, and of those of its group, that count, but this one."""
    head = company.group_id or company.pk
    kin = Q(company=head) | Q(company__group=head)
    rows = Lead.objects.filter(kin, state__in=COUNTED).exclude(pk__in=[lead.pk or 0, lead.succeeds_id or 0])
    return list(rows.order_by("signed_at")[:500])


def versions(lead: Lead) -> int:
    """How many versions its agreement has."""
    return Agreement.objects.filter(lead=lead).count()


def paper_version(lead: Lead, kind: str) -> int:
    """The number of the next version of a document."""
    newest = (
        Document.objects.filter(lead=lead, kind=kind).order_by("-version").values_list("version", flat=True).first()
    )
    return (newest or 0) + 1


def next_receipt() -> int:
    """The key of a receipt to be."""
    return next(next_ids(Receipt, 1))


def next_promise() -> int:
    """The key of a promise to be."""
    return next(next_ids(Promise, 1))


def proposed(lead: Lead, event: UUID) -> bool:
    """Does a correction of that event wait?"""
    return Proposal.objects.filter(lead=lead, event=event, state="open").exists()


def last_known(lead: Lead, versions: int = MOST_VERSIONS) -> int:
    """The fen of the last version of its agreement (or of its first `versions`) that was known; 0 where none was."""
    rows = Agreement.objects.filter(lead=lead, fen__isnull=False, version__lte=versions)
    row = rows.order_by("-version").first()
    return row.fen or 0 if row else 0


def last_version_event(lead: Lead) -> UUID | None:
    """The event that made the newest version of the agreement, as it was first said."""
    found = companies.standing(companies.events_of(lead.log_id), ("sign", "agree"))
    return found[-1].id if found else None


def same_occasion(name: str, day: date, but: int | None = None) -> bool:
    """Is there an occasion of that name on that day?"""
    return Occasion.objects.filter(name=name, first_day=day).exclude(pk=but or 0).exists()


def invited(code: str) -> Invitation | None:
    """The invitation of a code, as long as it is good; for whoever holds the link."""
    rows = Invitation.objects.filter(hash=code_hash(secret(), code), until__gt=clock.now())
    return rows.select_related("lead").first()


def occasion_names(*, held: bool = False) -> dict[str, T]:
    """Names of all occasions by their ids in the log, for staff; with `held` without those that were called off."""
    rows = Occasion.objects.exclude(state="cancelled") if held else Occasion.objects.all()
    return {str(ref): T(name, name) for ref, name in rows.values_list("log_id", "name")}


def public_occasions() -> dict[str, T]:
    """The same as anybody may read them: conferences and ceremonies were public, a visit is told by its day alone."""
    rows = Occasion.objects.values_list("log_id", "name", "kind", "first_day")
    return {
        str(ref): T(f"走访 {day}", f"visit {day}") if kind == "visit" else T(name, name)
        for ref, name, kind, day in rows
    }


def by_number(viewer: Viewer, number: str) -> str:
    """The id of the lead of a number, as an action takes it. Raises Invalid."""
    found = visible_leads(viewer).filter(number=number.strip().upper()).first()
    if found is None:
        raise Invalid([Fault("into", number[:40], NO_LEAD)])
    return str(found.log_id)


def leads_to_move(company: Company) -> list[Lead]:
    """Lock all leads of a company that is merged, or taken out again, for whoever may do that."""
    rows = Lead.objects.select_for_update(no_key=True, of=("self",)).filter(company=company)
    return list(rows.select_related("company", "occasion").order_by("id"))


def changed_by(lead: Lead, act: UUID | None) -> bool:
    """Did that act change its particulars?"""
    return any(one.act == act and one.verb == "change_lead" for one in companies.events_of(lead.log_id))


def named_company(viewer: Viewer, text: str) -> str:
    """The id of the listed company of that name or code, as an action takes it. Raises Invalid."""
    found = companies.listed_with(code=text.strip().upper()) or companies.listed_with(name=text.strip())
    if found is not None and companies.sees(viewer, found):
        return str(found.log_id)
    rule = T("企业库里没有这家，先登记", "is not in the register: list it first")
    raise Invalid([Fault("company", text[:40], rule if found is None else companies.NOT_SHOWN)])


def counting(lead: Lead, receipt: int) -> list[companies.Happened]:
    """The events by which a receipt counts, that stand."""
    rows = companies.events_of(lead.log_id)
    return [one for one in rows if one.verb == "money_in" and one.body.get("receipt") == receipt and not one.void]

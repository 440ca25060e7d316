"""`/work/leads/<id>/`: what is known of a lead, what the next stage lacks, its money, papers, promises; every move a form."""

from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render

from luoshi.kernel.problems import Absent, Invalid, NotNow
from luoshi.kernel.rights import demand, may
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.leads import actions, gates, money, reads
from luoshi.leads.actions.correct import FIELDS as CORRECTABLE
from luoshi.leads.actions.money import PROOFS
from luoshi.leads.models import Lead
from luoshi.leads.reads.one import Happened
from luoshi.leads.staff.deals import tables
from luoshi.leads.staff.deals.filters import STAGE_NAMES
from luoshi.leads.staff.deals.forms import Deal, New, moves
from luoshi.leads.staff.deals.listing import ROOT
from luoshi.leads.stages import AFTER, DEAL, FLOW, HOLDER, SEE, STATUSES, SYSTEM
from luoshi.people import reads as people
from luoshi.people.sessions import having
from luoshi.ports import papers
from luoshi.web.http import version_seen, viewer_of
from luoshi.web.said import onward

DOOR: Final = "leads"
Rows = list[tuple[T, str, str]]
"""Moves: their words, the address of their form, and what each still lacks."""
BESIDE: Final = frozenset(
    {"verify_money", "refuse_money", "revoke_money", "withdraw_money", "keep_promise", "drop_promise", "approve", "approve_void", "decline", "propose"}
)  # fmt: skip
"""Moves about one row of a table: their forms stand at that row."""


def _may(viewer: Viewer, lead: Lead) -> Any:
    return lambda move: move.right not in (SYSTEM, HOLDER) and may(viewer, move.right, lead)


def _moves(lead: Lead, viewer: Viewer) -> Rows:
    """The moves that are possible now, the main ones first."""
    found = []
    for move in moves(lead, _may(viewer, lead)):
        if move.verb not in BESIDE:
            lacks = FLOW.lacks(move, lead, viewer)
            found.append((move, "；".join(map(str, lacks))))
    found.sort(key=lambda one: (bool(one[1]) and not one[0].main, not one[0].main))
    return [(move.text, f"{ROOT}{lead.log_id}/do/{move.verb}/", lacks) for move, lacks in found]


def _beside(lead: Lead, viewer: Viewer, field: str, key: Any, verbs: tuple[str, ...]) -> Rows:
    """The moves about one row of a table."""
    found: Rows = []
    for verb in verbs:
        move = FLOW.move(verb)
        if FLOW.fits(move, lead) and may(viewer, move.right, lead):
            found.append((move.text, f"{ROOT}{lead.log_id}/do/{verb}/?{field}={key}", ""))
    return found


def _money(lead: Lead, viewer: Viewer) -> list[tuple[Any, str, T, Rows]]:
    found = []
    for row in reads.receipts(lead):
        mine = not viewer.persons.isdisjoint(row.persons)
        verbs: tuple[str, ...] = ("withdraw_money",) if mine else ("verify_money", "refuse_money")
        verbs = verbs if row.state == "reported" else ("revoke_money",) if row.state == "verified" and not mine else ()
        forms = _beside(lead, viewer, "receipt", row.pk, verbs)
        text = f"{money.shown(row.amount, row.currency)} {PROOFS.get(row.proof, '')}"
        found.append((row, text, tables.RECEIPT[row.state], forms))
    return found


def _promises(lead: Lead, viewer: Viewer) -> list[tuple[Any, T, Rows]]:
    verbs = {
        "open": ("keep_promise", "drop_promise"),
        "disputed": ("keep_promise", "drop_promise"),
        "kept": ("drop_promise",),
    }
    return [
        (row, tables.PROMISE[row.state], _beside(lead, viewer, "promise", row.pk, verbs.get(row.state, ())))
        for row in reads.promises(lead)
    ]


def _corrections(lead: Lead, viewer: Viewer, happened: list[Happened]) -> dict[str, Any]:
    """Corrections that wait, with their forms, and the entries that could be corrected."""
    waiting = []
    for row in reads.proposals(lead):
        verb = "approve_void" if row.void else "approve"
        mine = not viewer.persons.isdisjoint(row.persons)
        forms = [] if mine else _beside(lead, viewer, "proposal", row.pk, (verb, "decline"))
        waiting.append((row, tables.proposed(row), forms))
    could = reads.standing(happened, CORRECTABLE) if may(viewer, DEAL, lead) else []
    entries = [(tables.entry(one), _beside(lead, viewer, "event", one.id, ("propose",))) for one in could]
    return {"waiting": waiting, "correctable": [one for one in entries if one[1]]}


def _next(lead: Lead, viewer: Viewer) -> dict[str, Any]:
    """The next stage and its checklist: what is there, what is missing, what is waived."""
    verb = next((verb for verb, to in AFTER.items() if FLOW.fits(FLOW.move(verb), lead)), None)
    if verb is None:
        return {}
    missing = {need.key for need in gates.missing(lead, verb, viewer.persons)}
    needs = [(need.text, there, not there and need.key not in missing) for need, there in gates.checklist(lead, verb)]
    return {"next": FLOW.move(verb).text, "needs": needs}


def show(request: HttpRequest, lead: Lead, secret: str = "") -> HttpResponse:
    """The page; `secret` is the company's link, shown once."""
    viewer = viewer_of(request)
    happened = reads.events_of(lead.log_id)[::-1]
    undated = any(one.verb == "add_lead" and one.body.get("undated") for one in happened)
    names = people.names({one.actor for one in happened if one.actor is not None})
    context = {
        "lead": lead, "into": reads.named(viewer, lead.merged_into_id), "former": reads.named(viewer, lead.succeeds_id), "facts": tables.facts(lead, undated), "rail": tables.rail(lead, undated), "moves": _moves(lead, viewer),
        "history": tables.history(names).render(happened), "root": ROOT, "stage": STAGE_NAMES[lead.state],
        "status": STATUSES[lead.status] if lead.status != "going" else "",
        "agreements": tables.agreements(reads.agreements(lead)), "money": _money(lead, viewer),
        "documents": tables.documents(lead, reads.documents(lead)), "promises": _promises(lead, viewer),
        "credits": tables.credits(reads.credits(lead)), "secret": secret,
        **_next(lead, viewer),
        **_corrections(lead, viewer, happened),
    }  # fmt: skip
    return render(request, "leads/deals/lead.html", context)


@having(SEE)
def page(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One lead."""
    return show(request, reads.get_lead(viewer_of(request), ref))


ABOUT: Final = ("receipt", "promise", "proposal", "event")


@having(SEE)
def do(request: HttpRequest, ref: UUID, verb: str) -> HttpResponse:
    """`/work/leads/<id>/do/<verb>/`: the form of a move; POST makes it. A form that was refused comes back with its faults (422)."""
    viewer = viewer_of(request)
    lead = reads.get_lead(viewer, ref)
    if verb not in actions.OF_LEAD or FLOW.move(verb).right in (SYSTEM, HOLDER):
        raise Absent
    move = FLOW.move(verb)
    demand(viewer, move.right, lead)
    if request.method != "POST":
        about = {name: request.GET[name][:60] for name in ABOUT if name in request.GET}
        return _form(request, lead, Deal(move, lead, initial=about))
    form = Deal(move, lead, request.POST, request.FILES)
    if not form.is_valid():
        return _form(request, lead, form)
    try:
        given = form.data_for(viewer)
        if verb == "merge_lead" and request.POST.get("looked") != given["into"]:
            return _form(request, lead, form, reads.get_lead(viewer, given["into"]))
        done = actions.OF_LEAD[verb](
            viewer=viewer, on=str(ref), seen=version_seen(request), key=form.cleaned_data["key"] or None,
            door=f"{DOOR}:{viewer.person}", **given,
        )  # fmt: skip
    except (Invalid, NotNow) as refused:
        form.refuse(refused)
        return _form(request, lead, form)
    if done.secret:
        return show(request, reads.get_lead(viewer, ref), request.build_absolute_uri(f"/answer/{done.secret['code']}/"))
    text = T("{who}：{what}，已记下", "{who}: {what}, done").fill(who=lead.name, what=move.text)
    return onward(f"{ROOT}{ref}/", text)


def _form(request: HttpRequest, lead: Lead, form: Deal, into: Lead | None = None) -> HttpResponse:
    """The form of a move on a page of its own, with what the lead still lacks for it, or what merging `into` another would do."""
    lacks = FLOW.lacks(form.move, lead, viewer_of(request)) if FLOW.fits(form.move, lead) else ()
    context = {
        "lead": lead,
        "form": form,
        "text": form.move.text,
        "lacks": lacks,
        "root": ROOT,
        "version": lead.version,
        "into": into,
        "effects": tables.merging(lead, into) if into else (),
    }
    return render(request, "leads/deals/do.html", context, status=422 if form.errors else 200)


@having(DEAL)
def add(request: HttpRequest) -> HttpResponse:
    """`/work/leads/add/`: note a lead."""
    viewer, form = viewer_of(request), New(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            given = _named(
                viewer, {name: value for name, value in form.cleaned_data.items() if name != "key" and value}
            )
            done = actions.add_lead(
                viewer=viewer, key=form.cleaned_data["key"] or None, door=f"{DOOR}:{viewer.person}", **given
            )
        except Invalid as refused:
            form.refuse(refused)
        else:
            text = T("已记下：{number}", "Noted: {number}").fill(number=done.answer["number"])
            return onward(f"{ROOT}{done.answer['lead']}/", text)
    return render(request, "leads/deals/add.html", {"form": form, "root": ROOT}, status=422 if form.errors else 200)


def _named(viewer: Viewer, given: dict[str, Any]) -> dict[str, Any]:
    """A company by its name or code, a former project by its number, as the action takes them. Raises Invalid."""
    if "company" in given:
        given["company"] = reads.named_company(viewer, given["company"])
    if "succeeds" in given:
        given["succeeds"] = reads.by_number(viewer, given["succeeds"])
    return given


@having(SEE)
def paper(request: HttpRequest, ref: UUID, paper: UUID) -> Any:
    """`/work/leads/<id>/papers/<id>/`: a document, for whoever may see the lead."""
    file, kind, name = stored(reads.get_lead(viewer_of(request), ref), str(paper))
    response = FileResponse(file.open("rb"), as_attachment=True, filename=name)
    response["Content-Type"], response["X-Content-Type-Options"] = kind, "nosniff"
    return response


def stored(lead: Lead, paper: str) -> tuple[Path, str, str]:
    """Where a document of a lead lies, its media type, and the name under which it leaves. Raises Absent."""
    found = next((one for one in reads.documents(lead) if str(one.pk) == paper), None)
    if found is None or not papers.path(found.pk, found.type).exists():
        raise Absent
    name = f"{lead.number}-{found.kind}-{found.version}.{papers.SUFFIX[found.type]}"
    return papers.path(found.pk, found.type), found.type, name

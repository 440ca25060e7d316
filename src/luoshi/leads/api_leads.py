"""The API of leads: lists, one, a new one, every move; amounts in minor units, money of figures in fen."""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from luoshi.api.endpoint import MOST, Answer, Asked, Endpoint
from luoshi.api.schema import TEXT, TIME, WHOLE, YES, Schema, one_of, or_null, record, rows, text
from luoshi.kernel.flow import Move
from luoshi.kernel.problems import Invalid
from luoshi.kernel.rights import demand, may
from luoshi.kernel.text import T
from luoshi.leads import actions, api_beside, gates, money, reads, stages
from luoshi.leads.actions.company import NOTE
from luoshi.leads.actions.lead import LONGEST, SECTOR
from luoshi.leads.actions.money import PROOFS
from luoshi.leads.api_events import EVENTS, told
from luoshi.leads.api_given import DAY, ID, LIMIT, after, checked, content, entry, size
from luoshi.leads.flow import WAYS
from luoshi.leads.industries import INDUSTRIES
from luoshi.leads.models import Lead
from luoshi.leads.reads import Wanted
from luoshi.leads.staff.deals import filters, tables
from luoshi.leads.staff.deals.forms import moves
from luoshi.leads.stages import FLOW, HOLDER, LEVELS, LOST, SEE, STAGES, STATUSES, SYSTEM
from luoshi.ports import papers
from luoshi.web import pager

ANY: Final[Schema] = {"type": "object"}
AMOUNT: Final[Schema] = {"type": "integer", "minimum": 1, "maximum": money.MOST}
LARGEST: Final = int(settings.CONF.number("upload_max_mb")) * 1_400_000
"""Bytes of a body with a document of the largest size in base64."""
FILE: Final = record({"name": text(120, 1), "content": text(LARGEST, 1)})
PARTS: Final[Schema] = rows({"type": "array", "minItems": 2, "maxItems": 2}, 20)
FIELDS: Final[dict[str, Schema]] = {
    "name": text(LONGEST, 1), "company": text(36), "county": text(12), "industry": one_of(["", *INDUSTRIES]), "sector": text(SECTOR),
    "about": text(NOTE), "occasion": text(36), "officer": text(60, 1), "level": one_of([*LEVELS]), "succeeds": text(36),
    "shown_to": rows(text(60), 50), "day": DAY, "note": text(NOTE), "reason": text(NOTE, 1), "worth": YES, "amount": AMOUNT,
    "currency": one_of([*money.CURRENCIES]), "fixed": AMOUNT, "unknown": YES, "stages": PARTS, "apart": text(NOTE),
    "contact": one_of(["", *WAYS]), "at": TIME, "receipt": WHOLE, "promise": WHOLE, "proposal": WHOLE, "proof": one_of([*PROOFS]),
    "document": text(36), "shares": {"type": "object", "additionalProperties": WHOLE}, "kind": one_of([*gates.DOCUMENTS]),
    "file": FILE, "item": one_of([*gates.NEEDS]), "until": DAY, "what": text(200, 1), "owner": text(60, 1), "days": WHOLE,
    "why": one_of([*LOST]), "into": text(36, 1), "event": ID, "void": YES,
    "changes": record({"day": DAY, "county": text(12), "industry": TEXT, "occasion": text(36), "amount": or_null(WHOLE)}, ()),
}  # fmt: skip
"""What the moves take, by name."""
LEAD: Final = record(
    {
        "id": ID, "number": TEXT, "version": WHOLE, "stage": one_of([state.name for state in FLOW.states]), "status": one_of([*STATUSES]),
        "name": TEXT, "company": or_null(ID), "county": TEXT, "industry": TEXT, "occasion": or_null(ID), "officer": or_null(TEXT),
        "currency": TEXT, "amount": or_null(WHOLE), "agreed_fen": or_null(WHOLE), "in_place_fen": WHOLE, "due_at": or_null(TIME),
        "clock": TEXT, "came_at": TIME, "signed_at": or_null(TIME), "updated_at": TIME, "sim": YES,
    }
)  # fmt: skip
MISSING: Final = record({"key": TEXT, "text": TEXT})
REACHED: Final = record({f"{stage}_at": or_null(TIME) for stage in STAGES[1:]})
WHOLE_LEAD: Final = record(
    {
        **LEAD["properties"], "sector": TEXT, "about": TEXT, "level": one_of([*LEVELS]), "fixed_fen": or_null(WHOLE), "reached": REACHED,
        "ended_at": or_null(TIME), "ended_why": one_of(["", *LOST]), "merged_into": or_null(ID), "succeeds": or_null(TEXT),
        "corrected": WHOLE, "next": or_null(TEXT), "missing": rows(MISSING), **api_beside.BESIDE,
    }
)  # fmt: skip
NARROWED: Final[dict[str, Schema]] = {
    "q": text(80), "state": one_of([*filters.STAGE_NAMES]), "status": one_of([*STATUSES]), "county": text(12),
    "industry": one_of([*INDUSTRIES]), "officer": text(60), "occasion": text(36), "company": text(36), "order": one_of([*filters.ORDERS]),
}  # fmt: skip
FILTERS: Final[dict[str, Schema]] = {**NARROWED, pager.NAME: text(200), "limit": LIMIT}
MOVES: Final = record({"moves": rows(record({"verb": TEXT, "text": TEXT, "lacks": rows(TEXT)}))})


def shown(one: reads.Row) -> dict[str, Any]:
    """A lead of a list."""
    return {
        "id": str(one.log_id), "number": one.number, "version": one.version, "stage": one.state, "status": one.status,
        "name": one.name, "company": str(one.company_id) if one.company_id else None, "county": one.county,
        "industry": one.industry, "occasion": str(one.occasion_id) if one.occasion_id else None,
        "officer": one.login, "currency": one.currency, "amount": one.amount,
        "agreed_fen": one.agreed, "in_place_fen": one.in_place, "due_at": one.due_at, "clock": one.clock, "came_at": one.came_at,
        "signed_at": one.signed_at, "updated_at": one.updated_at, "sim": one.sim,
    }  # fmt: skip


def _whole(call: Asked, one: Lead) -> dict[str, Any]:
    verb = next((verb for verb in stages.AFTER if FLOW.fits(FLOW.move(verb), one)), None)
    lacks = gates.missing(one, verb, call.viewer.persons) if verb else []
    into = reads.named(call.viewer, one.merged_into_id)
    return shown(reads.row_of(one)) | {
        "sector": one.sector, "about": one.about, "level": one.level, "fixed_fen": one.fixed,
        "reached": {f"{stage}_at": getattr(one, f"{stage}_at") for stage in STAGES[1:]}, "ended_at": one.ended_at,
        "ended_why": one.ended_why, "merged_into": str(into.log_id) if into else None,
        "succeeds": one.succeeds.number if one.succeeds else None, "corrected": one.corrected,
        "next": verb, "missing": [{"key": need.key, "text": str(need.text)} for need in lacks],
        **reads.beside(one),
    }  # fmt: skip


def wanted(call: Asked) -> Wanted:
    """Which leads are asked for, as on the page. Raises Denied, or Invalid for a value that is none of the choices."""
    demand(call.viewer, SEE)
    found, faults = filters.wanted(call.viewer, call.query)
    if faults:
        raise Invalid(faults)
    return found


def listed(call: Asked) -> Answer:
    """A keyset page of the leads, last changed first."""
    asked = wanted(call)
    order = f"api.leads.{asked}"
    page = reads.lead_page(call.viewer, asked, after(call, order), size(call))
    onward = pager.encode(page.after, order) if page.after else None
    return Answer({"leads": [shown(one) for one in page.rows], "after": onward})


def one_shown(call: Asked) -> Answer:
    """One lead, with what its next stage lacks and what stands beside it."""
    return Answer(_whole(call, api_beside.seen(call)))


def happened(call: Asked) -> Answer:
    """What happened to a lead, the latest first."""
    return Answer(told(reads.events_of(api_beside.seen(call).log_id)[::-1], tables.said))


def offered(call: Asked) -> Answer:
    """The moves that the caller could make now, and what each lacks."""
    lead = api_beside.seen(call)
    found = moves(lead, lambda move: move.right not in (SYSTEM, HOLDER) and may(call.viewer, move.right, lead))
    return Answer(
        {"moves": [{"verb": move.verb, "text": str(move.text), "lacks": [str(one) for one in FLOW.lacks(move, lead, call.viewer)]}
                   for move in found]}
    )  # fmt: skip


def added(call: Asked) -> Answer:
    """Note a lead."""
    given = entry(call.body, ENTRY)
    done = actions.add_lead(viewer=call.viewer, key=call.key, door=f"api:{call.viewer.person}", **given)
    return Answer({"id": done.answer["lead"], "number": done.answer["number"]}, 201)


def _moving(move: Move, takes: Schema) -> Callable[[Asked], Answer]:
    def answer(call: Asked) -> Answer:
        lead = reads.get_lead(call.viewer, call.path["id"])
        given = checked(call.body, takes["properties"])
        seen = given.pop("seen", None)
        if "file" in given:
            given["file"] = papers.store(SimpleUploadedFile(given["file"]["name"], content(given["file"])))
        done = actions.OF_LEAD[move.verb](
            viewer=call.viewer, on=str(lead.log_id), seen=seen, key=call.key, door=f"api:{call.viewer.person}", **given
        )
        more = {"repeated": done.repeated, "answer": done.answer, "secret": done.secret}
        if not may(call.viewer, SEE):  # the unit that owes a promise sees no more of the lead than that
            return Answer({"id": str(lead.log_id)} | more)
        return Answer(_whole(call, reads.get_lead(call.viewer, call.path["id"])) | more)

    return answer


def _move(move: Move) -> Endpoint:
    names = [name for name in (*move.needs, *move.takes) if name in FIELDS]
    takes = record(
        {name: FIELDS[name] for name in names} | {"seen": WHOLE}, [name for name in move.needs if name in FIELDS]
    )
    always = {"id": ID, "repeated": YES, "answer": ANY, "secret": ANY}
    needs = tuple(always) if move.right == stages.OWED else None
    gives = record({**WHOLE_LEAD["properties"], **always}, needs)
    return Endpoint(
        "POST", f"/leads/{{id}}/moves/{move.verb}", f"leads.{move.verb}", move.text, _moving(move, takes), gives, takes=takes,
        refusals=(403, 404, 409), most=LARGEST if "file" in names else MOST,
    )  # fmt: skip


ENTRY: Final = record(
    {name: FIELDS[name] for name in ("name", "company", "county", "industry", "sector", "about", "occasion", "officer", "level", "succeeds", "day")},
    ("name",),
)  # fmt: skip
LISTS: Final = (
    Endpoint("GET", "/leads", "leads.leads", T("项目列表", "List leads"), listed,
             record({"leads": rows(LEAD), "after": or_null(TEXT)}), query=FILTERS, refusals=(400, 403)),
    Endpoint("POST", "/leads", "leads.add_lead", T("记新线索", "Note a lead"), added, record({"id": ID, "number": TEXT}),
             takes=ENTRY, status=201, refusals=(403,)),
)  # fmt: skip
ONE: Final = (
    Endpoint("GET", "/leads/{id}", "leads.lead", T("一个项目", "One lead"), one_shown, WHOLE_LEAD, refusals=(403, 404)),
    Endpoint("GET", "/leads/{id}/events", "leads.events", T("一个项目的经过", "What happened to a lead"), happened, EVENTS,
             refusals=(403, 404)),
    Endpoint("GET", "/leads/{id}/moves", "leads.moves", T("现在能做的", "What can be done now"), offered, MOVES, refusals=(403, 404)),
    *api_beside.ENDPOINTS,
    *(_move(move) for move in FLOW.moves if move.right not in (SYSTEM, HOLDER)),
)  # fmt: skip

"""The API of leads and occasions: lists, one, a new one, every move; amounts in minor units, money of figures in fen."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final, cast

from luoshi.api.endpoint import Answer, Asked, Endpoint
from luoshi.api.schema import TEXT, TIME, WHOLE, YES, Schema, one_of, or_null, record, rows, text
from luoshi.kernel.flow import Move
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.leads import actions, gates, money, occasions, reads, stages
from luoshi.leads.actions.company import NOTE
from luoshi.leads.actions.lead import LONGEST
from luoshi.leads.actions.money import PROOFS
from luoshi.leads.flow import WAYS
from luoshi.leads.industries import INDUSTRIES
from luoshi.leads.models import Lead, Occasion
from luoshi.leads.stages import FLOW, HOLDER, LEVELS, LOST, SEE, STATUSES, SYSTEM
from luoshi.ports import papers
from luoshi.web import pager

MOST: Final = 200
ANY: Final[Schema] = {"type": "object"}
ID: Final[Schema] = {"type": "string", "format": "uuid"}
DAY: Final[Schema] = {"type": "string", "format": "date"}
AMOUNT: Final[Schema] = {"type": "integer", "minimum": 1, "maximum": money.MOST}
FILE: Final = record({"name": text(120, 1), "content": text(190_000, 1)})
FIELDS: Final[dict[str, Schema]] = {
    "name": text(LONGEST, 1), "company": text(36), "county": text(12), "industry": one_of(["", *INDUSTRIES]), "sector": text(40),
    "about": text(NOTE), "occasion": text(36), "officer": text(60, 1), "level": one_of([*LEVELS]), "succeeds": text(36),
    "shown_to": rows(text(60), 50), "day": DAY, "note": text(NOTE), "reason": text(NOTE, 1), "worth": YES, "amount": AMOUNT,
    "currency": one_of([*money.CURRENCIES]), "fixed": AMOUNT, "unknown": YES, "stages": rows({"type": "array"}, 20), "apart": text(NOTE),
    "contact": one_of(["", *WAYS]), "at": TIME, "receipt": WHOLE, "promise": WHOLE, "proposal": WHOLE, "proof": one_of([*PROOFS]),
    "document": text(36), "shares": {"type": "object", "additionalProperties": WHOLE}, "kind": one_of([*gates.DOCUMENTS]),
    "file": FILE, "item": one_of([*gates.NEEDS]), "until": DAY, "what": text(200, 1), "owner": text(60, 1), "days": WHOLE,
    "why": one_of([*LOST]), "into": text(36, 1), "event": ID, "void": YES,
    "changes": record({"day": DAY, "county": text(12), "industry": TEXT, "amount": or_null(WHOLE)}, ()),
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
WHOLE_LEAD: Final = record(
    {**LEAD["properties"], "next": or_null(TEXT), "missing": rows(MISSING), "receipts": rows(ANY), "promises": rows(ANY),
     "documents": rows(ANY), "agreements": rows(ANY), "proposals": rows(ANY)}
)  # fmt: skip
FILTERS: Final[dict[str, Schema]] = {
    "q": text(80), "state": one_of([state.name for state in FLOW.states]), "status": one_of([*STATUSES]), "county": text(12),
    "industry": one_of([*INDUSTRIES]), "order": one_of(["newest", "signed"]), pager.NAME: text(200),
    "limit": {"type": "integer", "minimum": 1, "maximum": MOST},
}  # fmt: skip
OCCASION: Final = record(
    {"id": ID, "version": WHOLE, "state": TEXT, "name": TEXT, "kind": one_of([*occasions.KINDS]), "place": TEXT, "first_day": DAY,
     "last_day": DAY, "cost_fen": or_null(WHOLE), "source": TEXT, "leads": WHOLE, "signed": WHOLE, "agreed_fen": WHOLE, "unknown": WHOLE,
     "sim": YES}
)  # fmt: skip


def _shown(one: reads.Row) -> dict[str, Any]:
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
    return _shown(reads.row_of(one)) | {
        "next": verb, "missing": [{"key": need.key, "text": str(need.text)} for need in lacks],
        **reads.beside(one),
    }  # fmt: skip


def listed(call: Asked) -> Answer:
    """A keyset page of the leads, last changed first."""
    demand(call.viewer, SEE)
    given = dict(call.query)
    limit, cursor = given.pop("limit", ""), given.pop(pager.NAME, "")
    faults = [
        Fault(name, value[:60], T("没有这个值", "is not known"))
        for name, value in given.items() if "enum" in FILTERS[name] and value not in FILTERS[name]["enum"]
    ]  # fmt: skip
    if limit and not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= MOST):
        faults.append(Fault("limit", limit[:20], T("1 到 {n}", "1 to {n}").fill(n=MOST)))
    if faults:
        raise Invalid(faults)
    wanted = replace(reads.Wanted(), **cast("dict[str, Any]", given))
    order = f"api.leads.{wanted}"
    after = cast("tuple[datetime, int]", pager.decode(cursor, order)) if cursor else None
    page = reads.lead_page(call.viewer, wanted, after, int(limit or 50))
    onward = pager.encode(page.after, order) if page.after else None
    return Answer({"leads": [_shown(one) for one in page.rows], "after": onward})


def shown(call: Asked) -> Answer:
    """One lead, with what its next stage lacks and what stands beside it."""
    return Answer(_whole(call, reads.get_lead(call.viewer, call.path["id"])))


def happened(call: Asked) -> Answer:
    """What happened to a lead, the latest first, with the ids that a correction names."""
    lead = reads.get_lead(call.viewer, call.path["id"])
    rows_ = reads.events_of(lead.log_id)[::-1]
    return Answer(
        {"events": [{"id": str(one.id), "verb": one.verb, "at": one.at, "recorded_at": one.recorded_at, "corrected": one.void,
                     "corrects": str(one.corrects) if one.corrects else None} for one in rows_]}
    )  # fmt: skip


EVENTS: Final = record(
    {
        "events": rows(
            record({"id": ID, "verb": TEXT, "at": TIME, "recorded_at": TIME, "corrected": YES, "corrects": or_null(ID)})
        )
    }
)


def _checked(body: Mapping[str, Any], names: Mapping[str, Schema]) -> dict[str, Any]:
    """The values as actions take them. Raises Invalid for what is of another type or not among the choices."""
    found, faults = dict[str, Any](), list[Fault]()
    for name, value in body.items():
        try:
            found[name] = _value(name, value, names[name])
        except (TypeError, ValueError) as wrong:
            rule = (
                wrong.args[0]
                if wrong.args and isinstance(wrong.args[0], T)
                else T("不是这里要的类型", "is not of the type wanted here")
            )
            faults.append(Fault(name, str(value)[:60], rule))
    if faults:
        raise Invalid(faults)
    return found


_TYPES: Final[Mapping[str, type]] = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}


def _value(name: str, value: Any, schema: Schema) -> Any:
    kind: Any = _TYPES.get(str(schema.get("type")), object)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError
    if "enum" in schema and value not in schema["enum"]:
        raise ValueError(T("不在可选的里面", "is not one of the choices"))
    if schema.get("format") == "date":
        return date.fromisoformat(value)
    if schema.get("format") == "date-time":
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
        if moment.tzinfo is None:
            raise ValueError(T("要带时区", "needs a time zone"))
        return moment
    if name in ("shown_to",) and not all(isinstance(one, str) for one in value):
        raise TypeError
    if name == "stages" and not all(isinstance(one, list) and len(one) == 2 for one in value):
        raise ValueError(T("写成 [[名称, 金额], …]", "write it like [[name, amount], …]"))
    return value


def _file(given: Mapping[str, Any]) -> papers.Paper:
    """A file that came as base64. Raises Invalid."""
    try:
        return papers.keep(
            b64decode(str(given.get("content", "")), validate=True), str(given.get("name", "document"))[:120]
        )
    except (NotBase64, ValueError):
        raise Invalid([Fault("file", "", T("content 应为 base64", "content must be base64"))]) from None


def added(call: Asked) -> Answer:
    """Note a lead."""
    given = _checked(call.body, FIELDS)
    done = actions.add_lead(viewer=call.viewer, key=call.key, door=f"api:{call.viewer.person}", **given)
    return Answer({"id": done.answer["lead"], "number": done.answer["number"]}, 201)


def _moving(move: Move, takes: Schema) -> Callable[[Asked], Answer]:
    def answer(call: Asked) -> Answer:
        lead = reads.get_lead(call.viewer, call.path["id"])
        given = _checked(call.body, takes["properties"])
        seen = given.pop("seen", None)
        if "file" in given:
            given["file"] = _file(given["file"])
        done = actions.OF_LEAD[move.verb](
            viewer=call.viewer, on=str(lead.log_id), seen=seen, key=call.key, door=f"api:{call.viewer.person}", **given
        )
        more = {"repeated": done.repeated, "answer": done.answer, "secret": done.secret}
        return Answer(_whole(call, reads.get_lead(call.viewer, call.path["id"])) | more)

    return answer


def _move(move: Move) -> Endpoint:
    names = [name for name in (*move.needs, *move.takes) if name in FIELDS]
    takes = record(
        {name: FIELDS[name] for name in names} | {"seen": WHOLE}, [name for name in move.needs if name in FIELDS]
    )
    gives = record({**WHOLE_LEAD["properties"], "repeated": YES, "answer": ANY, "secret": ANY})
    return Endpoint(
        "POST", f"/leads/{{id}}/moves/{move.verb}", f"leads.{move.verb}", move.text, _moving(move, takes), gives, takes=takes,
        refusals=(403, 404, 409),
    )  # fmt: skip


def _occasion(one: reads.Yield) -> dict[str, Any]:
    row: Occasion = one.occasion
    return {
        "id": str(row.log_id), "version": row.version, "state": row.state, "name": row.name, "kind": row.kind, "place": row.place,
        "first_day": row.first_day, "last_day": row.last_day, "cost_fen": row.cost, "source": row.source, "leads": one.leads,
        "signed": one.signed, "agreed_fen": one.agreed, "unknown": one.unknown, "sim": row.sim,
    }  # fmt: skip


def occasions_listed(call: Asked) -> Answer:
    """All occasions with what came of them, the latest first."""
    demand(call.viewer, SEE)
    return Answer({"occasions": [_occasion(one) for one in reads.yields(call.viewer, reads.occasions(call.viewer))]})


def occasion_added(call: Asked) -> Answer:
    """Plan an occasion."""
    done = actions.add_occasion(
        viewer=call.viewer, key=call.key, door=f"api:{call.viewer.person}", **_checked(call.body, OCCASION_FIELDS)
    )
    return Answer({"id": done.answer["occasion"]}, 201)


def _occasion_move(move: Move) -> Endpoint:
    takes = record(
        {name: OCCASION_FIELDS.get(name, text(NOTE, 1)) for name in (*move.needs, *move.takes)} | {"seen": WHOLE},
        move.needs,
    )

    def answer(call: Asked) -> Answer:
        given = _checked(call.body, takes["properties"])
        seen = given.pop("seen", None)
        actions.OF_OCCASION[move.verb](
            viewer=call.viewer, on=call.path["id"], seen=seen, key=call.key, door=f"api:{call.viewer.person}", **given
        )
        (found,) = reads.yields(call.viewer, [reads.get_occasion(call.viewer, call.path["id"])])
        return Answer(_occasion(found))

    return Endpoint(
        "POST", f"/occasions/{{id}}/moves/{move.verb}", f"leads.{move.verb}", move.text, answer, OCCASION, takes=takes,
        refusals=(403, 404, 409),
    )  # fmt: skip


OCCASION_FIELDS: Final[dict[str, Schema]] = {
    "name": text(LONGEST, 1), "kind": one_of([*occasions.KINDS]), "place": text(LONGEST), "first_day": DAY, "last_day": DAY,
    "cost": {"type": "integer", "minimum": 0, "maximum": money.MOST}, "source": text(LONGEST),
}  # fmt: skip
ENTRY: Final = record(
    {name: FIELDS[name] for name in ("name", "company", "county", "industry", "sector", "about", "occasion", "officer", "level", "succeeds", "day")},
    ("name",),
)  # fmt: skip
ENDPOINTS: Final = (
    Endpoint("GET", "/leads", "leads.leads", T("项目列表", "List leads"), listed,
             record({"leads": rows(LEAD), "after": or_null(TEXT)}), query=FILTERS, refusals=(400, 403)),
    Endpoint("POST", "/leads", "leads.add_lead", T("记新线索", "Note a lead"), added, record({"id": ID, "number": TEXT}),
             takes=ENTRY, status=201, refusals=(403,)),
    Endpoint("GET", "/leads/{id}", "leads.lead", T("一个项目", "One lead"), shown, WHOLE_LEAD, refusals=(404,)),
    Endpoint("GET", "/leads/{id}/events", "leads.events", T("一个项目的经过", "What happened to a lead"), happened, EVENTS, refusals=(404,)),
    *(_move(move) for move in FLOW.moves if move.right not in (SYSTEM, HOLDER)),
    Endpoint("GET", "/occasions", "leads.occasions", T("活动列表", "List occasions"), occasions_listed,
             record({"occasions": rows(OCCASION)}), refusals=(403,)),
    Endpoint("POST", "/occasions", "leads.add_occasion", T("新活动", "Plan an occasion"), occasion_added, record({"id": ID}),
             takes=record(OCCASION_FIELDS, ("name", "kind", "first_day")), status=201, refusals=(403,)),
    *(_occasion_move(move) for move in occasions.FLOW.moves),
)  # fmt: skip

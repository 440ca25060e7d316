"""The API of the register: list, one, list a company, every move, likely twins of a name."""

from collections.abc import Callable
from typing import Any, Final

from luoshi.api.endpoint import Answer, Asked, Endpoint
from luoshi.api.schema import TEXT, TIME, WHOLE, YES, Schema, one_of, or_null, record, rows, text
from luoshi.kernel.action import Done
from luoshi.kernel.flow import Move
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.leads import actions, reads
from luoshi.leads.actions.company import LONGEST, NOTE, SEEN_BY
from luoshi.leads.api_events import EVENTS, told
from luoshi.leads.api_given import DAY, ID, LIMIT, after, checked, entry, size
from luoshi.leads.flow import FLOW, LISTED, MERGED, SEE, WAYS
from luoshi.leads.industries import INDUSTRIES
from luoshi.leads.models import Company
from luoshi.leads.provinces import PROVINCES
from luoshi.leads.staff.listing import ORDERS
from luoshi.leads.staff.record import teller
from luoshi.web import pager

COMPANY: Final = record(
    {
        "id": ID, "version": WHOLE, "state": one_of([LISTED, MERGED]), "name": TEXT, "code": TEXT, "province": TEXT,
        "industry": TEXT, "level": one_of([*SEEN_BY]), "contacted_at": or_null(TIME), "updated_at": TIME, "sim": YES, "merged_into": or_null(ID),
    }
)  # fmt: skip
WHOLE_COMPANY: Final = record({**COMPANY["properties"], "group": or_null(ID), "former_names": rows(TEXT)})
LIKELY: Final = record({"likely": rows(record({"id": ID, "name": TEXT, "score": WHOLE, "reason": TEXT}))})
FIELDS: Final[dict[str, Schema]] = {
    "name": text(LONGEST, 1), "code": text(40), "province": one_of(["", *PROVINCES]), "industry": one_of(["", *INDUSTRIES]),
    "group": text(36), "into": text(36, 1), "reason": text(NOTE, 1), "note": text(NOTE), "way": one_of(list(WAYS)),
    "at": TIME, "day": DAY, "event": ID, "occasion": text(36), "level": one_of([*SEEN_BY]),
}  # fmt: skip
NARROWED: Final[dict[str, Schema]] = {
    "q": text(80), "province": one_of(list(PROVINCES)), "industry": one_of(list(INDUSTRIES)),
    "state": one_of([LISTED, MERGED, "all"]), "contact": one_of(["yes", "no"]), "order": one_of([*ORDERS]),
}  # fmt: skip
FILTERS: Final[dict[str, Schema]] = {**NARROWED, pager.NAME: text(200), "limit": LIMIT}


def _shown(one: Company) -> dict[str, Any]:
    return {
        "id": str(one.log_id), "version": one.version, "state": one.state, "name": one.name, "code": one.code,
        "province": one.province, "industry": one.industry, "level": one.level, "contacted_at": one.contacted_at,
        "updated_at": one.updated_at, "sim": one.sim,
        "merged_into": str(one.merged_into.log_id) if one.merged_into else None,
    }  # fmt: skip


def _whole(one: Company) -> dict[str, Any]:
    group = str(one.group.log_id) if one.group else None
    return _shown(one) | {"group": group, "former_names": [former.name for former in one.former.all()]}


def wanted(call: Asked) -> reads.Filters:
    """Which companies are asked for. Raises Denied, or Invalid for a value that a filter does not have."""
    demand(call.viewer, SEE)
    given = {name: value for name, value in call.query.items() if name in NARROWED}
    faults = [
        Fault(name, value[:60], T("没有这个值", "is not known"))
        for name, value in given.items()
        if value not in NARROWED[name].get("enum", [value])
    ]
    if faults:
        raise Invalid(faults)
    return reads.Filters(**given)


def listed(call: Asked) -> Answer:
    """A keyset page of the companies, last changed first."""
    filters = wanted(call)
    order = f"api.companies.{filters}"
    page = reads.list_page(call.viewer, filters, after(call, order), size(call))
    onward = pager.encode(page.after, order) if page.after else None
    return Answer({"companies": [_shown(one) for one in page.rows], "after": onward})


def shown(call: Asked) -> Answer:
    """One company."""
    return Answer(_whole(reads.get(call.viewer, call.path["id"])))


def happened(call: Asked) -> Answer:
    """What happened to a company, the latest first: contacts, names, mergers."""
    demand(call.viewer, SEE)
    found = reads.history(call.viewer, reads.get(call.viewer, call.path["id"]))
    return Answer(told(found, teller(found)))


def likely(call: Asked) -> Answer:
    """Listed companies that may be the one of a name."""
    demand(call.viewer, SEE)
    found = reads.likely(call.viewer, call.query.get("name", "")[:LONGEST], call.query.get("code", ""))
    return Answer(
        {"likely": [{"id": str(one.company.log_id), "name": one.company.name, "score": one.score, "reason": str(one.reason)}
                    for one in found]}
    )  # fmt: skip


def added(call: Asked) -> Answer:
    """List a company."""
    done = actions.add_company(
        viewer=call.viewer, key=call.key, door=f"api:{call.viewer.person}", **entry(call.body, ENTRY)
    )
    return Answer({"id": done.answer["company"]}, 201)


def _moving(move: Move) -> Callable[[Asked], Answer]:
    def answer(call: Asked) -> Answer:
        given = checked(call.body, FIELDS | {"seen": WHOLE})
        seen = given.pop("seen", None)
        done: Done[Company] = actions.BY_VERB[move.verb](
            viewer=call.viewer,
            on=call.path["id"],
            seen=seen,
            key=call.key,
            door=f"api:{call.viewer.person}",
            **given,
        )
        return Answer(_whole(reads.get(call.viewer, call.path["id"])) | {"repeated": done.repeated})

    return answer


def _move(move: Move) -> Endpoint:
    names = [name for name in (*move.needs, *move.takes) if name in FIELDS]
    takes = record({name: FIELDS[name] for name in names} | {"seen": WHOLE}, [n for n in move.needs if n in FIELDS])
    gives = record({**WHOLE_COMPANY["properties"], "repeated": YES})
    return Endpoint(
        "POST", f"/companies/{{id}}/moves/{move.verb}", f"leads.{move.verb}", move.text, _moving(move), gives, takes=takes,
        refusals=(403, 404, 409),
    )  # fmt: skip


ENTRY: Final = record({name: FIELDS[name] for name in ("name", "code", "province", "industry", "level")}, ("name",))
LISTS: Final = (
    Endpoint("GET", "/companies", "leads.companies", T("企业列表", "List companies"), listed,
             record({"companies": rows(COMPANY), "after": or_null(TEXT)}), query=FILTERS, refusals=(400, 403)),
    Endpoint("POST", "/companies", "leads.add_company", T("登记企业", "List a company"), added, record({"id": ID}),
             takes=ENTRY, status=201, refusals=(403,)),
    Endpoint("GET", "/companies/likely", "leads.likely", T("可能是哪家", "Likely companies of a name"), likely, LIKELY,
             query={"name": text(LONGEST), "code": text(40)}, refusals=(403,)),
)  # fmt: skip
ONE: Final = (
    Endpoint("GET", "/companies/{id}", "leads.company", T("一家企业", "One company"), shown, WHOLE_COMPANY, refusals=(404,)),
    Endpoint("GET", "/companies/{id}/events", "leads.company_events", T("一家企业的经过", "What happened to a company"), happened,
             EVENTS, refusals=(403, 404)),
    *(_move(move) for move in FLOW.moves),
)  # fmt: skip

"""The API of occasions: all of them, one with what came of it and its leads, a new one, every move; cost in fen."""

from typing import Any, Final

from luoshi.api.endpoint import Answer, Asked, Endpoint
from luoshi.api.schema import TEXT, TIME, WHOLE, YES, Schema, one_of, or_null, record, rows, text
from luoshi.kernel import clock
from luoshi.kernel.flow import Move
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.leads import actions, money, reads
from luoshi.leads.actions.company import NOTE
from luoshi.leads.actions.lead import LONGEST
from luoshi.leads.api_given import DAY, ID, checked, entry
from luoshi.leads.api_leads import LEAD
from luoshi.leads.api_leads import shown as lead_shown
from luoshi.leads.models import Occasion
from luoshi.leads.occasions import FLOW, KINDS
from luoshi.leads.stages import SEE

OCCASION: Final = record(
    {"id": ID, "version": WHOLE, "state": one_of([state.name for state in FLOW.states]), "name": TEXT, "kind": one_of([*KINDS]),
     "place": TEXT, "first_day": DAY, "last_day": DAY, "cost_fen": or_null(WHOLE), "source": TEXT, "companies": WHOLE, "leads": WHOLE, "signed": WHOLE,
     "agreed_fen": WHOLE, "unknown": WHOLE, "sim": YES}
)  # fmt: skip
ONE: Final = record(
    {"occasion": OCCASION, "as_of": TIME, "companies": WHOLE, "met": rows(record({"id": ID, "name": TEXT})), "overdue": WHOLE,
     "leads": rows(LEAD)}
)  # fmt: skip
FIELDS: Final[dict[str, Schema]] = {
    "name": text(LONGEST, 1), "kind": one_of([*KINDS]), "place": text(LONGEST), "first_day": DAY, "last_day": DAY,
    "cost": or_null({"type": "integer", "minimum": 0, "maximum": money.MOST}), "source": text(LONGEST), "reason": text(NOTE, 1),
}  # fmt: skip
ENTRY: Final = record(
    {name: schema for name, schema in FIELDS.items() if name != "reason"}, ("name", "kind", "first_day")
)


def shown(one: reads.Yield) -> dict[str, Any]:
    """An occasion of a list, with what came of it."""
    row: Occasion = one.occasion
    return {
        "id": str(row.log_id), "version": row.version, "state": row.state, "name": row.name, "kind": row.kind, "place": row.place,
        "first_day": row.first_day, "last_day": row.last_day, "cost_fen": row.cost, "source": row.source, "companies": one.companies, "leads": one.leads,
        "signed": one.signed, "agreed_fen": one.agreed, "unknown": one.unknown, "sim": row.sim,
    }  # fmt: skip


def listed(call: Asked) -> Answer:
    """All occasions with what came of them, the latest first."""
    demand(call.viewer, SEE)
    return Answer({"occasions": [shown(one) for one in reads.yields(call.viewer, reads.occasions(call.viewer))]})


def one_shown(call: Asked) -> Answer:
    """One occasion, what came of it as of now, and its leads, signed ones first (at most 500; all of them: /leads?occasion=)."""
    demand(call.viewer, SEE)
    came = reads.came_of(call.viewer, reads.get_occasion(call.viewer, call.path["id"]))
    return Answer(
        {"occasion": shown(came.sums), "as_of": clock.now(), "companies": came.sums.companies,
         "met": [{"id": str(one.log_id), "name": one.name} for one in came.met], "overdue": came.overdue,
         "leads": [lead_shown(one) for one in came.leads]}
    )  # fmt: skip


def added(call: Asked) -> Answer:
    """Plan an occasion."""
    given = entry(call.body, ENTRY)
    done = actions.add_occasion(viewer=call.viewer, key=call.key, door=f"api:{call.viewer.person}", **given)
    return Answer({"id": done.answer["occasion"]}, 201)


def _move(move: Move) -> Endpoint:
    takes = record({name: FIELDS[name] for name in (*move.needs, *move.takes)} | {"seen": WHOLE}, move.needs)

    def answer(call: Asked) -> Answer:
        given = checked(call.body, takes["properties"])
        seen = given.pop("seen", None)
        actions.OF_OCCASION[move.verb](
            viewer=call.viewer, on=call.path["id"], seen=seen, key=call.key, door=f"api:{call.viewer.person}", **given
        )
        (found,) = reads.yields(call.viewer, [reads.get_occasion(call.viewer, call.path["id"])])
        return Answer(shown(found))

    return Endpoint(
        "POST", f"/occasions/{{id}}/moves/{move.verb}", f"leads.{move.verb}", move.text, answer, OCCASION, takes=takes,
        refusals=(403, 404, 409),
    )  # fmt: skip


ENDPOINTS: Final = (
    Endpoint("GET", "/occasions", "leads.occasions", T("活动列表", "List occasions"), listed,
             record({"occasions": rows(OCCASION)}), refusals=(403,)),
    Endpoint("POST", "/occasions", "leads.add_occasion", T("新活动", "Plan an occasion"), added, record({"id": ID}),
             takes=ENTRY, status=201, refusals=(403,)),
    Endpoint("GET", "/occasions/{id}", "leads.occasion", T("一次活动和它的收获", "One occasion and what came of it"), one_shown, ONE,
             refusals=(403, 404)),
    *(_move(move) for move in FLOW.moves),
)  # fmt: skip

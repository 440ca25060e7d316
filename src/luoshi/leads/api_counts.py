"""The API of what the pages of leads sum up: board, districts, doubles, the funnel as of a day, what waits for the caller."""

from collections.abc import Mapping
from typing import Any, Final

from luoshi.api.endpoint import Answer, Asked, Endpoint
from luoshi.api.schema import TEXT, TIME, WHOLE, YES, Schema, one_of, or_null, record, rows, text
from luoshi.figures.ask import Answer as Counted
from luoshi.figures.said import as_cell, moment_text
from luoshi.kernel.lines import Due
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.leads import reads
from luoshi.leads.api_given import ID
from luoshi.leads.api_leads import LEAD, NARROWED, wanted
from luoshi.leads.api_leads import shown as lead_shown
from luoshi.leads.api_occasions import OCCASION
from luoshi.leads.api_occasions import shown as occasion_shown
from luoshi.leads.models import Lead
from luoshi.leads.staff.deals import views
from luoshi.leads.stages import SEE, STAGES

BOARD: Final = record({"stages": rows(record({"stage": one_of(STAGES), "count": WHOLE, "agreed_fen": or_null(WHOLE)}))})
DISTRICTS: Final = record(
    {
        "districts": rows(
            record(
                {
                    "county": TEXT,
                    "signed": WHOLE,
                    "agreed_fen": WHOLE,
                    "credited": {"type": "number"},
                    "credited_fen": WHOLE,
                }
            )
        )
    }
)
TWIN: Final = record(
    {"id": ID, "number": TEXT, "name": TEXT, "stage": one_of(STAGES), "company": or_null(TEXT), "occasion": or_null(TEXT), "agreed_fen": or_null(WHOLE), "signed_at": TIME}
)  # fmt: skip
DOUBLES: Final = record(
    {"doubles": rows(record({"company": record({"id": ID, "name": TEXT}), "one": TWIN, "other": TWIN, "score": WHOLE, "declared": TEXT}))}
)  # fmt: skip
NUMBER: Final = record(
    {"figure": TEXT, "name": TEXT, "unit": TEXT, "numerator": {"anyOf": [WHOLE, TEXT, {"type": "null"}]}, "denominator": or_null(WHOLE),
     "n": or_null(WHOLE), "value": or_null(TEXT), "suppressed": YES}
)  # fmt: skip
SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "milestones": views.YEARLY, "cohort": views.COHORT, "money": views.MONEY, "speed": views.SPEED,
}  # fmt: skip
_HEAD: Final[Mapping[str, Schema]] = {"period": TEXT, "as_of": or_null(TEXT), "log_size": WHOLE, "provisional": YES}
FUNNEL: Final = record({**_HEAD, **dict.fromkeys(SECTIONS, rows(NUMBER))})
BRIEF: Final = record({**_HEAD, "figures": rows(NUMBER), "largest": rows(LEAD), "occasions": rows(OCCASION)})
PERIOD: Final[Mapping[str, Schema]] = {"period": text(7), "as_of": text(18)}
WAITING: Final = record(
    {"due": rows(record({"number": TEXT, "name": TEXT, "stage": TEXT, "what": TEXT, "due_at": or_null(TIME), "address": TEXT, "sim": YES})),
     "silent": rows(LEAD)}
)  # fmt: skip


def board(call: Asked) -> Answer:
    """How many leads go on at each stage, and the agreed fen of all that are known."""
    found = reads.board(call.viewer, wanted(call), 0)
    return Answer({"stages": [{"stage": one.stage, "count": one.count, "agreed_fen": one.agreed} for one in found]})


def districts(call: Asked) -> Answer:
    """Signed projects and their agreed fen by district (empty: not known): those that stand there, and by shares of credit."""
    demand(call.viewer, SEE)
    said = [
        {"county": code, "signed": one.signed, "agreed_fen": one.agreed, "credited": float(one.credited),
         "credited_fen": round(one.credited_fen)}
        for code, one in sorted(reads.districts(call.viewer).items())
    ]  # fmt: skip
    return Answer({"districts": said})


def _twin(one: Lead) -> dict[str, Any]:
    return {
        "id": str(one.log_id), "number": one.number, "name": one.name, "stage": one.state,
        "company": one.company.name if one.company else None, "occasion": one.occasion.name if one.occasion else None, "agreed_fen": one.agreed, "signed_at": one.signed_at,
    }  # fmt: skip


def doubles(call: Asked) -> Answer:
    """Signed projects of one company or group that may be one and the same, the likeliest first, with what was declared."""
    demand(call.viewer, SEE)
    found = []
    for pair in reads.doubles(call.viewer):
        company = pair.one.company
        named = {"id": str(company.log_id), "name": company.name} if company else None
        found.append(
            {"company": named, "one": _twin(pair.one), "other": _twin(pair.other), "score": pair.score, "declared": pair.apart}
        )  # fmt: skip
    return Answer({"doubles": found})


def _number(one: Counted) -> dict[str, Any]:
    figure = one.question.figure
    return {
        "figure": figure.id, "name": str(figure.name), "unit": str(figure.unit_name), **as_cell(figure, one.total),
    }  # fmt: skip


def _head(one: Counted) -> dict[str, Any]:
    as_of = one.question.as_of
    return {
        "period": one.question.period.text, "as_of": moment_text(as_of.moment), "log_size": as_of.size, "provisional": as_of.provisional,
    }  # fmt: skip


def funnel(call: Asked) -> Answer:
    """Milestones of a period, and how far the projects signed in it have come, as of a day; as the page and the figures say."""
    demand(call.viewer, SEE)
    found = {name: views.answers(call.request, figures) for name, figures in SECTIONS.items()}
    said = {name: [_number(one) for one in numbers] for name, numbers in found.items()}
    return Answer(_head(found["milestones"][0]) | said)


def brief(call: Asked) -> Answer:
    """A leader's page: numbers of a period, its occasions, the largest projects signed in it."""
    demand(call.viewer, SEE)
    numbers = views.answers(call.request, views.BRIEF)
    largest, held = views.led(call.viewer, *views.asked_for(call.request))
    return Answer(
        _head(numbers[0])
        | {"figures": [_number(one) for one in numbers], "largest": [lead_shown(one) for one in largest],
           "occasions": [occasion_shown(one) for one in held]}
    )  # fmt: skip


def _due(one: Due) -> dict[str, Any]:
    return {
        "number": one.number, "name": one.title, "stage": str(one.stage), "what": str(one.press or one.note), "due_at": one.due_at,
        "address": one.form, "sim": one.sim,
    }  # fmt: skip


def day(call: Asked) -> Answer:
    """What waits for the caller today: clocks, money and corrections to decide on, and leads that were silent for long."""
    demand(call.viewer, SEE)
    due, silent = reads.due(call.viewer, 200), reads.silent(call.viewer)
    return Answer({"due": [_due(one) for one in due], "silent": [lead_shown(one) for one in silent]})


def _get(path: str, name: str, words: T, answer: Any, gives: Schema, query: Mapping[str, Schema] | None = None) -> Endpoint:  # fmt: skip
    return Endpoint("GET", f"/leads/{path}", f"leads.{name}", words, answer, gives, query=query or {}, refusals=(403,))


ENDPOINTS: Final = (
    _get("board", "board", T("各阶段在进行的项目", "Going leads by stage"), board, BOARD, NARROWED),
    _get("districts", "districts", T("各旗县区签约项目", "Signed projects by district"), districts, DISTRICTS),
    _get("doubles", "doubles", T("可能重复签约", "May be signed twice"), doubles, DOUBLES),
    _get("funnel", "funnel", T("招商漏斗", "Funnel"), funnel, FUNNEL, PERIOD),
    _get("brief", "brief", T("一页纸", "A leader's page"), brief, BRIEF, PERIOD),
    _get("day", "day", T("我的一天", "What waits for the caller"), day, WAITING),
)  # fmt: skip

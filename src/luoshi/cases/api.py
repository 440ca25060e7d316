"""The API of the street line: list, record, sums, report, and every move of the flow with its own schema."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, cast

from django.http import QueryDict

from luoshi.api.endpoint import Answer, Asked, Endpoint
from luoshi.api.schema import TEXT, TIME, WHOLE, YES, Schema, number, one_of, or_null, record, rows, text
from luoshi.cases import explained, masked, reads
from luoshi.cases.actions import report_case
from luoshi.cases.actions.again import REASONS
from luoshi.cases.actions.report import LONGEST as LONGEST_TEXT
from luoshi.cases.actions.report import code_for
from luoshi.cases.correcting import LABELS
from luoshi.cases.flow import FLOW, HOLDER, STATUSES, SYSTEM
from luoshi.cases.reads import api as found
from luoshi.cases.staff import do
from luoshi.cases.staff.fields import LONGEST, OUTCOMES
from luoshi.cases.staff.listing import GROUPS, LIGHTS, asked
from luoshi.kernel import clock
from luoshi.kernel.flow import Move
from luoshi.kernel.ids import show_code
from luoshi.kernel.problems import Absent, Fault, Invalid
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.people.models import Unit
from luoshi.web import pager

MOST: Final = 200
ORDER: Final = "api.cases"
NUMBER: Final[Schema] = {"type": "string", "pattern": r"^J-[0-9]{4}-[0-9]{6,}(-[0-9]+)?$"}
CHANNELS: Final = ("hotline", "counter", "patrol", "app", "grid", "web")

CASE: Final = record(
    {
        "number": TEXT, "version": WHOLE, "state": one_of([state.name for state in FLOW.states]),
        "status": one_of(list(STATUSES)), "light": one_of(["g", "y", "r", "n"]), "category": TEXT, "county": TEXT,
        "street": TEXT, "community": TEXT, "unit": or_null(TEXT), "handler": or_null(WHOLE), "channel": TEXT,
        "by_staff": YES, "source": TEXT, "sim": YES, "corrected": WHOLE, "returns": WHOLE, "reopened": WHOLE, "solved": or_null(YES),
        "grade": or_null(WHOLE), "reported_at": TIME, "contacted_at": or_null(TIME), "handled_at": or_null(TIME),
        "verified_at": or_null(TIME), "closed_at": or_null(TIME), "due_at": or_null(TIME),
        "next_due_at": or_null(TIME),
    }
)  # fmt: skip
PRIVATE: Final = ("text", "place", "answer", "question")
ANY: Final[Schema] = {"type": ["string", "integer", "boolean", "null"]}
CORRECTION: Final = record(
    {
        "step": TEXT, "happened_at": TIME, "void": YES,
        "changes": rows(record({"field": one_of(list(LABELS)), "was": ANY, "is": ANY})), "reason": or_null(TEXT),
        "corrected_at": TIME, "proposed_by": rows(TEXT), "approved_by": rows(TEXT),
    }
)  # fmt: skip
WHOLE_CASE: Final = record(
    {**CASE["properties"], **dict.fromkeys(PRIVATE, or_null(TEXT)), "corrections": rows(CORRECTION)}
)
MOVES: Final = record({"moves": rows(record({"verb": TEXT, "lacks": rows(TEXT)}))})
FIELDS: Final[dict[str, Schema]] = {
    **{name: text(LONGEST) for name in ("note", "reason", "answer", "question", "public_text")},
    "unit": text(200), "category": text(200), "division": text(200), "place": text(200), "handler": WHOLE,
    "lat": number(-90, 90), "lon": number(-180, 180), "grade": {"type": "integer", "minimum": 1, "maximum": 5},
    "outcome": one_of(list(OUTCOMES)), "reasons": rows(one_of(list(REASONS)), len(REASONS)),
    "until": {"type": "string", "format": "date"}, "into": NUMBER, "photos_released": rows(TEXT, 20),
    "parts": rows(record({"unit": text(200, 1), "text": text(LONGEST, 1)}), 8),
}  # fmt: skip


def _light(due: datetime | None, warn: datetime | None, now: datetime) -> str:
    if due is None:
        return "n"
    if now > due:
        return "r"
    return "y" if warn is not None and now >= warn else "g"


def _shown(row: found.Row, now: datetime, units: Mapping[int, Unit]) -> dict[str, Any]:
    """A row of columns as the API gives it: units by their code, the light computed."""
    case = dict(zip(found.COLUMNS, row, strict=True))
    due, warn = case["next_due_at"], case.pop("next_warn_at")
    unit = units.get(case.pop("unit_id") or 0)
    del case["id"]
    case["unit"] = unit.code if unit else None
    case["category"], case["handler"] = case.pop("category_id"), case.pop("handler_id")
    case["light"] = _light(due, warn, now)
    return case


def _size(given: str) -> int:
    if not given:
        return reads.lists.SIZE
    if not (given.isascii() and given.isdigit() and 1 <= int(given[:9]) <= MOST):
        raise Invalid([Fault("limit", given[:20], T("1 到 {n}", "1 to {n}").fill(n=MOST))])
    return int(given)


def listed(call: Asked) -> Answer:
    """A keyset page of the cases that the caller may see, newest first."""
    demand(call.viewer, "cases.see")
    query = QueryDict(mutable=True)
    query.update(dict(call.query))
    filters = asked(query)
    if filters.bad:
        raise Invalid([Fault(str(name), value, T("没有这个值", "is not known")) for name, value in filters.bad])
    now, size = clock.now(), _size(call.query.get("limit", ""))
    given = call.query.get(pager.NAME, "")
    after = cast("tuple[datetime, int]", pager.decode(given, ORDER)) if given else None
    page, more = found.page(call.viewer, reads.Filters(**filters.values), now, size, after)
    last = page[-1] if page and more else None
    onward = pager.encode([last[found.PLACE["reported_at"]], last[0]], ORDER) if last else None
    units = tree.today().units
    return Answer({"cases": [_shown(row, now, units) for row in page], "after": onward})


def shown(call: Asked) -> Answer:
    """One case, with what was corrected on it."""
    got = found.one(call.viewer, call.path["number"])
    if got is None:
        raise Absent
    row, private = got
    hidden = (said and masked.free(said) for said in private)
    corrections = explained.of_cases([row[0]] if row[found.PLACE["corrected"]] else []).get(row[0], [])
    case = _shown(row, clock.now(), tree.today().units) | dict(zip(PRIVATE, hidden, strict=True))
    return Answer(case | {"corrections": [explained.as_data(one) for one in corrections]})


def offered(call: Asked) -> Answer:
    """The moves that the caller could make now, and what each lacks."""
    return Answer({"moves": do.offered(call.viewer, call.path["number"])})


def summed(call: Asked) -> Answer:
    """How many cases stand at each unit in each state."""
    demand(call.viewer, "cases.see")
    return Answer(b'{"counts":%b}' % found.counts(call.viewer))


def _strings(body: dict[str, Any]) -> QueryDict:
    """A JSON body as the strings of a form, which one reader takes. Raises Invalid."""
    data, faults = QueryDict(mutable=True), []
    for name, value in body.items():
        if name == "parts" and isinstance(value, list) and all(isinstance(one, dict) for one in value):
            data.setlist("part_unit", [str(one.get("unit", "")) for one in value])
            data.setlist("part_text", [str(one.get("text", "")) for one in value])
        elif isinstance(value, list) and all(isinstance(one, str) for one in value):
            data.setlist(name, value)
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            data[name] = str(value)
        elif value is not None:
            faults.append(Fault(name, str(value)[:60], T("不是这里要的类型", "is not of the type wanted here")))
    if faults:
        raise Invalid(faults)
    return data


def _moving(move: Move) -> Callable[[Asked], Answer]:
    def answer(call: Asked) -> Answer:
        data = _strings(dict(call.body))
        done, case = do.perform(call.viewer, call.path["number"], move.verb, data, call.key)
        return Answer(do.facts(done, case))

    return answer


def _move(move: Move) -> Endpoint:
    """`POST /cases/{number}/moves/VERB`, from the flow's own table."""
    names = [name for name in (*move.needs, *move.takes) if name in FIELDS]
    takes = record({name: FIELDS[name] for name in names} | {"seen": WHOLE}, [n for n in move.needs if n in FIELDS])
    done = {"number": TEXT, "state": TEXT, "status": TEXT, "version": WHOLE, "repeated": YES}
    return Endpoint(
        "POST", f"/cases/{{number}}/moves/{move.verb}", f"cases.{move.verb}", move.text, _moving(move),
        {"type": "object", "properties": done, "required": list(done)}, takes=takes, refusals=(403, 404, 409),
    )  # fmt: skip


def entered(call: Asked) -> Answer:
    """Enter a case as staff do; a citizen's gets a tracking code, told this once (and again to the same key)."""
    demand(call.viewer, "cases.report")
    data = _strings(dict(call.body))
    division = data.get("division", "")
    category, faults = reads.kinds().rows.get(data.get("category", "")), []
    if category is None:
        faults.append(Fault("category", data.get("category", "")[:60], T("没有这个类别", "there is no such category")))
    if division and division not in tree.today().divisions:
        faults.append(Fault("division", division[:60], T("没有这个区划代码", "there is no such division code")))
    if (channel := data.get("channel", "")) not in CHANNELS:
        faults.append(
            Fault("channel", channel[:60], T("是 {these} 之一", "is one of {these}").fill(these=", ".join(CHANNELS)))
        )
    faults += _bad_numbers(data)
    if faults or category is None:
        raise Invalid(faults)
    chain, door, patrol = people.chain(division), f"api:{call.viewer.person}", channel == "patrol"
    done = report_case(
        viewer=call.viewer, key=call.key, door=door, category=category, channel=channel, by_staff=patrol,
        county=chain.get("county", ""), street=chain.get("street", ""), community=chain.get("community", ""),
        lat=_degrees(data, "lat"), lon=_degrees(data, "lon"),
        **{name: data.get(name, "") for name in ("text", "place", "name", "phone")},
    )  # fmt: skip
    code = None if patrol else done.secret.get("code") or code_for(door, call.key)
    return Answer({"number": done.answer["number"], "code": show_code(code) if code else None}, 201)


def _degrees(data: QueryDict, name: str) -> float | None:
    return float(str(data[name])) if data.get(name) else None


def _bad_numbers(data: QueryDict) -> list[Fault]:
    faults = []
    for name in ("lat", "lon"):
        try:
            _degrees(data, name)
        except ValueError:
            faults.append(Fault(name, str(data[name])[:60], T("写成 40.6537 这样的数", "a number such as 40.6537")))
    return faults


FILTERS: Final[dict[str, Schema]] = {
    "state": one_of([*GROUPS, *(state.name for state in FLOW.states)]), "light": one_of(list(LIGHTS)),
    **{name: text(200) for name in ("top", "category", "county", "street", "unit", "source", "q", pager.NAME)},
    "mine": one_of(["1"]), "limit": {"type": "integer", "minimum": 1, "maximum": MOST},
}  # fmt: skip
ENTRY: Final = record(
    {
        "category": text(60, 1), "text": text(LONGEST_TEXT, 1), "channel": one_of(CHANNELS), "division": text(12),
        "place": text(200), "lat": FIELDS["lat"], "lon": FIELDS["lon"], "name": text(60), "phone": text(20),
    },
    ("category", "text", "channel"),
)  # fmt: skip
ENDPOINTS: Final = (
    Endpoint("GET", "/cases", "cases.list", T("案件列表", "List cases"), listed,
             record({"cases": rows(CASE), "after": or_null(TEXT)}), query=FILTERS, refusals=(400, 403)),
    Endpoint("POST", "/cases", "cases.report", T("登记一件", "Enter a case"), entered,
             record({"number": TEXT, "code": or_null(TEXT)}), takes=ENTRY, status=201, refusals=(403,)),
    Endpoint("GET", "/cases/counts", "cases.counts", T("各单位各阶段件数", "Cases by unit and state"), summed,
             record({"counts": rows(record({"unit": or_null(TEXT), "state": TEXT, "n": WHOLE}))}), refusals=(403,)),
    Endpoint("GET", "/cases/{number}", "cases.get", T("一件", "One case"), shown, WHOLE_CASE, refusals=(404,)),
    Endpoint("GET", "/cases/{number}/moves", "cases.moves", T("现在能做的", "What can be done now"), offered, MOVES,
             refusals=(404,)),
    *(_move(move) for move in FLOW.moves if move.right not in (HOLDER, SYSTEM)),
)  # fmt: skip

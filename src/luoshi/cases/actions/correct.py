"""Correct or void an event of a case: one person proposes, another one approves, and the row follows its events."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from luoshi.cases import clocks, correcting
from luoshi.cases.actions.again import followed_up
from luoshi.cases.core import LINE
from luoshi.cases.correction import Correction
from luoshi.cases.flow import OPEN
from luoshi.cases.models import Case, Category
from luoshi.cases.reads import correction as reads
from luoshi.kernel import calendar
from luoshi.kernel.action import Act, Action, Change
from luoshi.kernel.canonical import moment
from luoshi.kernel.deadlines import due
from luoshi.kernel.ledger.correct import OWN, Chain, Said, standing
from luoshi.kernel.problems import Denied, Fault, Invalid, NotNow
from luoshi.kernel.text import T
from luoshi.people import reads as people

LONGEST: Final = 2000
NOTHING: Final = T("和现在的一样，没有要更正的", "is as it stands already: there is nothing to correct")
NOT_HERE: Final = T("这一条的这一项不能更正", "this field of this event cannot be corrected")


def move_of(chain: Chain) -> str:
    """The move that an event was."""
    return str(chain.original.body.get("move") or chain.original.verb)


def present(chain: Chain) -> dict[str, Any]:
    """The values that stand now, by the fields that can be corrected."""
    body = chain.body
    found = {
        "at": moment(chain.newest.at), "category": body.get("category"), "unit": body.get("unit"),
        "division": body.get("community") or body.get("street") or body.get("county"),
        "solved": body.get("solved"), "grade": body.get("grade"),
    }  # fmt: skip
    return {name: found[name] for name in correcting.FIELDS.get(move_of(chain), ())}


def _differing(chain: Chain, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes that change something. Raises Invalid for a field that cannot be corrected, or for none."""
    now = present(chain)
    for name in changes:
        if name not in now:
            raise Invalid([Fault(name, str(changes[name])[:60], NOT_HERE)])
    found = {name: value for name, value in changes.items() if value != now[name]}
    if not found:
        raise Invalid([Fault("changes", "", NOTHING)])
    return found


def _check(case: Case, chain: Chain, changes: Mapping[str, Any], at: datetime) -> None:
    """Raises Invalid where the values cannot be."""
    faults = []
    if "at" in changes:
        faults += _check_time(case, chain, datetime.fromisoformat(changes["at"].replace("Z", "+00:00")))
    faults += _check_names(changes)
    if "grade" in changes and changes["grade"] not in (None, 1, 2, 3, 4, 5):
        faults.append(Fault("grade", str(changes["grade"]), T("从 1 到 5", "from 1 to 5")))
    if "solved" in changes and changes["solved"] not in (True, False):
        faults.append(Fault("solved", str(changes["solved"]), T("是或否", "yes or no")))
    if "unit" in changes and case.state in OPEN and case.unit_id == chain.body.get("unit"):
        rule = T("还在办：请退回后重派，不用更正", "it is still being handled: return it and send it anew instead")
        faults.append(Fault("unit", "", rule))
    if faults:
        raise Invalid(faults)


def _check_names(changes: Mapping[str, Any]) -> list[Fault]:
    """Kinds, places and units must be there."""
    known: dict[str, Callable[[Any], object]] = {
        "category": lambda code: Category.objects.filter(pk=code, level=3, source="").exists(),
        "division": people.chain,
        "unit": people.unit_names().__contains__,
    }
    return [
        Fault(name, str(changes[name])[:60], T("不在可选的里面", "is not one of the choices"))
        for name, there in known.items()
        if name in changes and not there(changes[name])
    ]


def _check_time(case: Case, chain: Chain, at: datetime) -> list[Fault]:
    shown = moment(at)
    if at > _recorded(chain.original):
        return [Fault("at", shown, T("不能晚于记下的时间", "cannot be later than it was recorded"))]
    if move_of(chain) != "report" and at < case.reported_at:
        return [Fault("at", shown, T("不能早于上报", "cannot be before the report"))]
    return []


def _recorded(said: Said) -> datetime:
    """When an event was recorded: its id begins with the time, in milliseconds."""
    return datetime.fromtimestamp((said.id.int >> 80) / 1000 + 0.001, tz=said.at.tzinfo)


def _propose(
    case: Case, act: Act, *, event: UUID, reason: str, void: bool = False, changes: Mapping[str, Any] | None = None
) -> Change:
    """Propose what is to stand instead of an event, or that it never was. Raises Absent, Denied, NotNow or Invalid."""
    if act.viewer.person is None:
        raise Denied(T("更正由有名有姓的人提出", "A correction is proposed by a person"))
    chain = reads.chain(reads.of_case(case), event)
    if len(reason) > LONGEST:
        raise Invalid([Fault("reason", reason[:20] + "…", T("最长 {n} 字", "at most {n} characters").fill(n=LONGEST))])
    _check_open(case, chain)
    wanted = _wanted(case, chain, void, changes or {}, act.now)
    row = Correction(
        case=case, event=chain.newest.id, move=move_of(chain), void=void, changes=wanted, reason=reason,
        by_id=act.viewer.person, persons=sorted(act.viewer.persons), at=act.now,
    )  # fmt: skip
    body = {"of": str(chain.newest.id), "void": void, "changes": dict(wanted), "note": reason}
    return Change(body=body, rows=[row])


def _check_open(case: Case, chain: Chain) -> None:
    if chain.void:
        raise NotNow(T("这一条已作废", "This entry was declared void already"))
    if reads.waiting_for(case, chain.newest.id):
        raise NotNow(T("这一条已有更正等批", "A correction of this entry waits for approval already"))


def _wanted(case: Case, chain: Chain, void: bool, changes: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    if not void:
        found = _differing(chain, changes)
        _check(case, chain, found, at)
        return found
    if move_of(chain) not in correcting.VOIDABLE:
        raise NotNow(T("这一条不能作废，只能更正", "This entry cannot be declared void"))
    return {}


def _decided(case: Case, act: Act, proposal: int, state: str) -> Correction:
    """The proposal, closed by another person than the one who made it. Raises Absent or NotNow."""
    row = reads.locked(case, proposal)
    if row.state != "open":
        raise NotNow(T("已经有人处理了", "Somebody has decided on it already"))
    if not act.viewer.persons.isdisjoint(row.persons):
        raise NotNow(T("自己提出的，须由他人批", "You proposed it: somebody else decides"))
    row.state = state
    return row


def _approve(case: Case, act: Act, *, proposal: int, note: str = "") -> Change:
    """The correction stands: an event that carries the whole replacing body, and the row as its events now say."""
    row = _decided(case, act, proposal, "done")
    events = reads.of_case(case)
    chain = reads.chain(events, row.event)
    if chain.newest.id != row.event:
        raise NotNow(T("这一条已另行更正", "This entry was corrected otherwise meanwhile"))
    body = {} if row.void else _replacing(case, chain, row.changes)
    at = _time(row.changes.get("at")) or chain.newest.at
    verb = "void" if row.void else "correct"
    if "unit" in row.changes and case.first_unit_id == chain.body["unit"]:
        case.first_unit_id = row.changes["unit"]
    _follow(case, act, [*events, Said(act.id, verb, at, body, row.event)])
    case.corrected += 1
    body |= {"proposed_by": row.by_id, "note": note, "why": row.reason}
    return Change(body=body, saves=[row], occurred_at=at, corrects=row.event)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def _replacing(case: Case, chain: Chain, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The whole body that stands instead."""
    body = {name: value for name, value in chain.body.items() if name not in OWN}
    body |= {name: value for name, value in changes.items() if name in ("category", "unit", "solved", "grade")}
    if "category" in changes:
        body["top"] = Category.objects.get(pk=changes["category"]).top
    if "division" in changes:
        above = people.chain(changes["division"])
        body |= {name: above.get(name, "") for name in correcting.PLACE}
    at = _time(changes.get("at"))
    if at is not None and chain.original.verb == "report":
        body["reported_at"] = moment(at)
    if at is not None and "in_time" in body:
        body["in_time"] = case.response_due_at is None or at <= case.response_due_at
    return body


def _follow(case: Case, act: Act, events: list[Said]) -> None:
    """The row as its events say once corrections are followed. No due time moves; state and status never change."""
    facts = standing(events, correcting.sets)
    category = Category.objects.get(pk=facts["category"])
    if category.pk != case.category_id:
        case.category, case.top, case.public = category, category.top, category.public
    case.county, case.street = facts.get("county") or "", facts.get("street") or ""
    case.community = facts.get("community") or ""
    case.unit_id = facts.get("unit")
    case.reported_at = _time(facts["reported_at"]) or case.reported_at
    case.contacted_at = facts.get("contacted_at")
    if facts.get("grade") != case.grade:
        _grade(case, act, facts.get("grade"))
    case.solved = facts.get("solved")


def _grade(case: Case, act: Act, grade: int | None) -> None:
    """Another grade, which is followed up or not."""
    case.grade = grade
    if followed_up(case, grade):
        if not case.followup:
            case.followup, case.followup_due_at = "due", due(clocks.rule("followup"), act.now, calendar.current())
    elif case.followup == "due":
        case.followup, case.followup_due_at = "", None


def _decline(case: Case, act: Act, *, proposal: int, reason: str) -> Change:
    """What stands goes on to stand. Raises Absent or NotNow."""
    row = _decided(case, act, proposal, "declined")
    return Change(body={"of": str(row.event), "note": reason}, saves=[row])


propose: Final = Action(LINE, correcting.PROPOSE, _propose)
decline: Final = Action(LINE, correcting.DECLINE, _decline)
_CORRECT: Final = Action(LINE, correcting.CORRECT, _approve)
_VOID: Final = Action(LINE, correcting.VOID, _approve)


def approve(row: Correction) -> Action[Case]:
    """The action that approves a proposal: correct or void."""
    return _VOID if row.void else _CORRECT

"""The desk: accept or refuse, dispatch, decide what nobody wants, correct kind and place, call back."""

from luoshi.cases import clocks
from luoshi.cases.actions.again import again, judge
from luoshi.cases.actions.report import bad_point, on_grid
from luoshi.cases.core import LINE
from luoshi.cases.models import Case, Category
from luoshi.cases.reads import waits
from luoshi.kernel.action import Act, Change
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.people.models import Division, Unit


@LINE.action("accept")
def accept(case: Case, act: Act, *, category: Category | None = None, note: str = "") -> Change:
    """Accept a report, with the category corrected where it was wrong."""
    case.accepted_at = act.now
    if category is not None and category.code != case.category_id:
        _classify(case, act, category)
        return Change(body={"note": note, "response_due_at": case.response_due_at})
    return Change(body={"note": note})


@LINE.action("refuse")
def refuse(case: Case, act: Act, *, reason: str, answer: str) -> Change:
    """Do not accept: with the reason, and in `answer` where the reporter may turn."""
    case.closed_at, case.reason = act.now, reason
    case.private.answer = answer
    return Change(body={"reason": reason, "answer": answer}, saves=[case.private])


@LINE.action("mark_abuse")
def mark_abuse(case: Case, act: Act, *, reason: str) -> Change:
    """Not a report but abuse; the text stays private."""
    case.closed_at, case.reason = act.now, reason
    return Change(body={"reason": reason})


@LINE.action("dispatch")
def dispatch(case: Case, act: Act, *, unit: Unit, note: str = "") -> Change:
    """Send a case to the unit that answers for it."""
    return _send(case, act, unit, {"note": note})


@LINE.action("pass_on")
def pass_on(case: Case, act: Act, *, unit: Unit, note: str = "") -> Change:
    """A district passes on what it was sent to one of its bureaux; the first to receive it stays 首接."""
    return _send(case, act, unit, {"note": note})


@LINE.action("decide")
def decide(case: Case, act: Act, *, unit: Unit, reason: str) -> Change:
    """Joint dispatch: a named person decides who takes it, and why."""
    return _send(case, act, unit, {"note": reason})


def _send(case: Case, act: Act, unit: Unit, body: dict[str, object]) -> Change:
    case.unit, case.handler = unit, None
    case.first_unit = case.first_unit or unit
    case.dispatched_at = act.now
    return Change(body=body)


@LINE.action("reclassify")
def reclassify(case: Case, act: Act, *, category: Category, note: str = "") -> Change:
    """Correct the category; the clocks are computed anew from their start, the old due time is kept in the event.

    What the case waited is credited again, and the due time is never earlier than one that was granted.
    """
    body = {"category_before": case.category_id, "due_before": case.due_at, "note": note}
    _classify(case, act, category)
    return Change(body=body | {"response_due_at": case.response_due_at})


def _classify(case: Case, act: Act, category: Category) -> None:
    _of_kind(case, category)
    clocks.whole_anew(case, category, case.clock_from or case.reported_at, waits.past(case, act.unwritten))
    clocks.settle(case)


def _of_kind(case: Case, category: Category) -> None:
    case.category, case.top, case.public = category, category.top, category.public


def _point(lat: float | None, lon: float | None) -> str:
    """As an event holds a point: as text, for floats have no one spelling."""
    return "" if lat is None or lon is None else f"{lat!r}, {lon!r}"


@LINE.action("relocate")
def relocate(
    case: Case,
    act: Act,
    *,
    division: Division,
    place: str = "",
    lat: float | None = None,
    lon: float | None = None,
    note: str = "",
) -> Change:
    """Correct the place: the division (county, street or community), and where known the words and the point."""
    private = case.private
    body = {
        "street_before": case.street, "due_before": case.due_at, "note": note, "place": place,
        "place_before": private.place, "division_before": case.community or case.street or case.county,
        "point_before": _point(private.lat, private.lon), "point": _point(lat, lon),
    }  # fmt: skip
    chain = {above.level: above.code for above in _above(division)}
    case.county, case.street = chain.get("county", ""), chain.get("street", "")
    case.community = chain.get("community", "")
    if faults := bad_point(lat, lon):
        raise Invalid(faults)
    if place:
        private.place = place
    if lat is not None and lon is not None:
        private.lat, private.lon = lat, lon
        case.lat, case.lon = on_grid(lat), on_grid(lon)
    return Change(body=body, saves=[private])


@LINE.action("adopt")
def adopt(case: Case, act: Act, *, category: Category, note: str = "") -> Change:
    """A record of another system becomes a case of ours: with a kind of ours and clocks that start now."""
    body = {"category_before": case.category_id, "note": note}
    case.ours, case.status, case.accepted_at = True, "going", act.now
    _of_kind(case, category)
    clocks.start_whole(case, category, act.now)
    clocks.settle(case)
    return Change(body=body | {"response_due_at": case.response_due_at})


def _above(division: Division) -> list[Division]:
    from luoshi.people.reads import ancestors

    return ancestors(division)


@LINE.action("contact")
def contact(case: Case, act: Act, *, note: str = "") -> Change:
    """The reporter was contacted; this alone feeds 响应率."""
    case.contacted_at = act.now
    in_time = case.response_due_at is None or act.now <= case.response_due_at
    return Change(body={"in_time": in_time, "note": note})


@LINE.action("call_solved")
def call_solved(case: Case, act: Act, *, grade: int | None = None, note: str = "") -> Change:
    """Call-back: the reporter says solved, and may give a grade of 1–5."""
    return judge(case, act, solved=True, grade=grade, reasons=[], note=note)


@LINE.action("call_unsolved")
def call_unsolved(case: Case, act: Act, *, reason: str) -> Change:
    """Call-back: the reporter says not solved; the case goes back to its unit."""
    return again(case, act, note=reason, solved=False)


@LINE.action("call_failed")
def call_failed(case: Case, act: Act, *, outcome: str, note: str = "") -> Change:
    """Call-back: unreachable or refused. An attempt, never an answer: unreachable stays unreachable.

    The next attempt has a clock of its own; after the last one only the reporter's time runs, to `unrated`. Who calls
    again within two hours has not tried once more: it is noted, and neither counts nor moves the clock.
    """
    if outcome not in ("unreachable", "refused"):
        raise Invalid([Fault("outcome", outcome, T("联系不上或拒访", "unreachable or refused"))])
    case.reason = outcome
    if not case.calls or case.step_since is None or act.now - case.step_since >= clocks.APART:
        case.calls += 1
        clocks.start_step(case, "callback" if case.calls < clocks.ATTEMPTS else "", act.now)
    return Change(body={"outcome": outcome, "note": note})

"""What can be counted of the investment line: the columns of its facts, one row a subject, and the measures. Pure.

A project counts by its milestones, which are events: one that turns out to be another's double has them taken back. So counts
and sums of a period need no list of exceptions. Rates of a cohort look at one row a project, by the day of its signing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

from luoshi.kernel.measures import Below, Column, Condition, Every, Facts, Is, Known, Less, Measure, Not, Rolled, Some
from luoshi.kernel.text import T
from luoshi.leads.gates import GATES
from luoshi.leads.rules import RULES
from luoshi.leads.stages import ALIVE, BUILT, COUNTED, EARLY, STATES

_CONTACT: Final = Is("verb", ("contact",))


def _first(name: str, verb: str) -> Rolled:
    return Rolled(name, "min", "occurred_at", Is("verb", (verb,)))


def _dated(name: str, verb: str) -> Rolled:
    """The day of a milestone; unknown where the event says that it only happened by then (no duration is counted from it)."""
    return Rolled(name, "min", "occurred_at", Every((Is("verb", (verb,)), Not(Is("undated", (True,))))))


FACTS: Final = Facts(
    line="leads",
    columns=(
        Column("stage", "text"), Column("status", "text"), Column("province", "text"), Column("industry", "text"),
        Column("way", "text"), Column("move", "text"), Column("county", "text"), Column("unit", "int"),
        Column("officer", "int"), Column("occasion", "text"), Column("agreed", "int"), Column("in_place", "int"),
        Column("added", "int"), Column("fen", "int"), Column("kept", "bool"), Column("worth", "bool"), Column("first_known", "bool"), Column("ended_at", "time"), Column("grade", "int"),
        Column("clock_name", "text"), Column("undated", "bool"),
    ),
    carried=(
        "stage", "status", "province", "industry", "county", "unit", "officer", "occasion", "agreed", "in_place",
        "ended_at",
    ),
    rolled=(
        Rolled("listed", "count", "place", Is("verb", ("add_company",))),
        Rolled("contacts", "count", "place", _CONTACT),
        Rolled("first_contact_at", "min", "occurred_at", _CONTACT),
        _first("came_at", "add_lead"),
        _dated("engaged_at", "engage"),
        _first("signed_at", "sign"),
        _dated("landed_at", "land"),
        _dated("started_at", "start"),
        _dated("producing_at", "produce"),
    ),
    clocks=(
        "occurred_at", "recorded_at", "first_contact_at", "came_at", "signed_at", "landed_at", "started_at", "producing_at",
    ),
    dimensions=("province", "industry", "way", "county", "occasion", "officer", "stage"),
    inner=("officer",),
    closed=(("stage", (*EARLY, *COUNTED)),),
)  # fmt: skip
_LISTED: Final = Is("stage", ("listed",))
_SIGNED: Final = Every((Known("signed_at"), Is("stage", COUNTED)))
_GOING: Final = Is("status", ALIVE)
_AGREED: Final = Some((Is("verb", ("sign",)), Is("verb", ("agree",))))
_TIMED: Final = Every((_SIGNED, Some((Known("started_at"), Not(Is("stage", BUILT))))))
"""Signed, and not begun on a day that nobody knows."""
_MORE: Final = Every((Is("verb", ("agree",)), Below(0, "added"), Not(Known("first_known"))))
"""A changed agreement with more money than the one before; that an amount is known at last is no increase."""
_LOST: Final = Some((Is("verb", ("lose", "abandon")), Every((Is("verb", ("judge",)), Is("worth", (False,))))))
_ANSWER: Final = Is("verb", ("answer",))
BY_DAY: Final = {"started_by_90": 90, "started_by": 180, "started_by_365": 365}
"""Days after signing by which a project should be under construction."""
FEW: Final = 5
"""Groups of fewer answers of companies are not shown."""


def _events(name: str, *verbs: str) -> Measure:
    return Measure(f"leads.{name}", "count", "events", "occurred_at", Is("verb", verbs))


def _rate(name: str, part: Condition) -> Measure:
    """A share of the projects signed in the period, as they stand."""
    return Measure(f"leads.{name}", "share", "life", "signed_at", _SIGNED, part)


def _speed(name: str, clock: str, since: str, q: Fraction = Fraction(1, 2)) -> Measure:
    """The time from one milestone to another, of the projects that reached the later one in the period."""
    known = Every((Known(clock), Known(since), Is("stage", COUNTED)))
    return Measure(f"leads.{name}", "quantile", "life", clock, known, value=Less(clock, since), q=q)


def _started_by(name: str, days: int) -> Measure:
    """The share of the projects signed in the period that had begun so many days after, by Kaplan and Meier."""
    return Measure(
        f"leads.{name}", "survival", "life", "signed_at", _TIMED, value="started_at", until="ended_at", days=days
    )


def _cohorts() -> list[Measure]:
    """Rates and speed of those that were signed, and what companies say."""
    return [
        _rate("fulfilment", _GOING),
        replace(_rate("landing_rate", Is("stage", tuple(RULES["landing"]["stages"]))), terms=_landing()),
        _rate("start_rate", Is("stage", BUILT)),
        _rate("production_rate", Is("stage", BUILT[1:])),
        Measure("leads.in_place_rate", "ratio", "life", "signed_at", _SIGNED, value="in_place", over="agreed"),
        *(_started_by(name, days) for name, days in BY_DAY.items()),
        _speed("days_to_sign", "signed_at", "engaged_at"),
        _speed("days_to_land", "landed_at", "signed_at"),
        _speed("days_to_start", "started_at", "signed_at"),
        _speed("contact_to_land", "landed_at", "engaged_at"),
        _speed("contact_to_start", "started_at", "engaged_at"),
        _speed("contact_to_produce", "producing_at", "engaged_at"),
        Measure(
            "leads.promises_kept", "share", "events", "occurred_at", Every((_ANSWER, Known("kept"))), Is("kept", (True,)),
            suppress_below=FEW,
        ),
        Measure(
            "leads.well_served", "share", "events", "occurred_at", Every((_ANSWER, Known("grade"))), Is("grade", (4, 5)),
            suppress_below=FEW,
        ),
    ]  # fmt: skip


def _landing() -> tuple[tuple[str, T], ...]:
    """What counts as landed in this city, and what landing asks for, as the figure's definition says them."""
    names = {state.name: state.text for state in STATES}
    needs = [need.text for need in GATES["land"]]
    return (
        ("stages", _listed([names[stage] for stage in RULES["landing"]["stages"]])),
        ("needs", _listed(needs) if needs else T("不作要求", "nothing")),
    )


def _listed(texts: Sequence[T]) -> T:
    return T("、".join(one.zh for one in texts), ", ".join(one.en for one in texts))


def measures(rule: Mapping[str, Any]) -> list[Measure]:
    """All measures of the line; none of them follows the pack's arithmetic. A contact of a merged company stands under the one that it was merged into."""
    return [
        Measure("leads.companies", "count", "life", None, _LISTED),
        Measure("leads.contacted", "distinct", "events", "occurred_at", _CONTACT, keys=("subject",)),
        Measure("leads.contacts", "count", "events", "occurred_at", _CONTACT),
        Measure("leads.new_contacts", "count", "life", "first_contact_at", Not(Is("contacts", (0,)))),
        _events("noted", "add_lead"),
        _events("signed", "sign"),
        _events("landed", "land"),
        _events("started", "start"),
        _events("producing", "produce"),
        _events("full", "reach"),
        Measure("leads.lost", "count", "events", "occurred_at", _LOST),
        _events("overdue", "overdue"),
        Measure("leads.agreed", "sum", "events", "occurred_at", _AGREED, value="added"),
        Measure("leads.unknown", "count", "events", "occurred_at", Every((Is("verb", ("sign",)), Not(Known("added"))))),
        Measure("leads.increments", "count", "events", "occurred_at", _MORE),
        Measure("leads.increased", "sum", "events", "occurred_at", _MORE, value="added"),
        Measure("leads.in_place", "sum", "events", "occurred_at", Is("verb", ("money_in",)), value="fen"),
        Measure("leads.talks", "count", "life", None, Every((Is("stage", EARLY), _GOING))),
        *_cohorts(),
    ]  # fmt: skip

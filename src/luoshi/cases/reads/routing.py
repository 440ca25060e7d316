"""To which unit a case goes by the rules, what a list of rules would change, and the standard texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final, NamedTuple

from luoshi.cases.flow import OPEN
from luoshi.cases.models import Case, Category
from luoshi.cases.reads.kinds import kinds
from luoshi.cases.reads.scope import visible
from luoshi.cases.routing.flow import RULES, TEXTS
from luoshi.cases.routing.match import Moment, Rule, first
from luoshi.cases.routing.models import RoutingList, RoutingRule, StandardText
from luoshi.kernel import calendar
from luoshi.kernel.problems import Absent
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.people.models import Unit

FRESH: Final = 10.0  # seconds for which a process trusts what it read
SAMPLE: Final = 500
SHOWN: Final = 200


class Route(NamedTuple):
    """Where a case goes: the unit (None where nobody answers), and the rule with its number, 0 for the city's own order."""

    unit: Unit | None
    number: int = 0
    rule: Rule | None = None


def rule_of(row: RoutingRule) -> Rule:
    """The rule in a row (its unit loaded)."""
    hours = (row.hour_from, row.hour_to) if row.hour_from is not None and row.hour_to is not None else None
    season = (row.season_from, row.season_to) if row.season_from else None
    return Rule(row.unit.code, row.category, row.division, row.days, hours, season, row.note)


def rules_of(number: int) -> list[Rule]:
    """The rules of a version in order; none for 0 and for one that is not there."""
    rows = RoutingRule.objects.filter(list__number=number).select_related("unit").order_by("position")
    return [rule_of(row) for row in rows]


def newest(*, lock: bool = False) -> RoutingList | None:
    """The list that holds; `lock` keeps others from saving until the caller's transaction ends."""
    rows = RoutingList.objects.order_by("-number")
    return (rows.select_for_update() if lock else rows.select_related("by")).first()


def versions(viewer: Viewer, limit: int = 50) -> list[RoutingList]:
    """The lists, the newest first. Raises Denied."""
    demand(viewer, RULES)
    return list(RoutingList.objects.select_related("by").order_by("-number")[:limit])


_kept: tuple[float, list[Rule]] | None = None
_texts: tuple[float, list[StandardText]] | None = None


def rules() -> list[Rule]:
    """The rules that hold, at most ten seconds old."""
    global _kept
    if _kept is None or monotonic() - _kept[0] > FRESH:
        found = newest()
        _kept = (monotonic(), rules_of(found.number) if found else [])
    return _kept[1]


def forget() -> None:
    """Forget what this process read, as after a change."""
    global _kept, _texts
    _kept = _texts = None


def _moment(at: datetime) -> Moment:
    cal = calendar.current()
    local = cal.city_time(at)
    return Moment(local.date(), local.time(), cal.is_workday(local.date()))


def _above(code: str, known: Mapping[str, Category]) -> list[str]:
    found, row = [code], known.get(code)
    while row is not None and row.parent_id:
        found.append(row.parent_id)
        row = known.get(row.parent_id)
    return found


def route(category: Category, place: str, at: datetime, by: Sequence[Rule] | None = None) -> Route:
    """Where a case of that category, place (finest division known, or empty) and time of report goes; from memory.

    `by` are other rules than those that hold. Where no rule fits, the city's own order decides: `function@scope`.
    """
    chosen, city = rules() if by is None else by, tree.today()
    if chosen:
        units = city.by_code()  # rules that name a unit of before go to what it is today
        places = city.places.up(place) if place else []
        number = first(chosen, _above(category.code, kinds().rows), places, _moment(at), units)
        if number is not None:
            return Route(units[chosen[number].unit], number + 1, chosen[number])
    return Route(people.responsible(category.function, category.scope, place) if category.function else None)


def of_case(case: Case, by: Sequence[Rule] | None = None) -> Route:
    """Where a case goes."""
    category = kinds().rows.get(case.category_id) or case.category
    return route(category, case.community or case.street or case.county, case.reported_at, by)


@dataclass(frozen=True)
class Moved:
    """An open case that would go elsewhere, from where to where."""

    case: Case
    before: Route
    after: Route


@dataclass(frozen=True)
class Tried:
    """What a list would have done to the last open cases: how many were tried, how many and which would go elsewhere."""

    sample: int
    moved: list[Moved]


def trial(viewer: Viewer, by: Sequence[Rule], limit: int = SAMPLE) -> Tried:
    """Try a list on the last open cases that the viewer may see, against the list that holds; one that was split counts
    once. Raises Denied."""
    demand(viewer, RULES)
    rows = visible(viewer).filter(state__in=OPEN, source="", part_of=None).order_by("-reported_at", "-id")
    cases = list(
        rows.only("number", "category_id", "county", "street", "community", "unit_id", "state", "reported_at")[:limit]
    )
    pairs = ((case, of_case(case), of_case(case, by)) for case in cases)
    moved = [Moved(*pair) for pair in pairs if pair[1].unit != pair[2].unit]
    return Tried(len(cases), moved)


def texts() -> list[StandardText]:
    """The standard texts in use, at most ten seconds old."""
    global _texts
    if _texts is None or monotonic() - _texts[0] > FRESH:
        _texts = (monotonic(), list(StandardText.objects.filter(state="used").order_by("title", "id")))
    return _texts[1]


def texts_for(verb: str, field: str, category: str) -> list[StandardText]:
    """The texts for one field of a move and a category, those for just this category first."""
    known = [one for one in texts() if (one.verb, one.field) == (verb, field)]
    if not known:
        return []
    above = [*_above(category, kinds().rows), ""]
    return sorted((one for one in known if one.category in above), key=lambda one: above.index(one.category))


def all_texts(viewer: Viewer) -> list[StandardText]:
    """All standard texts, those retired too, by move. Raises Denied."""
    demand(viewer, TEXTS)
    return list(StandardText.objects.order_by("-state", "verb", "field", "title", "id"))


def lock_text(viewer: Viewer, ref: str) -> StandardText:
    """Lock a standard text by the id that the log knows. Raises Absent."""
    demand(viewer, TEXTS)
    found = StandardText.objects.filter(log_id=ref).select_for_update().first()
    if found is None:
        raise Absent
    return found


def text_told(row: StandardText) -> T:
    """What a stale caller is told."""
    return T("“{title}”已被别人改过", "“{title}” was changed meanwhile").fill(title=row.title)

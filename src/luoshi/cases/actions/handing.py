"""Open cases go from one person to another, and from a unit to the one that goes on for it."""

from typing import Final

from luoshi.cases.actions.unit import assign
from luoshi.cases.core import LINE
from luoshi.cases.handing import CARRY, HANDED
from luoshi.cases.models import Case
from luoshi.cases.reads.held import at_unit, in_hand
from luoshi.kernel.action import Act, Action, Change
from luoshi.kernel.lines import Handed
from luoshi.kernel.rights import rows
from luoshi.kernel.text import T
from luoshi.kernel.viewer import SYSTEM as TIME
from luoshi.kernel.viewer import Viewer
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.people.models import Unit

# like `assign`, at any step and whatever the case waits for: a person who is gone holds nothing
_HAND_OVER: Final = Action(LINE, HANDED, assign.change)


def _carry(case: Case, act: Act, *, unit: Unit) -> Change:
    """The unit goes on under another name, or as part of another; who handles the case stays."""
    case.unit = unit
    return Change()


_CARRY: Final = Action(LINE, CARRY, _carry)
ELSEWHERE: Final = T("不在您的单位", "is not of your unit")
NO_POST: Final = T("接手的人在承办单位没有岗位", "whoever takes over has no post at the unit that answers for it")


def hand_over(viewer: Viewer, old: int, new: int) -> Handed:
    """Give the open cases of a person to another, as far as the viewer's `people.hand_over` reaches; one event each.

    Whoever hands over lends themselves the right to assign for this alone, and sees nothing of the cases by it.
    """
    reach = rows(viewer, "people.hand_over")
    lent = viewer.only({"cases.see": reach, "cases.assign": reach})
    city, handler = tree.today(), people.by_key(new)
    units = {city.heir(unit) for unit in people.units_of(new)}
    done, left = 0, []
    for number, unit in in_hand(old):
        if not reach.everything and unit not in reach.units:
            left.append((number, ELSEWHERE))
        elif unit is None or city.heir(unit) not in units:
            left.append((number, NO_POST))
        else:
            _HAND_OVER(viewer=lent, on=number, handler=handler)
            done += 1
    return Handed(done, left)


def carry_over(old: int, new: int) -> int:
    """The open cases of a unit go to the one that goes on for it; one event each."""
    numbers, heir = at_unit(old), people.unit_by_key(new)
    for number in numbers:
        _CARRY(viewer=TIME, on=number, unit=heir)
    return len(numbers)

"""An officer's whole portfolio goes to another; the leads of a unit go to the one that goes on for it."""

from typing import Final

from luoshi.kernel.action import Action
from luoshi.kernel.flow import Move
from luoshi.kernel.lines import Handed
from luoshi.kernel.rights import rows
from luoshi.kernel.text import T
from luoshi.kernel.viewer import SYSTEM as TIME
from luoshi.kernel.viewer import Viewer
from luoshi.leads import reads
from luoshi.leads.actions.status import assign_lead, carry
from luoshi.leads.core import LEADS
from luoshi.leads.stages import ALIVE, HEAD, OPEN, SECRET, SEE, SYSTEM
from luoshi.people import reads as people

_CARRY: Final = Action(
    LEADS,
    Move("carry", T("随机构转接", "Goes over with its unit"), OPEN, None, SYSTEM, ("unit",), statuses=ALIVE),
    carry,
)
ELSEWHERE: Final = T("不在您的单位", "is not of your unit")
NO_POST: Final = T("接手的人不是招商专员", "whoever takes over is no investment officer")


def hand_over(viewer: Viewer, old: int, new: int) -> Handed:
    """Give the open leads of a person to another, as far as the viewer's `people.hand_over` reaches; one event each.

    Whoever hands over lends themselves the right for this alone, and sees nothing of the leads by it.
    """
    reach = rows(viewer, "people.hand_over")
    lent = viewer.only({HEAD: reach, SEE: reach, SECRET: reach})
    officer = people.by_key(new)
    able = any(one.pk == new for one in reads.officers())
    done, left = 0, []
    for ref, unit in reads.in_hand(old):
        if not reach.everything and unit not in reach.units:
            left.append((ref, ELSEWHERE))
        elif not able:
            left.append((ref, NO_POST))
        else:
            assign_lead(viewer=lent, on=ref, officer=officer)
            done += 1
    return Handed(done, left)


def carry_over(old: int, new: int) -> int:
    """The open leads of a unit go to the one that goes on for it; one event each."""
    refs, heir = reads.at_unit(old), people.unit_by_key(new)
    for ref in refs:
        _CARRY(viewer=TIME, on=ref, unit=heir)
    return len(refs)

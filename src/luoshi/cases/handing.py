"""Two moves that no page of a case offers: handed over with a person's work, carried over with a unit. Pure.

In the log they stand as what they are to a case: assigned, passed on.
"""

from typing import Final

from luoshi.cases.flow import ALIVE, OPEN, SYSTEM
from luoshi.kernel.flow import Move
from luoshi.kernel.text import T

HANDED: Final = Move(
    "hand_over",
    T("随人移交", "Handed over"),
    OPEN,
    None,
    "cases.assign",
    ("handler",),
    (),
    statuses=ALIVE,
    event="assign",
)
CARRY: Final = Move(
    "carry",
    T("随机构转接", "Carried over with the unit"),
    OPEN,
    None,
    SYSTEM,
    ("unit",),
    (),
    statuses=ALIVE,
    event="pass_on",
)

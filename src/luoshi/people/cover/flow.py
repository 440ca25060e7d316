"""The life of a stand-in: set, and ended early where it must be. Pure."""

from typing import Any, Final

from luoshi.kernel.flow import Flow, Move, State
from luoshi.kernel.ledger.fields import Widths
from luoshi.kernel.text import T

RIGHT: Final = "people.cover"
FLOW: Final = Flow(
    "people",
    "set",
    (State("set", T("代班", "Standing in"), ("open",)), State("ended", T("提前结束", "Ended early"))),
    (Move("end_cover", T("提前结束代班", "End a stand-in"), ("set",), "ended", RIGHT, ("reason",)),),
)
_WIDTHS: Final = Widths(
    frozenset({"stage"}), frozenset({"person", "absent", "unit", "first", "last", "reason", "acting_for"})
)
WIDTHS: Final = {"cover": _WIDTHS, "end_cover": _WIDTHS}


def snapshot(cover: Any) -> dict[str, Any]:
    """What the log needs to know of a stand-in; the last day is the one before `valid_to`."""
    return {
        "stage": cover.state,
        "person": cover.person_id,
        "absent": cover.absent_id,
        "unit": cover.unit_id,
        "first": cover.valid_from.isoformat(),
        "last": cover.last.isoformat() if cover.last else None,
    }

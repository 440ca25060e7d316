"""The life of a reported value: proposed, approved by a second person or declined, perhaps withdrawn.

Everything that is printed stands open in the log; only persons and reasons do not.
"""

from typing import Any, Final

from luoshi.kernel.action import KIND
from luoshi.kernel.flow import Flow, Move, State
from luoshi.kernel.ledger.fields import Widths
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer

LINE: Final = "figures"
TITLE: Final = T("报送指标", "Reported figures")
SEE: Final = "figures.see"
PROPOSE: Final = "figures.propose"
APPROVE: Final = "figures.approve"
RELEASES: Final = {
    "preliminary": T("初步数", "preliminary"),
    "revised": T("修订数", "revised"),
    "final": T("最终数", "final"),
}
TEXTS: Final = ("source", "document", "page", "address", "note")
SAYS: Final = ("figure", "period", "member", "value", "vintage", "status", *TEXTS)
"""What an event says of a value, all of it open; `status` is preliminary, revised or final."""


def _second(row: Any, viewer: Viewer) -> T | None:
    if row.placed_by_id == viewer.person:
        return T("须由录入者以外的人批准", "somebody else than who entered it must approve")
    return None


FLOW: Final = Flow(
    LINE,
    "proposed",
    (
        State("proposed", T("待批准", "Waiting"), ("open",)),
        State("approved", T("已批准", "Approved")),
        State("declined", T("未批准", "Declined")),
        State("withdrawn", T("已撤下", "Withdrawn")),
    ),
    (
        Move("approve", T("批准报送数值", "Approve a reported value"), ("proposed",), "approved", APPROVE, guards=("second",), main=True),
        Move("decline", T("不批准报送数值", "Decline a reported value"), ("proposed",), "declined", APPROVE, ("reason",)),
        Move("withdraw", T("撤下报送数值", "Withdraw a reported value"), ("approved",), "withdrawn", APPROVE, ("reason",)),
    ),
    {"second": _second},
)  # fmt: skip
WORDS: Final = {move.verb: move.text for move in FLOW.moves} | {"propose": T("录入报送数值", "Reported value entered")}
_OPEN: Final = frozenset({*SAYS, "move"})
WIDTHS: Final = {verb: Widths(_OPEN, frozenset({"reason", "acting_for", KIND})) for verb in WORDS}


def facts(row: Any) -> dict[str, Any]:
    """What the log needs to know of a value: all that is printed."""
    texts = {name: getattr(row, name) for name in ("figure", "period", "member", *TEXTS)}
    return {**texts, "value": f"{row.value:f}", "vintage": row.vintage.isoformat(), "status": row.release}

"""The life of an occasion 招商活动. Pure."""

from typing import Final

from luoshi.kernel.flow import Flow, Move, State
from luoshi.kernel.text import T
from luoshi.leads.stages import HEAD

KINDS: Final = {
    "conference": T("大会、论坛", "Conference or forum"),
    "promotion": T("推介会", "Promotion"),
    "signing": T("集中签约", "Signing ceremony"),
    "visit": T("考察、走访", "Visit"),
}
PLANNED, HELD, CANCELLED = "planned", "held", "cancelled"
FLOW: Final = Flow(
    "leads",
    PLANNED,
    (
        State(PLANNED, T("筹备", "Planned")),
        State(HELD, T("已举办", "Held")),
        State(CANCELLED, T("取消", "Cancelled")),
    ),
    (
        Move("change_occasion", T("更正活动", "Correct"), (PLANNED, HELD), None, HEAD, (),
             ("name", "kind", "place", "first_day", "last_day", "cost", "source")),
        Move("hold_occasion", T("已举办", "Was held"), (PLANNED,), HELD, HEAD),
        Move("cancel_occasion", T("取消", "Cancel"), (PLANNED,), CANCELLED, HEAD, ("reason",)),
        Move("plan_again", T("撤回，回到筹备", "Take back: planned again"), (HELD, CANCELLED), PLANNED, HEAD, ("reason",)),
    ),
)  # fmt: skip
WORDS: Final = {"add_occasion": T("新活动", "Occasion planned"), **{move.verb: move.text for move in FLOW.moves}}

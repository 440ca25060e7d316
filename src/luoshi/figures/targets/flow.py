"""The life of a target's light: it begins green and turns when the number crosses a threshold; a person may set another one.

Everything stands open in the log but who did it: a light that is set needs a reason that everybody may read.
"""

from typing import Any, Final

from luoshi.figures.reported.flow import LINE, SEE
from luoshi.kernel.action import KIND
from luoshi.kernel.flow import Flow, Move, State
from luoshi.kernel.ledger.fields import Widths
from luoshi.kernel.text import T

TIME: Final = "figures.system"
SET: Final = "figures.light"
CROSS: Final = "cross"
WORDS: Final = {
    "g": T("正常", "On track"), "y": T("落后", "Behind"), "r": T("严重落后", "Far behind"), "n": T("没有数", "No number"),
}  # fmt: skip
"""The lights in words; n: nothing to compare."""
ALL: Final = ("g", "y", "r")


def _turn(light: str) -> Move:
    text = T("目标变灯：{to}", "Light of a target turned: {to}").fill(to=WORDS[light])
    others = tuple(one for one in ALL if one != light)
    return Move(f"turn_{light}", text, others, light, TIME, ("inputs",), event=CROSS)


FLOW: Final = Flow(
    LINE,
    "g",
    tuple(State(one, WORDS[one]) for one in ALL),
    (
        *(_turn(one) for one in ALL),
        Move("redeclare", T("改动目标的声明", "Declaration of a target changed"), ALL, None, TIME, ("said",)),
        Move("set_light", T("改判目标的灯", "Set the light of a target"), ALL, None, SET, ("light", "reason", "until"), main=True),
        Move("lift_light", T("撤销改判", "Withdraw the light that was set"), ALL, None, SET, ("reason",)),
    ),
)  # fmt: skip
VERBS: Final = {move.verb: move.text for move in FLOW.moves} | {"declare": T("目标登记", "Target declared")}
INPUTS: Final = ("value", "schedule", "progress", "gap", "target", "direction", "trajectory", "rule", "fingerprint")
"""What a crossing rests on: the number, three shares of the target in per cent, and the declaration."""
_OPEN: Final = frozenset({"figure", "year", "move"})
_RESTRICTED: Final = frozenset({"acting_for", KIND})
_SAID: Final = frozenset({"target", "direction", "trajectory", "from", "points", "rule", "level", "fingerprint"})
WIDTHS: Final = {
    CROSS: Widths(_OPEN | {*INPUTS, "was", "light", "at", "log_size"}, _RESTRICTED),
    "declare": Widths(_OPEN | _SAID, _RESTRICTED),
    "redeclare": Widths(_OPEN | _SAID, _RESTRICTED),
    "set_light": Widths(_OPEN | {"light", "reason", "until"}, _RESTRICTED),
    "lift_light": Widths(_OPEN | {"reason"}, _RESTRICTED),
}  # fmt: skip


def facts(row: Any) -> dict[str, Any]:
    """Which target an event is about."""
    return {"figure": row.figure, "year": row.year}


__all__ = ["FLOW", "LINE", "SEE", "SET", "TIME", "VERBS", "WIDTHS", "facts"]

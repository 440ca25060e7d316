"""Records of other systems: the moves that their statuses make, apart from the life of our own cases. Pure.

An imported case has the status `imported`: no move of `flow.py` fits it, no clock runs, nobody is told.
"""

from datetime import datetime
from typing import Final

from luoshi.cases.flow import EVERY
from luoshi.kernel.flow import Move
from luoshi.kernel.text import T

RIGHT: Final = "cases.import"
STATUS: Final = "imported"
# what a source may say again; everything but `state`, `at`, `source_at` and `source_status` may have changed without a new status
FACTS: Final = (
    "reported_at", "category", "county", "street", "community", "flags", "text", "answer", "place", "media_url", "lat", "lon",
    "name", "phone", "email",
)  # fmt: skip
SAYS: Final = ("state", "at", "source_at", "source_status", *FACTS)


def _move(verb: str, text: T) -> Move:
    return Move(f"import_{verb}", text, EVERY, None, RIGHT, (), SAYS, statuses=(STATUS,), event=verb)


MOVES: Final = {
    "accept": _move("accept", T("来源系统受理", "Accepted at the source")),
    "dispatch": _move("dispatch", T("来源系统派遣", "Dispatched at the source")),
    "sign": _move("sign", T("来源系统办理", "In hand at the source")),
    "finish": _move("finish", T("来源系统已处理", "Handled at the source")),
    "close": _move("close", T("来源系统办结", "Closed at the source")),
    "refuse": _move("refuse", T("来源系统不予受理", "Not accepted at the source")),
    "withdraw": _move("withdraw", T("来源系统撤回", "Withdrawn at the source")),
    "reopen": _move("reopen", T("来源系统重新打开", "Opened again at the source")),
    "import": _move("import", T("外来记录更新", "Changed at the source")),
}
"""The moves by the verb under which the log knows them; `import` is a change that is none of the status."""

# which moment of a case a state stands for
TIMES: Final = {
    "accepted": "accepted_at",
    "dispatched": "dispatched_at",
    "handling": "signed_at",
    "handled": "handled_at",
    "closed": "closed_at",
    "refused": "closed_at",
    "withdrawn": "closed_at",
}
ENDED: Final = frozenset(state for state, time in TIMES.items() if time == "closed_at")


def rank(source_at: datetime | None, state: str) -> tuple[float, bool]:
    """How much a word of the source counts: the newest most, one without a time least; among equals one that it ended."""
    return (float("-inf") if source_at is None else source_at.timestamp(), state in ENDED)

"""A call that is handed on: who may, how it may come out, and how wide its event stands in the log. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from luoshi.kernel.flow import Flow, State
from luoshi.kernel.ledger.fields import Widths
from luoshi.kernel.text import T

RIGHT: Final = "cases.hotline"
VERB: Final = "hand_on"
OUTCOMES: Final[Mapping[str, T]] = {
    "through": T("已接通", "Put through"),
    "told": T("告知号码", "Told the number"),
    "failed": T("没接通", "Not put through"),
}
WORDS: Final[Mapping[str, T]] = {VERB: T("转接来电", "Call handed on")}
FLOW: Final = Flow("calls", "handed", (State("handed", T("已转接", "Handed on")),), ())
WIDTHS: Final = {VERB: Widths(frozenset(), frozenset({"desk", "outcome", "acting_for"}))}


def facts(row: Any) -> dict[str, Any]:
    """What figures need to know of such a call."""
    return {"desk": row.desk_id, "outcome": row.outcome}

"""The publication of a report in the log: an event whose open fields are the hashes of what was declared and printed."""

from typing import Any, Final

from luoshi.kernel.action import KIND
from luoshi.kernel.flow import Flow, State
from luoshi.kernel.ledger.fields import Widths
from luoshi.kernel.text import T

PUBLISH: Final = "figures.publish"
VERB: Final = "publish"
FLOW: Final = Flow("figures", "published", (State("published", T("已发布", "Published")),), ())
WORDS: Final = {VERB: T("发布报告", "Report published")}
SAYS: Final = ("report", "language", "period", "size", "declarations", "numbers")
"""All of it open; `declarations` and `numbers` are the SHA-256 of these files of the package, `size` the log's as of which it speaks."""
WIDTHS: Final = {VERB: Widths(frozenset(SAYS), frozenset({"acting_for", KIND}))}


def facts(row: Any) -> dict[str, Any]:
    """What the log needs to know of a report."""
    return {name: getattr(row, name) for name in SAYS}

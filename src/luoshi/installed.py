"""The lines of work: one entry and one folder each."""

from typing import Final

LINES: Final = (
    "cases",
    "leads",
)

"""Every query of the street line. Each takes the viewer first: this is the only door to rows."""

from luoshi.cases.reads import lists
from luoshi.cases.reads.kinds import Kinds, kinds
from luoshi.cases.reads.lists import Filters, Page, list_page, my_work, tabs, tally
from luoshi.cases.reads.one import Entry, by_code, entries, get, join, lock, photo, timeline, told
from luoshi.cases.reads.record import Around, around, parts, photos, sees, sources
from luoshi.cases.reads.scope import visible
from luoshi.cases.reads.sums import open_counts

__all__ = [
    "Around",
    "Entry",
    "Filters",
    "Kinds",
    "Page",
    "around",
    "by_code",
    "entries",
    "get",
    "join",
    "kinds",
    "list_page",
    "lists",
    "lock",
    "my_work",
    "open_counts",
    "parts",
    "photo",
    "photos",
    "sees",
    "sources",
    "tabs",
    "tally",
    "timeline",
    "told",
    "visible",
]  # fmt: skip

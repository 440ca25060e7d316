"""Every query of the investment line. Each takes the viewer first: this is the only door to rows."""

from luoshi.leads.reads.likely import Likely, likely
from luoshi.leads.reads.lists import Filters, Page, find, list_page
from luoshi.leads.reads.one import (
    Happened,
    contacts,
    events,
    get,
    history,
    join,
    known,
    listed_with,
    lock,
    members,
    told,
    visible,
)  # fmt: skip

__all__ = [
    "Filters",
    "Happened",
    "Likely",
    "Page",
    "contacts",
    "events",
    "find",
    "get",
    "history",
    "join",
    "known",
    "likely",
    "list_page",
    "listed_with",
    "lock",
    "members",
    "told",
    "visible",
]

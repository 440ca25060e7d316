"""Every query of the street line. Each takes the viewer first: this is the only door to rows."""

from luoshi.cases.reads.lists import Filters, Page, list_page, my_work
from luoshi.cases.reads.one import by_code, get, lock, photo, timeline, told
from luoshi.cases.reads.scope import visible
from luoshi.cases.reads.sums import Year, by_county, open_counts, year

__all__ = [
    "Filters", "Page", "Year", "by_code", "by_county", "get", "list_page", "lock", "my_work", "open_counts", "photo",
    "timeline", "told", "visible", "year",
]  # fmt: skip

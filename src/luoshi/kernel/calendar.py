"""The city's calendar: statutory days from the table, office hours and zone from the installation."""

from functools import lru_cache

from luoshi.kernel import installation
from luoshi.kernel.models import CalendarDay
from luoshi.kernel.workdays import Calendar, read_hours


@lru_cache(maxsize=1)
def current() -> Calendar:
    """The calendar of this installation, read once a process; `current.cache_clear()` after an edit."""
    pack = installation.current().pack
    days = list(CalendarDay.objects.all())
    years = frozenset(day.date.year for day in days)
    return Calendar(days, years, read_hours(*pack["office_hours"]), pack["timezone"])

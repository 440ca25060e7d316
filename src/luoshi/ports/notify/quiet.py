"""Quiet hours: when a message that came up at night may go. Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def minute_of(moment: datetime, zone: str) -> int:
    """Minutes after midnight in the city."""
    there = moment.astimezone(ZoneInfo(zone))
    return there.hour * 60 + there.minute


def is_quiet(minute: int, begins: int, ends: int) -> bool:
    """Does the minute lie within [begins, ends)? They may go over midnight; two equal ones mean never."""
    if begins <= ends:
        return begins <= minute < ends
    return minute >= begins or minute < ends


def not_before(moment: datetime, zone: str, begins: int, ends: int) -> datetime:
    """The moment itself, or the end of the quiet hours it lies in. Times are minutes after midnight in the city."""
    if not is_quiet(minute_of(moment, zone), begins, ends):
        return moment
    there = moment.astimezone(ZoneInfo(zone))
    end = there.replace(hour=ends // 60, minute=ends % 60, second=0, microsecond=0)
    if end <= there:
        end = (there + timedelta(days=1)).replace(hour=ends // 60, minute=ends % 60, second=0, microsecond=0)
    return end.astimezone(moment.tzinfo)

"""What a person of the staff is told: a digest once a day, and at once what cannot wait.

Only numbers, stages and times leave the house: what a record says is read in the house.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction

from luoshi.kernel import calendar, clock
from luoshi.kernel.lines import Due, installed
from luoshi.kernel.text import T, speaking
from luoshi.kernel.viewer import Viewer
from luoshi.people import viewer as viewers
from luoshi.ports.notify import actions, channels, quiet, reads
from luoshi.ports.notify.codes import base
from luoshi.ports.notify.models import MAIL, SMS, Choice
from luoshi.web import words

LISTED: Final = 20
LOOKED_AT: Final = 200
AT_ONCE: Final = {
    "none": T("不要", "Nothing"),
    "late": T("快到期、已超期的", "What is due soon or overdue"),
    "all": T("新派来的，和快到期、已超期的", "New work, and what is due soon or overdue"),
}


def way(choice: Choice) -> tuple[str, str] | None:
    """Channel and address: e-mail where given, else SMS; None where neither can be sent."""
    for channel, address in ((MAIL, choice.mail), (SMS, choice.phone)):
        if address and channels.ready(channel):
            return channel, address
    return None


def waiting(viewer: Viewer) -> list[Due]:
    """What waits for a viewer in all lines, first due first."""
    found = [due for face in installed() for due in face.due(viewer, LOOKED_AT)]
    return sorted(found, key=lambda due: (due.due_at is None, due.due_at or due.warn_at, due.number))[:LOOKED_AT]


# the digest


def digests() -> int:
    """Queue the digests whose time has come, on working days; returns how many."""
    now = clock.now().astimezone(ZoneInfo(actions.zone()))
    if not calendar.current().is_workday(now.date()):
        return 0
    due = reads.digests_due(now.date(), now.hour * 60 + now.minute)
    return sum(_digest(choice, now.date()) for choice in due)


def _digest(choice: Choice, day: date) -> bool:
    to = way(choice)
    with transaction.atomic():
        if to is None or not actions.digest_made(choice, day):
            return False
        found = waiting(viewers.of_person(choice.person))
        if not found:
            return False
        with speaking("en" if choice.english else "zh"):
            title, text = digest_words(found, clock.now(), to[0] == SMS)
        actions.queue(to[0], to[1], text, title=title, person=choice.person)
    return True


def digest_words(found: Sequence[Due], now: datetime, short: bool) -> tuple[str, str]:
    """Title and text of a digest; the short one counts only."""
    late = sum(due.due_at is not None and due.due_at < now for due in found)
    count = f"{len(found)}+" if len(found) == LOOKED_AT else str(len(found))
    title = str(T("等您办的 {n} 件，已超期 {late} 件", "{n} wait for you, {late} overdue").fill(n=count, late=late))
    if short:
        return title, f"{title} {base()}/work/"
    lines = [_line(due, now) for due in found[:LISTED]]
    return title, "\n".join([title, "", *lines, "", f"{base()}/work/", _why()])


def _line(due: Due, now: datetime) -> str:
    when = words.when(due.due_at) if due.due_at else str(T("没有期限", "no time limit"))
    late = str(T("超期", "overdue")) if due.due_at and due.due_at < now else ""
    return "  ".join(part for part in (due.number, str(due.stage), when, late) if part)


def _why() -> str:
    where = f"{base()}/work/notify/"
    return str(T("不想再收，请改：{where}", "To change what you get: {where}").fill(where=where))


# at once


def item_of(due: Due, now: datetime) -> str:
    """What about it is news: that it is there at this stage, that its time runs out, that it ran out."""
    if due.due_at is not None and due.due_at < now:
        return f"{due.number}|{due.stage.en}|late"
    if due.warn_at is not None and due.warn_at <= now:
        return f"{due.number}|{due.stage.en}|warn"
    return f"{due.number}|{due.stage.en}|new"


def news(choice: Choice) -> dict[str, Due]:
    """What a person was not told yet, by item."""
    now = clock.now()
    found = {item_of(due, now): due for due in waiting(viewers.of_person(choice.person))}
    new = reads.untold(choice.person_id, found)
    wanted = ("late", "warn") if choice.at_once == "late" else ("late", "warn", "new")
    return {item: due for item, due in found.items() if item in new and item.endswith(wanted)}


def at_once() -> int:
    """Tell everybody who wants it what is new since they were last told; returns how many were told."""
    now = clock.now()
    sent = 0
    for choice in reads.at_once():
        to = way(choice)
        # within quiet hours nothing is gathered yet: afterwards one message says all
        silent = quiet.is_quiet(quiet.minute_of(now, actions.zone()), choice.quiet_from, choice.quiet_to)
        if to is not None and not silent:
            sent += _tell(choice, to)
    return sent


def _tell(choice: Choice, to: tuple[str, str]) -> bool:
    found = news(choice)
    if not found:
        return False
    with transaction.atomic(), speaking("en" if choice.english else "zh"):
        actions.told(choice.person_id, found)
        title = str(T("有 {n} 件事等您", "{n} need you").fill(n=len(found)))
        lines = [_line(due, clock.now()) for due in list(found.values())[: 3 if to[0] == SMS else LISTED]]
        end = [f"{base()}/work/"] if to[0] == SMS else ["", f"{base()}/work/", _why()]
        actions.queue(to[0], to[1], "\n".join([title, *lines, *end]), title=title, person=choice.person)
    return True


def prime(choice: Choice) -> None:
    """What waits already when somebody asks to be told at once is no news."""
    actions.told(choice.person_id, news(choice))


def kept() -> timedelta:
    """How long messages are kept."""
    from django.conf import settings

    return timedelta(days=settings.CONF.number("keep_messages_days"))

"""Every write over messages, choices and hooks. A message is queued in its caller's transaction: all or nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from luoshi.kernel import clock, installation, jobs
from luoshi.kernel.problems import Absent, Fault, Invalid
from luoshi.kernel.text import T
from luoshi.ports.notify import addresses, channels, quiet, reads
from luoshi.ports.notify.http import Undelivered
from luoshi.ports.notify.models import HOOK, Choice, Hook, Message, Told

MOST: Final = 8  # tries before a message is given up
LONGEST_NAME: Final = 60
TOLD_DAYS: Final = 180


@dataclass(frozen=True)
class Record:
    """The record that a message is about: line, id in the log, number; `cause` is said once for it."""

    line: str
    subject: UUID
    number: str
    cause: str = ""


def quiet_hours() -> tuple[int, int]:
    """The installation's quiet hours, in minutes after midnight."""
    begins, _, ends = settings.CONF.text("quiet_hours").partition("-")
    return _minutes(begins), _minutes(ends)


def _minutes(text: str) -> int:
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)


def zone() -> str:
    """The city's time zone."""
    return str(installation.current().pack["timezone"])


def queue(
    channel: str,
    address: str,
    text: str,
    *,
    title: str = "",
    about: Record | None = None,
    hours: tuple[int, int] | None = None,
    **more: Any,
) -> Message | None:
    """Queue a message in the caller's transaction; within `hours` it waits. None where its cause was told already."""
    now = clock.now()
    later = quiet.not_before(now, zone(), *hours) if hours else now
    row = Message(
        channel=channel, address=address, text=text, title=title, at=now, not_before=later, queued=later <= now, **more
    )  # fmt: skip
    if about is not None:
        row.line, row.subject, row.number, row.cause = about.line, about.subject, about.number, about.cause
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return None
    if about is not None:
        _overtake(row)
    if row.queued:
        jobs.defer("notify.send", message=str(row.pk))
    return row


def _overtake(row: Message) -> None:
    """What still waits for the end of quiet hours, to the same address about the same record, is old news now."""
    same = Message.objects.filter(channel=row.channel, address=row.address, line=row.line, subject=row.subject)
    same.filter(queued=False, sent_at=None).exclude(pk=row.pk).delete()


def release_due() -> int:
    """Queue the messages whose quiet hours are over; returns how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notify_message SET queued = true WHERE NOT queued AND not_before <= %s RETURNING id", [clock.now()]
        )
        found = [row[0] for row in cursor.fetchall()]
        for identity in found:
            jobs.defer("notify.send", message=str(identity))
    return len(found)


def attempt(identity: UUID) -> None:
    """Send a message once more; one that is gone, sent or given up is left. Raises Undelivered to be tried again."""
    row = reads.message(identity)
    if row is None or row.sent_at is not None or row.failed_at is not None:
        return
    same = Message.objects.filter(pk=identity)
    try:
        channels.deliver(row)
    except Undelivered as refused:
        tries = row.tries + 1
        same.update(tries=tries, fault=refused.fault, failed_at=clock.now() if tries >= MOST else None)
        if tries < MOST:
            raise
        return
    same.update(sent_at=clock.now(), fault="")


def forget_subject(subject: UUID) -> int:
    """Delete every message about a record; returns how many."""
    return Message.objects.filter(subject=subject).delete()[0]


def tidy(keep: timedelta) -> int:
    """Delete messages older than they are kept, and what was told long ago; returns how many messages."""
    now = clock.now()
    Told.objects.filter(at__lt=now - timedelta(days=TOLD_DAYS)).delete()
    return Message.objects.filter(at__lt=now - keep).delete()[0]


# staff


def choose(choice: Choice) -> None:
    """Keep what a person chose."""
    choice.save()


def digest_made(choice: Choice, day: date) -> bool:
    """Mark the digest of a day as made; False where another worker was first."""
    return bool(Choice.objects.filter(pk=choice.pk).exclude(digest_on=day).update(digest_on=day))


def told(person: int, items: Iterable[str]) -> None:
    """Remember of what a person was told."""
    now = clock.now()
    Told.objects.bulk_create([Told(person_id=person, item=item, at=now) for item in items], ignore_conflicts=True)


# hooks


def make_hook(name: str, url: str) -> tuple[Hook, str]:
    """A new hook and the secret that signs its deliveries. Raises Invalid."""
    faults = []
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        rule = T("1 到 {n} 个可打印字符", "1 to {n} printable characters").fill(n=LONGEST_NAME)
        faults.append(Fault("NAME", name[:LONGEST_NAME], rule))
    elif reads.hook(name) is not None:
        faults.append(
            Fault("NAME", name, T("已有同名的，先用 hook end 结束", "there is one of that name: end it first"))
        )
    try:
        addresses.check_written(url, channels.hook_networks())
    except addresses.Forbidden as refused:
        faults.append(Fault("URL", url[:60], refused.text))
    if faults:
        raise Invalid(faults)
    made = Hook.objects.create(name=name, url=url, at=clock.real())
    reads.forget()
    return made, channels.secret_of(made)


def end_hook(name: str) -> None:
    """End the hook of that name for good. Raises Absent."""
    found = reads.hook(name)
    if found is None:
        raise Absent(T("没有名为 {name} 的 webhook", "There is no hook named {name}").fill(name=name))
    Hook.objects.filter(pk=found.pk).update(ended_at=clock.real())
    reads.forget()


def tell_hooks(about: Record, body: str) -> int:
    """Queue a delivery for each hook; returns how many."""
    sent = [queue(HOOK, "", body, about=about, hook=hook) for hook in reads.hooks()]
    return sum(one is not None for one in sent)

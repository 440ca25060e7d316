"""Every query over messages, choices and hooks."""

from collections.abc import Iterable
from datetime import date, datetime
from time import monotonic
from typing import Final, NamedTuple
from uuid import UUID

from luoshi.ports.notify.models import Choice, Hook, Message, Told

FRESH: Final = 60.0  # seconds for which a process trusts what it knows of hooks


def message(identity: UUID) -> Message | None:
    """The message of that id, with its hook."""
    return Message.objects.select_related("hook").filter(pk=identity).first()


def to_reporters(limit: int) -> list[Message]:
    """The latest messages to reporters."""
    rows = Message.objects.filter(person=None, hook=None)
    return list(rows.order_by("-at", "-id")[:limit])


def about(subject: UUID) -> list[Message]:
    """All messages to the reporter of a record, oldest first."""
    return list(Message.objects.filter(subject=subject, person=None, hook=None).order_by("at", "id"))


def to_person(person: int, limit: int) -> list[Message]:
    """The latest messages to a person of the staff."""
    return list(Message.objects.filter(person=person).order_by("-at", "-id")[:limit])


class Undelivered(NamedTuple):
    """Messages that did not arrive: given up since a moment, and late ones that are still tried."""

    given_up: int
    late: int


def undelivered(since: datetime, late: datetime) -> Undelivered:
    """How many messages were given up after `since`, and how many that should have gone before `late` have not yet."""
    open_ones = Message.objects.filter(sent_at=None, failed_at=None, not_before__lt=late)
    return Undelivered(Message.objects.filter(failed_at__gte=since).count(), open_ones.count())


def choice(person: int) -> Choice:
    """What a person chose; the defaults, not saved, where nothing was."""
    return Choice.objects.filter(pk=person).first() or Choice(person_id=person)


def digests_due(day: date, minute: int) -> list[Choice]:
    """Choices of those whose digest of a day has not been made and whose time has come."""
    rows = Choice.objects.select_related("person").filter(digest=True, digest_at__lte=minute, person__is_active=True)
    return list(rows.exclude(digest_on=day).order_by("pk"))


def at_once() -> list[Choice]:
    """Choices of those who want to be told at once."""
    rows = Choice.objects.select_related("person").filter(person__is_active=True)
    return list(rows.exclude(at_once="none").order_by("pk"))


def untold(person: int, items: Iterable[str]) -> set[str]:
    """Those of the items of which the person was not told yet."""
    asked = set(items)
    return asked - set(Told.objects.filter(person=person, item__in=asked).values_list("item", flat=True))


def hooks() -> list[Hook]:
    """The hooks that are good, by name."""
    return list(Hook.objects.filter(ended_at=None).order_by("name"))


def hook(name: str) -> Hook | None:
    """The good hook of that name."""
    return Hook.objects.filter(name=name, ended_at=None).first()


_listening: tuple[float, bool] | None = None


def anybody_listens() -> bool:
    """Is there a good hook? At most a minute old, since every move of a record asks."""
    global _listening
    if _listening is None or monotonic() - _listening[0] > FRESH:
        _listening = (monotonic(), Hook.objects.filter(ended_at=None).exists())
    return _listening[1]


def forget() -> None:
    """Forget what this process knows of hooks."""
    global _listening
    _listening = None

"""Reporters and followers are told, by whatever they left; other systems are told of the step. Run by the worker: may be repeated."""

from typing import Any

import orjson
from django.db import transaction

from luoshi.cases import telling, watching
from luoshi.cases.follower import FollowerCode
from luoshi.cases.models import Case, CaseCode
from luoshi.cases.reads import reporter
from luoshi.cases.reads.listeners import Listener, listeners
from luoshi.kernel import clock
from luoshi.kernel.ids import code_hash
from luoshi.kernel.secret import secret
from luoshi.kernel.text import T
from luoshi.ports.notify import actions as notify
from luoshi.ports.notify import channels
from luoshi.ports.notify.codes import code_of
from luoshi.ports.notify.models import MAIL, SMS, Message


def way(phone: str, email: str) -> tuple[str, str] | None:
    """Channel and address of somebody: SMS where it can be sent, else e-mail; None where nothing was left."""
    for channel, address in ((SMS, phone), (MAIL, email)):
        if address and channels.ready(channel):
            return channel, address
    return None


def tell(key: int, what: str, version: int) -> int:
    """Queue what is to be said of a step of a case; returns how many reporters and followers are told."""
    with transaction.atomic():
        return _tell(key, what, version)


def _tell(key: int, what: str, version: int) -> int:
    whole = reporter.to_tell(key)
    if whole is None:
        return 0
    heard = [one for one in listeners(whole) if one.case.pk == whole.pk or what in telling.SHARED]
    told = [_say(one, what, whole, f"{what}:{version}") for one in heard]
    if whole.public and whole.ours:
        notify.tell_hooks(_record(whole, f"{what}:{version}"), _event(what, whole))
    return sum(one is not None for one in told)


def _say(one: Listener, what: str, whole: Case, cause: str) -> Message | None:
    """Queue a message with a fresh code of its own; None where no contact was left, or nothing is to be said."""
    to = way(one.phone, one.email)
    if to is None:
        return None
    if one.follower is None:
        return write(one.case, to, telling.text_of(what, one.case, whole), cause, notify.quiet_hours())
    text = watching.text_of(what, one.case)
    return None if text is None else _write_follower(one, to, text, cause)


def write(
    case: Case, to: tuple[str, str], text: T, cause: str = "", hours: tuple[int, int] | None = None
) -> Message | None:
    """Queue a message to (channel, address); an e-mail says it in both languages. None where it was said already."""
    with transaction.atomic():
        message = _queue(to, telling.TITLE, text, _record(case, cause), hours)
        if message is not None:
            hashed = code_hash(secret(), code_of(message.pk))
            CaseCode.objects.create(case=case, hash=hashed, at=clock.now())
    return message


def _write_follower(one: Listener, to: tuple[str, str], text: T, cause: str) -> Message | None:
    """The same to a follower: under the follower's own id, so that it is no part of the reporter's data."""
    assert one.follower is not None
    about = notify.Record("cases", one.follower.pk, one.case.number, cause)
    with transaction.atomic():
        message = _queue(to, watching.TITLE, text, about, notify.quiet_hours())
        if message is not None:
            hashed = code_hash(secret(), code_of(message.pk))
            FollowerCode.objects.create(follower=one.follower, hash=hashed, at=clock.now())
    return message


def _queue(
    to: tuple[str, str], title: T, text: T, about: notify.Record, hours: tuple[int, int] | None
) -> Message | None:
    channel, address = to
    named = title.fill(number=about.number)
    plain = f"{text.zh}\n\n{text.en}" if channel == MAIL else text.zh
    return notify.queue(channel, address, plain, title=f"{named.zh} {named.en}", about=about, hours=hours)


def _record(case: Case, cause: str) -> notify.Record:
    return notify.Record("cases", case.log_id, case.number, cause)


def _event(what: str, case: Case) -> str:
    """The body of a webhook: what anybody may see of a public case."""
    body: dict[str, Any] = {
        "type": f"case.{what}", "number": case.number, "state": case.state, "category": case.category_id,
        "at": case.updated_at,
    }  # fmt: skip
    return orjson.dumps(body, option=orjson.OPT_UTC_Z).decode()

"""A reporter is told, by whatever they left; other systems are told of the step. Run by the worker: may be repeated."""

from typing import Any

import orjson
from django.db import transaction

from luoshi.cases import telling
from luoshi.cases.actions.report import secret
from luoshi.cases.models import Case, CaseCode
from luoshi.cases.reads import reporter
from luoshi.kernel import clock
from luoshi.kernel.ids import code_hash
from luoshi.kernel.text import T
from luoshi.ports.notify import actions as notify
from luoshi.ports.notify import channels
from luoshi.ports.notify.codes import code_of
from luoshi.ports.notify.models import MAIL, SMS, Message


def way(case: Case) -> tuple[str, str] | None:
    """Channel and address of a case's reporter: SMS where it can be sent, else e-mail; None where nothing was left."""
    private = case.private
    for channel, address in ((SMS, private.phone), (MAIL, private.email)):
        if address and channels.ready(channel):
            return channel, address
    return None


def tell(key: int, what: str, version: int) -> int:
    """Queue what is to be said of a step of a case; returns how many reporters are told."""
    with transaction.atomic():
        return _tell(key, what, version)


def _tell(key: int, what: str, version: int) -> int:
    whole = reporter.to_tell(key)
    if whole is None:
        return 0
    cases = [whole, *(reporter.merged_reports(whole) if what in telling.SHARED else [])]
    told = [send(case, telling.text_of(what, case, whole), f"{what}:{version}") for case in cases]
    if whole.public and whole.ours:
        notify.tell_hooks(_record(whole, f"{what}:{version}"), _event(what, whole))
    return sum(one is not None for one in told)


def send(case: Case, text: T, cause: str) -> Message | None:
    """Queue a message to a case's reporter, with a fresh code of its own."""
    to = way(case)
    return None if to is None else write(case, to, text, cause, notify.quiet_hours())


def write(
    case: Case, to: tuple[str, str], text: T, cause: str = "", hours: tuple[int, int] | None = None
) -> Message | None:
    """Queue a message to (channel, address); an e-mail says it in both languages. None where it was said already."""
    channel, address = to
    title = telling.TITLE.fill(number=case.number)
    plain = f"{text.zh}\n\n{text.en}" if channel == MAIL else text.zh
    with transaction.atomic():
        message = notify.queue(
            channel, address, plain, title=f"{title.zh} {title.en}", about=_record(case, cause), hours=hours
        )
        if message is not None:
            hashed = code_hash(secret(), code_of(message.pk))
            CaseCode.objects.create(case=case, hash=hashed, at=clock.now())
    return message


def _record(case: Case, cause: str) -> notify.Record:
    return notify.Record("cases", case.log_id, case.number, cause)


def _event(what: str, case: Case) -> str:
    """The body of a webhook: what anybody may see of a public case."""
    body: dict[str, Any] = {
        "type": f"case.{what}", "number": case.number, "state": case.state, "category": case.category_id,
        "at": case.updated_at,
    }  # fmt: skip
    return orjson.dumps(body, option=orjson.OPT_UTC_Z).decode()

"""The seam: a message goes out by e-mail, SMS gateway or webhook. In a demo nothing leaves the machine."""

import hmac
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from smtplib import SMTPException
from typing import Final
from urllib.parse import unquote, urlsplit

import orjson
from django.conf import settings
from django.core.mail import BadHeaderError, EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from luoshi import home
from luoshi.kernel import clock, installation
from luoshi.ports.notify import addresses, http
from luoshi.ports.notify.codes import words_of
from luoshi.ports.notify.http import Undelivered
from luoshi.ports.notify.models import HOOK, MAIL, SMS, Hook, Message

_ANYWHERE: Final = (ip_network("0.0.0.0/0"), ip_network("::/0"))
_SECONDS: Final = 20
_PORTS: Final = {"smtp": 587, "smtps": 465, "smtp+plain": 25}


def ready(channel: str) -> bool:
    """Can messages go out this way? In a demo always: they are only shown."""
    needed = {MAIL: "mail_url", SMS: "sms_url"}.get(channel)
    return needed is None or bool(settings.CONF.text(needed)) or installation.current().demo


def deliver(message: Message) -> None:
    """Send it. Raises Undelivered, which may be tried again. Nothing leaves a demo."""
    if not installation.current().demo:
        WAYS[message.channel](message)


def _mail(message: Message) -> None:
    """By SMTP, encrypted unless the setting says otherwise."""
    url = urlsplit(settings.CONF.text("mail_url"))
    if not url.hostname:
        raise Undelivered("no mail server")
    sender = settings.CONF.text("mail_from") or f"luoshi@{url.hostname}"
    headers = {"Auto-Submitted": "auto-generated", "Message-ID": f"<{message.pk}@luoshi.invalid>"}
    try:
        EmailMessage(
            message.title, words_of(message), sender, [message.address], headers=headers, connection=_server()
        ).send()
    except BadHeaderError:
        raise Undelivered("bad header") from None
    except (SMTPException, OSError, ValueError) as error:
        raise Undelivered(type(error).__name__) from None


def _server() -> BaseEmailBackend:
    url = urlsplit(settings.CONF.text("mail_url"))
    found: BaseEmailBackend = get_connection(
        "django.core.mail.backends.smtp.EmailBackend",
        host=url.hostname, port=url.port or _PORTS[url.scheme], username=unquote(url.username or ""),
        password=unquote(url.password or ""), use_tls=url.scheme == "smtp", use_ssl=url.scheme == "smtps",
        timeout=_SECONDS,
    )  # fmt: skip
    return found


def _sms(message: Message) -> None:
    """By the gateway's HTTP: JSON `{"id", "to", "text"}`. The operator named it, so it may stand in our own network."""
    url = settings.CONF.text("sms_url")
    if not url:
        raise Undelivered("no SMS gateway")
    body = orjson.dumps({"id": str(message.pk), "to": message.address, "text": words_of(message)})
    headers = {"Content-Type": "application/json"}
    if settings.CONF.text("sms_token"):
        headers["Authorization"] = f"Bearer {settings.CONF.text('sms_token')}"
    try:
        target = addresses.check(url, _ANYWHERE)
    except (addresses.Forbidden, OSError) as error:
        raise Undelivered(type(error).__name__) from None
    http.post(target, body, headers)


def secret_of(hook: Hook) -> str:
    """The secret with which deliveries to a hook are signed: made from ours, the same each time."""
    ours = home.secret(Path(settings.CONF.home), "hooks").encode()
    return hmac.digest(ours, hook.pk.bytes, "sha256").hex()


def signature(secret: str, moment: int, body: bytes) -> str:
    """`t=<seconds>,v1=<hex HMAC-SHA-256 of "<seconds>.<body>">`: the time is signed too, against replays."""
    return f"t={moment},v1={hmac.digest(secret.encode(), f'{moment}.'.encode() + body, 'sha256').hex()}"


def hook_networks() -> list[addresses.Network]:
    """The private networks into which the operator lets webhooks go."""
    return [ip_network(one) for one in settings.CONF.words("hook_networks")]


def _hook(message: Message) -> None:
    hook = message.hook
    if hook is None or hook.ended_at is not None:
        raise Undelivered("ended")
    try:
        target = addresses.check(hook.url, hook_networks())
    except (addresses.Forbidden, OSError) as error:
        raise Undelivered(type(error).__name__) from None
    body = message.text.encode()
    sign = signature(secret_of(hook), int(clock.real().timestamp()), body)
    headers = {
        "Content-Type": "application/json", "Luoshi-Delivery": str(message.pk), "Luoshi-Signature": sign,
    }  # fmt: skip
    http.post(target, body, headers)


WAYS: Final[dict[str, Callable[[Message], None]]] = {MAIL: _mail, SMS: _sms, HOOK: _hook}

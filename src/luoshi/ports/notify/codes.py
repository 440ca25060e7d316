"""The words of a message as it is sent. Its code and link are made from its id and stand in no table."""

from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from luoshi import home
from luoshi.kernel.ids import derive_code, show_code
from luoshi.ports.notify.models import Message

CODE: Final = "{code}"
LINK: Final = "{link}"
HIDDEN: Final = "····"


def code_of(identity: UUID) -> str:
    """The tracking code that belongs to a message, in its normal form."""
    return derive_code(home.secret(Path(settings.CONF.home), "codes").encode(), f"notice\0{identity}")


def base() -> str:
    """The address under which people reach this installation."""
    return settings.CONF.text("public_url") or f"http://127.0.0.1:{settings.CONF.number('port')}"


def words_of(message: Message) -> str:
    """The text with code and link where it has places for them."""
    if CODE not in message.text and LINK not in message.text:
        return message.text
    code = code_of(message.pk)
    return _filled(message.text, code, show_code(code))


def words_without_code(message: Message) -> str:
    """The text as those may read it to whom it was not sent: with a row of dots for the code, in the link too."""
    return _filled(message.text, HIDDEN, HIDDEN)


def _filled(text: str, code: str, shown: str) -> str:
    return text.replace(LINK, f"{base()}/track/{code}").replace(CODE, shown)

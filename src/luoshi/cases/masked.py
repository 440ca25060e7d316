"""What is personal as staff see it before they ask with a reason: names, telephones, addresses, and those within texts. Pure."""

import re
from typing import Final

# figures in groups of three or more, as of a telephone, an identity card or a bank card; not dates, not case numbers
_FIGURES: Final = re.compile(r"(?<![\d.])(?<!J-)\+?\d{3,}(?:[ \-]?\d{3,})*(?:[Xx]\b)?(?![\d.])", re.ASCII)
_ENOUGH: Final = 7
_MAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def name(text: str) -> str:
    """`张**`: the first character alone."""
    return text[:1] + "**" if text else ""


def phone(text: str) -> str:
    """`155****1234`; a short one is hidden whole."""
    return f"{text[:3]}****{text[-4:]}" if len(text) >= 9 else "****" if text else ""


def email(text: str) -> str:
    """`a***@example.org`."""
    local, at, host = text.partition("@")
    return f"{local[:1]}***{at}{host}" if text else ""


def free(text: str, reporter: str = "") -> str:
    """A text with the telephones, card numbers, e-mail addresses and the reporter's own name in it masked."""
    if len(reporter) > 1:
        text = text.replace(reporter, name(reporter))
    hidden = _FIGURES.sub(_hide, text)
    return _MAIL.sub(lambda found: email(found[0]), hidden)


def _hide(found: "re.Match[str]") -> str:
    plain = found[0].replace(" ", "").replace("-", "")
    return phone(plain) if len(plain) >= _ENOUGH else found[0]

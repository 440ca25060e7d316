"""Texts in two languages: both stand side by side where they are used, so that none can be forgotten."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

LANGUAGES = ("zh", "en")
_language: ContextVar[str] = ContextVar("language", default="zh")


class T(NamedTuple):
    """A text in Chinese and English; `str()` gives the one of the current language."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en if _language.get() == "en" else self.zh

    def fill(self, **values: object) -> "T":
        """The same text with `{name}` places filled; a value that is a T fills each language with its own."""
        zh = {k: v.zh if isinstance(v, T) else v for k, v in values.items()}
        en = {k: v.en if isinstance(v, T) else v for k, v in values.items()}
        return T(self.zh.format(**zh), self.en.format(**en))


def language() -> str:
    """The current language, `zh` or `en`."""
    return _language.get()


def set_language(code: str) -> None:
    """Set the language of this context; an unknown code means Chinese."""
    _language.set(code if code in LANGUAGES else "zh")


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Run a block in one language and return to the one before."""
    token = _language.set(code if code in LANGUAGES else "zh")
    try:
        yield
    finally:
        _language.reset(token)

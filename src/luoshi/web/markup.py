"""HTML put together from safe pieces, as Django's functions of these names do and several times as fast: a page has hundreds.

A value is escaped unless it says that it is HTML (`__html__`); the form itself is HTML.
"""

from collections.abc import Iterable, Sequence
from html import escape

from django.utils.safestring import SafeString


def safe(value: object) -> str:
    """A value as HTML."""
    made = getattr(value, "__html__", None)
    return made() if made is not None else escape(str(value))


def format_html(form: str, *values: object) -> SafeString:
    """The form with each `{}` filled."""
    return SafeString(form.format(*map(safe, values)))


def format_html_join(between: str, form: str, rows: Iterable[Sequence[object]]) -> SafeString:
    """The form filled for each row, with `between` (HTML) between them."""
    return SafeString(between.join([form.format(*map(safe, row)) for row in rows]))

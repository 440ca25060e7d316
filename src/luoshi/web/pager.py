"""Paging by key: the cursor says after which row the next page begins. It is signed, so a mistyped one is told apart."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from django.core import signing
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from luoshi.kernel.problems import Fault, Problem
from luoshi.kernel.text import T
from luoshi.web import words

NAME: Final = "after"
_SALT: Final = "luoshi.cursor"
Key = str | int | datetime | None


def encode(keys: Sequence[Key], order: str) -> str:
    """A cursor from the last row's keys; `order` names the list and its order, so that a cursor fits no other."""
    plain = [{"t": key.isoformat()} if isinstance(key, datetime) else key for key in keys]
    return signing.dumps(plain, salt=f"{_SALT}.{order}")


def decode(cursor: str, order: str) -> tuple[Key, ...]:
    """The keys of a cursor. Raises Problem (400) where it is not one of ours, or of another list or order."""
    try:
        plain = signing.loads(cursor, salt=f"{_SALT}.{order}")
        return tuple(datetime.fromisoformat(key["t"]) if isinstance(key, dict) else key for key in plain)
    except (signing.BadSignature, ValueError, TypeError, KeyError):
        rule = T("从列表里的“下一页”打开，不能改", "open it by the list's “next”; it cannot be edited")
        raise Problem(T("翻页位置不对", "This is not a place in the list"), [Fault(NAME, cursor[:60], rule)]) from None


def address(query: QueryDict, **changes: str) -> str:
    """The present query with changes (an empty value takes a name out): `?state=open&after=…`."""
    changed = query.copy()
    for name, value in changes.items():
        changed.pop(name, None)
        if value:
            changed[name] = value
    return "?" + changed.urlencode()


def pager(query: QueryDict, shown: int, after: str, total: int | None = None, hint: str | T = "") -> SafeString:
    """Below a list: how many are shown, of how many, and the way on. `after` is the next cursor, empty on the last page."""
    count = T("本页 {shown} 件", "{shown} on this page").fill(shown=words.number(shown))
    if total is not None:
        count = T("{count}，共 {total} 件", "{count}, {total} in all").fill(count=count, total=words.number(total))
    first = onward = SafeString("")
    if query.get(NAME):
        first = format_html('<a href="{}">{}</a>', address(query, **{NAME: ""}), T("回到第一页", "First page"))
    if after:
        onward = format_html(
            '<a class="btn btn-2" rel="next" href="{}">{}{}</a>',
            address(query, **{NAME: after}),
            T("下一页", "Next page"),
            hint,
        )
    return format_html(
        '<nav class="pager" aria-label="{}"><span>{}</span>{}{}</nav>', T("翻页", "Pages"), count, first, onward
    )


def through(page: Callable[[Any], Any]) -> Iterator[Any]:
    """All rows of a list: `page` gives the rows after a place (None: from the start) and where the next ones begin."""
    after = None
    while True:
        found = page(after)
        yield from found.rows
        if found.after is None:
            return
        after = found.after

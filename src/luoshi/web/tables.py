"""Tables by typed functions: a page of fifty rows is one joined text, with every cell escaped unless it is safe HTML."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, Generic, Literal, TypeVar

from django.utils.safestring import SafeString

from luoshi.kernel.text import T
from luoshi.web.markup import format_html, safe

R = TypeVar("R")
Way = Literal["asc", "desc"]
_SAID: Final[dict[str, str]] = {"asc": "ascending", "desc": "descending"}


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column: its head, the text of a cell (plain text is escaped, SafeString is kept), and how it looks.

    `kind` is a class list of the look (`r` right, `n` figure, `nb` no break, `m-no` not on phones, `l-no` not below wide).
    `label` shows the head before the value on phones. `sort` is the name by which the list may be ordered.
    """

    head: T | SafeString
    cell: Callable[[R], str]
    kind: str = ""
    label: bool = True
    sort: str = ""
    is_header: bool = False


@dataclass(frozen=True)
class Sorting:
    """The present order, and the address that orders by a column; `link` gets the name and the way."""

    by: str
    way: Way
    link: Callable[[str, Way], str]


@dataclass(frozen=True)
class Table(Generic[R]):
    """A table of rows of one type. `kind` is its class list; with `fold` in it the rows become cards on phones."""

    caption: str | T
    columns: Sequence[Column[R]]
    kind: str = "t t-d t-stick fold"
    row_kind: Callable[[R], str] | None = None
    caption_shown: bool = False

    def render(self, rows: Iterable[R], sorting: Sorting | None = None) -> SafeString:
        """The whole table."""
        return format_html(
            '<table class="{}"{}><caption{}>{}</caption><thead{}><tr{}>{}</tr></thead><tbody{}>{}</tbody></table>',
            self.kind,
            self._role("table"),
            SafeString("") if self.caption_shown else SafeString(' class="vh"'),
            self.caption,
            self._role("rowgroup"),
            self._role("row"),
            SafeString("".join(self._head(column, sorting) for column in self.columns)),
            self._role("rowgroup"),
            self.body(rows),
        )

    def body(self, rows: Iterable[R]) -> SafeString:
        """The rows alone; the opening tags are made once, so that a cell costs its function and one escape."""
        cells = [(*self._frame(column), column.cell) for column in self.columns]
        role = self._role("row")
        out: list[str] = []
        for row in rows:
            state = self.row_kind(row) if self.row_kind else ""
            out.append(f'<tr{role} class="{safe(state)}">' if state else f"<tr{role}>")
            for begin, end, cell in cells:
                out.append(begin)
                out.append(_escaped(cell(row)))
                out.append(end)
            out.append("</tr>\n")
        return SafeString("".join(out))

    def _role(self, name: str) -> SafeString:
        """Folded rows are grids on phones, which takes the table's meaning away unless roles say it."""
        return SafeString(f' role="{name}"' if "fold" in self.kind else "")

    def _frame(self, column: Column[R]) -> tuple[str, str]:
        kind = format_html(' class="{}"', column.kind) if column.kind else ""
        if column.is_header:
            return f'<th scope="row"{self._role("rowheader")}{kind}>', "</th>"
        named = column.label and isinstance(column.head, T) and "fold" in self.kind
        label = format_html(' data-l="{}"', column.head) if named else ""
        return f"<td{self._role('cell')}{kind}{label}>", "</td>"

    def _head(self, column: Column[R], sorting: Sorting | None) -> str:
        kind = format_html(' class="{}"', column.kind) if column.kind else ""
        begin = f'<th scope="col"{self._role("columnheader")}{kind}'
        if not column.sort or sorting is None:
            return f"{begin}>{safe(str(column.head))}</th>"
        mine = sorting.by == column.sort
        turned: Way = "desc" if mine and sorting.way == "asc" else "asc"
        link = format_html('<a href="{}">{}</a>', sorting.link(column.sort, turned), column.head)
        return f'{begin} aria-sort="{_SAID[sorting.way] if mine else "none"}">{link}</th>'


def _escaped(text: str) -> str:
    """As `conditional_escape`, which costs four times as much by being ready for texts that are made later."""
    kind = type(text)
    return text if kind is SafeString else escape(text) if kind is str else safe(text)


def tick(name: str, value: object, label: str | T, chosen: bool = False) -> SafeString:
    """A checkbox to choose a row by."""
    state = SafeString(" checked") if chosen else ""
    return format_html('<input type="checkbox" name="{}" value="{}" aria-label="{}"{}>', name, value, label, state)


def tick_all() -> SafeString:
    """The head of a column of ticks: chooses the whole page; only with script, so hidden without."""
    return format_html(
        '<input type="checkbox" data-all data-js hidden aria-label="{}">', T("选择本页全部", "Choose the whole page")
    )


def link(url: str, text: str | T, kind: str = "") -> SafeString:
    """A link in a cell."""
    if kind:
        return format_html('<a class="{}" href="{}">{}</a>', kind, url, text)
    return format_html('<a href="{}">{}</a>', url, text)

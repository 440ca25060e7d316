"""What a report is made of when its numbers are known: one small tree that is written as HTML and handed to Typst. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal[
    "h1", "h2", "h3", "h4", "p", "ul", "li", "quote", "hr", "table", "row", "th", "td", "number-th", "number-td", "caption",
    "small", "warn", "note", "entry",
    "text", "strong", "em", "link", "br", "num", "mark", "back", "id", "unit", "tag", "tag-demo", "code",
]  # fmt: skip


@dataclass(frozen=True)
class Node:
    """A block or a piece of text. `href` is where it leads: an address, or `#` and an id of the report; `id` its own."""

    kind: Kind
    children: tuple["Node", ...] = ()
    text: str = ""
    href: str = ""
    id: str = ""

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "kind": self.kind, "text": self.text, "href": self.href, "id": self.id,
            "children": [child.plain() for child in self.children],
        }  # fmt: skip


def text(value: object) -> Node:
    """A piece of text."""
    return Node("text", text=str(value))


def block(kind: Kind, *children: Node | str, id: str = "") -> Node:
    """A block of pieces."""
    return Node(kind, tuple(text(one) if isinstance(one, str) else one for one in children), id=id)


def joined(pieces: Iterable[list[Node]], between: str) -> list[Node]:
    """Runs of pieces with a text between them."""
    found: list[Node] = []
    for run in pieces:
        found += [text(between), *run] if found and run else run
    return found

"""A report as one HTML file, which needs nothing else: no script, its stylesheet inside."""

from functools import lru_cache
from html import escape
from importlib.resources import files
from typing import Final

from luoshi.figures.report.body import Page
from luoshi.figures.report.nodes import Kind, Node
from luoshi.kernel import installation
from luoshi.kernel.text import T, language

_TAGS: Final[dict[Kind, str]] = {
    "h1": "h1", "h2": "h2", "h3": "h3", "h4": "h4", "p": "p", "ul": "ul", "li": "li", "quote": "blockquote",
    "row": "tr", "caption": "caption", "strong": "strong", "em": "em", "code": "code", "td": "td",
}  # fmt: skip
_CLASSES: Final[dict[Kind, tuple[str, str]]] = {
    "small": ("p", "small"), "warn": ("p", "warn"), "note": ("section", "note"), "entry": ("p", "entry"),
    "unit": ("span", "unit"), "tag": ("span", "tag"), "tag-demo": ("span", "tag demo"), "number-td": ("td", "r"),
}  # fmt: skip
_HEADS: Final[dict[Kind, str]] = {"th": "", "number-th": ' class="r"'}


@lru_cache(maxsize=1)
def _style() -> str:
    return (files(__package__) / "report.css").read_text("utf-8")


def html(page: Page) -> bytes:
    """The file, UTF-8. A printed number is `<a class="num" id="n1" href="#f1">1,134</a>`, and nothing else is."""
    lang = "en" if language() == "en" else "zh-CN"
    city = installation.current().name
    head = f"{escape(page.title)} · {escape(str(city))}"
    main = "\n".join(written(one) for one in page.blocks)
    brand = escape(str(T("落实", "Luoshi")))
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{head}</title>\n'
        f"<style>\n{_style()}</style>\n</head>\n<body>\n<header><p>{brand}<span>{escape(str(city))}</span></p></header>\n"
        f"<main>\n{main}\n</main>\n</body>\n</html>\n"
    ).encode()


def written(node: Node) -> str:
    """A node as HTML."""
    inner = "".join(written(child) for child in node.children) or escape(node.text)
    if node.kind in _TAGS:
        return f"<{_TAGS[node.kind]}>{inner}</{_TAGS[node.kind]}>"
    if node.kind in _HEADS:
        return f'<th scope="col"{_HEADS[node.kind]}>{inner}</th>'
    if node.kind in _CLASSES:
        tag, kind = _CLASSES[node.kind]
        place = f' id="{escape(node.id)}"' if node.id else ""
        return f'<{tag} class="{kind}"{place}>{inner}</{tag}>'
    return _special(node, inner)


def _special(node: Node, inner: str) -> str:
    href, place = escape(node.href), escape(node.id)
    if node.kind == "num":
        return f'<a class="num" id="{place}" href="{href}">{inner}</a>'
    if node.kind == "link":
        return f'<a href="{href}">{inner}</a>'
    if node.kind == "mark":
        return f'<a class="mark" href="{href}">[{inner}]</a>' if href else f'<span class="mark">[{inner}]</span>'
    if node.kind == "back":
        label = escape(str(T("回到文中", "Back to the text")))
        return f'<a class="back" href="{href}" aria-label="{label}">{inner}</a>'
    if node.kind == "table":
        return _table(node)
    return {"br": "<br>", "hr": "<hr>", "id": f'<span id="{place}"></span>'}.get(node.kind, inner)


def _table(node: Node) -> str:
    """Caption, one row of headings, rows; wide ones scroll inside themselves."""
    caption = "".join(written(one) for one in node.children if one.kind == "caption")
    rows = [written(one) for one in node.children if one.kind != "caption"]
    body = "\n".join(rows[1:])
    return f'<div class="wide"><table>{caption}<thead>{rows[0]}</thead><tbody>\n{body}\n</tbody></table></div>'

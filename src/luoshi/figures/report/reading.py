"""A report's text read: Markdown of a few kinds, calls in `{{ }}`, marks in `[[ ]]`; everything else is refused. Pure.

Markdown is read by markdown-it. Of its tree the node types stay, and two are ours: `call` and `mark`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode

from luoshi.figures.report import grammar, names, numbers
from luoshi.figures.report.grammar import Call, CallError
from luoshi.kernel.text import T
from luoshi.packs.faults import Fault, Faults

_RULES: Final = (
    "table", "heading", "lheading", "list", "blockquote", "hr", "emphasis", "link", "escape", "entity", "newline", "image",
    "html_block", "html_inline", "fence", "code", "backticks", "autolink",
)  # fmt: skip
_REFUSED: Final = {
    "html_block": T("不许有 HTML", "no HTML"), "html_inline": T("不许有 HTML", "no HTML"),
    "image": T("不许有图片：其中的数没有人能查", "no pictures: nobody can check the numbers in one"),
    "ordered_list": T("不许有编号的列表，用 -", "no numbered lists, use -"),
    "fence": T("不许有代码", "no code"), "code_block": T("不许有代码", "no code"), "code_inline": T("不许有代码", "no code"),
}  # fmt: skip
_OURS: Final = re.compile(r"\{\{(?P<call>[^{}\n]*)\}\}|\[\[(?P<mark>[^\[\]\n]*)\]\]")
_MARK: Final = re.compile(r"\s*(date|name|word)\s*:\s*(\S(?:.*\S)?)\s*")
_LINKS: Final = re.compile(r"https?://\S+|mailto:\S+|/\S*")


class ReportError(ValueError):
    """A text that cannot be printed; `faults` lists everything that is wrong, with file, line and rule."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


@dataclass(frozen=True)
class Text:
    """A text that was read: its tree, and its calls in their order, each with its line."""

    file: str
    tree: SyntaxTreeNode
    calls: dict[int, tuple[Call, int]]
    """By the id() of the node, which lives as long as the tree."""
    names: Mapping[str, str]
    """What each name with number characters is the name of, as the city declares it beside the text."""

    def named(self) -> dict[str, str]:
        """The names that stand in the text, in their order."""
        marks = (_MARK.fullmatch(node.content) for node in self.tree.walk() if node.type == "mark")
        return {one[2]: self.names[one[2]] for one in marks if one and one[1] == "name"}


def read(path: Path) -> Text:
    """Read a text. Raises ReportError, OSError."""
    faults = Faults()
    raw = path.read_bytes()
    try:
        source = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults.add(path.name, raw.count(b"\n", 0, error.start) + 1, "不是 UTF-8 编码", "not UTF-8")
        raise ReportError(faults.found) from None
    known = names.read(path.parent, faults)
    text = Text(path.name, SyntaxTreeNode(_parser().parse(source)), {}, known)
    _Check(text, faults).blocks(text.tree, 0)
    _check_title(text, faults)
    if faults.found:
        raise ReportError(sorted(set(faults.found)))
    return text


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"html": True}).enable(list(_RULES))
    parser.inline.ruler.before("escape", "ours", _ours)
    return parser


def _ours(state: StateInline, silent: bool) -> bool:
    """A rule of markdown-it: braces and brackets of ours become a token, before anything in them is read."""
    found = _OURS.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        token = state.push("call" if found["call"] is not None else "mark", "", 0)
        token.content = found["call"] if found["call"] is not None else found["mark"]
    state.pos = found.end()
    return True


def marked(node: SyntaxTreeNode) -> str:
    """What a mark prints."""
    found = _MARK.fullmatch(node.content)
    return found[2] if found else node.content


class _Check:
    """Walks a tree and notes what must not stand in it."""

    def __init__(self, text: Text, faults: Faults) -> None:
        self.text, self.faults = text, faults

    def fault(self, line: int, what: str, rule: T) -> None:
        said = T("「{what}」：{rule}", "'{what}': {rule}").fill(what=what, rule=rule)
        self.faults.found.append(Fault(self.text.file, line, said))

    def blocks(self, node: SyntaxTreeNode, line: int) -> None:
        """A node and those below it; `line` is the one of what holds it, from 1."""
        line = node.map[0] + 1 if not node.is_root and node.map else line
        if node.type in _REFUSED:
            self.fault(line, node.content.strip()[:40] or node.type, _REFUSED[node.type])
        if node.type == "inline":
            self.inline(node, line)
        else:
            for child in node.children:
                self.blocks(child, line)

    def inline(self, node: SyntaxTreeNode, start: int) -> None:
        """A run of text: flattened, so that no number hides in a change of style."""
        flat, line = "", start
        for one in leaves(node):
            if one.type == "call":
                self.call(one, line)
            elif one.type == "mark":
                self.mark(one, line)
            elif one.type in _REFUSED:
                self.fault(line, one.content[:40], _REFUSED[one.type])
            for bad in numbers.unseen(one.content):
                self.fault(line, bad.what, bad.rule)
            flat += flattened(one)
            line = start + flat.count("\n")
        for found in numbers.found(flat):
            self.fault(start + flat.count("\n", 0, found.at), " ".join(found.what.split()), found.rule)
        for sign in ("{{", "}}", "[[", "]]"):
            if sign in flat:
                rule = T("没有配对，或其中有换行、括号", "has no match, or a line break or brackets inside")
                self.fault(start + flat.count("\n", 0, flat.index(sign)), sign, rule)
        self.links(node, start)

    def call(self, node: SyntaxTreeNode, line: int) -> None:
        try:
            self.text.calls[id(node)] = (grammar.parse(node.content), line)
        except CallError as error:
            self.fault(line, f"{{{{{node.content}}}}}", error.rule)

    def mark(self, node: SyntaxTreeNode, line: int) -> None:
        found = _MARK.fullmatch(node.content)
        rule = (
            _mark_rule(found[1], found[2], self.text.names)
            if found
            else T("应为 date:、name: 或 word:", "must be date:, name: or word:")
        )
        if rule:
            self.fault(line, f"[[{node.content}]]", rule)

    def links(self, node: SyntaxTreeNode, line: int) -> None:
        """Addresses of a known kind; no title, which few would see."""
        for one in node.walk():
            if one.type == "link" and not _LINKS.fullmatch(str(one.attrs.get("href", ""))):
                self.fault(
                    line,
                    str(one.attrs.get("href", "")),
                    T("链接应为 https、mailto 或本站", "a link is https, mailto or of this site"),
                )
            if one.type == "link" and "title" in one.attrs:
                self.fault(line, str(one.attrs["title"]), T("链接不许有标题", "a link has no title"))


def leaves(node: SyntaxTreeNode) -> Iterator[SyntaxTreeNode]:
    """What holds text, in its order; of a picture itself and what its text is made of."""
    if not node.children or node.type == "image":
        yield node
    for child in node.children:
        yield from leaves(child)


def flattened(node: SyntaxTreeNode) -> str:
    """The text of a leaf, with CALL, MARK and DIGITS for what is ours."""
    if node.type in ("softbreak", "hardbreak"):
        return "\n"
    if node.type == "mark" and node.content.rstrip()[-1:].isdigit():
        return numbers.DIGITS
    if node.type == "call" and node.content.strip() in ("year", "year_before"):
        return numbers.DIGITS
    return {"call": numbers.CALL, "mark": numbers.MARK, "image": ""}.get(node.type, node.content)


def _mark_rule(kind: str, text: str, known: Mapping[str, str]) -> T | None:
    """The rule that a mark breaks."""
    if kind != "date":
        return names.rule_of(kind, text, known)
    if numbers.unseen(text):
        return numbers.HIDDEN
    return None if numbers.is_date(text) else T("不是日期", "is no date")


def _check_title(text: Text, faults: Faults) -> None:
    """One heading of the first rank, at the beginning, which prints no figure: it is the title of the files too."""
    first = text.tree.children[0] if text.tree.children else None
    heads = [node for node in text.tree.children if node.type == "heading" and node.tag == "h1"]
    if first is None or heads != [first]:
        faults.add(
            text.file, 1, "应以唯一的一级标题（# …）开头", "must begin with its only heading of the first rank (# …)"
        )
        return
    for call, line in (text.calls[id(node)] for node in first.walk() if id(node) in text.calls):
        if call.kind in ("figure", "table"):
            faults.add(text.file, line, "标题里不能有指标", "no figure may stand in the title")

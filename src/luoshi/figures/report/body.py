"""The report's own text with its numbers in it, and its tables."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from markdown_it.tree import SyntaxTreeNode

from luoshi.figures import ask as counted
from luoshi.figures import labels, said
from luoshi.figures.answer import Group
from luoshi.figures.ask import AsOf
from luoshi.figures.pages import hidden
from luoshi.figures.period import Period
from luoshi.figures.report import notes, spoken
from luoshi.figures.report.asks import Asker, Wanted, order
from luoshi.figures.report.grammar import Call
from luoshi.figures.report.nodes import Kind, Node, block, text
from luoshi.figures.report.printed import Answer
from luoshi.figures.report.prints import Numbers, Shown
from luoshi.figures.report.reading import ReportError, Text, marked
from luoshi.figures.reported import ask as reported
from luoshi.figures.reported import said as told
from luoshi.figures.reported.declare import Reported
from luoshi.kernel import installation
from luoshi.kernel.measures import DIVIDED
from luoshi.kernel.problems import Problem
from luoshi.kernel.text import T, language
from luoshi.packs.faults import Fault

PENDING: Final = T("待由记录计算", "to be computed from records")
_NAMED: Final = 12
_BLOCKS: Final[dict[str, Kind]] = {
    "bullet_list": "ul", "list_item": "li", "blockquote": "quote", "hr": "hr", "strong": "strong", "em": "em", "table": "table",
}  # fmt: skip


@dataclass(frozen=True)
class Page:
    """A report ready to be written: its title, its blocks from the title to the last note, its numbers."""

    title: str
    blocks: tuple[Node, ...]
    numbers: Numbers
    period: Period
    as_of: AsOf


def build(source: Text, asker: Asker) -> Page:
    """Ask all figures of a text and print them. Raises ReportError with all that cannot be asked, EngineMissing.

    Nothing is computed before every call was understood: a mistyped id is told at once.
    """
    wanted = dict[int, Wanted]()

    def understand(key: int, call: Call) -> None:
        wanted[key] = asker.wanted(call)

    _each(source, understand)
    _each(source, lambda key, call: asker.require(wanted[key]))
    return _Body(source, asker, wanted).page()


def _each(source: Text, step: Callable[[int, Call], None]) -> None:
    """A step for each figure and table of a text. Raises ReportError with all at which it fails."""
    faults = []
    for key, (call, line) in source.calls.items():
        try:
            if call.kind in ("figure", "table"):
                step(key, call)
        except Problem as problem:
            faults += _faults(source.file, line, call, problem)
    if faults:
        raise ReportError(faults)


def _faults(file: str, line: int, call: Call, problem: Problem) -> list[Fault]:
    where = T("{kind} {id}：{rule}", "{kind} {id}: {rule}")
    rules = [
        T("{field} {value!r}：{rule}", "{field} {value!r}: {rule}").fill(**one._asdict()) for one in problem.faults
    ]
    return [
        Fault(file, line, where.fill(kind=call.kind, id=call.text("id"), rule=rule))
        for rule in rules or [problem.title]
    ]


class _Body:
    """Walks the text in its order, so that its numbers are numbered in it."""

    def __init__(self, source: Text, asker: Asker, wanted: dict[int, Wanted]) -> None:
        self.source, self.asker, self.wanted = source, asker, wanted
        self.numbers = Numbers(asker.before)
        self.notes = notes.Notes(self.numbers, asker)

    def page(self) -> Page:
        """The whole report."""
        title, *rest = self.source.tree.children
        name = "".join(one.text for one in self.inline(title))
        blocks = [block("h1", name), *self._head()]
        for one in rest:
            blocks += self.block(one)
        blocks += self._pending()
        return Page(
            name, (*blocks, *self.notes.blocks(), *self._names()), self.numbers, self.asker.period, self.asker.as_of
        )

    def _head(self) -> list[Node]:
        """Whose report, as of when, and that a demo's numbers are no real ones."""
        city = installation.current()
        said = T("{city} · {period} · 截至 {as_of}", "{city} · {period} · as of {as_of}")
        known = spoken.known(self.asker.as_of)
        found = [block("small", str(said.fill(city=city.name, period=spoken.period(self.asker.period), as_of=known)))]
        demo = T(
            "演示：由记录计算的数出自模拟的记录，不是真实业务；引用的数如出处所载。",
            "Demo: numbers computed from records come from simulated records, not from real work; reported numbers are as their sources print them.",
        )
        return [*found, block("warn", Node("tag-demo", text=str(notes.DEMO)), f" {demo}")] if city.demo else found

    def _names(self) -> list[Node]:
        """The names with number characters, and what each is the name of: whoever reads sees that none is a number."""
        found = [block("li", f"{name}{T('：', ': ')}{what}") for name, what in self.source.named().items()]
        head = T("含数字的名称，不是数", "Names with number characters, which are no numbers")
        return [block("h2", str(head)), Node("ul", tuple(found))] if found else []

    def block(self, node: SyntaxTreeNode) -> list[Node]:
        """A block of the text; a paragraph that is nothing but a table's call becomes the table."""
        if node.type == "heading":
            return [Node(_heading(node), tuple(self.inline(node)))]
        if node.type == "paragraph":
            return self._paragraph(node)
        if node.type == "table":
            return [Node("table", tuple(self._row(row) for part in node.children for row in part.children))]
        return [Node(_BLOCKS[node.type], tuple(one for child in node.children for one in self.block(child)))]

    def _paragraph(self, node: SyntaxTreeNode) -> list[Node]:
        leaves = node.children[0].children
        wanted = self.wanted.get(id(leaves[0])) if len(leaves) == 1 else None
        if wanted is not None and self.source.calls[id(leaves[0])][0].kind == "table":
            return self._table(wanted)
        return [Node("p", tuple(self.inline(node)))]

    def _row(self, node: SyntaxTreeNode) -> Node:
        cells = []
        for cell in node.children:
            kind: Kind = "th" if cell.type == "th" else "td"
            if "right" in str(cell.attrs.get("style", "")):
                kind = "number-th" if kind == "th" else "number-td"
            cells.append(Node(kind, tuple(self.inline(cell))))
        return Node("row", tuple(cells))

    def inline(self, node: SyntaxTreeNode) -> list[Node]:
        """The pieces of a run of text."""
        found: list[Node] = []
        for at, one in enumerate(node.children):
            if one.type == "inline":
                found += self.inline(one)
            elif one.type in ("strong", "em"):
                found.append(Node(_BLOCKS[one.type], tuple(self.inline(one))))
            elif one.type == "link":
                found.append(Node("link", tuple(self.inline(one)), href=str(one.attrs["href"])))
            elif one.type == "call":
                found += self._call(one)
            else:
                found.append(Node("br") if one.type == "hardbreak" else text(_words(node, at)))
        return found

    def _call(self, node: SyntaxTreeNode) -> list[Node]:
        call, _ = self.source.calls[id(node)]
        if call.kind not in ("figure", "table"):
            return [text(spoken.said(call.kind, self.asker.period, self.asker.as_of))]
        wanted = self.wanted[id(node)]
        shown = self.numbers.put(wanted.part, self.asker.answer(wanted.question), wanted.group, wanted.compare)
        found = [together(shown, self.notes.mark(shown))]
        pending = isinstance(wanted.question, reported.Question) and wanted.question.figure.pending
        return [*found, Node("tag", text=str(PENDING))] if pending else found

    def _table(self, wanted: Wanted) -> list[Node]:
        answer = self.asker.answer(wanted.question)
        groups, places = order(answer, wanted.ranked)
        share = isinstance(answer, counted.Answer) and answer.question.figure.measure.kind in DIVIDED
        figure, by = answer.question.figure, answer.question.by[0]
        unit = figure.unit if isinstance(figure, Reported) else figure.unit_name
        value = T(f"{figure.name.zh}（{unit.zh}）", f"{figure.name.en} ({unit.en})")
        heads = [labels.NAMES.get(by, T("地方", "Place")), value]
        heads = [T("名次", "Rank"), *heads] if wanted.ranked else heads
        heads += [T("分子", "Numerator"), T("分母", "Denominator")] if share else []
        right = [at != (1 if wanted.ranked else 0) for at in range(len(heads))]
        top = [block("number-th" if mine else "th", str(head)) for head, mine in zip(heads, right, strict=True)]
        rows = [self._table_row(answer, group, group in places, wanted.ranked, share) for group in groups]
        rows += [self._table_row(answer, (), False, wanted.ranked, share)] if isinstance(answer, counted.Answer) else []
        caption = f"{figure.name} · {spoken.period(answer.question.period)}"
        mark = self.notes.mark_of(answer)
        return [
            Node("table", (block("caption", caption, mark), Node("row", tuple(top)), *rows)),
            *_below(answer, wanted.ranked),
        ]

    def _table_row(self, answer: Answer, group: Group, placed: bool, ranked: bool, share: bool) -> Node:
        def cell(shown: Shown) -> Node:
            return block("number-td", notes.number(self.notes.keep(shown)))

        name = block("td", notes.group_name(answer, group) if group else str(notes.WHOLE))
        rank = [cell(self.numbers.put("rank", answer, group)) if placed else block("number-td")] if ranked else []
        parts = [cell(self.numbers.put("value", answer, group))]
        if share:
            parts += [cell(self.numbers.put(part, answer, group)) for part in ("numerator", "denominator")]
        return Node("row", (*rank, name, *parts))

    def _pending(self) -> list[Node]:
        """The numbers that records will give one day: those that are published for the period."""
        found = []
        for figure in spoken.pending():
            answer = self.asker.answer(reported.Question(figure, self.asker.period, self.asker.as_of))
            if isinstance(answer, reported.Answer) and answer.total is not None:
                shown = self.numbers.put("value", answer)
                found.append(block("li", f"{figure.name}{T('：', ': ')}", together(shown, self.notes.mark(shown))))
        why = T(
            "下列数如出处所载。各条工作线的记录上线后，由记录计算，取代这里的数。",
            "These numbers are as their sources print them. Once the records of their lines of work are here, they will be computed.",
        )
        return [block("h2", str(PENDING).capitalize()), block("p", str(why)), Node("ul", tuple(found))] if found else []


def together(shown: Shown, mark: Node) -> Node:
    """A number with its unit and its mark, or a dot with its reason, on one line."""
    reason = str(T("（{why}）", " ({why})").fill(why=shown.reason)) if shown.reason else ""
    beside = [Node("unit", text=text) for text in (shown.beside, reason) if text]
    return block("together", notes.number(shown.printed), *beside, mark)


def _below(answer: Answer, ranked: bool) -> list[Node]:
    """Under a table: who has no rank, what is hidden."""
    named = [] if not ranked else said.missing(answer) if isinstance(answer, counted.Answer) else told.missing(answer)
    more = T(" 等", " and others") if len(named) > _NAMED else T("", "")
    names = T("、".join(named[:_NAMED]), ", ".join(named[:_NAMED]))
    found = (
        [T("没有数的：{names}{more}。", "Without a number: {names}{more}.").fill(names=names, more=more)]
        if named
        else []
    )
    if isinstance(answer, counted.Answer) and any(cell.suppressed for cell in answer.cells.values()):
        found.append(T("·：{why}。", "·: {why}.").fill(why=hidden(answer.question)))
    return [block("small", " ".join(map(str, found)))] if found else []


def _heading(node: SyntaxTreeNode) -> Kind:
    kinds: dict[str, Kind] = {"h2": "h2", "h3": "h3"}
    return kinds.get(node.tag, "h4")


def _words(node: SyntaxTreeNode, at: int) -> str:
    """A piece of text; a line break is a space, but none between Chinese."""
    one = node.children[at]
    if one.type == "mark":
        return marked(one)
    return (" " if language() == "en" else "") if one.type == "softbreak" else one.content

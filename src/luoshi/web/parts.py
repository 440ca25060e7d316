"""The parts of a page as typed functions: light, clock, tag, rail, timeline, due row, number with its evidence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from django.utils.safestring import SafeString

from luoshi.kernel.text import LANGUAGES, T, language
from luoshi.web import svg, words
from luoshi.web.markup import format_html, format_html_join

Text = str | T
LIGHTS: Final[dict[str, T]] = {
    "g": T("正常", "On track"),
    "y": T("临期", "Due soon"),
    "r": T("超期", "Overdue"),
    "n": T("未开始", "Not begun"),
}
DEMO: Final = T("模拟", "Demo")


def light(code: svg.Light, text: Text | None = None) -> SafeString:
    """A light: shape and word; `text` replaces the usual word. Raises KeyError for an unknown code."""
    return format_html('<span class="light light-{}">{}{}</span>', code, svg.SHAPES[code], text or LIGHTS[code])


def clock(used: float, code: svg.Light, text: Text) -> SafeString:
    """Time used in time allowed, with a light that says how much is left."""
    return format_html('<span class="clk">{}{}</span>', svg.clock(used, code == "y"), light(code, text))


def tag(text: Text, kind: Literal["", "demo", "a", "f"] = "") -> SafeString:
    """A tag: `demo` dashed (模拟), `a` accent (计算), `f` filled (急件)."""
    return format_html('<span class="tag{}">{}</span>', f" tag-{kind}" if kind else "", text)


_MARKS: Final = {code: tag(text, "demo") for code, text in zip(LANGUAGES, DEMO, strict=True)}


def tag_demo() -> SafeString:
    """The mark of a demo's record: 模拟. A list has it in every row."""
    return _MARKS[language()]


def time(moment: datetime | None, form: Literal["when", "day", "short"] = "when") -> SafeString:
    """A `<time>` element in city time; None gives an empty text."""
    if moment is None:
        return SafeString("")
    text = {"when": words.when, "day": words.day, "short": words.short}[form](moment)
    return format_html('<time datetime="{}">{}</time>', words.iso(moment), text)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a record: `used` is used ÷ allowed (None: not begun), `note` says both in words."""

    name: Text
    note: Text
    used: float | None = None
    now: bool = False
    late: bool = False


def _stage(stage: Stage) -> SafeString:
    state = ' class="is-now" aria-current="step"' if stage.now else ' class="is-done"'
    if stage.used is None and not stage.now:
        state = ' class="is-plan"'
    used = 0.0 if stage.now and stage.used is None else stage.used
    return format_html(
        "<li{}>{}<b>{}</b><span>{}</span></li>", SafeString(state), svg.stage(used, stage.late), stage.name, stage.note
    )


CLOCKED: Final = T(
    "框是规定时限，实心是已用时间。空框还没开始。",
    "Frame: time allowed. Solid: time used. An empty frame has not begun.",
)


def rail(stages: Iterable[Stage], label: Text = T("各阶段", "Stages"), note: Text = CLOCKED) -> SafeString:
    """The stages of a record, each with its clock, and the line that explains them."""
    return format_html(
        '<ol class="rail" aria-label="{}">{}</ol><p class="fig-n">{}</p>',
        label,
        format_html_join("", "{}", ((_stage(s),) for s in stages)),
        note,
    )


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a timeline. `body` may be SafeString; `ledger` is a sequence number of the log."""

    at: datetime | None
    title: Text
    body: Text = ""
    kind: Literal["", "is-plan", "is-bad", "is-now"] = ""
    ledger: int | None = None
    at_text: Text = ""


def _happening(one: Happening) -> SafeString:
    stamp = time(one.at) if one.at else format_html("<time>{}</time>", one.at_text)
    title = format_html("{}" if one.kind == "is-plan" else "<b>{}</b>", one.title)
    number = format_html(' <span class="qq s">#{}</span>', words.number(one.ledger)) if one.ledger is not None else ""
    kind = format_html(' class="{}"', one.kind) if one.kind else ""
    gap = "　" if one.body else ""
    return format_html("<li{}>{}<div>{}{}{}{}</div></li>", kind, stamp, title, gap, one.body, number)


def timeline(happenings: Iterable[Happening]) -> SafeString:
    """What happened, newest first; what is still to come is hollow."""
    return format_html('<ol class="tl">{}</ol>', format_html_join("", "{}", ((_happening(h),) for h in happenings)))


@dataclass(frozen=True, slots=True)
class Due:
    """One piece of work: when, what, about what (`note`, may be SafeString), one press to act."""

    when: Text
    left: Text
    title: Text
    url: str
    note: Text
    light: svg.Light
    line: Text = ""
    act: Text = ""
    act_url: str = ""
    first: bool = False


def _due(due: Due) -> SafeString:
    line = format_html("{}　", tag(due.line)) if due.line else ""
    act: str = ""
    if due.act:
        act = format_html(
            '<a class="btn{}" href="{}">{}</a>', "" if due.first else " btn-2", due.act_url or due.url, due.act
        )
    return format_html(
        '<li class="due"><p class="due-t">{}<span>{}</span></p><div class="due-b"><a href="{}">{}</a><p>{}{}</p></div>'
        '<div class="due-a">{}{}</div></li>',
        due.when, due.left, due.url, due.title, line, due.note, light(due.light), act,
    )  # fmt: skip


def due_list(dues: Sequence[Due]) -> SafeString:
    """Work with deadlines, first things first."""
    return format_html("<ol>{}</ol>", format_html_join("", "{}", ((_due(d),) for d in dues)))


def evidence(pairs: Iterable[tuple[Text, Text]]) -> SafeString:
    """The ground under a number: definition, numerator, denominator, as-of, source."""
    rows = format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", pairs)
    return format_html('<dl class="ev">{}</dl>', rows)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that matters and what it rests on. `tags` and `claim` may be SafeString."""

    name: Text
    value: str
    unit: Text
    claim: Text
    ground: Sequence[tuple[Text, Text]]
    url: str = ""
    tags: Text = ""
    size: Literal["", "num-l", "num-s"] = ""


def figure(one: Figure) -> SafeString:
    """A claim on white, the ground line, the evidence below."""
    value = (
        format_html('{}<span class="u">{}</span>', one.value, one.unit) if one.unit else format_html("{}", one.value)
    )
    if one.url:
        value = format_html('<a href="{}">{}</a>', one.url, value)
    # a word such as 未知 is not as large as a number
    word = "" if any(sign.isdigit() for sign in one.value) else " num-w"
    return format_html(
        '<article class="num{}{}"><div class="num-k"><h3>{}</h3><span>{}</span></div><p class="num-v">{}</p>'
        '<p class="num-c">{}</p>{}</article>',
        f" {one.size}" if one.size else "", word, one.name, one.tags, value, one.claim, evidence(one.ground),
    )  # fmt: skip


def facts(pairs: Iterable[tuple[Text, Text]]) -> SafeString:
    """Facts of a record as a definition list; a pair with an empty value is left out."""
    rows = format_html_join("", "<dt>{}</dt><dd>{}</dd>", ((name, value) for name, value in pairs if value))
    return format_html('<dl class="facts">{}</dl>', rows)


def note(text: Text, bad: bool = False) -> SafeString:
    """A fact that changes what you do next; `bad` where nothing was saved."""
    shape = svg.SHAPES["r" if bad else "y"]
    kind = " note-bad" if bad else ""
    return format_html(
        '<div class="note{}"{}>{}<p>{}</p></div>', kind, SafeString(' role="alert"') if bad else "", shape, text
    )


def empty(what: Text, later: Text = "") -> SafeString:
    """An empty list: what is absent, and when it would appear."""
    more = format_html('<p class="s">{}</p>', later) if later else ""
    return format_html('<div class="empty">{}<div><p>{}</p>{}</div></div>', svg.EMPTY, what, more)

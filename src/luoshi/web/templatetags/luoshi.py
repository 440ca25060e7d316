"""The builtin tags and filters of every template: two languages, times, numbers, and the parts."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BaseForm
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from luoshi.kernel.text import T, language
from luoshi.web import parts, svg, words
from luoshi.web.forms import summary

register = template.Library()


@register.simple_tag(name="t")
def tag_text(zh: str, en: str, **values: Any) -> SafeString:
    """`{% t "剩 {n} 件" "{n} left" n=count %}`: the text of the reader's language; every value is escaped."""
    text = conditional_escape(en if language() == "en" else zh)
    if not values:
        return text
    return SafeString(text.format(**{name: conditional_escape(value) for name, value in values.items()}))


@register.filter
def when(value: datetime | None) -> str:
    """City time: 2026-11-23 17:30."""
    return words.when(value)


@register.filter
def day(value: date | None) -> str:
    """City day: 2026-11-23."""
    return words.day(value)


@register.filter
def time(value: datetime | None) -> SafeString:
    """A `<time>` element: 2026-11-23 17:30."""
    return parts.time(value)


@register.filter
def num(value: words.Number | None, places: int | None = None) -> str:
    """12,493; `num:1` with one decimal."""
    return words.number(value, places)


@register.filter
def cn_num(value: words.Number | None, places: int = 1) -> str:
    """12.5 亿, 3.4 万 (English: billion, million)."""
    return words.round_number(value, places)


@register.filter
def light(code: svg.Light, text: str | T | None = None) -> SafeString:
    """`{{ code|light }}` or `{{ code|light:"剩 2 天" }}`: shape and word."""
    return parts.light(code, text)


@register.simple_tag
def clk(used: float, code: svg.Light, text: str | T) -> SafeString:
    """Time used in time allowed; `used` is used ÷ allowed."""
    return parts.clock(used, code, text)


@register.simple_tag
def tag(text: str | T, kind: str = "") -> SafeString:
    """A tag; kind `demo`, `a`, `f` or none."""
    return format_html('<span class="tag{}">{}</span>', f" tag-{kind}" if kind else "", text)


@register.simple_tag
def tag_demo(show: object = True) -> SafeString:
    """The mark 模拟; `{% tag_demo shell.demo %}` shows it in a demo only."""
    return parts.tag_demo() if show else SafeString("")


@register.simple_tag
def mark() -> SafeString:
    """The mark of Luoshi."""
    return svg.MARK


@register.simple_tag
def steps(done: int, total: int, name: str | T) -> SafeString:
    """第 1 步，共 3 步：在哪里, with its squares."""
    words_ = T("第 {done} 步，共 {total} 步：{name}", "Step {done} of {total}: {name}").fill(
        done=done, total=total, name=name
    )
    return format_html('<p class="steps">{}{}</p>', svg.squares(done, total), words_)


@register.filter
def rail(stages: Iterable[parts.Stage]) -> SafeString:
    """The stages of a record."""
    return parts.rail(stages)


@register.filter
def tl(happenings: Iterable[parts.Happening]) -> SafeString:
    """A timeline."""
    return parts.timeline(happenings)


@register.filter
def dues(rows: list[parts.Due]) -> SafeString:
    """Work with deadlines."""
    return parts.due_list(rows)


@register.filter
def facts(pairs: Iterable[tuple[str | T, str | T]]) -> SafeString:
    """Facts of a record: (name, value) pairs."""
    return parts.facts(pairs)


@register.filter
def figure(one: parts.Figure) -> SafeString:
    """A number with its evidence."""
    return parts.figure(one)


@register.simple_tag
def note(text: str | T, bad: bool = False) -> SafeString:
    """A fact that changes what the reader does next."""
    return parts.note(text, bad)


@register.simple_tag
def empty(what: str | T, later: str | T = "") -> SafeString:
    """An empty list in words."""
    return parts.empty(what, later)


@register.filter
def errs(form: BaseForm) -> SafeString:
    """The summary of a form's faults, each linked to its field; nothing where there is none."""
    return summary(form)

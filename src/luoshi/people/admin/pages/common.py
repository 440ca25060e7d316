"""What the pages share: the city's day, a press of a form, the way on, the history of a subject."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from luoshi.kernel import calendar, clock
from luoshi.kernel.problems import Invalid
from luoshi.kernel.text import T
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.people.admin import forms, reads
from luoshi.people.admin.flow import WORDS
from luoshi.people.models import Person, Post
from luoshi.web import parts, words
from luoshi.web.tables import Column, Table

PEOPLE: Final = "/people/"
UNITS: Final = "/people/units/"


def today() -> date:
    """The city's day."""
    return calendar.current().city_date(clock.now())


def press(form: forms.MoveForm, perform: Callable[..., Any]) -> Any:
    """Perform an action with what a valid form holds; None where it was refused, and the form says why."""
    try:
        done = perform(**form.data_for())
    except Invalid as refused:
        form.refuse(refused)
        return None
    tree.forget()
    return done


def span(post: Post) -> str:
    """From when until when (included), as a reader says it."""
    if post.valid_to is None:
        return str(T("{a} 起", "from {a}").fill(a=words.day(post.valid_from)))
    last = date.fromordinal(post.valid_to.toordinal() - 1)
    return str(T("{a} 至 {b}", "{a} to {b}").fill(a=words.day(post.valid_from), b=words.day(last)))


def posts_now(person: Person, day: date) -> list[Post]:
    """The posts of a person that hold on a day, of those that were read with them."""
    return [
        post for post in person.posts.all()
        if post.valid_from <= day and (post.valid_to is None or post.valid_to > day)
    ]  # fmt: skip


def history(subject: Any) -> SafeString:
    """What happened to a person or a unit, the newest first."""
    rows = reads.history(subject)
    names, units = people.names({row.actor for row in rows if row.actor is not None}), people.unit_names()
    table = Table[reads.Happened](
        T("变更记录", "Changes"),
        (
            Column(T("时间", "When"), lambda row: parts.time(row.at), "n nb", is_header=True),
            Column(T("什么", "What"), lambda row: str(WORDS.get(row.verb, row.verb)), "b"),
            Column(T("内容", "Details"), lambda row: _details(row.body, units)),
            Column(T("由谁", "By"), lambda row: names.get(row.actor or 0, "—")),
        ),
        kind="t t-d fold",
    )
    return table.render(rows) if rows else SafeString("")


def _details(body: dict[str, Any], units: dict[int, str]) -> str:
    found = [
        units.get(body.get("from_unit") or 0, ""), forms.role_name(body["from_role"]) if body.get("from_role") else "",
        "→" if body.get("from_unit") else "", units.get(body.get("heir") or body.get("unit") or 0, ""),
        forms.role_name(body["role"]) if body.get("role") else "", body.get("code", "") if not body.get("heir") else "",
        *dict.fromkeys(str(body[name]) for name in ("first", "last") if body.get(name)), *(body.get("divisions") or ()),
    ]  # fmt: skip
    return " ".join(str(one) for one in found if one)


def link_to(person: Person) -> SafeString:
    """A person's page; the address holds no name."""
    return format_html('<a href="{}{}/">{}</a>', PEOPLE, person.log_id, person.name)

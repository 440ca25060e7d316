"""Corrections in words: what stood there, what stands there now, since when, and for staff why and by whom."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, NamedTuple
from uuid import UUID

from luoshi.cases.correcting import LABELS, PLACE
from luoshi.cases.reads.kinds import kinds
from luoshi.cases.reads.one import Entry
from luoshi.kernel.text import T
from luoshi.people import reads as people
from luoshi.web import words

PUBLIC: Final = ("at", "category", "division", "unit")
"""What anybody may read of a correction; verdicts are between the reporter and the city."""
ALL: Final = tuple(LABELS)
NOTHING: Final = T("无", "none")
JUDGED: Final = {True: T("是", "yes"), False: T("否", "no")}
VOID: Final = T("已作废：没有这回事", "Declared void: it never was")


class Told(NamedTuple):
    """A correction: the event that it is, and in words what it changed."""

    entry: Entry
    text: str


def value(name: str, given: Any) -> str:
    """A value of a field of `correcting.FIELDS` in words."""
    if given in (None, ""):
        return str(NOTHING)
    if name == "at":
        return words.when(datetime.fromisoformat(given.replace("Z", "+00:00")) if isinstance(given, str) else given)
    if name == "category":
        return str(kinds().name(given))
    if name == "unit":
        return people.unit_names().get(given, "—")
    if name == "division":
        above = people.chain(given)
        return " ".join(people.division_name(above[level]) for level in PLACE if level in above) or given
    return str(JUDGED[given] if name == "solved" else T("{n} 分", "grade {n}").fill(n=given))


def change(name: str, before: Any, after: Any) -> str:
    """`评分：5 分 → 2 分`."""
    text = T("{label}：{a} → {b}", "{label}: {a} → {b}")
    return str(text.fill(label=LABELS[name], a=value(name, before), b=value(name, after)))


def values(entry: Entry) -> Mapping[str, Any]:
    """What an event says of the fields that can be corrected."""
    body = entry.body
    found = {name: body.get(name) for name in ("category", "unit", "solved", "grade")}
    place = next((body[name] for name in reversed(PLACE) if body.get(name)), None)
    return {**found, "division": place, "at": entry.at}


def told(entry: Entry, fields: Sequence[str] = ALL) -> list[Told]:
    """The corrections of an event, oldest first; with fewer `fields`, a change of another one is told without values."""
    found = []
    for before, after in pairwise((entry, *entry.newer)):
        if after.verb == "void":
            found.append(Told(after, str(VOID)))
            continue
        old, new = values(before), values(after)
        changes = [change(name, old[name], new[name]) for name in fields if old[name] != new[name]]
        said = str(T("；", "; ")).join(changes) or str(T("评价已更正", "the verdict was corrected"))
        found.append(Told(after, str(T("已更正：{what}", "Corrected: {what}").fill(what=said))))
    return found


def said(entry: Entry, fields: Sequence[str] = ALL) -> str:
    """The corrections of an event in one line, each with its day; empty where there are none."""
    dated = T("{text}（{day}）", "{text} ({day})")
    return "　".join(
        str(dated.fill(text=one.text, day=words.day(one.entry.recorded_at))) for one in told(entry, fields)
    )


def by_correction(entries: Sequence[Entry]) -> dict[UUID, str]:
    """What each correction corrected, by the correction's own id: `“上报” 已更正：…`."""
    text = T("“{what}”{text}", "“{what}” {text}")
    return {one.entry.id: str(text.fill(what=entry.text, text=one.text)) for entry in entries for one in told(entry)}

"""Save or undo a list of rules; add, change, retire standard texts. Each leaves an event: who, why, what it says now."""

import re
from collections.abc import Sequence
from typing import Final

from django.db import transaction

from luoshi.cases.reads import routing as reads
from luoshi.cases.routing.flow import (
    LIST_WIDTHS,
    LISTS,
    PLACES,
    RULES,
    TEXT_FLOW,
    TEXT_WIDTHS,
    TEXTS,
    list_facts,
    text_facts,
)  # fmt: skip
from luoshi.cases.routing.match import Rule
from luoshi.cases.routing.models import RoutingList, RoutingRule, StandardText
from luoshi.kernel.action import Act, Change, Line
from luoshi.kernel.problems import Absent, Fault, Invalid, NotNow, Stale
from luoshi.kernel.text import T
from luoshi.people import tree

MOST: Final = 200
LONGEST: Final = 2000
PLACEHOLDERS: Final = ("number", "category", "place", "unit", "due")


def _no_lock(viewer: object, ref: object) -> RoutingList:
    raise Absent  # lists never change


LIST_LINE: Final[Line[RoutingList]] = Line(
    flow=LISTS, widths=LIST_WIDTHS, snapshot=list_facts, lock=_no_lock, told=lambda row: T("", ""),
    entered=lambda row, now: None,
)  # fmt: skip
TEXT_LINE: Final[Line[StandardText]] = Line(
    flow=TEXT_FLOW, widths=TEXT_WIDTHS, snapshot=text_facts, lock=reads.lock_text, told=reads.text_told,
    entered=lambda row, now: None,
)  # fmt: skip


def _after(base: int) -> int:
    """The next number, if the list that the caller looked at still holds. Raises Stale."""
    held = reads.newest(lock=True)
    number = held.number if held else 0
    if number != base:
        who = held.by.name if held and held.by else "—"
        raise Stale(T("{who} 刚存了第 {n} 版", "{who} has saved version {n} meanwhile").fill(who=who, n=number))
    transaction.on_commit(reads.forget)
    return number + 1


def _rows(row: RoutingList, rules: Sequence[Rule]) -> list[RoutingRule]:
    units = tree.today().by_code()
    unknown = [(n, rule.unit) for n, rule in enumerate(rules, 1) if rule.unit not in units]
    if unknown:
        text = T("第 {n} 条的单位今天不存在", "the unit of rule {n} does not exist today")
        raise Invalid([Fault("rules", unit, text.fill(n=n)) for n, unit in unknown])
    return [
        RoutingRule(
            list=row, position=number, category=rule.category, division=rule.division, days=rule.days,
            hour_from=rule.hours[0] if rule.hours else None, hour_to=rule.hours[1] if rule.hours else None,
            season_from=rule.season[0] if rule.season else "", season_to=rule.season[1] if rule.season else "",
            unit=units[rule.unit], note=rule.note,
        )
        for number, rule in enumerate(rules, 1)
    ]  # fmt: skip


def _listed(row: RoutingList, rules: Sequence[Rule]) -> tuple[RoutingList, Change]:
    rows = _rows(row, rules)
    return row, Change(body={"rules": [rule.plain() for rule in rules]}, rows=list(rows), answer={"number": row.number})


@LIST_LINE.creation("set_rules", RULES)
def set_rules(
    act: Act, *, rules: Sequence[Rule], base: int, reason: str, sample: int, moved: int
) -> tuple[RoutingList, Change]:
    """Save a whole list in place of version `base`; it was tried on `sample` cases. Raises Denied, Stale, Invalid."""
    if len(rules) > MOST:
        raise Invalid([Fault("rules", str(len(rules)), T("最多 {n} 条", "at most {n} rules").fill(n=MOST))])
    if not reason.strip():
        raise Invalid([Fault("reason", "", T("必须填写", "is required"))])
    row = RoutingList(
        number=_after(base), at=act.now, by_id=act.viewer.person, reason=reason, sample=sample, moved=moved
    )
    return _listed(row, rules)


@LIST_LINE.creation("restore_rules", RULES)
def undo_rules(act: Act, *, base: int, reason: str) -> tuple[RoutingList, Change]:
    """Put the list before version `base` in force again, as a version of its own. Raises Denied, Stale, NotNow."""
    if not reason.strip():
        raise Invalid([Fault("reason", "", T("必须填写", "is required"))])
    if base < 1:
        raise NotNow(T("还没有存过规则", "No list was saved yet"))
    restored = reads.rules_of(base - 1)
    tried = reads.trial(act.viewer, restored)
    row = RoutingList(
        number=_after(base), at=act.now, by_id=act.viewer.person, reason=reason, restores=base - 1,
        sample=tried.sample, moved=len(tried.moved),
    )  # fmt: skip
    return _listed(row, restored)


def _check_text(title: str, text: str) -> None:
    faults = []
    if not 0 < len(title) <= 60:
        faults.append(Fault("title", title[:60], T("1–60 字", "1–60 characters")))
    if not 0 < len(text) <= LONGEST:
        rule = T("1–{n} 字", "1–{n} characters").fill(n=LONGEST)
        faults.append(Fault("text", text[:60], rule))
    if set(re.findall(r"\{([^{}]*)\}", text)) - set(PLACEHOLDERS):
        names = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        faults.append(Fault("text", text[:60], T(f"花括号里只能写 {names}", f"only {names} may stand in braces")))
    if faults:
        raise Invalid(faults)


@TEXT_LINE.creation("add_text", TEXTS)
def add_text(act: Act, *, place: str, title: str, text: str, category: str = "") -> tuple[StandardText, Change]:
    """A new text for `place`, a `verb.field` of PLACES. Raises Denied or Invalid."""
    if place not in PLACES:
        raise Invalid([Fault("place", place[:40], T("没有这个步骤", "there is no such step"))])
    _check_text(title, text)
    verb, _, name = place.partition(".")
    row = StandardText(verb=verb, field=name, category=category, title=title, text=text, updated_at=act.now)
    transaction.on_commit(reads.forget)
    return row, Change(answer={"text": str(row.log_id)})


@TEXT_LINE.action("change_text")
def change_text(row: StandardText, act: Act, *, title: str, text: str, category: str = "") -> Change:
    """Say it otherwise; what was said before stands in the log."""
    _check_text(title, text)
    row.title, row.text, row.category = title, text, category
    transaction.on_commit(reads.forget)
    return Change()


@TEXT_LINE.action("retire_text")
def retire_text(row: StandardText, act: Act, *, reason: str) -> Change:
    """It is offered no more."""
    transaction.on_commit(reads.forget)
    return Change(body={"reason": reason})


@TEXT_LINE.action("renew_text")
def renew_text(row: StandardText, act: Act) -> Change:
    """It is offered again."""
    transaction.on_commit(reads.forget)
    return Change()

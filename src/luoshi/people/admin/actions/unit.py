"""Units are set up, corrected, moved, renamed, merged, closed: each from a day on, so that every day keeps its own order."""

from datetime import date
from typing import Final

from luoshi.kernel import calendar, installation
from luoshi.kernel.action import Act, Change, Line
from luoshi.kernel.lines import installed
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.packs.model import UNIT_LEVELS
from luoshi.people.admin import reads
from luoshi.people.admin.actions.person import ONE_DAY, check_day
from luoshi.people.admin.actions.steps import Steps
from luoshi.people.admin.flow import MANAGE, UNIT, UNIT_WIDTHS, unit_facts
from luoshi.people.models import Division, Post, Succession, Unit, UnitCovers, UnitParent

LINE: Final[Line[Unit]] = Line(
    flow=UNIT, widths=UNIT_WIDTHS, snapshot=unit_facts, lock=reads.lock_unit, told=reads.told_unit,
    entered=lambda unit, now: None,
    is_sim=lambda unit: installation.current().demo,
)  # fmt: skip


def _bad(name: str, value: object, zh: str, en: str) -> Invalid:
    return Invalid([Fault(name, str(value), T(zh, en))])


def _today(act: Act) -> date:
    return calendar.current().city_date(act.now)


def _new_code(code: str) -> None:
    if reads.unit_named(code) is not None:
        raise _bad("code", code, "这个代码已有单位用过", "a unit has or had this code")


def _exists(name: str, unit: Unit, day: date) -> None:
    if day < unit.valid_from or (unit.valid_to is not None and day >= unit.valid_to):
        raise _bad(name, unit.code, "这一天没有这个单位", "does not exist on that day")


def _ahead(act: Act, unit: Unit, first: date) -> None:
    """A unit's order changes from today or later, and after it began."""
    check_day(act, "first", first)
    if first < _today(act) or first <= unit.valid_from:
        raise _bad("first", first, "今天或以后，晚于设立那天", "today or later, and later than the day it was set up")


@LINE.creation("add_unit", MANAGE)
def add_unit(
    act: Act,
    *,
    code: str,
    zh: str,
    en: str,
    kind: str,
    level: str,
    first: date,
    functions: list[str] | None = None,
    parent: Unit | None = None,
    divisions: list[Division] | None = None,
) -> tuple[Unit, Change]:
    """A new unit from a day on, under another, for some divisions."""
    _new_code(code)
    check_day(act, "first", first)
    if level not in UNIT_LEVELS:
        raise _bad("level", level, "没有这一级", "no such level")
    if parent is not None:
        _exists("parent", parent, first)
    unit = Unit(
        code=code, zh=zh, en=en, kind=kind, level=level, functions=functions or [], valid_from=first, updated_at=act.now
    )
    rows: list[UnitParent | UnitCovers] = [
        UnitCovers(unit=unit, division=one, valid_from=first) for one in divisions or ()
    ]
    if parent is not None:
        rows.append(UnitParent(unit=unit, parent=parent, valid_from=first))
    body = {
        "first": first.isoformat(), "parent": parent.pk if parent else None,
        "divisions": [one.code for one in divisions or ()],
    }  # fmt: skip
    return unit, Change(body=body, rows=[*rows], answer={"unit": str(unit.log_id)})


@LINE.action("correct_unit")
def correct_unit(unit: Unit, act: Act, *, zh: str, en: str, functions: list[str] | None = None) -> Change:
    """A mistake is mended, for all days: no new name but the right one."""
    before = {"zh_before": unit.zh, "en_before": unit.en}
    unit.zh, unit.en = zh, en
    if functions is not None:
        unit.functions = functions
    return Change(body=before)


@LINE.action("place_unit")
def place_unit(unit: Unit, act: Act, *, parent: Unit, first: date) -> Change:
    """From a day on the unit stands under another."""
    _ahead(act, unit, first)
    _exists("parent", parent, first)
    if unit.pk in _chain(parent, first):
        raise _bad("parent", parent.code, "在本单位之下", "stands under this unit itself")
    steps = Steps()
    for row in reads.parents_of(unit):
        steps.end(row, first)
    steps.make(UnitParent(unit=unit, parent=parent, valid_from=first))
    return Change(body={"parent": parent.pk, "first": first.isoformat()})


def _chain(unit: Unit, day: date) -> list[int]:
    """The keys of a unit and all above it on a day."""
    keys: list[int] = []
    above: Unit | None = unit
    while above is not None and above.pk not in keys:
        keys.append(above.pk)
        above = next((row.parent for row in reads.parents_of(above) if _holds(row, day)), None)
    return keys


def _holds(row: UnitParent, day: date) -> bool:
    return row.valid_from <= day < (row.valid_to or date.max)


@LINE.action("cover_unit")
def cover_unit(unit: Unit, act: Act, *, divisions: list[Division], first: date) -> Change:
    """From a day on the unit is responsible for exactly these divisions (with all below them)."""
    _ahead(act, unit, first)
    wanted, steps = {one.code for one in divisions}, Steps()
    body = {"divisions": sorted(wanted), "first": first.isoformat()}
    for row in reads.covers_of(unit, first):
        if row.division_id in wanted and row.valid_from <= first:
            wanted.discard(row.division_id)
        else:
            steps.end(row, first)
    for code in sorted(wanted):
        steps.make(UnitCovers(unit=unit, division_id=code, valid_from=first))
    return Change(body=body)


@LINE.action("rename_unit")
def rename_unit(unit: Unit, act: Act, *, code: str, zh: str, en: str, first: date) -> Change:
    """From a day on it has another name and code; what was before keeps the old ones."""
    _ahead(act, unit, first)
    _new_code(code)
    heir = Unit(
        code=code, zh=zh, en=en, kind=unit.kind, level=unit.level, functions=list(unit.functions), valid_from=first,
        updated_at=act.now,
    )  # fmt: skip
    heir.save(force_insert=True)
    return _succeed(unit, heir, act, first, Succession.RENAMED)


@LINE.action("merge_unit")
def merge_unit(unit: Unit, act: Act, *, into: Unit, first: date) -> Change:
    """From a day on another unit has its people, work, area and functions."""
    _ahead(act, unit, first)
    _exists("into", into, first)
    if into.pk == unit.pk:
        raise _bad("into", into.code, "不能并入自己", "cannot be merged into itself")
    if into.valid_to is not None:
        raise _bad("into", into.code, "这个单位也要撤并", "this unit is to be closed too")
    return _succeed(unit, into, act, first, Succession.MERGED)


def _succeed(unit: Unit, heir: Unit, act: Act, first: date, how: str) -> Change:
    """Close a unit on a day; its people, what stands under it, its place and its area go to the heir."""
    unit.valid_to = first
    steps = Steps()
    Succession.objects.create(unit=unit, heir=heir, valid_from=first, how=how)
    _posts(steps, unit, heir, first)
    above = [row for row in reads.parents_of(unit) if steps.end(row, first)]
    for row in reads.children_of(unit, first):
        steps.end(row, first)
        # what the unit is merged into may have stood under it
        for under in [heir] if row.unit_id != heir.pk else [one.parent for one in above]:
            steps.make(UnitParent(unit=row.unit, parent=under, valid_from=max(first, row.valid_from)))
    if how == Succession.RENAMED:
        for row in above:
            steps.make(UnitParent(unit=heir, parent=row.parent, valid_from=max(first, row.valid_from)))
    has = {row.division_id for row in reads.covers_of(heir, first)}
    for area in reads.covers_of(unit, first):
        steps.end(area, first)
        if area.division_id not in has:
            steps.make(UnitCovers(unit=heir, division_id=area.division_id, valid_from=max(first, area.valid_from)))
    unit.undo = steps.plain()
    change = Change(body={"heir": heir.pk, "first": first.isoformat()})
    if first <= _today(act):
        change.jobs.append(("people.carry", {}))
    return change


def _posts(steps: Steps, unit: Unit, heir: Unit, first: date) -> None:
    """Everybody's posts go on at the heir; who has the same one there already keeps that."""
    has = {(post.person_id, post.role) for post in reads.posts_at(heir, first)}
    for post in reads.posts_at(unit, first):
        begins, ends = max(first, post.valid_from), post.valid_to
        steps.end(post, first)
        if (post.person_id, post.role) not in has:
            steps.make(
                Post(person=post.person, unit=heir, role=post.role, valid_from=begins, valid_to=ends, follows=post)
            )


@LINE.action("close_unit")
def close_unit(unit: Unit, act: Act, *, last: date) -> Change:
    """The unit ends after a day. Refused while people work in it, units stand under it or open work lies with it."""
    first = last + ONE_DAY
    _ahead(act, unit, first)
    found = (
        (reads.posts_at(unit, first), T("之后还有人在岗：先调岗", "people work here after it: move them first")),
        (
            reads.children_of(unit, first),
            T("之后还有下级单位：先改隶属", "units stand under it after it: move them first"),
        ),
        (
            [face for face in installed() if face.open_at(unit.pk)],
            T("还有在办工作：先办完，或改为并入别的单位", "open work lies here: finish it, or merge the unit"),
        ),
    )
    faults = [Fault("last", last.isoformat(), rule) for rows, rule in found if rows]
    if faults:
        raise Invalid(faults)
    unit.valid_to = first
    steps = Steps()
    for row in (*reads.parents_of(unit), *reads.covers_of(unit, first)):
        steps.end(row, first)
    unit.undo = steps.plain()
    return Change(body={"last": last.isoformat()})


@LINE.action("undo_change")
def undo_change(unit: Unit, act: Act) -> Change:
    """A renaming, merging or closing that has not begun is taken back: everything stands as before."""
    day = unit.valid_to
    if day is None or day <= _today(act):
        raise _bad("unit", unit.code, "已经生效：只能再改一次", "has begun: only a further change can follow")
    body: dict[str, object] = {"first": day.isoformat()}
    went_on = Succession.objects.filter(unit=unit).select_related("heir").first()
    Steps.back(unit.undo or {})
    unit.valid_to, unit.undo = None, None
    if went_on is not None:
        body["heir"] = went_on.heir_id
        if went_on.how == Succession.RENAMED:
            _never_was(went_on.heir)
        went_on.delete()
    return Change(body=body)


def _never_was(heir: Unit) -> None:
    """The new name of a renaming that was taken back; its code is free again."""
    heir.valid_to, heir.state, heir.code = heir.valid_from, "closed", f"{heir.code}#{heir.pk}"
    heir.save()

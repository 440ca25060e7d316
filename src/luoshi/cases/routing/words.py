"""Rules in words, for pages."""

from luoshi.cases.reads import kinds
from luoshi.cases.reads.routing import Route
from luoshi.cases.routing.match import WORKDAY, Rule
from luoshi.cases.staff.fields import named
from luoshi.kernel.text import T, language
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.people.models import Unit

ANY = T("不限", "any")
DAYS = {"": T("每天", "every day"), WORKDAY: T("工作日", "workdays"), "restday": T("休息日", "rest days")}


def code_of(text: str) -> str | None:
    """The code of the pack's category, of any level, that a text means; empty for an empty text, None for an unknown one."""
    text, known = text.strip(), kinds()
    rows = {code: row for code, row in known.rows.items() if not row.source}
    found = next((code for code in rows if str(known.path(code)) == text), None)
    row = named(rows, text) if text and found is None else None
    return found or (str(row.code) if row else None if text else "")


def category(rule: Rule) -> T:
    """The category of a rule from the top down, or that it is any."""
    return kinds().path(rule.category) if rule.category else ANY


def place(rule: Rule) -> str:
    """The place of a rule, or that it is any."""
    return people.division_name(rule.division) if rule.division else str(ANY)


def when(rule: Rule) -> T:
    """The times of a rule: days, hours, season."""
    parts = [DAYS[rule.days]] if rule.days else []
    if rule.hours:
        span = f"{rule.hours[0]:%H:%M}–{rule.hours[1]:%H:%M}"
        parts.append(T(span, span))
    if rule.season:
        first, last = rule.season
        parts.append(T("{a} 至 {b}", "{a} to {b}").fill(a=first, b=last))
    if not parts:
        return ANY
    return T("，".join(one.zh for one in parts), ", ".join(one.en for one in parts))


def unit(row: Unit | None) -> str:
    """A unit's name in the current language; a dash for none."""
    if row is None:
        return "—"
    return row.zh if language() == "zh" else row.en


def unit_of(rule: Rule) -> str:
    """The name of a rule's unit, or of what it is today; its code where it does not exist."""
    found = tree.today().by_code().get(rule.unit)
    return unit(found) if found else rule.unit


def why(route: Route) -> T:
    """Why a case goes where it goes: which rule, or the city's own order."""
    if route.rule is None:
        return T("按类别的职能", "by the category's function")
    found = T("派遣规则第 {n} 条", "routing rule {n}").fill(n=route.number)
    note = route.rule.note
    return T(f"{found.zh}（{note}）", f"{found.en} ({note})") if note else found

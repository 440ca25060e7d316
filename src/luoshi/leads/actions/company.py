"""A company is listed, corrected, takes another name, is contacted."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from luoshi.kernel import calendar, installation, search_tokens
from luoshi.kernel.action import Act, Change
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.leads import kept, reads
from luoshi.leads.actions.met import meeting, no_meeting
from luoshi.leads.core import LINE
from luoshi.leads.flow import KEEP, WAYS
from luoshi.leads.industries import INDUSTRIES
from luoshi.leads.models import Company, CompanyName, Occasion
from luoshi.leads.provinces import PROVINCES, of_code

LONGEST: Final = 120
"""Characters of a company's name."""
NOTE: Final = 2000
FIRST_DAY: Final = date(2000, 1, 1)
_CHOICES: Final[Mapping[str, Mapping[str, T]]] = {"province": PROVINCES, "industry": INDUSTRIES}
SEEN_BY: Final = {
    "open": T("招商人员可见", "All investment staff"),
    "named": T("登记的人和看得到其项目的人可见", "Whoever listed it, or may see a project of it"),
}
"""Who may see a company before one of its projects is signed."""
NO_CHOICE: Final = T("不在可选的里面", "is not one of the choices")


def check(name: str | None, code: str, province: str, industry: str, level: str = "open") -> list[Fault]:
    """What is wrong with the particulars of a company; a name of None is not looked at."""
    faults = []
    if name is not None and not name:
        faults.append(Fault("name", "", T("必须填写", "is required")))
    if name is not None and len(name) > LONGEST:
        faults.append(Fault("name", name[:40], T("最长 {n} 字", "at most {n} characters").fill(n=LONGEST)))
    if code and (rule := kept.code_rule(code)) is not None:
        faults.append(Fault("code", code[:40], rule))
    for field, value in (("province", province), ("industry", industry)):
        if value and value not in _CHOICES[field]:
            faults.append(Fault(field, value[:40], NO_CHOICE))
    if level not in SEEN_BY:
        faults.append(Fault("level", level[:40], NO_CHOICE))
    return faults


def dress(company: Company, former: list[str]) -> None:
    """What a company is found by: the words of all its names, its code, the initials of its present one."""
    words = search_tokens.tokens(" ".join([company.name, *former, company.code]))
    company.tokens = words
    company.initials, company.short_initials = kept.initials(company.name)


def made(act: Act, name: str, code: str, province: str, industry: str, level: str = "open") -> Company:
    """A company as it is listed; what a code says of the place is taken where nothing else is said."""
    company = Company(
        name=name, code=code, province=province or of_code(code), industry=industry,
        sim=installation.current().demo, updated_at=act.now, level=level, persons=sorted(act.viewer.persons) if level != "open" else [],
    )  # fmt: skip
    dress(company, [])
    return company


@LINE.creation("add_company", KEEP)
def add_company(
    act: Act,
    *,
    name: str,
    code: str = "",
    province: str = "",
    industry: str = "",
    level: str = "open",
    looked: bool = False,
) -> tuple[Company, Change]:
    """List a company. Raises Invalid for one that is listed with that code, or with that very name.

    `level`: who may see it before one of its projects is signed. `looked`: the caller knows that none is listed so.
    """
    name, code = kept.name(name), kept.code(code)
    faults = check(name, code, province, industry, level)
    if not faults and not looked:
        reads.one_listing(name, code)
    if not faults and not looked and (same := reads.listed_with(code, name)) is not None:
        faults.append(_taken(act, same, "code" if code and same.code == code else "name", code or name))
    if faults:
        raise Invalid(faults)
    company = made(act, name, code, province, industry, level)
    return company, Change(answer={"company": str(company.log_id)})


def _taken(act: Act, same: Company, field: str, value: str) -> Fault:
    """It stands in the register; which one that is, is told to those who may see it."""
    if not reads.sees(act.viewer, same):
        return Fault(field, value, reads.NOT_SHOWN)
    return Fault(field, value, T("已有这家企业：{name}", "is listed already: {name}").fill(name=same.name))


@LINE.action("change_company")
def change_company(
    company: Company, act: Act, *, code: str | None = None, province: str | None = None, industry: str | None = None,
    group: Company | str | None = None, level: str | None = None, looked: bool = False,
) -> Change:  # fmt: skip
    """Correct what is said of a company; what is None stays, "" is unknown (of `group`: none).

    `looked`: the caller knows that no other one has the code.
    """
    given = {
        "code": kept.code(code) if code is not None else None,
        "province": province,
        "industry": industry,
        "level": level,
    }
    wanted = {name: value for name, value in given.items() if value is not None}
    faults = check(
        None, wanted.get("code", ""), wanted.get("province", ""), wanted.get("industry", ""), wanted.get("level", company.level)
    )  # fmt: skip
    if wanted.get("code") and not looked:
        reads.one_listing(wanted["code"])
    other = reads.listed_with(wanted["code"]) if wanted.get("code") and not looked else None
    if other is not None and other.pk != company.pk:
        faults.append(_taken(act, other, "code", other.code))
    if isinstance(group, Company) and (rule := _no_group(company, group)) is not None:
        faults.append(Fault("group", group.name[:40], rule))
    if faults:
        raise Invalid(faults)
    before = {name: getattr(company, name) for name in wanted}
    for name, value in wanted.items():
        setattr(company, name, value)
    company.persons = [] if company.level == "open" else company.persons or sorted(act.viewer.persons)
    if group is not None:
        company.group = group if isinstance(group, Company) else None
    dress(company, former(company))
    return Change(body={"before": before, "group": str(company.group.log_id) if company.group else None})


def _no_group(company: Company, group: Company) -> T | None:
    """Why the one cannot be the group of the other."""
    above: Company | None = group
    while above is not None:
        if above.pk == company.pk:
            return T("集团不能是它自己或它的下属", "cannot be the company itself or one below it")
        above = above.group
    return None if group.state == "listed" else T("这家企业已并入别家", "was merged into another")


def former(company: Company) -> list[str]:
    """The names that it had."""
    return [one.name for one in company.former.all()] if company.pk else []


@LINE.action("rename_company")
def rename_company(company: Company, act: Act, *, name: str, day: date | None = None) -> Change:
    """It has another name from a day on (default: today); it is still found by the former ones."""
    name, today = kept.name(name), calendar.current().city_date(act.now)
    faults = check(name, "", "", "")
    if not faults and name == company.name:
        faults.append(Fault("name", name, T("和现在的一样", "is its name already")))
    reads.one_listing(name)
    same = reads.listed_with(name=name)
    if not faults and same is not None and same.pk != company.pk:
        faults.append(_taken(act, same, "name", name))
    if day is not None and not FIRST_DAY <= day <= today:
        faults.append(
            Fault("day", day.isoformat(), T("不晚于今天，不早于 2000 年", "today at the latest, not before 2000"))
        )
    if faults:
        raise Invalid(faults)
    earlier = former(company)
    rows = [] if company.name in earlier else [CompanyName(company=company, name=company.name, until=day or today)]
    before, company.name = company.name, name
    dress(company, [*earlier, before])
    return Change(body={"before": before, "from": (day or today).isoformat()}, rows=[*rows])


def contacted(
    company: Company, act: Act, *, way: str, at: datetime, note: str = "", occasion: Occasion | str | None = None
) -> Change:
    """We were in touch with a company, at a time that is not to come; maybe at an occasion. Raises Invalid."""
    faults = []
    if way not in WAYS:
        faults.append(Fault("way", way[:40], NO_CHOICE))
    if at > act.now + timedelta(minutes=1):
        faults.append(Fault("at", at.isoformat(), T("还没有到这个时间", "is still to come")))
    elif at.year < FIRST_DAY.year or calendar.current().city_date(at) < FIRST_DAY:
        faults.append(Fault("at", at.isoformat(), T("不早于 2000 年", "not before 2000")))
    if len(note) > NOTE:
        faults.append(Fault("note", note[:20] + "…", T("最长 {n} 字", "at most {n} characters").fill(n=NOTE)))
    there = occasion if isinstance(occasion, Occasion) else None
    if there is not None and (rule := no_meeting(there, calendar.current().city_date(at))) is not None:
        faults.append(Fault("occasion", there.name[:40], rule))
    if faults:
        raise Invalid(faults)
    company.contacted_at = max(at, company.contacted_at or at)
    body = {"way": way, "note": note} | ({"met_at": str(there.log_id)} if there else {})
    return Change(body=body, rows=meeting(company, there), occurred_at=min(at, act.now))


contact = LINE.action("contact")(contacted)


def particulars(company: Company) -> dict[str, Any]:
    """What an import compares: whatever of it a file may say."""
    return {"code": company.code, "province": company.province, "industry": company.industry}

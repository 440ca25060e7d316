"""A lead is noted, answered, judged, moved from stage to stage, reported on, corrected in its particulars."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from luoshi.kernel import calendar, installation, search_tokens
from luoshi.kernel.action import Act, Also, Change
from luoshi.kernel.bulk import next_ids
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.leads import clocks, reads
from luoshi.leads.actions.company import NO_CHOICE, NOTE, contacted
from luoshi.leads.core import LEADS, LINE
from luoshi.leads.industries import INDUSTRIES
from luoshi.leads.models import Company, Lead, Occasion
from luoshi.leads.stages import AFTER, DEAL, LEVELS, LOST
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.people.models import Person

LONGEST: Final = 120
"""Characters of a lead's name; of its sector."""
SECTOR: Final = 40
NEEDED: Final = T("必须填写", "is required")
NOON: Final = time(12, 0)
_STAGES: Final = ("came_at", *(f"{stage}_at" for stage in AFTER.values()))


def dress(lead: Lead) -> None:
    """What a lead is found by: its number, its name, and the name of its company."""
    words = [lead.number, lead.name, lead.company.name if lead.company_id and lead.company else ""]
    lead.tokens = search_tokens.tokens(" ".join(words))


def number_of(key: int, came: datetime) -> str:
    """`Z2021-00042`: the year in which it came in, and its key."""
    return f"Z{calendar.current().city_date(came).year}-{key:05d}"


def check(name: str | None, county: str, industry: str, level: str, **texts: str) -> list[Fault]:
    """What is wrong with the particulars of a lead; a name of None is not looked at."""
    faults = []
    if name is not None and not name:
        faults.append(Fault("name", "", NEEDED))
    limits = {
        "name": (name or "", LONGEST),
        "sector": (texts.get("sector", ""), SECTOR),
        "about": (texts.get("about", ""), NOTE),
    }
    for field, (value, most) in limits.items():
        if len(value) > most:
            faults.append(Fault(field, value[:20] + "…", T("最长 {n} 字", "at most {n} characters").fill(n=most)))
    if county and not people.is_county(county):
        faults.append(Fault("county", county[:40], NO_CHOICE))
    if industry and industry not in INDUSTRIES:
        faults.append(Fault("industry", industry[:40], NO_CHOICE))
    if level not in LEVELS:
        faults.append(Fault("level", level[:40], NO_CHOICE))
    return faults


def note_fault(note: str, field: str = "note") -> list[Fault]:
    """Too long a text."""
    rule = T("最长 {n} 字", "at most {n} characters").fill(n=NOTE)
    return [Fault(field, note[:20] + "…", rule)] if len(note) > NOTE else []


@LEADS.creation("add_lead", DEAL)
def add_lead(
    act: Act, *, name: str, company: Company | str | None = None, county: str = "", industry: str = "", sector: str = "",
    about: str = "", occasion: Occasion | str | None = None, officer: Person | str | None = None, level: str = "open",
    succeeds: Lead | str | None = None, day: date | None = None, number_key: int = 0, undated: bool = False,
) -> tuple[Lead, Change]:  # fmt: skip
    """Note a lead: its officer (default: whoever notes it) has it in hand. Raises Invalid.

    `day`: when it came in, at the latest where `undated`. `number_key`: the key that a batch has reserved for it.
    """
    given: dict[str, Any] = {"company": company, "occasion": occasion, "officer": officer, "succeeds": succeeds}
    LEADS.join(act.viewer, "add_lead", given)
    name = " ".join(name.split())
    faults = check(name, county, industry, level, sector=sector, about=about)
    came = act.now if day is None else _moment(act.now, day, datetime.min.replace(tzinfo=act.now.tzinfo), faults)
    person: Person | None = given["officer"] or (people.by_key(act.viewer.person) if act.viewer.person else None)
    older: Lead | None = given["succeeds"] or None
    faults += _succession(older, given["company"]) if older is not None else []
    faults += held(given["occasion"])
    if faults:
        raise Invalid(faults)
    lead = Lead(
        pk=number_key or next(next_ids(Lead, 1)), name=name, county=county, industry=industry or _industry(given["company"]), sector=sector,
        about=about, company=given["company"] or None, occasion=given["occasion"] or None, officer=person, level=level,
        succeeds=older, sim=installation.current().demo, came_at=came, touched_at=came, updated_at=act.now,
        unit_id=unit_of(person) if person else None,
    )  # fmt: skip
    lead.number = number_of(lead.pk, came)
    dress(lead)
    clocks.start(lead, "respond", act.now)
    body = {"about": about, "level": level, **({"undated": True} if undated else {})}
    return lead, Change(body=body, answer={"lead": str(lead.log_id), "number": lead.number}, occurred_at=came)


def held(occasion: Any) -> list[Fault]:
    """Nothing comes from an occasion that was called off."""
    if isinstance(occasion, Occasion) and occasion.state == "cancelled":
        return [Fault("occasion", occasion.name[:40], T("这个活动已取消", "was cancelled"))]
    return []


def _succession(older: Lead, company: Company | None) -> list[Fault]:
    """A change of investor is of a signed project, and to another company."""
    rule = None
    if older.signed_at is None:
        rule = T("还没有签约，不是变更投资方", "was never signed: no change of investor")
    elif older.company_id is not None and company is not None and company.pk == older.company_id:
        rule = T(
            "还是同一家企业：增资请在原项目上记“协议变更”",
            "the company is the same: more money is a change of that agreement",
        )
    return [Fault("succeeds", older.number, rule)] if rule is not None else []


def _industry(company: Company | None) -> str:
    return company.industry if company else ""


def unit_of(person: Person) -> int | None:
    """The unit at which a person has a post today; the first of several."""
    return min((tree.today().heir(unit) for unit in people.units_of(person.pk)), default=None)


def at_noon(day: date) -> datetime:
    """The moment that stands for a day of which nothing more is known."""
    return datetime.combine(day, NOON, ZoneInfo(calendar.current().tz))


def _moment(now: datetime, day: date, last: datetime, faults: list[Fault]) -> datetime:
    """When something happened of which the day is known; noted in `faults` where it cannot be."""
    cal = calendar.current()
    if day > cal.city_date(now):
        faults.append(Fault("day", day.isoformat(), T("还没有到这一天", "is still to come")))
    elif day < (cal.city_date(last) if last.year > 1 else date(2000, 1, 1)):
        faults.append(Fault("day", day.isoformat(), T("早于上一个阶段", "is before the stage before it")))
    elif day < cal.city_date(now):
        return max(last, at_noon(day))
    return max(last, now)


def moment(lead: Lead, act: Act, day: date | None) -> datetime:
    """When a stage was reached: on that day, not before the stage before it and not to come. Raises Invalid."""
    faults: list[Fault] = []
    last = max(at for name in _STAGES if (at := getattr(lead, name)) is not None)
    at = act.now if day is None else _moment(act.now, day, last, faults)
    if faults:
        raise Invalid(faults)
    return min(at, act.now)


def reach(lead: Lead, act: Act, stage: str, day: date | None, note: str, undated: bool = False) -> datetime:
    """Enter a stage; when that was, at the latest where `undated`: then the lead has no day of it."""
    if faults := note_fault(note):
        raise Invalid(faults)
    at = moment(lead, act, day)
    setattr(lead, f"{stage}_at", None if undated else at)
    lead.touched_at = max(at, lead.touched_at)
    return at


def _to(verb: str) -> Any:
    """The change of a move that leads to a stage and nothing more."""

    def change(lead: Lead, act: Act, *, day: date | None = None, note: str = "", undated: bool = False) -> Change:
        """The lead reaches a stage on a day (default: today); `undated`: on that day at the latest, more is not known."""
        at = reach(lead, act, AFTER[verb], day, note, undated)
        body = {"note": note} | ({"undated": True} if undated else {})
        return Change(body=body, occurred_at=at, also=_met(lead, act, at) if verb == "engage" else [])

    return LEADS.action(verb)(change)


STEPS: Final = {verb: _to(verb) for verb in AFTER if verb != "sign"}
"""The moves between stages but signing, by their verbs."""


@LEADS.action("respond")
def respond(lead: Lead, act: Act, *, note: str) -> Change:
    """Whoever told of the lead has an answer; the judgement is next."""
    return _answered(lead, act, note, {})


@LEADS.action("judge")
def judge(lead: Lead, act: Act, *, note: str, worth: bool = True, why: str = "other") -> Change:
    """The lead is worth pursuing, or is given up, and `why`; the feedback is next. Raises Invalid."""
    if why not in LOST:
        raise Invalid([Fault("why", why[:40], NO_CHOICE)])
    if not worth:
        lead.status, lead.ended_at, lead.ended_why = "abandoned", act.now, why
    return _answered(lead, act, note, {"worth": worth, "why": None if worth else why})


@LEADS.action("feed_back")
def feed_back(lead: Lead, act: Act, *, note: str) -> Change:
    """Whoever told of the lead knows what becomes of it."""
    return _answered(lead, act, note, {})


def _answered(lead: Lead, act: Act, note: str, body: dict[str, Any]) -> Change:
    if faults := note_fault(note):
        raise Invalid(faults)
    clocks.start(lead, clocks.NEXT[lead.clock], act.now)
    lead.touched_at = act.now
    return Change(body={"note": note, **body})


@LEADS.action("report_progress")
def report_progress(lead: Lead, act: Act, *, note: str, contact: str = "", at: datetime | None = None) -> Change:
    """What moved since the last report; `contact` says how the company was met, at a time that is not to come.

    A contact is an event of the company, noted once for both. Raises Invalid.
    """
    if faults := note_fault(note):
        raise Invalid(faults)
    also = [_contacted(lead, act, contact, at or act.now, note)] if contact else []
    if lead.clock in ("report", ""):
        clocks.start(lead, "report", act.now)
    lead.touched_at = max(lead.touched_at, act.now)
    return Change(body={"note": note, "contact": contact}, also=also)


def _met(lead: Lead, act: Act, at: datetime) -> list[Also]:
    """Whoever is engaged was met: the first contact of a company of which none is noted."""
    first = lead.company is not None and lead.company.contacted_at is None
    return [_contacted(lead, act, "meeting", at, "")] if first else []


def _contacted(lead: Lead, act: Act, way: str, at: datetime, note: str) -> Also:
    """The company was met: its own event, by its own rules. Raises Invalid."""
    if lead.company_id is None:
        raise Invalid([Fault("contact", way, T("还没有写明企业", "no company is named yet"))])
    company = lead.company
    assert company is not None
    if not lead._state.adding:  # a batch has locked those that it did not list itself
        company = reads.lock(act.viewer, str(company.log_id))
    told = note if lead.level == "open" or lead.signed_at else ""  # who may see the company may not see the lead
    return Also(company, "contact", contacted(company, act, way=way, at=at, note=told), line=LINE)


@LEADS.action("change_lead")
def change_lead(
    lead: Lead, act: Act, *, name: str | None = None, company: Company | str | None = None, county: str | None = None,
    industry: str | None = None, sector: str | None = None, about: str | None = None, level: str | None = None,
    occasion: Occasion | str | None = None, shown_to: Sequence[str] | None = None,
) -> Change:  # fmt: skip
    """Correct what is said of a lead; what is None stays, "" is unknown. Raises Invalid."""
    given = {"county": county, "industry": industry, "sector": sector, "about": about, "level": level}
    wanted: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    if name is not None:
        wanted["name"] = " ".join(name.split())
    faults = check(
        wanted.get("name"), wanted.get("county", ""), wanted.get("industry", ""), wanted.get("level", lead.level),
        sector=wanted.get("sector", ""), about=wanted.get("about", ""),
    )  # fmt: skip
    if company is not None and lead.signed_at and (not company or company != lead.company):
        rule = T("已签约：换投资方请另记一个项目（变更投资方）", "is signed: a change of investor is a lead of its own")
        faults.append(Fault("company", getattr(company, "name", "")[:40], rule))
    faults += held(occasion) if occasion != lead.occasion else []
    faults += _fixed(lead, wanted | ({} if occasion is None else {"occasion": occasion or None}))
    persons = _persons(shown_to, faults)
    if faults:
        raise Invalid(faults)
    before = {field: getattr(lead, field) for field in wanted}
    for field, value in (
        *wanted.items(),
        *_links(company, occasion),
        *([("shown_to", persons)] if persons is not None else []),
    ):
        setattr(lead, field, value)
    dress(lead)
    return Change(body={"before": before, "level": lead.level, "about": lead.about})


def _fixed(lead: Lead, wanted: dict[str, Any]) -> list[Fault]:
    """What signed projects are counted by is corrected where it was said, by two."""
    rule = T(
        "已签约：请对签约“提出更正”，由他人批",
        "is signed: propose a correction of the signing, which another person approves",
    )
    fields = ("county", "industry", "occasion") if lead.signed_at else ()
    moved = [field for field in fields if wanted.get(field, getattr(lead, field)) != getattr(lead, field)]
    return [Fault(field, str(getattr(wanted[field], "name", wanted[field]) or "")[:40], rule) for field in moved]


def _links(company: Any, occasion: Any) -> list[tuple[str, Any]]:
    pairs = (("company", company), ("occasion", occasion))
    return [(name, value or None) for name, value in pairs if value is not None]


def _persons(logins: Sequence[str] | None, faults: list[Fault]) -> list[int] | None:
    """Keys of persons by their log-in names; who is not there is noted in `faults`."""
    if logins is None:
        return None
    found = []
    for login in logins:
        person = people.person(login)
        if person is None:
            faults.append(Fault("shown_to", login[:40], NO_CHOICE))
        else:
            found.append(person.pk)
    return found

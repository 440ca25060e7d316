"""The clocks of a lead: response, judgement, feedback, and the report every two weeks. Changes rows in memory only.

The first three count from the day on which the lead came in, as Jiangmen's rule has it; a report from the last one.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal, cast
from zoneinfo import ZoneInfo

from luoshi.kernel import calendar, installation
from luoshi.kernel.deadlines import Kind, Rule, due, warn_at
from luoshi.kernel.text import T
from luoshi.leads.models import Lead
from luoshi.leads.rules import RULES, Ruled
from luoshi.leads.stages import OPEN

NAMES: Final = {
    "respond": T("响应", "Response"),
    "judge": T("研判", "Judgement"),
    "feedback": T("反馈", "Feedback"),
    "report": T("报进展", "Report"),
}
NEXT: Final = {"respond": "judge", "judge": "feedback", "feedback": "report"}


CLOCKS: Final[Mapping[str, Rule]] = Ruled(
    lambda rules: {name: Rule(cast(Kind, said["kind"]), said["n"]) for name, said in rules["clocks"].items()}
)


def rule(name: str) -> Rule:
    """A clock of the rules by its name."""
    return CLOCKS[name]


def silent() -> timedelta:
    """How long nobody may be in touch before an officer is reminded."""
    return timedelta(days=RULES["days"]["silent"])


def promised(until: date) -> datetime:
    """The end of the day until which something was promised."""
    return datetime.combine(until + timedelta(days=1), time.min, ZoneInfo(calendar.current().tz))


def warned(until: date) -> datetime:
    """From when on whoever owes it is warned."""
    return promised(until) - timedelta(days=RULES["days"]["promise"])


def light_of(until: date, now: datetime) -> Literal["g", "y", "r"]:
    """Green, yellow from the warning on, red after the end."""
    return "r" if now >= promised(until) else "y" if now >= warned(until) else "g"


def start(lead: Lead, name: str, now: datetime) -> None:
    """Let a clock run, from the day on which the lead came in or (a report) from now; with no name, none."""
    if not name or lead.status != "going" or lead.state not in OPEN:
        stop(lead)
        return
    one, since = rule(name), now if name == "report" else lead.came_at
    end = due(one, since, calendar.current())
    light: dict[str, Any] = installation.current().pack["light"]
    lead.clock, lead.due_kind, lead.due_at = name, one.kind, end
    lead.warn_at = warn_at(one, since, end, calendar.current(), **light)


def stop(lead: Lead) -> None:
    """No clock runs."""
    lead.clock, lead.due_kind, lead.due_at, lead.warn_at = "", "", None, None


def entered(lead: Lead, now: datetime) -> None:
    """The lead has reached a stage: from the first one on it is reported on."""
    start(lead, "report" if lead.state != "lead" else "respond", now)

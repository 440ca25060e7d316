"""An occasion is planned, corrected, held or cancelled."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from luoshi.kernel import calendar, installation
from luoshi.kernel.action import Act, Change
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.leads import money, reads
from luoshi.leads.actions.company import NO_CHOICE
from luoshi.leads.actions.lead import LONGEST, NEEDED, note_fault
from luoshi.leads.core import OCCASIONS
from luoshi.leads.models import Occasion
from luoshi.leads.occasions import KINDS
from luoshi.leads.stages import HEAD


def _faults(said: Mapping[str, Any]) -> list[Fault]:
    faults = []
    for field in ("name", "place", "source"):
        if len(said.get(field) or "") > LONGEST:
            faults.append(Fault(field, said[field][:40], T("最长 {n} 字", "at most {n} characters").fill(n=LONGEST)))
    if not said["name"]:
        faults.append(Fault("name", "", NEEDED))
    if said["kind"] not in KINDS:
        faults.append(Fault("kind", said["kind"][:40], NO_CHOICE))
    if said["last_day"] < said["first_day"]:
        faults.append(Fault("last_day", said["last_day"].isoformat(), T("早于第一天", "is before the first day")))
    if said["cost"] is not None and not 0 <= said["cost"] <= money.MOST:
        faults.append(Fault("cost", str(said["cost"])[:40], T("不能小于 0", "cannot be below 0")))
    if not faults and reads.same_occasion(said["name"], said["first_day"], said.get("pk")):
        faults.append(
            Fault("name", said["name"], T("这一天已有同名的活动", "an occasion of that name and day is there"))
        )
    return faults


@OCCASIONS.creation("add_occasion", HEAD)
def add_occasion(
    act: Act, *, name: str, kind: str, first_day: date, last_day: date | None = None, place: str = "",
    cost: int | None = None, source: str = "",
) -> tuple[Occasion, Change]:  # fmt: skip
    """Plan an occasion; `cost` in fen, None where it is not known. Raises Invalid."""
    said: dict[str, Any] = {
        "name": " ".join(name.split()), "kind": kind, "place": place, "first_day": first_day,
        "last_day": last_day or first_day, "cost": cost, "source": source,
    }  # fmt: skip
    if faults := _faults(said):
        raise Invalid(faults)
    row = Occasion(sim=installation.current().demo, updated_at=act.now, **said)
    return row, Change(answer={"occasion": str(row.log_id)})


@OCCASIONS.action("change_occasion")
def change_occasion(occasion: Occasion, act: Act, **given: Any) -> Change:
    """Correct what is said of it; what is not given stays. Raises Invalid."""
    fields = ("name", "kind", "place", "first_day", "last_day", "cost", "source")
    before = {name: getattr(occasion, name) for name in fields}
    if faults := _faults({**before, **given, "pk": occasion.pk}):
        raise Invalid(faults)
    for name, value in given.items():
        setattr(occasion, name, value)
    changed = {name: str(before[name]) for name in given if before[name] != given[name]}
    return Change(body={"before": changed})


@OCCASIONS.action("hold_occasion")
def hold_occasion(occasion: Occasion, act: Act) -> Change:
    """It took place. Raises Invalid for one that is still to come."""
    if occasion.first_day > calendar.current().city_date(act.now):
        raise Invalid([Fault("first_day", occasion.first_day.isoformat(), T("还没有到这一天", "is still to come"))])
    return Change()


@OCCASIONS.action("cancel_occasion")
def cancel_occasion(occasion: Occasion, act: Act, *, reason: str) -> Change:
    """It will not take place. Raises Invalid."""
    return _reasoned(reason)


@OCCASIONS.action("plan_again")
def plan_again(occasion: Occasion, act: Act, *, reason: str) -> Change:
    """It was said by mistake that it took place, or would not. Raises Invalid."""
    return _reasoned(reason)


def _reasoned(reason: str) -> Change:
    if faults := note_fault(reason, "reason"):
        raise Invalid(faults)
    return Change(body={"reason": reason})

"""Parts: what several units must do is split; each part has its own unit, handler and verifier, and they close the whole.

The reporter gets one answer: what the parts answered, in the order in which they ended.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from luoshi.cases import clocks
from luoshi.cases.actions.again import close
from luoshi.cases.core import LINE
from luoshi.cases.models import Case, CasePrivate
from luoshi.kernel.action import Act, Also, Change
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.search_tokens import tokens
from luoshi.kernel.text import T
from luoshi.people.models import Unit

MOST: Final = 8


@dataclass(frozen=True)
class Share:
    """What one unit is to do."""

    unit: Unit
    text: str

    @property
    def pk(self) -> str:
        """What tells it from another, for the idempotency key."""
        return f"{self.unit.pk}:{self.text}"


@LINE.action("split")
def split(case: Case, act: Act, *, parts: list[Share], note: str = "") -> Change:
    """Split into parts for two to eight units; the first leads and gets the whole back if it is reopened."""
    _check(parts)
    case.unit, case.handler, case.first_unit = parts[0].unit, None, case.first_unit or parts[0].unit
    case.dispatched_at, case.handled_at, case.private.answer = act.now, None, ""
    also = [_part(case, act, case.parts + i, share) for i, share in enumerate(parts, start=1)]
    case.parts, case.parts_open = case.parts + len(parts), len(parts)
    return Change(
        body={"units": [share.unit.pk for share in parts], "note": note}, also=also, saves=[case.private]
    )  # fmt: skip


def _check(parts: list[Share]) -> None:
    faults = []
    if not 2 <= len(parts) <= MOST:
        rule = T("分给 2 到 {n} 个单位", "for 2 to {n} units").fill(n=MOST)
        faults.append(Fault("parts", str(len(parts)), rule))
    if len({share.unit.pk for share in parts}) < len(parts):
        faults.append(Fault("parts", "", T("一个单位只能分一件", "one part for a unit")))
    for share in parts:
        if not share.text.strip():
            faults.append(Fault("parts", share.unit.zh, T("写明要办什么", "say what is to be done")))
    if faults:
        raise Invalid(faults)


def _part(whole: Case, act: Act, place: int, share: Share) -> Also:
    """A new case for one unit, with the clock of the whole; it is found by staff, never public."""
    now: datetime = act.now
    part = Case(
        number=f"{whole.number}-{place}", sim=whole.sim, channel=whole.channel, by_staff=True, part_of=whole,
        category=whole.category, top=whole.top, public=False, county=whole.county, street=whole.street,
        community=whole.community, lat=whole.lat, lon=whole.lon, state="dispatched", unit=share.unit,
        first_unit=share.unit, reported_at=whole.reported_at, accepted_at=whole.accepted_at, dispatched_at=now,
        updated_at=now, clock_from=whole.clock_from, due_at=whole.due_at, due_n=whole.due_n,
        due_kind=whole.due_kind, warn_at=whole.warn_at,
    )  # fmt: skip
    clocks.enter(part, now)
    above = whole.private
    private = CasePrivate(
        case=part, text=share.text, place=above.place, lat=above.lat, lon=above.lon,
        tokens=tokens(f"{share.text} {above.place}"),
    )  # fmt: skip
    return Also(part, "part", Change(body={"text": share.text}, rows=[private]), new=True)


@LINE.action("cancel_part")
def cancel_part(case: Case, act: Act, *, reason: str) -> Change:
    """Take one part off; when none is left and none was done, the whole is dispatched anew."""
    case.status, case.closed_at, case.reason = "going", act.now, "cancelled"
    clocks.stop(case)
    change = Change(body={"reason": "cancelled", "note": reason})
    return ended(case, act, change, "part_off", {"reason": "cancelled"})


def taken_back(whole: Case, act: Act) -> list[Also]:
    """The reporter took the whole back: the parts that have not ended end."""
    whole.parts_open = 0
    parts = list(Case.objects.filter(part_of=whole, closed_at=None).select_for_update(no_key=True).order_by("id"))
    for part in parts:
        part.state, part.status, part.closed_at = "withdrawn", "going", act.now
        part.extend_to = None
        clocks.enter(part, act.now)
    return [Also(part, "withdraw", Change()) for part in parts]


def ended(part: Case, act: Act, change: Change, verb: str, facts: dict[str, object]) -> Change:
    """A part has ended: tell the whole, which goes on when it was the last one."""
    whole: Case | None = part.part_of
    if whole is None or whole.state != "parted":
        return change
    told = Change(body={"unit_done": part.unit_id, **facts})
    if verb == "part_done":
        whole.handled_at = max(filter(None, (whole.handled_at, part.handled_at)), default=act.now)
        whole.worked_by = sorted({*whole.worked_by, *part.worked_by})
        answer, unit = part.private.answer, part.unit.zh if part.unit else ""
        whole.private.answer = "\n".join(filter(None, (whole.private.answer, f"{unit}：{answer}" if answer else "")))
        told.saves.append(whole.private)
    whole.parts_open -= 1
    if whole.parts_open == 0:
        _go_on(whole, act, told)
    change.also.append(Also(whole, verb, told))
    return change


def _go_on(whole: Case, act: Act, told: Change) -> None:
    """The last part has ended: the reporter is asked; with no reporter the whole is closed; with nothing done, again."""
    if whole.handled_at is None:
        whole.state, whole.unit = "accepted", None
    elif whole.by_staff:
        whole.state, whole.verified_at = "closed", act.now
        told.body |= {name: value for name, value in close(whole, act, {}).body.items() if name == "on_time"}
    else:
        whole.state, whole.verified_at = "verified", act.now
    clocks.enter(whole, act.now)

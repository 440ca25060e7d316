"""What happens to a target's light: it turns by itself, a person sets another one or withdraws it. Each leaves an event."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from luoshi.figures.models import TargetLight
from luoshi.figures.targets import reads
from luoshi.figures.targets.flow import ALL, FLOW, TIME, WIDTHS, facts
from luoshi.kernel import calendar, clock
from luoshi.kernel.action import Act, Action, Change, Line
from luoshi.kernel.models import Crossing
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T

LONGEST: Final = 300
LINE: Final[Line[TargetLight]] = Line(
    flow=FLOW, widths=WIDTHS, snapshot=facts, lock=reads.lock, told=reads.told, entered=lambda row, now: None,
    subject=lambda row: row.subject,
)  # fmt: skip


@LINE.creation("declare", TIME)
def declare(act: Act, *, said: Mapping[str, Any], fingerprint: str) -> tuple[TargetLight, Change]:
    """A target that was not there before; `said` is `Target.said`. Its light begins green."""
    row = TargetLight(
        subject=uuid4(), figure=said["figure"], year=said["year"], fingerprint=fingerprint, updated_at=act.now
    )
    return row, Change(body={**said, "fingerprint": fingerprint})


@LINE.action("redeclare")
def redeclare(row: TargetLight, act: Act, *, said: Mapping[str, Any]) -> Change:
    """Its declaration is another one now; `said` has the new fingerprint too."""
    row.fingerprint = said["fingerprint"]
    return Change(body=dict(said))


def _turn(row: TargetLight, act: Act, *, inputs: Mapping[str, Any]) -> Change:
    """The number crossed a threshold; `inputs` are those of `flow.INPUTS`, the light, `at` (when, ISO) and `log_size`.

    Raises Invalid for what an older log says, and for the same crossing once more on a day: a number that lies on the
    threshold would fill the log.
    """
    if inputs["log_size"] <= row.size:
        rule = T("已按更新的账本判过", "judged by a newer log already")
        raise Invalid([Fault("log_size", str(inputs["log_size"]), rule)])
    at = datetime.fromisoformat(inputs["at"])
    threshold = f"{row.state}>{inputs['light']}"
    day = at.astimezone(ZoneInfo(calendar.current().tz)).replace(hour=0, minute=0, second=0, microsecond=0)
    if reads.has_turned(row, threshold, day):
        raise Invalid([Fault("light", inputs["light"], T("今天已经这样变过一次", "it has turned so today already"))])
    crossing = Crossing(subject=row.subject, clock=reads.CLOCK, threshold=threshold, due_at=day, at=act.now)
    body = {**inputs, "was": row.state}
    row.size = inputs["log_size"]
    return Change(body=body, rows=[crossing], occurred_at=at)


TURNS: Final[Mapping[str, Action[TargetLight]]] = {light: LINE.action(f"turn_{light}")(_turn) for light in ALL}


def _day(text: str) -> date:
    today = calendar.current().city_date(clock.now())
    try:
        found = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        found = None
    if found is None or not today <= found <= date(today.year + 1, 12, 31):
        rule = T(
            "应为今天到明年底之间的一天，如 2021-12-31",
            "must be a day from today to the end of next year, like 2021-12-31",
        )
        raise Invalid([Fault("until", text[:40], rule)])
    return found


def _reason(text: str) -> str:
    if not 0 < len(text.strip()) <= LONGEST:
        raise Invalid([Fault("reason", text[:60], T("1–{n} 字", "1–{n} characters").fill(n=LONGEST))])
    return text.strip()


@LINE.action("set_light")
def set_light(row: TargetLight, act: Act, *, light: str, reason: str, until: str) -> Change:
    """Another light stands beside the computed one through the day `until`. Raises Invalid."""
    if light not in ALL:
        rule = T("应为其一：{all}", "must be one of: {all}").fill(all=", ".join(ALL))
        raise Invalid([Fault("light", light[:20], rule)])
    row.instead, row.reason, row.until, row.placed_by_id = light, _reason(reason), _day(until), act.viewer.person
    return Change(body={"light": light, "reason": row.reason, "until": until})


@LINE.action("lift_light")
def lift_light(row: TargetLight, act: Act, *, reason: str) -> Change:
    """The computed light stands alone again. Raises Invalid where none was set."""
    if not row.instead:
        raise Invalid([Fault("light", "", T("没有改判", "no light was set"))])
    why = _reason(reason)
    row.instead, row.reason, row.until, row.placed_by_id = "", "", None, None
    return Change(body={"reason": why})

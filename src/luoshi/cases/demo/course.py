"""One case in the demo's time: acts in order, and between them what time itself does, as `cases.jobs` would do it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from luoshi.cases import clocks
from luoshi.cases.actions import BY_VERB
from luoshi.cases.flow import FLOW
from luoshi.cases.models import Case
from luoshi.kernel import calendar
from luoshi.kernel.action import Act
from luoshi.kernel.bulk import Batch
from luoshi.kernel.deadlines import due
from luoshi.kernel.rights import may
from luoshi.kernel.viewer import SYSTEM, Viewer

SECOND: Final = timedelta(seconds=1)
_MINUTE: Final = timedelta(minutes=1)
# An act beside the main course: who does it and with what, told at its moment; None where it has become pointless.
Aside = Callable[[], tuple[Viewer, dict[str, Any]] | None]
_Next = tuple[datetime, str, dict[str, Any]]


class Over(Exception):
    """The demo's present is reached: nothing more happens to this case."""


class Moved(Exception):
    """Something else moved the case before the act that was meant: go on from its new state."""


class Course:
    """A case of a batch, played from its report until `end`. Every act is later than the one before."""

    def __init__(self, batch: Batch, case: Case, end: datetime, looks: Random) -> None:
        self.batch, self.case, self.end = batch, case, end
        self._looks, self._ticks = looks, dict[datetime, datetime]()
        self.now = case.reported_at
        self._asides: list[tuple[datetime, str, Aside]] = []
        self._crossed: set[tuple[str, str, datetime | None]] = set()

    def aside(self, at: datetime, verb: str, act: Aside) -> None:
        """Do something beside the main course at a moment, if it is possible then."""
        self._asides.append((at, verb, act))
        self._asides.sort(key=lambda entry: entry[0])

    def do(self, verb: str, viewer: Viewer, at: datetime, **data: Any) -> None:
        """Perform a move at a moment, or a second after the act before. Raises Moved or Over, or what the move raises."""
        state, at = self.case.state, max(at, self.now + SECOND)
        self.until(at)
        if self.case.state != state:
            raise Moved
        at = max(at, self.now + SECOND)
        if at > self.end:
            raise Over
        self._perform(verb, viewer, at, data)

    def wait(self, at: datetime) -> None:
        """Let time pass. Raises Moved if that moved the case, Over if the present is reached."""
        state = self.case.state
        self.until(at)
        if self.case.state != state:
            raise Moved
        if at > self.end:
            raise Over
        self.now = max(self.now, at)

    def until(self, at: datetime) -> None:
        """Everything that happens by itself or beside the course up to a moment, and never after the end."""
        at = min(at, self.end)
        while True:
            by_time, aside = self._by_time(), self._asides[0] if self._asides else None
            if aside is not None and (by_time is None or aside[0] <= by_time[0]):
                if aside[0] > at or self.now + SECOND > self.end:
                    return
                self._asides.pop(0)
                self._beside(*aside)
            elif by_time is None or by_time[0] > at or self.now + SECOND > self.end:
                return
            else:
                moment, verb, data = by_time
                self._perform(verb, SYSTEM, max(moment, self.now + SECOND), data)

    def _beside(self, at: datetime, verb: str, act: Aside) -> None:
        """Only what the flow and the rights allow at that moment."""
        move, at = BY_VERB[verb].move, max(at, self.now + SECOND)
        meant = act() if FLOW.fits(move, self.case) else None
        if meant is None:
            return
        viewer, data = meant
        if may(viewer, move.right, self.case) and not FLOW.lacks(move, self.case, viewer):
            self._perform(verb, viewer, at, data)

    def _perform(self, verb: str, viewer: Viewer, at: datetime, data: dict[str, Any]) -> None:
        self.now = at
        if verb in ("warn", "overdue"):
            self._crossed.add((data["clock"], verb, self._due(data["clock"])))
        self.batch.move(BY_VERB[verb], self.case, Act.of(viewer, at), **data)

    def _due(self, name: str) -> datetime | None:
        return self.case.due_at if name == "whole" else self.case.step_due_at

    def _by_time(self) -> _Next | None:
        """What time does next to the case as it stands."""
        case = self.case
        if case.status == "asked" and case.ask_due_at is not None:
            return self._tick(case.ask_due_at), "end_ask", {}
        if case.status != "going":
            return None
        found = [self._crossing("step", case.step_warn_at)]
        if case.state in clocks.WHOLE:
            found.append(self._crossing("whole", case.warn_at))
        if case.state == "verified" and case.verified_at is not None:
            unrated = due(clocks.rule("unrated"), case.verified_at, calendar.current())
            found.append((self._tick(unrated), "close_unrated", {}))
        return min((entry for entry in found if entry is not None), key=lambda entry: entry[0], default=None)

    def _crossing(self, name: str, warn: datetime | None) -> _Next | None:
        """The next threshold of a clock that is not written yet; what is late already is no longer warned of."""
        end = self._due(name)
        if end is None or (name, "overdue", end) in self._crossed:
            return None
        if warn is not None and (name, "warn", end) not in self._crossed and self._tick(warn) <= end:
            return self._tick(warn), "warn", {"clock": name}
        return self._tick(end), "overdue", {"clock": name}

    def _tick(self, moment: datetime) -> datetime:
        """When the worker looks after a moment: within a minute, at no round time, so that the log's times do not tell
        what it did from what people did."""
        if moment not in self._ticks:
            self._ticks[moment] = moment + _MINUTE * (1 - self._looks.random())
        return self._ticks[moment]

"""The one way to write: right + flow + change + event + after-commit, in one transaction under one `act` id.

A line declares each change as a pure function of (row, act, data) and wraps it:

    @LINE.action("dispatch")
    def dispatch(case: Case, act: Act, *, unit: Unit, note: str = "") -> Change: ...

Calling `dispatch(viewer=…, on=…, seen=…, key=…, unit=…)` performs it; `bulk.Batch` plays the very same function over
many rows and writes them through COPY.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import models

from luoshi.kernel import clock, idempotency, installation, jobs
from luoshi.kernel.flow import Flow, Move
from luoshi.kernel.ids import uuid7
from luoshi.kernel.ledger import event, record
from luoshi.kernel.ledger.fields import Widths
from luoshi.kernel.problems import Denied, Fault, Invalid, NotNow, Stale
from luoshi.kernel.rights import acting_for, may
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer

R = TypeVar("R", bound=Any)
MISSING = T("必须填写", "is required")
KIND = "actor_kind"
"""The restricted field that says of an event without a person whether a command of the operator (`operator`), time
(`system`), the holder of a code or the public made it; for the verbs whose widths name it."""


@dataclass(frozen=True)
class Act:
    """One human act: who, when, and the key the caller gave. All its events share `id`.

    `unwritten` are the events of a batch that are not in the log yet, for a change that looks at what happened before.
    """

    viewer: Viewer
    now: datetime
    id: UUID
    key: str | None = None
    door: str = ""
    unwritten: Sequence[event.Written] = ()

    @classmethod
    def of(cls, viewer: Viewer, now: datetime, key: str | None = None, door: str = "") -> "Act":
        """A new act at `now`."""
        return cls(viewer, now, uuid7(now), key, door)


@dataclass
class Also:
    """Another subject that the same act changes (or, `new`, makes): it gets an event of its own under the same act.

    `line`: how its event is written, where it is of another kind than the changed row.
    """

    row: Any
    verb: str
    change: "Change"
    new: bool = False
    line: "Line[Any] | None" = None


@dataclass
class Change:
    """What a change leaves beside the changed row: fields of its event, new rows, jobs, the caller's answer.

    A field of `body` that the line's widths do not name is private. `answer` must be JSON and hold no secret;
    `secret` is given to the caller once and kept nowhere.
    """

    body: dict[str, Any] = field(default_factory=dict)
    rows: list[models.Model] = field(default_factory=list)
    saves: list[models.Model] = field(default_factory=list)
    jobs: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)
    secret: dict[str, str] = field(default_factory=dict)
    occurred_at: datetime | None = None
    # the event that this one corrects: then `body` is the whole replacing body, beside which no snapshot stands
    corrects: UUID | None = None
    also: list[Also] = field(default_factory=list)


@dataclass
class Done(Generic[R]):
    """What the caller gets: the row (None when an earlier answer is repeated), the answer, and secrets."""

    row: R | None
    answer: dict[str, Any]
    secret: dict[str, str] = field(default_factory=dict)
    repeated: bool = False


@dataclass(frozen=True)
class Line(Generic[R]):
    """What the kernel must know of a line of work in order to write for it."""

    flow: Flow
    widths: Mapping[str, Widths]
    # A new dictionary each time.
    snapshot: Callable[[R], dict[str, Any]]
    # Lock the row that the viewer may see; raises Absent. `told` says who changed a row last, for a stale caller.
    lock: Callable[[Viewer, Any], R]
    told: Callable[[R], T]
    # Called when a row enters a state: starts the clock of its step.
    entered: Callable[[R, datetime], None]
    subject: Callable[[R], UUID] = lambda row: row.log_id
    is_sim: Callable[[R], bool] = lambda row: bool(row.sim)
    # Replaces what the data of a move name by the locked rows themselves; raises Absent or Invalid.
    join: Callable[[Viewer, str, dict[str, Any]], None] = lambda viewer, verb, data: None
    # Jobs that follow from a change beside those it asks for itself; a batch leaves all jobs out.
    follows: Callable[[R, "Change"], Iterable[tuple[str, dict[str, Any]]]] = lambda row, change: ()
    # Which of the open fields are not open yet for this row: they are restricted in its events.
    veils: Callable[[R], frozenset[str]] = lambda row: frozenset()

    @property
    def name(self) -> str:
        """The line's name in the log."""
        return self.flow.line

    def action(self, verb: str) -> Callable[[Callable[..., Change]], "Action[R]"]:
        """Wrap a change as the action of a move on an existing row."""
        return lambda change: Action(self, self.flow.move(verb), change)

    def creation(self, verb: str, right: str) -> Callable[[Callable[..., tuple[R, Change]]], "Creation[R]"]:
        """Wrap a function that makes a new row in the flow's initial state."""
        return lambda change: Creation(self, verb, right, change)

    def events(self, act: Act, row: R, verb: str, change: Change) -> event.Written:
        """The event that a change of a row leaves."""
        city = installation.current()
        viewer = act.viewer
        head = event.Head(city.code, self.is_sim(row), self.name, act.id, viewer.person, viewer.unit, act.now)
        widths, body = self.widths[verb].veiled(self.veils(row)), {} if change.corrects else self.snapshot(row)
        body |= change.body
        if viewer.person is None and KIND in widths.restricted:
            body[KIND] = viewer.kind
        return event.build(
            head,
            widths,
            subject=self.subject(row),
            verb=verb,
            body=body,
            occurred_at=change.occurred_at,
            corrects=change.corrects,
        )


def _require(move: Move, data: Mapping[str, Any]) -> None:
    faults = [Fault(name, "", MISSING) for name in move.needs if data.get(name) in (None, "", [], ())]
    if faults:
        raise Invalid(faults)
    unknown = set(data) - {*move.needs, *move.takes}
    if unknown:
        raise TypeError(f"{move.verb} does not take {', '.join(sorted(unknown))}")


def check(line: Line[R], move: Move, row: R, viewer: Viewer) -> None:
    """Right, state and guards of a move; raises Denied or NotNow that says what is missing."""
    if not may(viewer, move.right, row):
        raise Denied(T("您没有权限：{what}", "You may not: {what}").fill(what=move.text))
    if not line.flow.fits(move, row):
        state = line.flow.state(row.state).text
        raise NotNow(T("现在不能“{what}”：{state}", "Cannot “{what}” now: {state}").fill(what=move.text, state=state))
    lacks = line.flow.lacks(move, row, viewer)
    if lacks:
        raise NotNow(
            T("现在不能“{what}”：", "Cannot “{what}” now: ").fill(what=move.text),
            [Fault(move.verb, row.state, lack) for lack in lacks],
        )


def _store(change: Change) -> None:
    for other in change.also:
        other.row.save(force_insert=other.new)
        _store(other.change)
    for row in change.rows:
        row.save(force_insert=True)
    for row in change.saves:
        row.save()


def beside(line: Line[R], act: Act, change: Change) -> list[event.Written]:
    """The events of the other subjects that a change touched."""
    return [(other.line or line).events(act, other.row, other.verb, other.change) for other in change.also]


def _finish(line: Line[R], act: Act, row: R, verb: str, change: Change, asked: bytes) -> Done[R]:
    """Write the event, the jobs and the answer; everything still in the caller's transaction."""
    record.write([line.events(act, row, verb, change), *beside(line, act, change)])
    for one, part in ((row, change), *((other.row, other.change) for other in change.also)):
        for name, arguments in (*part.jobs, *line.follows(one, part)):
            jobs.defer(name, **arguments)
    if act.key:
        idempotency.keep(act.door, act.key, asked, change.answer, line.subject(row))
    return Done(row, change.answer, change.secret)


@dataclass(frozen=True)
class Action(Generic[R]):
    """A move of a line that can be performed; see the module."""

    line: Line[R]
    move: Move
    change: Callable[..., Change]

    def play(self, row: R, act: Act, **data: Any) -> Change:
        """Check and change the row in memory: what a single action and a batch have in common."""
        check(self.line, self.move, row, act.viewer)
        _require(self.move, data)
        instead = acting_for(act.viewer, self.move.right, row)
        change = self.change(row, act, **data)
        change.body["acting_for"] = instead
        if self.move.to is not None:
            row.state = self.move.to
            self.line.entered(row, act.now)
        change.body["move"] = self.move.verb
        row.version += 0 if self.move.quiet else 1
        row.updated_at = act.now
        for other in change.also:
            other.change.body.setdefault("move", other.verb)
            other.row.version += 0 if other.new else 1
            other.row.updated_at = act.now
        return change

    def __call__(
        self, *, viewer: Viewer, on: Any, seen: int | None = None, key: str | None = None, door: str = "", **data: Any
    ) -> Done[R]:
        """Perform it. Raises Absent, Denied, Stale, NotNow or Invalid, and then nothing was written."""
        asked = idempotency.fingerprint(self.move.verb, on, data)

        def perform() -> Done[R]:
            row = self.line.lock(viewer, on)
            earlier = idempotency.find(door, key, asked)
            if earlier is not None:
                return Done(None, earlier, repeated=True)
            if not may(viewer, self.move.right, row):
                check(self.line, self.move, row, viewer)
            if seen is not None and seen != row.version:
                raise Stale(self.line.told(row))
            act = Act.of(viewer, clock.now(), key, door)
            self.line.join(viewer, self.move.verb, data)
            change = self.play(row, act, **data)
            row.save()
            _store(change)
            return _finish(self.line, act, row, self.move.log_verb, change, asked)

        return idempotency.once(perform)


@dataclass(frozen=True)
class Creation(Generic[R]):
    """A new subject of a line; see the module."""

    line: Line[R]
    verb: str
    right: str
    change: Callable[..., tuple[R, Change]]

    def play(self, act: Act, **data: Any) -> tuple[R, Change]:
        """Check the right and make the row in memory."""
        if not may(act.viewer, self.right):
            raise Denied(T("您没有权限：{what}", "You may not: {what}").fill(what=self.right))
        row, change = self.change(act, **data)
        change.body["acting_for"] = acting_for(act.viewer, self.right)
        return row, change

    def __call__(self, *, viewer: Viewer, key: str | None = None, door: str = "", **data: Any) -> Done[R]:
        """Create it. Raises Denied or Invalid, and then nothing was written."""
        asked = idempotency.fingerprint(self.verb, None, data)

        def perform() -> Done[R]:
            earlier = idempotency.find(door, key, asked)
            if earlier is not None:
                return Done(None, earlier, repeated=True)
            act = Act.of(viewer, clock.now(), key, door)
            row, change = self.play(act, **data)
            row.save(force_insert=True)
            _store(change)
            return _finish(self.line, act, row, self.verb, change, asked)

        return idempotency.once(perform)

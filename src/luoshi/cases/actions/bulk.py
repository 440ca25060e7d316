"""Dispatch many cases as one human act: each by the single action's own checks, all written through COPY at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from luoshi.cases.actions.desk import dispatch
from luoshi.cases.core import LINE
from luoshi.cases.models import Case
from luoshi.cases.reads import listed
from luoshi.kernel import clock, idempotency, jobs
from luoshi.kernel.action import Act
from luoshi.kernel.bulk import Batch
from luoshi.kernel.problems import Absent, Fault, Invalid, Problem, Stale
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people.models import Unit

MOST: Final = 100
UNKNOWN: Final = T("没有这个编号的案件", "there is no case with this number")


class Order(NamedTuple):
    """One case to dispatch: its number, the version that was looked at, and to which unit."""

    number: str
    seen: int
    unit: Unit


@dataclass(frozen=True)
class Sent:
    """What became of the orders: the act's id, the units' codes by number, and why others were left as they were."""

    act: str
    sent: Mapping[str, str]
    left: Mapping[str, T]
    repeated: bool = False

    @classmethod
    def of(cls, answer: Mapping[str, Any], repeated: bool) -> "Sent":
        """From the answer that is kept under the key."""
        left = {number: T(*text) for number, text in answer["left"].items()}
        return cls(answer["act"], answer["sent"], left, repeated)


def reasons(problem: Problem) -> T:
    """Why a case was left, in one sentence."""
    rules = [fault.rule for fault in problem.faults]
    return T(
        problem.title.zh + "；".join(rule.zh for rule in rules), problem.title.en + "; ".join(rule.en for rule in rules)
    )


def _one(batch: Batch, case: Case | None, order: Order, act: Act) -> Iterator[tuple[str, dict[str, Any]]]:
    """Play one order into the batch; gives the jobs that follow. Raises Problem, and then the batch is as before."""
    if case is None:
        raise Absent(UNKNOWN)
    if order.seen != case.version:
        raise Stale(LINE.told(case))
    change = batch.move(dispatch, case, act, unit=order.unit)
    batch.changes(case)
    yield from change.jobs
    yield from LINE.follows(case, change)


def dispatch_many(viewer: Viewer, orders: Sequence[Order], *, key: str, door: str) -> Sent:
    """Dispatch what can be dispatched, in one transaction under one act; the rest is told and left untouched.

    Raises Denied or Invalid, and then nothing was written. The same key gives the same answer again.
    """
    demand(viewer, dispatch.move.right)
    if not 0 < len(orders) <= MOST:
        rule = T("一次 1–{n} 件", "1–{n} cases at once").fill(n=MOST)
        raise Invalid([Fault("row", str(len(orders)), rule)])
    asked = idempotency.fingerprint("dispatch_many", "", {one.number: [one.seen, one.unit] for one in orders})

    def perform() -> Sent:
        cases = listed.some(viewer, [one.number for one in orders], lock=True)
        earlier = idempotency.find(door, key, asked)
        if earlier is not None:
            return Sent.of(earlier, True)
        act, batch, left, following = Act.of(viewer, clock.now(), key, door), Batch(), {}, []
        for one in orders:
            try:
                following += list(_one(batch, cases.get(one.number), one, act))
            except Problem as problem:
                left[one.number] = tuple(reasons(problem))
        batch.flush()
        for name, arguments in following:
            jobs.defer(name, **arguments)
        sent = {one.number: one.unit.code for one in orders if one.number not in left}
        answer = {"act": str(act.id), "sent": sent, "left": left}
        idempotency.keep(door, key, asked, answer)
        return Sent.of(answer, False)

    return idempotency.once(perform)

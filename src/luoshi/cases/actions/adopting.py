"""Adopt many records of one source as one human act: each by the single action's own checks, written through COPY."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from luoshi.cases.actions.bulk import MOST, UNKNOWN, reasons
from luoshi.cases.actions.desk import adopt
from luoshi.cases.core import LINE
from luoshi.cases.models import Case, Category
from luoshi.cases.reads import listed
from luoshi.kernel import clock, idempotency
from luoshi.kernel.action import Act
from luoshi.kernel.bulk import Batch
from luoshi.kernel.problems import Absent, Fault, Invalid, Problem, Stale
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer

OTHER_SOURCE = T("来自另一个来源，分开做", "comes from another source: do it apart")


class Wish(NamedTuple):
    """One record to adopt: its number, the version that was looked at, and as which kind of ours."""

    number: str
    seen: int
    category: Category


@dataclass(frozen=True)
class Adopted:
    """What became of it: the act's id, the kinds' codes by number, and why others were left as they were."""

    act: str
    taken: Mapping[str, str]
    left: Mapping[str, T]

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> "Adopted":
        """From the answer that is kept under the key."""
        left = {number: T(*text) for number, text in answer["left"].items()}
        return cls(answer["act"], answer["taken"], left)


def _one(batch: Batch, case: Case | None, wish: Wish, source: str, act: Act) -> None:
    """Play one into the batch. Raises Problem, and then the batch is as before."""
    if case is None:
        raise Absent(UNKNOWN)
    if case.source != source:
        raise Invalid([Fault("row", case.number, OTHER_SOURCE)])
    if wish.seen != case.version:
        raise Stale(LINE.told(case))
    batch.move(adopt, case, act, category=wish.category)
    batch.changes(case)


def adopt_many(viewer: Viewer, source: str, wishes: Sequence[Wish], *, key: str, door: str) -> Adopted:
    """Adopt what can be adopted, in one transaction under one act; the rest is told and left. Nobody is told by message.

    Raises Denied or Invalid, and then nothing was written. The same key gives the same answer again.
    """
    demand(viewer, adopt.move.right)
    if not 0 < len(wishes) <= MOST:
        rule = T("一次 1–{n} 件", "1–{n} cases at once").fill(n=MOST)
        raise Invalid([Fault("row", str(len(wishes)), rule)])
    asked = idempotency.fingerprint("adopt_many", source, {one.number: [one.seen, one.category] for one in wishes})

    def perform() -> Adopted:
        cases = listed.some(viewer, [one.number for one in wishes], lock=True)
        earlier = idempotency.find(door, key, asked)
        if earlier is not None:
            return Adopted.of(earlier)
        act, batch, left = Act.of(viewer, clock.now(), key, door), Batch(), {}
        for one in wishes:
            try:
                _one(batch, cases.get(one.number), one, source, act)
            except Problem as problem:
                left[one.number] = tuple(reasons(problem))
        batch.flush()
        taken = {one.number: one.category.code for one in wishes if one.number not in left}
        answer = {"act": str(act.id), "taken": taken, "left": left}
        idempotency.keep(door, key, asked, answer)
        return Adopted.of(answer)

    return idempotency.once(perform)

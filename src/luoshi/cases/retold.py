"""What a case's events say of its row beside the snapshots that they carry: times, counts, and personal data. Pure.

A time is that of the verb that sets it. Where a source's word can be read in two ways, both are let pass.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson

from luoshi.cases.imported import ENDED, TIMES

# always looked at, and those that say something only when a source tells them or the answer's clock moves
VERBS: Final = (
    "report", "import", "part", "finish", "reject", "split", "reopen", "part_done", "part_off", "contact", "close",
    "refuse", "mark_abuse", "withdraw", "merge", "unmerge", "erase", "relocate", "ask", "reply", "release", "reclassify",
    "adopt",
)  # fmt: skip
SOMETIMES: Final = ("accept", "dispatch", "sign")
SPOKEN: Final = frozenset(
    {"report", "import", "part", "finish", "refuse", "relocate", "ask", "release", "accept", "dispatch", "sign", "close",
     "reopen", "withdraw"}
)  # fmt: skip
"""Verbs whose private body may hold what a case's private row shows."""
WORDS: Final = (
    "name", "phone", "email", "text", "place", "lat", "lon", "question", "answer", "public_text", "media_url",
)  # fmt: skip
_ENDS: Final = frozenset({"close", "refuse", "mark_abuse", "withdraw", "merge", "part_done", "part_off"})
_OVER: Final = ENDED | {"abuse", "merged"}
_OF_WHOLE: Final = ("place", "lat", "lon")


class Heard(NamedTuple):
    """An event as it is needed here; `done_at` is when the part was handled of which a whole hears."""

    verb: str
    move: str
    stage: str
    recorded_at: datetime
    occurred_at: datetime
    reported_at: str | None
    response_due_at: str | None
    in_time: bool | None
    private: bytes | None
    done_at: str | None = None


@dataclass(slots=True)
class Retold:
    """What is so after some events; times as the values that may stand. Words that cannot be known are in `loose`."""

    handled_at: tuple[datetime | None, ...] = (None,)
    closed_at: tuple[datetime | None, ...] = (None,)
    contacted_at: datetime | None = None
    in_time: bool | None = None
    reopened: int = 0
    # None: no event says it, as in logs from before events did
    response_due_at: tuple[datetime | None] | None = None
    words: dict[str, Any] = field(default_factory=dict)
    loose: set[str] = field(default_factory=set)
    # words of a source that it may have emptied since, which no event can say
    emptied: bool = False
    stage: str = ""

    def hear(self, one: Heard, by_staff: bool) -> None:
        """The next event."""
        self._answer_clock(one, by_staff)
        if one.move.startswith("import_"):
            self._source(one)
        else:
            self._ours(one)
        if one.verb in SPOKEN and one.private is not None:
            self._said(one)
        self.stage = one.stage

    def _ours(self, one: Heard) -> None:
        verb = one.verb
        if verb == "finish":
            self.handled_at = (one.occurred_at,)
        elif verb in ("reject", "split", "reopen"):
            self.handled_at = (None,)
        elif verb == "part_done":
            self._part_done(one)
        elif verb == "contact" and one.move == "contact":
            self.contacted_at, self.in_time = one.occurred_at, one.in_time
        self._ended(one)
        self._cleared(verb)

    def _ended(self, one: Heard) -> None:
        if one.verb in ("reopen", "unmerge"):
            self.closed_at = (None,)
            self.reopened += one.verb == "reopen"
        elif one.verb in _ENDS and one.stage in _OVER:
            self.closed_at = (one.recorded_at,)

    def _part_done(self, one: Heard) -> None:
        """The whole was handled when the last of its parts was, and its answer is theirs, each after its unit's name."""
        times = [at for at in (*self.handled_at, _time(one.done_at)) if at is not None]
        self.handled_at = (max(times, default=one.recorded_at),)
        self.loose.add("answer")

    def _cleared(self, verb: str) -> None:
        if verb == "reply":
            self.words["question"] = ""
        elif verb == "split":
            self.words["answer"] = ""
            self.loose.discard("answer")
        elif verb == "release":
            self.words["public_text"] = ""
        elif verb == "erase":
            self.words.clear()
            self.loose.clear()

    def _source(self, one: Heard) -> None:
        """What a source said: its state, never reached before the report; where it gave no time there is none."""
        self.emptied = True
        if self.stage in ENDED and one.stage not in ENDED:
            self.reopened += any(self.closed_at)
            self.closed_at = (None,)
        name = TIMES.get(one.stage)
        if name not in ("handled_at", "closed_at"):
            return
        reached = None
        if one.occurred_at != one.recorded_at:
            reached = max(one.occurred_at, _time(one.reported_at) or one.occurred_at)
        same = one.verb == "import" and one.stage == self.stage
        setattr(self, name, (*getattr(self, name), reached) if same else (reached,))

    def _answer_clock(self, one: Heard, by_staff: bool) -> None:
        """Until when the reporter is to be answered."""
        if by_staff or (one.verb == "import" and not one.move):
            self.response_due_at = (None,)
        elif one.response_due_at is not None:
            self.response_due_at = (_time(one.response_due_at),)
        elif one.verb == "erase" and self.response_due_at is not None and self.contacted_at is None:
            due = self.response_due_at[0]
            if one.stage not in _OVER and due is not None and due > one.recorded_at:
                self.response_due_at = (None,)

    def _said(self, one: Heard) -> None:
        said = orjson.loads(one.private or b"{}")
        if one.verb == "part":
            self.loose.update(_OF_WHOLE)
        if one.verb == "relocate" and said.get("point"):
            said["lat"], said["lon"] = said["point"].split(", ")
        for name in WORDS:
            if name in said:
                self.words[name] = float(said[name]) if name in ("lat", "lon") else said[name]
                self.loose.discard(name)


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text.replace("Z", "+00:00"))


class Fault(NamedTuple):
    """A column that is not what the events say."""

    field: str
    kept: Any
    should: Any


def times(row: Mapping[str, Any], said: Retold, corrected: bool) -> Iterable[Fault]:
    """Times and counts of a row that are otherwise. Of a corrected case the contact is held where corrections are."""
    for name in ("handled_at", "closed_at"):
        allowed = getattr(said, name)
        if row[name] not in allowed:
            yield Fault(name, row[name], allowed[-1])
    if row["reopened"] != said.reopened:
        yield Fault("reopened", row["reopened"], said.reopened)
    due = said.response_due_at
    if due is not None and row["response_due_at"] != due[0]:
        yield Fault("response_due_at", row["response_due_at"], due[0])
    if corrected:
        return
    if row["contacted_at"] != said.contacted_at:
        yield Fault("contacted_at", row["contacted_at"], said.contacted_at)
    elif said.in_time is not None and due is None:
        kept = row["response_due_at"] is None or row["contacted_at"] <= row["response_due_at"]
        if kept != said.in_time:
            yield Fault("response_due_at", row["response_due_at"], "in time" if said.in_time else "late")


def words(kept: Mapping[str, Any] | None, said: Retold) -> Iterable[str]:
    """Which personal data or words of the private row are not those said; `record` where the row is gone. No content."""
    if kept is None:
        if any(value not in (None, "") for value in said.words.values()):
            yield "private record"
        return
    for name in WORDS:
        shown, told = kept[name], said.words.get(name)
        if name in said.loose or (shown or None) == (told or None):
            continue
        if not (said.emptied and shown in (None, "")):
            yield f"private {name}"

"""A batch of rows into the database, in one transaction: new cases, changed ones, and nothing for the rest.

What is new or changed is found by (source, id there), so that the same rows again, or the rest of a run that was
killed, add nothing twice. Which of several rows of one id counts, `README.md` says: the order in which words of a source
outrank each other (`cases.imported.rank`) is the same in each run, so that a second one ends where the first did.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from django.db import transaction

from luoshi.cases.actions import imported as actions
from luoshi.cases.actions.report import numbers
from luoshi.cases.imported import ENDED, STATUS, TIMES, rank
from luoshi.cases.models import Case, Category
from luoshi.cases.reads import imported as reads
from luoshi.kernel.action import Act
from luoshi.kernel.bulk import Batch, next_ids
from luoshi.ports.importer.job import Counts, Job, Rows
from luoshi.ports.importer.mapping import Mapping
from luoshi.ports.importer.places import county, divisions
from luoshi.ports.importer.record import Record, Refused, read

DOOR: Final = "import"
PRIVATE: Final = actions.PRIVATE


class Writer:
    """Writes the batches of one part of a run."""

    def __init__(self, job: Job) -> None:
        self.job, self.source = job, job.mapping.source
        self.division = divisions()
        self.kinds: dict[str, Category] = {}
        # of each id the highest rank that was read in this file
        self.read: dict[str, tuple[float, bool]] = {}
        self.seen: dict[str, int] = {}

    def write(self, rows: Rows, now: datetime) -> Counts:
        """Clean, find, write. A row whose id was in the same batch before comes after that one was written."""
        counts = Counts()
        records = list(self._records(rows, counts, now))
        if self.job.dry:
            self._look(records, counts)
            return counts
        self._know(records)
        for part in distinct(records):
            with transaction.atomic():
                self._apply(part, Act(self.job.viewer, now, self.job.act, door=DOOR), counts)
        return counts

    def _records(self, rows: Rows, counts: Counts, now: datetime) -> Iterator[Record]:
        for line, row in rows:
            try:
                record = read(self.job.mapping, county, row, self.division, now)
            except Refused as refused:
                counts.refused.append((line, refused.faults))
                continue
            counts.flags.update(record.flags)
            if record.source_id in self.read:
                counts.again(line, record.source_id)
            if self._outranks(record):
                yield record
            else:
                counts.unchanged += 1

    def _outranks(self, record: Record) -> bool:
        """Does the row count more than those of its id that were read in this file before?"""
        mine, best = rank(record.stamp, record.state), self.read.get(record.source_id)
        if best is not None and mine <= best:
            return False
        self.read[record.source_id] = mine
        return True

    def _code(self, record: Record) -> str:
        return self.job.mapping.services.get(record.kind) or actions.category_code(self.source, record.kind)

    def _know(self, records: Iterable[Record]) -> None:
        """Have the categories at hand; a kind that is new becomes one under `imported`, at once and for good."""
        new = {self._code(record): (record.kind, record.kind_name) for record in records}
        unknown = {code: kind for code, kind in new.items() if code not in self.kinds}
        if unknown:
            ours = set(self.job.mapping.services.values())
            kinds = {kind: name for code, (kind, name) in sorted(unknown.items()) if code not in ours}
            actions.keep_categories(self.job.viewer, self.source, kinds.items())
            self.kinds |= reads.categories(unknown)

    def _apply(self, records: Sequence[Record], act: Act, counts: Counts) -> None:
        batch = Batch()
        act = replace(act, unwritten=batch.events)
        known = reads.by_source(act.viewer, self.source, [record.source_id for record in records])
        new = [record for record in records if record.source_id not in known]
        self._create(batch, act, new)
        old = [record for record in records if record.source_id in known]
        changed = [record for record in old if differences(known[record.source_id], record, self._code(record))]
        counts.created += len(new)
        counts.updated += self._update(batch, act, changed)
        counts.unchanged += len(old) - len(changed)
        counts.events += batch.flush()

    def _create(self, batch: Batch, act: Act, records: Sequence[Record]) -> None:
        keys = next_ids(Case, len(records))
        for year, same in groupby(sorted(records, key=lambda r: r.reported_at), lambda r: r.reported_at.year):
            group = list(same)
            for record, number in zip(group, numbers(year, len(group)), strict=True):
                case, _ = batch.create(
                    actions.import_case, act, key=next(keys), number=number, **creation(self.source, record),
                    category=self.kinds[self._code(record)],
                )  # fmt: skip
                if record.state != case.state:
                    batch.move(actions.TELL[record.verb], case, act, **turning(record))

    def _update(self, batch: Batch, act: Act, records: Sequence[Record]) -> int:
        """Tell the cases that are here what changed, under lock; looked at again, for they may have changed meanwhile."""
        if not records:
            return 0
        cases = reads.by_source(act.viewer, self.source, [record.source_id for record in records], lock=True)
        count = 0
        for record in records:
            case = cases[record.source_id]
            said = differences(case, record, self._code(record))
            if said:
                verb = record.verb if "state" in said else "import"
                told = said | {"at": record.at, "source_at": record.stamp, "source_status": record.status}
                if "category" in told:
                    told["category"] = self.kinds[told["category"]]
                batch.changes(case)
                batch.move(actions.TELL[verb], case, act, **told)
                count += 1
        return count

    def _look(self, records: Sequence[Record], counts: Counts) -> None:
        """Only count; rows of this file that were looked at before stand in `seen` with a hash of what they said."""
        known = reads.by_source(self.job.viewer, self.source, [record.source_id for record in records])
        for record in records:
            case = known.get(record.source_id)
            mark = hash(repr(replace(record, status="", at=_reached(record), stamp=None)))
            if case is not None and older(case, record):
                same: bool | None = True
            elif record.source_id in self.seen:
                same = self.seen[record.source_id] == mark
            elif case is not None:
                same = not differences(case, record, self._code(record))
            else:
                same = None
            if not same or case is None:
                self.seen[record.source_id] = mark
            counts.created += same is None
            counts.updated += same is False
            counts.unchanged += same is True


def creation(source: str, record: Record) -> dict[str, Any]:
    """What `import_case` takes of a record; the answer comes with the status where it has moved on."""
    return {
        "source": source, "source_id": record.source_id, "source_status": record.status,
        "reported_at": record.reported_at, "source_at": record.stamp, "text": record.text, "place": record.place, "county": record.county,
        "street": record.street, "community": record.community,
        "lat": record.lat, "lon": record.lon, "media_url": record.media_url, "flags": record.flags,
        "name": record.name, "phone": record.phone, "email": record.email,
        "answer": "" if record.state != "reported" else record.answer,
    }  # fmt: skip


def turning(record: Record) -> dict[str, Any]:
    """What an action of `TELL` takes of a new record whose status has moved on."""
    said = {"state": record.state, "at": record.at, "source_status": record.status}
    return said | ({"answer": record.answer} if record.answer else {})


def differences(case: Case, record: Record, category: str) -> dict[str, Any]:
    """What the source says otherwise than the case, as an action of `TELL` takes it, the category by its code.

    Nothing for a case that somebody adopted: it is ours now. Nothing where a newer word of the source is kept. A private
    row that was deleted stays deleted.
    """
    if case.status != STATUS or older(case, record):
        return {}
    pairs: list[tuple[str, Any, Any]] = [
        ("reported_at", case.reported_at, record.reported_at),
        ("category", case.category_id, category),
        ("county", case.county, record.county),
        ("street", case.street, record.street),
        ("community", case.community, record.community),
        ("flags", case.flags, list(record.flags)),
    ]
    if not case.private._state.adding:
        pairs += [(name, getattr(case.private, name), getattr(record, name)) for name in PRIVATE]
    said = {name: new for name, old, new in pairs if old != new}
    if case.state != record.state or _moment(case) != _reached(record):
        said["state"] = record.state
    return said


def older(case: Case, record: Record) -> bool:
    """Does what is kept outrank the row? Of two words of one time, or of none, the first that it ended stays."""
    kept, new = rank(case.source_at, case.state), rank(record.stamp, record.state)
    return new < kept or (new == kept and case.state in ENDED and record.state != case.state)


def _moment(case: Case) -> datetime | None:
    return getattr(case, TIMES[case.state]) if case.state in TIMES else None


def _reached(record: Record) -> datetime | None:
    return actions.moment(record.at, record.reported_at) if record.state in TIMES else None


def distinct(records: Sequence[Record]) -> Iterator[list[Record]]:
    """The records in order, cut so that no part holds an id twice."""
    part: dict[str, Record] = {}
    for record in records:
        if record.source_id in part:
            yield list(part.values())
            part = {}
        part[record.source_id] = record
    if part:
        yield list(part.values())


def unknown_service(mapping: Mapping) -> str | None:
    """The first of our categories that the mapping names and that does not exist."""
    found = reads.categories(mapping.services.values())
    return next((code for code in mapping.services.values() if code not in found), None)

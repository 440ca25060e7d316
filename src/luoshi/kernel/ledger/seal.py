"""Sealing: pending events get their places, the tree grows, a checkpoint is signed, the public files follow.

1. publish what an earlier run committed and could not publish;
2. in one transaction, under an advisory lock: places, root, signed checkpoint, pending rows away;
3. publish (`publish.py`): tiles, then the checkpoint.

Whatever stops it, 1 goes on from there: nothing is lost, sealed twice or half served.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from django.db import transaction

from luoshi.kernel import calendar, clock
from luoshi.kernel.ledger import checkpoint, course, keys, rotate, rows
from luoshi.kernel.ledger.checkpoint import Head
from luoshi.kernel.ledger.note import Signer
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.ledger.problem import LogProblem
from luoshi.kernel.ledger.publish import is_published, publish
from luoshi.kernel.ledger.rows import Sealed
from luoshi.kernel.ledger.tiles import TileError
from luoshi.kernel.ledger.tree import Frontier
from luoshi.kernel.text import T

MOST: Final = 200_000
"""Events sealed by one checkpoint."""
_KEPT: Final = timedelta(days=1)
"""For how long the partial tiles of a checkpoint keep their files."""


def edge_at(size: int) -> Frontier:
    """The right edge of the tree of the first entries, from the database's leaves."""
    edge = Frontier()
    for (leaf,) in rows.stream("e.leaf", 0, size):
        edge.add(leaf)
    return edge


def edge_of(place: Place, last: Sealed | None) -> Frontier:
    """The right edge of the sealed tree: from the public files, else from the database's leaves."""
    if last is None:
        return Frontier()
    try:
        edge = place.folder.frontier(last.size)
        if edge.root() == last.root:
            return edge
    except (OSError, TileError):
        pass
    edge = edge_at(last.size)
    if edge.size != last.size or edge.root() != last.root:
        raise LogProblem(
            T(
                "数据库里的日志不是签署过的那份；停止封存：luoshi verify log",
                "The log in the database is not the one that was signed; sealing stops: luoshi verify log",
            )
        )
    return edge


def _signed(place: Place, signers: Sequence[Signer], edge: Frontier, sealed_at: datetime) -> Sealed:
    head = Head(place.origin, edge.size, edge.root())
    return Sealed(head.size, head.root, sealed_at, checkpoint.sign(head, signers))


def _commit(place: Place, limit: int) -> Sealed | None:
    """Places, checkpoint and pending rows, in one transaction; None where nothing waits."""
    signers = place.signers()
    with transaction.atomic():
        rows.lock()
        last = rows.last()
        leaves = rows.take(last.size if last else 0, rotate.room(place.origin, limit))
        if not leaves:
            return None
        edge = edge_of(place, last)
        for leaf in leaves:
            edge.add(leaf)
        now = clock.now()
        sealed = _signed(place, signers, edge, max(now, last.sealed_at) if last else now)
        course.keep(place.origin, signers, rotate.trusted(place), [sealed])
        return sealed


def seal(place: Place, limit: int = MOST) -> Head | None:
    """Seal up to `limit` waiting events under one checkpoint; gives what is published, None for an empty log.

    A change of the key is the last entry under its checkpoint, and the new key signs that one too.
    Raises LogProblem or OSError; what was published stays as it was and nothing is lost.
    """
    with place.folder.alone():
        publish(place)
        rotate.take_over(place)
        _commit(place, limit)
        head = publish(place)
        return publish(place) if rotate.take_over(place) else head


def seal_all(place: Place, limit: int = MOST) -> Head | None:
    """Seal until nothing waits."""
    while True:
        head = seal(place, limit)
        if not rows.any_waiting():
            return head


def is_due(place: Place) -> bool:
    """Is there anything to seal, to publish, or to sign with a new key? Raises LogProblem."""
    last = rows.last()
    behind = last is not None and not is_published(place, last)
    return behind or rows.any_waiting() or keys.next_of(place.key_file).exists()


def prune(place: Place) -> int:
    """Remove the partial tiles that no checkpoint of the last day needs; gives how many."""
    with place.folder.alone():
        return place.folder.prune(rows.sizes_since(clock.now() - _KEPT))


def _days(place: Place, signers: Sequence[Signer], size: int, present: datetime) -> Iterator[Sealed]:
    """One checkpoint for each day that has events, sealed at its end; the last day's at the present."""
    cal, edge = calendar.current(), Frontier()
    stream = rows.stream("e.recorded_at, e.leaf", 0, size)
    for day, events in groupby(stream, lambda row: cal.city_date(row[0])):
        for _, leaf in events:
            edge.add(leaf)
        yield _signed(place, signers, edge, min(rows.end_of(day), present))


def seal_past(place: Place, present: datetime) -> Head | None:
    """Seal a past that was written beforehand, as in a demo: one checkpoint a day. Raises LogProblem if one is there."""
    signers = place.signers()
    with place.folder.alone():
        with transaction.atomic():
            rows.lock()
            if rows.last() is not None:
                raise LogProblem(T("日志里已有检查点", "The log has checkpoints already"))
            rows.take_all()
            course.keep(place.origin, signers, [], list(_days(place, signers, rows.places(), present)))
        return publish(place)

"""What the tests of sealing share: a log of its own in a folder, events to be sealed, and what must hold of any log."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from django.db import connection
from given import NOW

from luoshi.kernel.ids import uuid7
from luoshi.kernel.ledger import checkpoint, event, keys, record, tiles, tree
from luoshi.kernel.ledger.fields import Widths
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.place import Place

ORIGIN = "test.example/log"
WIDTHS = Widths(open=frozenset({"stage", "county"}), restricted=frozenset({"unit", "grade"}))


def new_place(folder: Path) -> Place:
    """A log with a key and nothing in it."""
    place = Place(ORIGIN, Folder(folder / "log"), folder / "keys" / "log")
    keys.create(place.key_file, ORIGIN)
    return place


def made(count: int, at: datetime = NOW) -> list[event.Written]:
    """Events of the line `test`, a millisecond apart."""
    found = []
    for number in range(count):
        when = at + timedelta(milliseconds=number)
        head = event.Head("150200", False, "test", uuid7(when), 7, 3, when)
        body = {"stage": "new", "county": "150203000000", "unit": number % 9, "grade": None, "text": f"秘密 {number}"}
        found.append(event.build(head, WIDTHS, subject=uuid4(), verb="report", body=body))
    return found


def write(count: int, at: datetime = NOW) -> list[event.Written]:
    """Write events as an action would."""
    events = made(count, at)
    record.write_many(events)
    return events


def rows(query: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def files(place: Place) -> dict[str, bytes]:
    """Every public file by its path."""
    root = place.folder.root
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def holds(place: Place) -> int:
    """What must hold of any published log, from its files alone; gives its size."""
    text = place.folder.checkpoint()
    if text is None:
        return 0
    head = checkpoint.verify(text, [keys.load(place.key_file, ORIGIN).verifier], ORIGIN)
    leaves: list[bytes] = []
    for tile in tiles.all_of(head.size):
        data = place.folder.read(tile)
        if tile.level is None:
            bundled = [*map(tree.leaf_hash, tiles.entries(data, tile.width))]
            assert bundled == leaves[tile.number * 256 :][: tile.width]
        elif tile.level == 0:
            leaves += tiles.hashes(data, tile.width)
        else:
            span = 256**tile.level
            first = tile.number * 256
            want = [tree.root_of(leaves[i * span : (i + 1) * span]) for i in range(first, first + tile.width)]
            assert tiles.hashes(data, tile.width) == want
    assert tree.root_of(leaves) == head.root
    return head.size


def sealed_once() -> int:
    """Places are 0, 1, 2 …, and every event is either sealed or waiting; gives how many are sealed."""
    ((count, least, most),) = rows("SELECT count(*), min(idx), max(idx) FROM log_leaf")
    assert (count, least, most) == (0, None, None) or (least, most) == (0, count - 1)  # type: ignore[operator]
    ((lost,),) = rows(
        "SELECT count(*) FROM event e WHERE (SELECT count(*) FROM log_leaf l WHERE l.event_id = e.id)"
        " + (SELECT count(*) FROM event_pending p WHERE p.event_id = e.id) <> 1"
    )
    assert lost == 0
    return int(count)  # type: ignore[call-overload]

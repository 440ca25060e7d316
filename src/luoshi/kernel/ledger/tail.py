"""A database restored from before what was published: the missing tail of the log, taken back from its public files.

The tail holds payloads: open fields come back, restricted and private ones are hashes for ever. Records themselves are
not brought back; verification names those whose last events stand in the tail until somebody acts on them again.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from django.db import connection, transaction

from luoshi.kernel import clock, installation
from luoshi.kernel.copying import copy_rows
from luoshi.kernel.ids import uuid7
from luoshi.kernel.ledger import checkpoint, course, event, keys, record, rows, tiles
from luoshi.kernel.ledger.checkpoint import Head
from luoshi.kernel.ledger.fields import Widths
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.forgotten import TAIL
from luoshi.kernel.ledger.note import NoteError
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.ledger.problem import LogProblem
from luoshi.kernel.ledger.publish import publish
from luoshi.kernel.ledger.rotate import LINE, subject_of, trusted
from luoshi.kernel.ledger.rows import Sealed
from luoshi.kernel.ledger.seal import edge_at, edge_of, seal_all
from luoshi.kernel.ledger.tiles import WIDTH, Tile, TileError
from luoshi.kernel.ledger.tree import leaf_hash
from luoshi.kernel.text import T

WIDTHS: Final = Widths(open=frozenset({"start", "end"}))
_CHUNK: Final = 4096


class Supplied(NamedTuple):
    """The places from `start` to below `end`, of which `lost` events were in the database no more."""

    start: int
    end: int
    lost: int


def _refuse(zh: str, en: str, **values: object) -> LogProblem:
    return LogProblem(T(zh, en).fill(**values))


def _wanted(place: Place) -> list[Head]:
    """What was published: by the public folder, and by what was remembered beside the key."""
    found = {place.folder.head(), keys.remembered(place.key_file)} - {None}
    return sorted((head for head in found if head is not None), key=lambda head: head.size)


def supply(place: Place, source: Folder) -> Supplied:
    """Take what is missing from another copy of the public files, prove it against its signed checkpoint, seal on.

    Raises LogProblem (nothing is missing, another log, files that do not reach or do not fit); nothing is changed then.
    """
    with place.folder.alone():
        found = _recalled(place, source)
        if found is None:
            with transaction.atomic():
                rows.lock()
                found = _supply(place, source)
            keys.remember(place.key_file, _head(place, source)[0])
        publish(place)
    seal_all(place)
    return found


def _recalled(place: Place, source: Folder) -> Supplied | None:
    """Where it was not known any more what was published last: a checkpoint tells, if the database leads to it.

    None where it is known, or where the checkpoint goes beyond the database. Raises LogProblem.
    """
    last, own = rows.last(), place.folder.head()
    if last is None or own is None or keys.remembered(place.key_file) is not None:
        return None
    head, _ = _head(place, source)
    if head.size > last.size:
        return None
    if edge_at(head.size).root() != head.root:
        raise _refuse(
            "数据库不通向那里的检查点（{n} 条）",
            "The database does not lead to that checkpoint of {n} entries",
            n=head.size,
        )
    keys.remember(place.key_file, own)
    return Supplied(last.size, last.size, 0)


def _supply(place: Place, source: Folder) -> Supplied:
    last, head, text = rows.last(), *_head(place, source)
    start, wanted = last.size if last else 0, _wanted(place)
    _require_reach(head.size, start, wanted[-1].size if wanted else 0)
    edge, leaves, lost = edge_of(place, last), list[bytes](), 0
    texts = _handed(source, start, head.size) | {head.size: text}
    kept = {one.size: one for one in wanted if start < one.size <= head.size}
    kept |= {size: _read(one) for size, one in texts.items()}
    for chunk in _chunks(source, start, head.size):
        lost += _take(start + len(leaves), chunk)
        for payload in chunk:
            leaves.append(leaf_hash(payload))
            edge.add(leaves[-1])
            one = kept.get(edge.size)
            if one is not None and one.root != edge.root():
                raise _refuse(
                    "补回的部分与签署的不符（{n} 条）", "The tail is not what was signed ({n} entries)", n=edge.size
                )
    _keep(place, last, kept, texts)
    _say(place, start, head.size)
    return Supplied(start, head.size, lost)


def _require_reach(reach: int, start: int, published: int) -> None:
    """Raises LogProblem where a copy of `reach` entries does not bring a database of `start` up to what was published."""
    if published > max(reach, start):
        raise _refuse(
            "这份只到 {a} 条，已公布的有 {b} 条，数据库有 {n} 条：还缺第 {first} 到 {end} 条",
            "This copy ends at {a} entries, {b} were published and the database holds {n}: entries {first} to {end} are "
            "still missing",
            a=reach, b=published, n=start, first=max(reach, start), end=published - 1,
        )  # fmt: skip
    if reach <= start:
        raise _refuse(
            "没有缺少的部分：数据库已有 {n} 条", "Nothing is missing: the database holds {n} entries", n=start
        )


def _head(place: Place, source: Folder) -> tuple[Head, bytes]:
    text = source.checkpoint()
    try:
        if text is None:
            raise NoteError("no checkpoint")
        return checkpoint.verify(text, trusted(place), place.origin), text
    except NoteError as error:
        raise _untrusted(error) from None


def _read(text: bytes) -> Head:
    try:
        return checkpoint.unsigned(text)
    except NoteError as error:
        raise _untrusted(error) from None


def _untrusted(error: NoteError) -> LogProblem:
    return _refuse("那里的检查点不可信：{why}", "The checkpoint there is not to be trusted: {why}", why=error)


def _handed(source: Folder, start: int, end: int) -> dict[int, bytes]:
    """The checkpoints in the tail by which a former key handed on; nobody can sign them again."""
    names = [one.name for one in source.root.joinpath("handed").glob("*") if one.name.isdigit()]
    return {size: source.handed(size) or b"" for size in map(int, names) if start < size <= end}


def _chunks(source: Folder, start: int, end: int) -> Iterator[list[bytes]]:
    """The payloads from `start` to below `end`. Raises LogProblem where the files do not reach."""
    held: list[bytes] = []
    for number in range(start // WIDTH, (end + WIDTH - 1) // WIDTH):
        width = min(WIDTH, end - number * WIDTH)
        try:
            bundle = tiles.entries(source.read(Tile(None, number, width)), width)
        except (OSError, TileError) as error:
            raise _refuse("文件不全：{why}", "Files are missing: {why}", why=error) from None
        held += bundle[max(0, start - number * WIDTH) :]
        if len(held) >= _CHUNK:
            yield held
            held = []
    if held:
        yield held


def _take(start: int, payloads: Sequence[bytes]) -> int:
    """Give entries their places, and write those that are in the database no more; gives how many those were."""
    found = [(UUID(orjson.loads(one)["id"]), one) for one in payloads]
    keyed = [key for key, _ in found]
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, payload FROM event WHERE id = ANY(%s)", [keyed])
        known = {key: bytes(payload) for key, payload in cursor.fetchall()}
    if any(known.get(key, payload) != payload for key, payload in found):
        raise _refuse("数据库里同一条的内容不同", "The database holds another content under the same id")
    missing = [_row(payload) for key, payload in found if key not in known]
    copy_rows("event", record.EVENT_COLUMNS, missing, record.EVENT_TYPES)
    places = ((start + number, key) for number, key in enumerate(keyed))
    copy_rows("log_leaf", ("idx", "event_id"), places, ("int8", "uuid"))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM event_pending WHERE event_id = ANY(%s)", [keyed])
    return len(missing)


def _row(payload: bytes) -> tuple[Any, ...]:
    """An event as far as its payload tells; its act is its own, since nobody knows it any more."""
    said = orjson.loads(payload)
    key, corrects = UUID(said["id"]), said["corrects"]
    body = {name: value for name, value in said["open"].items() if value is not None}
    times = [datetime.fromisoformat(said[name].replace("Z", "+00:00")) for name in ("occurred_at", "recorded_at")]
    return (
        key, said["line"], UUID(said["subject"]), said["verb"], key, None, None, *times, body,
        payload, leaf_hash(payload), UUID(corrects) if corrects else None,
    )  # fmt: skip


def _keep(place: Place, last: Sealed | None, kept: dict[int, Head], texts: dict[int, bytes]) -> None:
    """The checkpoints of the tail as they are, and those that were published on the way, signed again."""
    now, keys_of = clock.now(), trusted(place)
    at = max(now, last.sealed_at) if last else now
    try:
        for text in texts.values():
            checkpoint.verify(text, keys_of, place.origin)
    except NoteError as error:
        raise _untrusted(error) from None
    notes = {size: checkpoint.sign(one, place.signers()) for size, one in kept.items()} | texts
    found = [Sealed(size, kept[size].root, at, notes[size]) for size in sorted(kept)]
    course.keep(place.origin, place.signers(), keys_of, found)


def _say(place: Place, start: int, end: int) -> None:
    """The event that tells of it."""
    city, now = installation.current(), clock.now()
    head = event.Head(city.code, city.demo, LINE, uuid7(now), None, None, now)
    body = {"start": start, "end": end}
    record.write([event.build(head, WIDTHS, subject=subject_of(place.origin), verb=TAIL, body=body)])

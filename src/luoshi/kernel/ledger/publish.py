"""From the database to the public files: tiles, bundles, and last of all the checkpoint.

What was committed is published again after any failure, and comes out byte for byte the same, since places and
payloads never change. Nothing is published whose root is not the one that was signed.
"""

from typing import Final

from luoshi.kernel.ledger import keys, note, rotate, rows, tiles
from luoshi.kernel.ledger.checkpoint import Head, unsigned
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.ledger.problem import LogProblem
from luoshi.kernel.ledger.rows import Sealed
from luoshi.kernel.ledger.tiles import WIDTH, Tile, TileError, wide
from luoshi.kernel.ledger.tree import Frontier, leaf_hash
from luoshi.kernel.text import T

FORGOTTEN: Final = T(
    "密钥旁没有 {file}：不知道最后公布到哪里，不封存。请放回它；没有了，用镜像或见证所记的：luoshi seal --tail 目录",
    "There is no {file} beside the key, so what was published last is not known: nothing is sealed. Put it back; where it is lost, "
    "take what a mirror or a witness remembers: luoshi seal --tail DIR",
)


class Growth:
    """The tiles of a growing log: full ones are written as they fill up, the partial ones by `finish`."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.edge = Frontier(self._risen)
        self._hashes: dict[int, list[bytes]] = {}
        self._entries: list[bytes] = []

    @classmethod
    def resumed(cls, folder: Folder, head: Head) -> "Growth":
        """From the partial tiles of what is published. Raises OSError or TileError where they are not of this root."""
        growth = cls(folder)
        for tile in reversed(tiles.edge(head.size)):
            assert tile.level is not None
            growth._hashes[tile.level] = tiles.hashes(folder.read(tile), tile.width)
            for digest in growth._hashes[tile.level]:
                growth.edge.add(digest, tile.level)
        width = head.size % WIDTH
        if width:
            bundle = folder.read(Tile(None, head.size // WIDTH, width))
            growth._entries = tiles.entries(bundle, width)
        if growth.edge.root() != head.root or [*map(leaf_hash, growth._entries)] != growth._hashes.get(0, []):
            raise TileError("the partial tiles are not those of the checkpoint")
        return growth

    def add(self, leaf: bytes, payload: bytes) -> None:
        """The next entry."""
        self._entries.append(payload)
        self._risen(0, leaf)
        self.edge.add(leaf)

    def _risen(self, level: int, digest: bytes) -> None:
        held = self._hashes.setdefault(level, [])
        held.append(digest)
        if len(held) == WIDTH:
            number = (self.edge.size + 1 >> 8 * (level + 1)) - 1  # the leaf that fills it is not counted yet
            self.folder.put(Tile(level, number), b"".join(held))
            if level == 0:
                self.folder.put(Tile(None, number), tiles.bundle(self._entries))
                self._entries.clear()
            held.clear()

    def finish(self, before: int) -> None:
        """Write the partial tiles; those that the published tree of `before` leaves has as well are there."""
        for tile in tiles.edge(self.edge.size):
            assert tile.level is not None
            if tile == wide(tile.level, tile.number, before):
                continue
            self.folder.put(tile, b"".join(self._hashes[tile.level]))
            if tile.level == 0:
                self.folder.put(tile._replace(level=None), tiles.bundle(self._entries))


def check_unforked(place: Place, last: Sealed | None) -> None:
    """Raises LogProblem where the database stands behind, or beside, what was published, or nobody knows what was."""
    if place.folder.head() is not None and keys.remembered(place.key_file) is None:
        raise LogProblem(FORGOTTEN.fill(file=f"{place.key_file}.last"))
    for head in {place.folder.head(), keys.remembered(place.key_file)} - {None}:
        assert head is not None
        ours = last if last is not None and last.size == head.size else rows.at_size(head.size)
        if ours is None or ours.root != head.root:
            raise LogProblem(
                T(
                    "数据库与已公布的检查点（{size} 条）不符：可能从旧备份恢复。停止封存；请补回缺少的部分。",
                    "The database does not lead to the published checkpoint of {size} entries: perhaps it was restored "
                    "from an older backup. Sealing stops; supply the missing tail.",
                ).fill(size=head.size)
            )


def publish(place: Place) -> Head | None:
    """Bring the public files up to the last checkpoint of the database; gives it. Only while the folder is held.

    Raises LogProblem (what was signed and what is there differ) or OSError (a full disk); the published checkpoint
    and all that it needs then stay as they were.
    """
    last, folder = rows.last(), place.folder
    check_unforked(place, last)
    rotate.require_own(place, last)
    published = folder.head()
    if last is None or is_published(place, last):
        return published
    growth = _grown(folder, published)
    before = growth.edge.size
    for number, leaf, payload in rows.stream("l.idx, e.leaf, e.payload", before, last.size):
        if leaf_hash(payload) != leaf or number != growth.edge.size:
            raise _differs(number)
        growth.add(leaf, payload)
    if growth.edge.size != last.size or growth.edge.root() != last.root:
        raise _differs(last.size)
    growth.finish(before)
    folder.settle()
    head = unsigned(last.note)
    keys.remember(place.key_file, head)
    _release(place, last.note)
    return head


def _signed(place: Place, text: bytes) -> bytes:
    """A checkpoint with a line of every present signer: the row's has none of a key that came after it."""
    body, lines = note.split(text)
    have = {(name, marked) for name, marked, _ in lines}
    new = [one for one in place.signers() if (one.verifier.name, one.verifier.id) not in have]
    return text + b"".join(note.line(one, body) for one in new)


def is_published(place: Place, last: Sealed) -> bool:
    """Is the last checkpoint what is published, signed by the present key? Raises LogProblem."""
    text, head = place.folder.checkpoint(), place.folder.head()
    return text is not None and head is not None and head.size == last.size and _signed(place, text) == text


def _release(place: Place, text: bytes) -> None:
    """Make a checkpoint the published one; beside it those by which each former key handed on to the next."""
    for change in rotate.rotations(place.origin):
        handed = None if change.size is None else rows.at_size(change.size)
        if handed is not None and place.folder.handed(handed.size) is None:
            place.folder.hand(handed.size, handed.note)
    place.folder.publish(_signed(place, text))


def _grown(folder: Folder, published: Head | None) -> Growth:
    """From the published edge where its files are whole, else from nothing: all of it is made again."""
    folder.sweep()
    if published is not None:
        try:
            return Growth.resumed(folder, published)
        except (OSError, TileError):
            pass
    return Growth(folder)


def _differs(number: int) -> LogProblem:
    return LogProblem(
        T(
            "日志第 {n} 条附近与签署的不同；停止封存：luoshi verify log",
            "The log differs from what was signed near entry {n}; sealing stops: luoshi verify log",
        ).fill(n=number)
    )


def remake(place: Place) -> Head | None:
    """Make every public file again from the database, as after files were lost."""
    with place.folder.alone():
        last = rows.last()
        check_unforked(place, last)
        rotate.require_own(place, last)
        if last is None:
            return None
        growth = Growth(place.folder)
        for leaf, payload in rows.stream("e.leaf, e.payload", 0, last.size):
            growth.add(leaf, payload)
        if growth.edge.root() != last.root:
            raise _differs(last.size)
        growth.finish(0)
        _release(place, last.note)
        return unsigned(last.note)

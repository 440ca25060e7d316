"""Tiles and entry bundles as C2SP tlog-tiles lays them down: names, contents, which ones a size needs. Pure.

A tile of level L holds up to 256 hashes of subtrees of 256**L leaves; one with fewer is partial and says its width.
Level None stands for the entries themselves, bundled like the leaves of level 0.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

from luoshi.kernel.ledger.tree import Nodes

WIDTH: Final = 256
HASH: Final = 32
_NAME: Final = re.compile(r"(entries|0|[1-9]\d?)/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?")
_DEEPEST: Final = 63


class TileError(ValueError):
    """Bytes that are no tile or bundle of the width that they should have."""


class Tile(NamedTuple):
    """One tile or, with level None, one entry bundle; `width` 1 to 256, where 256 is full."""

    level: int | None
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Its address below `tile/`."""
        digits = f"{self.number:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        place = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"{'entries' if self.level is None else self.level}/{place}{partial}"


def parse(path: str) -> Tile | None:
    """The tile of an address below `tile/`, None for one that the standard does not know."""
    found = _NAME.fullmatch(path)
    if found is None:
        return None
    level = None if found[1] == "entries" else int(found[1])
    width = int(found[3] or WIDTH)
    tile = Tile(level, int(found[2].replace("x", "").replace("/", "")), width)
    too_wide = found[3] is not None and width >= WIDTH
    return None if too_wide or (level or 0) > _DEEPEST or tile.path != path else tile


def wide(level: int | None, index: int, size: int) -> Tile | None:
    """The tile at this place as a tree of `size` leaves has it; None where it would be empty."""
    width = min((size >> 8 * (level or 0)) - index * WIDTH, WIDTH)
    return Tile(level, index, width) if width > 0 else None


def edge(size: int) -> list[Tile]:
    """The partial tiles of a tree of `size` leaves, from level 0 up."""
    level, found = 0, []
    while size >> 8 * level:
        index, width = divmod(size >> 8 * level, WIDTH)
        if width:
            found.append(Tile(level, index, width))
        level += 1
    return found


def over(index: int, size: int) -> Iterator[Tile]:
    """The bundle that an entry is in, and the tile of each level above it."""
    for level in (None, *range(_DEEPEST // 8 + 1)):
        tile = wide(level, index >> 8 * ((level or 0) + 1), size)
        if tile is not None:
            yield tile


def all_of(size: int) -> Iterator[Tile]:
    """Every tile and bundle that a tree of `size` leaves has."""
    level = 0
    while size >> 8 * level:
        count = size >> 8 * level
        for index in range(-(-count // WIDTH)):
            width = min(count - index * WIDTH, WIDTH)
            yield Tile(level, index, width)
            if level == 0:
                yield Tile(None, index, width)
        level += 1


def hashes(data: bytes, width: int) -> list[bytes]:
    """The hashes of a tile. Raises TileError where it does not have this width."""
    if len(data) != width * HASH:
        raise TileError(f"{len(data)} bytes in a tile of {width} hashes")
    return [data[at : at + HASH] for at in range(0, len(data), HASH)]


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries as a bundle: each after its length as two bytes, big end first. Raises OverflowError above 65,535."""
    return b"".join([part for entry in entries for part in (len(entry).to_bytes(2, "big"), entry)])


def entries(data: bytes, width: int) -> list[bytes]:
    """The entries of a bundle. Raises TileError where it does not have this width."""
    found, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        found.append(data[at + 2 : end])
        at = end
    if at != len(data) or len(found) != width:
        raise TileError(f"{len(found)} entries in a bundle of {width}")
    return found


def cut(tile: Tile, data: bytes, width: int) -> bytes:
    """The first `width` hashes or entries of a wider tile: what the tile was when it was so wide."""
    if tile.level is not None:
        return data[: width * HASH]
    at = 0
    for _ in range(width):
        at += 2 + int.from_bytes(data[at : at + 2], "big")
    return data[:at]


Expanded = tuple[bytes, ...]


def expand(data: bytes, width: int) -> Expanded:
    """All complete subtrees inside a tile, by height above the tile's own hashes, those of a height one after another.

    A proof from a tile that was not read before costs these 255 hashes, and hardly anything else.
    """
    if len(data) != width * HASH:
        raise TileError(f"{len(data)} bytes in a tile of {width} hashes")
    levels = [data]
    while len(data) > HASH:
        pairs = range(0, len(data) - HASH, 2 * HASH)
        data = b"".join([sha256(b"\1" + data[at : at + 2 * HASH]).digest() for at in pairs])
        levels.append(data)
    return tuple(levels)


def nodes(size: int, read: Callable[[Tile], bytes], keep: int = 256) -> Nodes:
    """Complete subtrees of the tree of `size` leaves, from tiles; the last `keep` of them stay expanded in memory."""

    @lru_cache(maxsize=keep)
    def expanded(level: int, index: int) -> Expanded:
        tile = wide(level, index, size)
        if tile is None:
            raise TileError(f"a tree of {size} has no tile {level}/{index}")
        return expand(read(tile), tile.width)

    def node(height: int, index: int) -> bytes:
        level, above = divmod(height, 8)
        place, offset = divmod(index << above, WIDTH)
        at = (offset >> above) * HASH
        found = expanded(level, place)[above][at : at + HASH]
        if len(found) != HASH:
            raise TileError(f"a tree of {size} has no subtree {height}/{index}")
        return found

    return node

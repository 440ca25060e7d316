"""The tiles above level 0, made anew from leaves and held against their files. Pure but for the reading."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from luoshi.kernel.ledger import tiles
from luoshi.kernel.ledger.audit import Bad
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.tiles import WIDTH, Tile
from luoshi.kernel.ledger.tree import Frontier

Older = Mapping[tuple[int | None, int], Sequence[Tile]]


def older(folder: Folder) -> Older:
    """The partial tiles that have a file, by level and number: those of the present edge and of older checkpoints."""
    found: dict[tuple[int | None, int], list[Tile]] = defaultdict(list)
    for _, tile in folder.partial():
        found[tile.level, tile.number].append(tile)
    return dict(found)


class Upper:
    """Takes leaves through `edge.add`; `bad` holds the tiles of the tree of `published` leaves that differ.

    `older` are partial tiles to be looked at as well.
    """

    def __init__(self, folder: Folder, published: int, older: Older | None = None) -> None:
        self.folder, self.published, self.older = folder, published, older or {}
        self.edge = Frontier(self.risen)
        self.held: dict[int, list[bytes]] = {}
        self.bad: list[Bad] = []

    def risen(self, level: int, digest: bytes) -> None:
        """A subtree became complete."""
        held = self.held.setdefault(level, [])
        held.append(digest)
        if len(held) == WIDTH:
            self._compare(Tile(level, (self.edge.size + 1 >> 8 * (level + 1)) - 1), held)
            held.clear()

    def _compare(self, tile: Tile, held: Sequence[bytes]) -> None:
        assert tile.level is not None
        for one in self.older.get((tile.level, tile.number), ()):
            if one.width < tile.width:
                self._same(one, held)
        self._same(tile, held)

    def _same(self, tile: Tile, held: Sequence[bytes]) -> None:
        assert tile.level is not None
        if (tile.number * WIDTH + tile.width) << 8 * tile.level > self.published:
            return
        want, at = held[: tile.width], 0
        try:
            have = tiles.hashes(self.folder.read(tile), tile.width)
            at = next((place for place, pair in enumerate(zip(have, want, strict=True)) if pair[0] != pair[1]), -1)
        except (OSError, ValueError):  # not there, not of its width, or entries are missing
            pass
        if at >= 0:
            self.bad.append(Bad("tile", tile.number * WIDTH + at << 8 * tile.level, detail=f"tile/{tile.path}"))

    def partial(self) -> None:
        """The partial tiles of what is published, once all its entries were added."""
        for tile in tiles.edge(self.published):
            if tile.level:
                self._compare(tile, self.held.get(tile.level, []))

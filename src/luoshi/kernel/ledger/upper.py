"""The tiles above level 0, made anew from leaves and held against their files. Pure but for the reading."""

from collections.abc import Sequence

from luoshi.kernel.ledger import tiles
from luoshi.kernel.ledger.audit import Bad
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.tiles import WIDTH, Tile
from luoshi.kernel.ledger.tree import Frontier


class Upper:
    """Takes leaves through `edge.add`; `bad` holds the tiles of the tree of `published` leaves that differ."""

    def __init__(self, folder: Folder, published: int) -> None:
        self.folder, self.published = folder, published
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
        if (tile.number * WIDTH + tile.width) << 8 * tile.level > self.published:
            return
        try:
            same = self.folder.read(tile) == b"".join(held[: tile.width])
        except OSError:
            same = False
        if not same:
            self.bad.append(Bad("tile", tile.number << 8 * (tile.level + 1), detail=f"tile/{tile.path}"))

    def partial(self) -> None:
        """The partial tiles of what is published, once all its entries were added."""
        for tile in tiles.edge(self.published):
            if tile.level:
                self._compare(tile, self.held.get(tile.level, []))

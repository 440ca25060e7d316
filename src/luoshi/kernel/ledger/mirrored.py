"""A log verified from its public files alone, as an outsider has them: bundles ↔ leaves ↔ tree ↔ checkpoint."""

from collections.abc import Iterator, Sequence

from luoshi.kernel.ledger import checkpoint, tiles
from luoshi.kernel.ledger.audit import Bad
from luoshi.kernel.ledger.checkpoint import Head
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.note import NoteError, Verifier
from luoshi.kernel.ledger.tiles import WIDTH, Tile, TileError
from luoshi.kernel.ledger.tree import leaf_hash
from luoshi.kernel.ledger.upper import Upper


def check(folder: Folder, trusted: Sequence[Verifier], text: bytes | None = None) -> tuple[Head | None, list[Bad]]:
    """What the checkpoint says (the folder's, or the one given), and every file that does not fit it."""
    text = folder.checkpoint() if text is None else text
    if text is None:
        return None, [Bad("checkpoint", detail="there is no checkpoint")]
    try:
        head = checkpoint.verify(text, trusted)
    except NoteError as error:
        return None, [Bad("checkpoint", detail=str(error))]
    upper, bad = Upper(folder, head.size), []
    for number in range(-(-head.size // WIDTH)):
        width = min(WIDTH, head.size - number * WIDTH)
        leaves, found = _leaves(folder, number, width)
        bad += found
        for leaf in leaves:
            upper.edge.add(leaf)
    upper.partial()
    bad += upper.bad
    if upper.edge.root() != head.root and not bad:
        bad.append(Bad("checkpoint", head.size - 1, detail="the tree of these entries has another root"))
    return head, bad


def _leaves(folder: Folder, number: int, width: int) -> tuple[list[bytes], list[Bad]]:
    """The leaves of one bundle and its tile, and what of the two differs."""
    tile, bundle = Tile(0, number, width), Tile(None, number, width)
    try:
        want = [leaf_hash(entry) for entry in tiles.entries(folder.read(bundle), width)]
    except (OSError, TileError) as error:
        return [], [Bad("tile", number * WIDTH, detail=f"tile/{bundle.path}: {error}")]
    try:
        have = tiles.hashes(folder.read(tile), width)
    except (OSError, TileError) as error:
        return want, [Bad("tile", number * WIDTH, detail=f"tile/{tile.path}: {error}")]
    return want, list(_differing(tile, have, want))


def _differing(tile: Tile, have: Sequence[bytes], want: Sequence[bytes]) -> Iterator[Bad]:
    for place, pair in enumerate(zip(have, want, strict=True)):
        if pair[0] != pair[1]:
            bundle = tile._replace(level=None)
            detail = f"an entry of tile/{bundle.path} does not hash to its leaf in tile/{tile.path}"
            yield Bad("tile", tile.number * WIDTH + place, detail=detail)
            return

"""From a key that one trusts to the log's present one, by what the log's public files prove.

A key hands on by the last entry that it seals, `rotate_key`, which names the next one. So the checkpoint of that size,
signed by the trusted key, and that entry under its root are all the proof there is to want.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson

from luoshi.kernel.ledger import checkpoint, tiles, tree
from luoshi.kernel.ledger.checkpoint import Head
from luoshi.kernel.ledger.note import NoteError, Verifier
from luoshi.kernel.ledger.remote import Remote
from luoshi.kernel.ledger.rotate import LINE, VERB, subject_of
from luoshi.kernel.ledger.tiles import WIDTH


def followed(remote: Remote, head: Head, keys: Sequence[Verifier]) -> list[Verifier]:
    """The keys with all to which they handed on until `head`, each former one with how far it may speak.

    What the log says of its former keys only tells where to look. Raises NoteError, ProofError, TileError or LogProblem
    where a step is not proved.
    """
    known = list(keys)
    for claim in reversed(remote.keys()):  # the oldest first
        at = known.index(claim) if claim in known else None
        size = claim.until
        if at is None or size is None or not 0 < size <= head.size or not known[at].may_speak_of(size):
            continue
        fresh = _handed(remote, head, known[at], size)
        known[at] = replace(known[at], until=size)
        if fresh not in known:
            known.append(fresh)
    return known


def _handed(remote: Remote, head: Head, old: Verifier, size: int) -> Verifier:
    """The key to which one handed on with the entry that made the log so large."""
    text = remote.get(f"handed/{size}")
    if text is None:
        raise NoteError(f"there is no handed/{size}")
    last = checkpoint.verify(text, [old], head.origin)
    nodes = remote.nodes(head.size)
    entry = _entry(remote, size - 1, head.size)
    tree.verify_inclusion(size - 1, size, tree.leaf_hash(entry), tree.inclusion(size - 1, size, nodes), last.root)
    tree.verify_consistency(size, head.size, tree.consistency(size, head.size, nodes), last.root, head.root)
    if last.size != size:
        raise NoteError(f"handed/{size} is of {last.size} entries")
    said = _said(entry, head.origin)
    if Verifier.read(str(said.get("old_key"))) != old:
        raise NoteError("the change is of another key")
    return Verifier.read(str(said.get("new_key")))


def _entry(remote: Remote, index: int, size: int) -> bytes:
    bundle = tiles.wide(None, index // WIDTH, size)
    assert bundle is not None, "the entry is in the log"
    return tiles.entries(remote.read(bundle), bundle.width)[index % WIDTH]


def _said(entry: bytes, origin: str) -> dict[str, Any]:
    """The open fields of a change of the key. Raises NoteError for any other entry."""
    try:
        payload = orjson.loads(entry)
        found = payload["line"], payload["verb"], payload["subject"]
        if found == (LINE, VERB, str(subject_of(origin))):
            return dict(payload["open"])
    except (ValueError, KeyError, TypeError):
        pass
    raise NoteError("the last entry is no change of the key")

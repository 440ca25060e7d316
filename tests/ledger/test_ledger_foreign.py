"""What the pure modules write, held against implementations that we did not write: Go's sumdb and metamorphic-log."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from random import Random

import metamorphic_log as other
import pytest

from luoshi.kernel.ledger import checkpoint, note, tiles, tree
from luoshi.kernel.ledger.checkpoint import Head
from luoshi.kernel.ledger.tree import Frontier, leaf_hash

DRAW = Random(5)
SMALL = list(range(1, 301))
LARGE = [65_535, 65_536, 65_537, 70_000]
LEAVES = [leaf_hash(b"entry %d" % number) for number in range(max(LARGE))]
KEY = note.Key.new("test.example/log")


def b64(data: bytes) -> str:
    return b64encode(data).decode()


class Levels:
    """Every complete subtree over LEAVES, by brute force: nothing of ours but the hash of a node."""

    def __init__(self) -> None:
        self.rows = [LEAVES]
        while len(self.rows[-1]) > 1:
            below = self.rows[-1]
            self.rows.append([tree.node_hash(a, b) for a, b in zip(below[::2], below[1::2], strict=False)])

    def __call__(self, height: int, index: int) -> bytes:
        return self.rows[height][index]


NODES = Levels()
ROOTS = {size: tree.root_at(size, NODES) for size in {*SMALL, *LARGE}}


def altered(data: bytes) -> bytes:
    """One bit is different."""
    place = DRAW.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << DRAW.randrange(8)]) + data[place + 1 :]


def inclusions() -> Iterator[tuple[int, int, list[bytes]]]:
    for size in SMALL + LARGE:
        for index in {0, size // 2, size - 1, DRAW.randrange(size)}:
            yield size, index, tree.inclusion(index, size, NODES)


def consistencies() -> Iterator[tuple[int, int, list[bytes]]]:
    sizes = SMALL + LARGE
    for new in sizes:
        for old in {1, (new + 1) // 2, new, DRAW.choice([s for s in sizes if s <= new])}:
            yield old, new, tree.consistency(old, new, NODES)


INCLUSIONS = list(inclusions())
CONSISTENCIES = [(old, new, proof) for old, new, proof in consistencies() if old in ROOTS]


def _list(proof: list[bytes]) -> str:
    return ",".join(map(b64, proof)) or "-"


def _ask_inclusion(size: int, index: int, proof: list[bytes], leaf: bytes, root: bytes) -> str:
    return f"inclusion {size} {b64(root)} {index} {b64(leaf)} {_list(proof)}"


def _ask_consistency(old: int, new: int, proof: list[bytes], first: bytes, second: bytes) -> str:
    return f"consistency {new} {b64(second)} {old} {b64(first)} {_list(proof)}"


def test_go_accepts_every_inclusion_proof_and_refuses_altered_ones(go) -> None:
    well, ill = [], []
    for size, index, proof in INCLUSIONS:
        leaf, root = LEAVES[index], ROOTS[size]
        well.append(_ask_inclusion(size, index, proof, leaf, root))
        ill.append(_ask_inclusion(size, index, proof, altered(leaf), root))
        ill.append(_ask_inclusion(size, index, proof, leaf, altered(root)))
        ill += [_ask_inclusion(size, index, [*proof, leaf], leaf, root)]
        if proof:
            place = DRAW.randrange(len(proof))
            changed = [*proof[:place], altered(proof[place]), *proof[place + 1 :]]
            ill += [_ask_inclusion(size, index, bad, leaf, root) for bad in (changed, proof[:-1])]
    assert set(go(well)) == {"yes"}
    assert "yes" not in go(ill)


def test_go_accepts_every_consistency_proof_and_refuses_altered_ones(go) -> None:
    well, ill = [], []
    for old, new, proof in CONSISTENCIES:
        first, second = ROOTS[old], ROOTS[new]
        well.append(_ask_consistency(old, new, proof, first, second))
        ill.append(_ask_consistency(old, new, proof, altered(first), second))
        ill.append(_ask_consistency(old, new, proof, first, altered(second)))
        if proof:
            place = DRAW.randrange(len(proof))
            changed = [*proof[:place], altered(proof[place]), *proof[place + 1 :]]
            ill += [_ask_consistency(old, new, bad, first, second) for bad in (changed, proof[:-1], [*proof, first])]
    assert set(go(well)) == {"yes"}
    assert "yes" not in go(ill)


def test_go_opens_our_checkpoints_and_keys_and_refuses_altered_ones(go) -> None:
    vkey = str(KEY.verifier)
    signed = [checkpoint.sign(Head("test.example/log", size, ROOTS[size]), [KEY]) for size in ROOTS]
    assert set(go([f"note {vkey} {b64(text)}" for text in signed])) == {"yes"}
    ill = []
    for text in signed:
        body, _, tail = text.partition(b"\n\n")
        ill.append(altered(body[:-1]) + b"\n\n" + tail)
    assert "yes" not in go([f"note {vkey} {b64(text)}" for text in ill])
    assert go([f"signer {KEY.secret().strip()}"]) == ["yes"]


@pytest.mark.parametrize("size", [2, 255, 256, 257, 300, 65_536, 65_793])
def test_go_proves_from_our_tile_files(go, tmp_path: Path, size: int) -> None:
    leaves = LEAVES[:size]
    for tile in tiles.all_of(size):
        if tile.level is None:
            continue
        span = 256**tile.level
        start = tile.number * 256
        data = b"".join(tree.root_of(leaves[i * span : (i + 1) * span]) for i in range(start, start + tile.width))
        place = tmp_path / "tile" / tile.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    root = tree.root_of(leaves)
    indexes = {0, size // 2, size - 1, DRAW.randrange(size)}
    asked = [f"tiles {b64(str(tmp_path).encode())} {size} {i} {b64(root)} {b64(leaves[i])}" for i in indexes]
    assert set(go(asked)) == {"yes"}
    place.write_bytes(altered(place.read_bytes()))
    assert "yes" not in go(asked)


def test_metamorphic_log_accepts_our_proofs_and_refuses_altered_ones() -> None:
    for size, index, proof in INCLUSIONS:
        leaf, root = LEAVES[index], ROOTS[size]
        other.verify_inclusion(index, size, leaf, proof, root)
        for bad in ((altered(leaf), proof, root), (leaf, proof, altered(root)), (leaf, [*proof, leaf], root)):
            with pytest.raises(Exception):  # noqa: B017 - its error class is generated
                other.verify_inclusion(index, size, *bad)
    for old, new, proof in CONSISTENCIES:
        first, second = ROOTS[old], ROOTS[new]
        other.verify_consistency(old, new, proof, first, second)
        for ill in ((proof, altered(first), second), (proof, first, altered(second)), ([*proof, first], first, second)):
            with pytest.raises(Exception):  # noqa: B017
                other.verify_consistency(old, new, *ill)


def test_metamorphic_log_opens_our_checkpoints_and_refuses_altered_ones() -> None:
    vkey = str(KEY.verifier)
    for size in [*SMALL, *LARGE]:
        text = checkpoint.sign(Head("test.example/log", size, ROOTS[size]), [KEY]).decode()
        index = DRAW.randrange(size)
        other.checkpoint_verify_inclusion(text, [vkey], index, LEAVES[index], tree.inclusion(index, size, NODES))
        with pytest.raises(Exception):  # noqa: B017
            other.checkpoint_verify(text.replace(f"\n{size}\n", f"\n{size + 1}\n"), [vkey])


def test_our_own_verifier_agrees_on_all_of_them() -> None:
    for size, index, proof in INCLUSIONS:
        tree.verify_inclusion(index, size, LEAVES[index], proof, ROOTS[size])
        for bad in ([*proof, LEAVES[0]], proof[:-1], [altered(digest) for digest in proof]):
            if bad != proof:
                with pytest.raises(tree.ProofError):
                    tree.verify_inclusion(index, size, LEAVES[index], bad, ROOTS[size])
    for old, new, proof in CONSISTENCIES:
        tree.verify_consistency(old, new, proof, ROOTS[old], ROOTS[new])
        with pytest.raises(tree.ProofError):
            tree.verify_consistency(old, new, proof, altered(ROOTS[old]), ROOTS[new])
        for ill in ([*proof, LEAVES[0]], proof[:-1], [altered(digest) for digest in proof]):
            if ill != proof:
                with pytest.raises(tree.ProofError):
                    tree.verify_consistency(old, new, ill, ROOTS[old], ROOTS[new])


def test_the_growing_edge_has_the_same_roots() -> None:
    edge, risen = Frontier(lambda level, digest: risen_at.append((level, digest))), {}
    risen_at: list[tuple[int, bytes]] = []
    for size, leaf in enumerate(LEAVES, 1):
        edge.add(leaf)
        if size in ROOTS:
            assert edge.root() == ROOTS[size]
    for level, digest in risen_at:
        risen.setdefault(level, []).append(digest)
    assert risen[1] == NODES.rows[8][: len(LEAVES) // 256]
    assert risen[2] == NODES.rows[16][:1]

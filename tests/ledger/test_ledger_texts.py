"""Tiles' names and contents, notes, checkpoints, proofs as files: the texts themselves."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshi.kernel.ledger import checkpoint, note, proof, tiles, tree
from luoshi.kernel.ledger.checkpoint import Head
from luoshi.kernel.ledger.note import Key, NoteError, Verifier, Witness
from luoshi.kernel.ledger.tiles import Tile

KEY = Key.new("test.example/log")
HEAD = Head("test.example/log", 1, tree.leaf_hash(b"one"))


def test_the_names_of_the_standard() -> None:
    assert Tile(0, 1_234_067).path == "0/x001/x234/067"
    assert Tile(None, 5, 12).path == "entries/005.p/12"
    assert Tile(63, 1000).path == "63/x001/000"


def test_what_a_tree_of_70000_has() -> None:
    found = list(tiles.all_of(70_000))
    assert sum(t.level == 0 and t.width == 256 for t in found) == 273
    assert {t for t in found if t.width < 256 and t.level is not None} == {
        Tile(0, 273, 112),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    }
    assert tiles.edge(70_000) == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert tiles.edge(256) == [Tile(1, 0, 1)]


@given(st.integers(0, 63), st.integers(0, 10**12), st.integers(1, 256))
@settings(deadline=None)
def test_a_name_leads_back_to_its_tile(level: int, number: int, width: int) -> None:
    tile = Tile(level, number, width)
    assert tiles.parse(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "0/1",
        "00/001",
        "64/001",
        "0/x000/001",
        "0/001.p/0",
        "0/001.p/256",
        "0/001.p/01",
        "0/../001",
        "0/x001",
        "e/001",
        "",
    ],
)
def test_what_the_standard_does_not_know_is_no_tile(path: str) -> None:
    assert tiles.parse(path) is None


@given(st.lists(st.binary(max_size=70), min_size=1, max_size=256), st.data())
@settings(max_examples=40, deadline=None)
def test_a_bundle_gives_its_entries_back_and_can_be_cut(entries: list[bytes], data: st.DataObject) -> None:
    whole = tiles.bundle(entries)
    assert tiles.entries(whole, len(entries)) == entries
    width = data.draw(st.integers(1, len(entries)))
    assert tiles.cut(Tile(None, 0, len(entries)), whole, width) == tiles.bundle(entries[:width])
    with pytest.raises(tiles.TileError):
        tiles.entries(whole[:-1] if entries[-1] else whole + b"\0", len(entries))


def test_a_note_opens_with_its_key_only() -> None:
    text = checkpoint.sign(HEAD, [KEY])
    assert checkpoint.verify(text, [KEY.verifier], "test.example/log") == HEAD
    for trusted in ([], [Key.new("test.example/log").verifier], [Key.new("other").verifier]):
        with pytest.raises(NoteError):
            checkpoint.verify(text, trusted)
    with pytest.raises(NoteError):
        checkpoint.verify(text, [KEY.verifier], "other.example/log")


def test_a_cosignature_names_the_time_and_leaves_the_first_line_valid() -> None:
    witness = Witness(Key.new("witness.example"), 1_679_315_147)
    text = checkpoint.cosign(checkpoint.sign(HEAD, [KEY]), witness)
    _, signed = note.open_note(text, [KEY.verifier, witness.verifier])
    assert signed == [KEY.verifier, witness.verifier]
    assert str(witness.verifier) == str(Verifier.read(str(witness.verifier)))
    line = text.splitlines()[-1].decode().split(" ")[2]
    later = Witness(witness.key, witness.at + 1)
    assert line != checkpoint.cosign(checkpoint.sign(HEAD, [KEY]), later).splitlines()[-1].decode().split(" ")[2]


def test_keys_come_back_from_their_texts_and_damaged_ones_are_refused() -> None:
    assert Key.read(KEY.secret()) == KEY
    assert Verifier.read(str(KEY.verifier)) == KEY.verifier
    for bad in ("", "a+b", str(KEY.verifier)[:-6], str(KEY.verifier).replace("test", "best")):
        with pytest.raises(NoteError):
            Verifier.read(bad)
    with pytest.raises(NoteError) as refused:
        Key.read(KEY.secret().replace("test", "best"))
    assert KEY.secret()[-20:] not in str(refused.value)


def test_a_proof_file_verifies_alone_and_not_when_altered() -> None:
    leaves = [tree.leaf_hash(b"%d" % n) for n in range(7)]
    edge = tree.Frontier()
    for leaf in leaves:
        edge.add(leaf)
    path = tree.inclusion(3, 7, lambda height, index: tree.root_of(leaves[index << height : (index + 1) << height]))
    signed = checkpoint.sign(Head("test.example/log", 7, edge.root()), [KEY])
    file = proof.Proof(3, tuple(path), signed, b"3").text
    assert file.startswith(b"c2sp.org/tlog-proof@v1\nextra Mw==\nindex 3\n")
    assert proof.verify(proof.parse(file), [KEY.verifier]).size == 7
    assert proof.parse(file).text == file
    for old, new in ((b"Mw==", b"NA=="), (b"index 3", b"index 2"), (b"\n7\n", b"\n8\n")):
        with pytest.raises((NoteError, tree.ProofError)):
            proof.verify(proof.parse(file.replace(old, new)), [KEY.verifier])
    for bad in (
        b"",
        file.replace(b"@v1", b"@v2"),
        file.replace(b"index 3", b"index 03"),
        file.replace(b"Mw==", b"Mx=="),
    ):
        with pytest.raises(NoteError):
            proof.parse(bad)

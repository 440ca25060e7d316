"""Two checkpoints, or a receipt, held against the keys that one trusts: what is wrong in words, or nothing."""

from collections.abc import Sequence
from typing import Final, Protocol

from luoshi.kernel.ledger import checkpoint, proof, tree
from luoshi.kernel.ledger.checkpoint import Head
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.note import NoteError, Verifier
from luoshi.kernel.ledger.problem import LogProblem
from luoshi.kernel.ledger.tiles import TileError
from luoshi.kernel.ledger.tree import Nodes, ProofError
from luoshi.kernel.text import T


class Source(Protocol):
    """Where the tiles of a log are: its folder, a mirror, an address."""

    def nodes(self, size: int) -> Nodes:
        """The complete subtrees of the tree of `size` leaves."""


NOWHERE: Final = T(
    "要证明从 {old} 条到 {new} 条，须有日志的文件：--log 网址或镜像目录",
    "to prove the growth from {old} to {new} entries the log's files are needed: --log URL or a mirror's folder",
)
SHORT: Final = T(
    "日志的文件没有到 {n} 条：{why}；更新镜像，或用 --log 指明别处",
    "the log's files do not reach to {n} entries: {why}; bring the mirror up to date, or name others by --log",
)


def consistency(folder: Source, old: int, new: int) -> list[bytes]:
    """The proof from the public files that the tree of `old` leaves is the beginning of that of `new`.

    Raises FileNotFoundError or TileError where the files do not reach so far.
    """
    return tree.consistency(old, new, folder.nodes(new))


def grown(
    source: Source | None, old: bytes, new: bytes, trusted: Sequence[Verifier]
) -> tuple[tuple[Head, Head] | None, str]:
    """What two signed checkpoints say, and why the second is no growth of the first ("" where it is).

    Raises LogProblem where a proof is needed and there is no source, or it cannot be read.
    """
    try:
        first, second = checkpoint.verify(old, trusted), checkpoint.verify(new, trusted)
    except NoteError as error:
        return None, str(error)
    if first.origin != second.origin:
        return (first, second), f"two logs: {first.origin} and {second.origin}"
    needed = 0 < first.size < second.size
    if needed and source is None:
        raise LogProblem(NOWHERE.fill(old=first.size, new=second.size))
    try:
        proven = consistency(source, first.size, second.size) if needed and source is not None else []
        tree.verify_consistency(first.size, second.size, proven, first.root, second.root)
    except ProofError as error:
        return (first, second), str(error)
    except (OSError, TileError) as error:
        raise LogProblem(SHORT.fill(n=second.size, why=error)) from None
    return (first, second), ""


def receipt(text: bytes, trusted: Sequence[Verifier]) -> tuple[int | None, Head | None, str]:
    """Index and checkpoint of a tlog-proof file, and what is wrong with it ("" where nothing is)."""
    index = None
    try:
        found = proof.parse(text)
        index = found.index
        return index, proof.verify(found, trusted), ""
    except (NoteError, ProofError) as error:
        return index, None, str(error)


def contained(folder: Folder, seen: Head) -> str:
    """Why what was seen of a log is not the beginning of what it publishes now ("" where it is, or where nothing is there)."""
    now = folder.head()
    if now is None or now.origin != seen.origin:
        return ""
    try:
        if seen.size > now.size:
            raise ProofError(f"the log has {now.size} entries now, {seen.size} were signed")
        tree.verify_consistency(seen.size, now.size, consistency(folder, seen.size, now.size), seen.root, now.root)
    except (ProofError, TileError, OSError) as error:
        return f"the log was rewritten since: {error}"
    return ""

"""`read`: a pack that is whole, or a refusal that lists everything wrong with it."""

from pathlib import Path

from luoshi.packs.check import load
from luoshi.packs.faults import PackError
from luoshi.packs.model import Pack

BAOTOU = Path(__file__).parent / "baotou"
"""The pack that comes with the product."""


def read(folder: Path) -> Pack:
    """The pack in `folder`. Raises PackError with all faults where there is one."""
    loaded = load(folder)
    if loaded.faults or loaded.pack is None:
        raise PackError(loaded.faults)
    return loaded.pack

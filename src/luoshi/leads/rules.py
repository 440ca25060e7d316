"""The line's settings that differ from place to place, as data: clocks, gates, kinds of documents and proofs. Pure."""

import tomllib
from pathlib import Path
from typing import Any, Final

RULES: Final[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "rules.toml").read_text(encoding="utf-8"))
"""What `rules.toml` says."""

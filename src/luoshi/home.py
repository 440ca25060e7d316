"""The home: one folder with everything an installation keeps outside its database."""

import os
import secrets
from pathlib import Path


def secret(home: Path, name: str) -> str:
    """The secret called `name`, generated once (32 random bytes, hex) in a file of mode 0600."""
    folder = home / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / name
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text("ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(secrets.token_hex(32))
        handle.flush()
        os.fsync(handle.fileno())
    return file.read_text("ascii").strip()

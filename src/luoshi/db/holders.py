"""Who holds a database up: one file a process, locked as long as the process lives.

The kernel drops the lock with the process, however it ends, so no number of a process that is gone or used again
can keep a database up. All functions but `Holder.close` are called under the home's lock.
"""

import fcntl
import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Holder:
    """This process as a holder."""

    file: Path
    descriptor: int
    pid: int

    def close(self) -> None:
        """Stop holding."""
        self.file.unlink(missing_ok=True)
        os.close(self.descriptor)


def join(folder: Path) -> Holder:
    """Register this process."""
    folder.mkdir(mode=0o755, exist_ok=True)
    file = folder / f"{os.getpid()}-{secrets.token_hex(4)}"
    descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDONLY, 0o644)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return Holder(file, descriptor, os.getpid())


def living(folder: Path) -> list[int]:
    """Process numbers of the holders that live; the files of the others are taken away."""
    found = []
    for file in folder.iterdir() if folder.is_dir() else ():
        descriptor = os.open(file, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.unlink()
        except BlockingIOError:
            found.append(int(file.name.partition("-")[0]))
        finally:
            os.close(descriptor)
    return found

"""The home: one folder with everything an installation keeps outside its database.

home.json          what this home is: kind, created, version, data_version, id
building           there while a demo is being made; a home with it is half made and is thrown away
demo-logins.json   the demo's log-ins, 0600
erased.jsonl       deletions of personal data, as random ids (`privacy.erasures`); a restore does them again
secrets/           0700, each file 0600
settings.toml      settings (`conf`)
"""

import fcntl
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

FACTS, BUILDING, LOGINS = "home.json", "building", "demo-logins.json"
Kind = Literal["demo", "city"]
_HARMLESS = {"settings.toml", "secrets", "run", "pg", "pg-id", "erased.jsonl"}


@dataclass(frozen=True)
class Facts:
    """What a home is. `data_version` is the version of the demo's data (0 for a city); `created` is real time, ISO."""

    kind: Kind
    created: str
    version: str
    data_version: int
    id: str


@dataclass(frozen=True)
class Login:
    """A demo login: name, password, the roles in both languages, and where the person works."""

    username: str
    password: str
    name: str
    roles_zh: str
    roles_en: str
    unit: str


@contextmanager
def alone(folder: Path, mode: int = 0o700) -> Iterator[None]:
    """Only one process a time writes in the folder; others wait. It is made where it is not there."""
    folder.mkdir(mode=mode, parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write(file: Path, content: str | bytes, mode: int = 0o600) -> None:
    """Write a file at once or not at all, with `mode` from its first byte on."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "wb") as handle:
            os.fchmod(descriptor, mode)
            handle.write(content.encode() if isinstance(content, str) else content)
            handle.flush()
            os.fsync(descriptor)
        os.replace(name, file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def secret(home: Path, name: str) -> str:
    """The secret called `name`, generated once (32 random bytes, hex) in a file of mode 0600.

    Several processes may ask at once: a complete file is linked into place, so that the first wins and none reads a
    half-written one.
    """
    folder = home / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / name
    if not file.exists():
        mine = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        write(mine, secrets.token_hex(32))
        try:
            os.link(mine, file)
        except FileExistsError:
            pass
        finally:
            mine.unlink()
    return file.read_text("ascii").strip()


def facts(home: Path) -> Facts | None:
    """What this home is, or None where nothing was finished in it."""
    try:
        return Facts(**json.loads((home / FACTS).read_text("utf-8")))
    except FileNotFoundError:
        return None


def settle(home: Path, kind: Kind, version: str, data_version: int) -> Facts:
    """Say what this home is, once its making is finished."""
    made = Facts(kind, datetime.now(UTC).isoformat(timespec="seconds"), version, data_version, secrets.token_hex(8))
    write(home / FACTS, json.dumps(asdict(made), indent=2) + "\n")
    finish(home)
    return made


def finish(home: Path) -> None:
    """Its making is finished."""
    (home / BUILDING).unlink(missing_ok=True)


def begin(home: Path) -> None:
    """Mark a home as being made, so that a run that is killed half-way is started over by the next one."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    write(home / BUILDING, f"{os.getpid()}\n")


def half_made(home: Path) -> bool:
    """Was its making begun and never finished?"""
    return (home / BUILDING).exists()


def empty(home: Path) -> bool:
    """Is there nothing in it but settings that somebody wrote beforehand and what merely looking at a home leaves?"""
    return not home.exists() or all(entry.name in _HARMLESS for entry in home.iterdir())


def keep_logins(home: Path, logins: Sequence[Login]) -> None:
    """Write the demo's log-ins, readable for the owner of the home only."""
    write(home / LOGINS, json.dumps([asdict(login) for login in logins], ensure_ascii=False, indent=1) + "\n")


def logins(home: Path) -> list[Login]:
    """The demo's log-ins; empty where there are none."""
    try:
        return [Login(**entry) for entry in json.loads((home / LOGINS).read_text("utf-8"))]
    except FileNotFoundError:
        return []


def set_aside(home: Path) -> Path:
    """Move an old home to `<home>.old-<time>` beside it and give the new place back. The database must be down."""
    aside = home.with_name(f"{home.name}.old-{datetime.now(UTC):%Y%m%d-%H%M%S}")
    home.rename(aside)
    return aside


def remove(home: Path) -> None:
    """Remove all that is in a home but `settings.toml`; the folder itself stays. The database must be removed first."""
    for entry in list(home.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != "settings.toml":
            entry.unlink()

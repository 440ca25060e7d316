"""The log's key: one file outside the database, which no backup takes, readable for its owner only.

Beside it `<file>.last` keeps the last checkpoint that was published with it, so that a database restored from before
that is noticed, and `<file>.next` is a key that waits for its rotation to be sealed.
"""

import os
import stat
from pathlib import Path

from luoshi import home as homes
from luoshi.conf import Conf
from luoshi.kernel.ledger import checkpoint
from luoshi.kernel.ledger.checkpoint import Head
from luoshi.kernel.ledger.note import Key, NoteError
from luoshi.kernel.ledger.problem import LogProblem
from luoshi.kernel.text import T


def file_of(conf: Conf) -> Path:
    """Where the key is: the setting, or `keys/log` in the home."""
    named = conf.text("log_key")
    return Path(named).expanduser().absolute() if named else conf.home / "keys" / "log"


def rights_problem(file: Path) -> T | None:
    """What is wrong with who may read the key or its folder, None where all is well."""
    for path in (file.parent, file):
        found = path.stat()
        if found.st_uid != os.geteuid():
            return T("{file} 属于别的用户", "{file} belongs to another user").fill(file=path)
        if path == file and stat.S_IMODE(found.st_mode) & 0o077:
            return T("他人可读日志密钥：chmod 600 {file}", "others can read the log's key: chmod 600 {file}").fill(
                file=path
            )
        if stat.S_IMODE(found.st_mode) & 0o022:
            return T("他人可写：chmod go-w {file}", "others can write: chmod go-w {file}").fill(file=path)
    return None


def load(file: Path, origin: str) -> Key:
    """The key of the log called `origin`. Raises LogProblem where there is none, or not a safe or fitting one."""
    if not file.exists():
        raise LogProblem(
            T(
                "没有日志密钥 {file}：放回原来的密钥；日志还是空的，用 luoshi key new；丢了，用 luoshi log new",
                "There is no key of the log ({file}): put the old one back; luoshi key new for an empty log; luoshi log new if "
                "it is lost",
            ).fill(file=file)
        )
    wrong = rights_problem(file)
    if wrong is not None:
        raise LogProblem(wrong)
    try:
        key = Key.read(file.read_text("utf-8"))
    except (NoteError, UnicodeDecodeError) as error:
        raise LogProblem(
            T("日志密钥 {file} 已损坏：{why}", "The log's key {file} is damaged: {why}").fill(file=file, why=error)
        ) from None
    if key.name != origin:
        raise LogProblem(
            T("密钥属于日志 {other}，不是 {origin}", "The key belongs to the log {other}, not {origin}").fill(
                other=key.name, origin=origin
            )
        )
    return key


def create(file: Path, origin: str) -> Key:
    """Make a new key in a file of mode 0600. Raises LogProblem where one is there already."""
    if file.exists():
        raise LogProblem(
            T("已有密钥 {file}；更换：luoshi key rotate", "There is a key already ({file}); luoshi key rotate").fill(
                file=file
            )
        )
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = Key.new(origin)
    homes.write(file, key.secret())
    return key


def next_of(file: Path) -> Path:
    """Where the key that follows waits."""
    return file.with_name(file.name + ".next")


def take_next(file: Path) -> None:
    """The waiting key takes the place of the old one, which is gone from then on."""
    os.replace(next_of(file), file)
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder safe against a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remember(file: Path, head: Head) -> None:
    """Write down what was published, before anybody can see it."""
    homes.write(file.with_name(file.name + ".last"), head.text.decode())


def remembered(file: Path) -> Head | None:
    """What was published last with this key, None where nothing was. Raises LogProblem for a damaged note."""
    place = file.with_name(file.name + ".last")
    try:
        return checkpoint.parse(place.read_bytes())
    except FileNotFoundError:
        return None
    except NoteError as error:
        raise LogProblem(T("{file} 已损坏：{why}", "{file} is damaged: {why}").fill(file=place, why=error)) from None

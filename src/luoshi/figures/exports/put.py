"""Files of an export on the disk: all of them or none, and never over one that is there and says something else."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from luoshi.cli.said import Failed
from luoshi.figures.exports.make import packed
from luoshi.kernel.text import T

THERE: Final = T(
    "{file} 已经存在，内容不同；请换一个地方，或先移走它",
    "{file} is there already and says something else; choose another place or move it away",
)
NO_FOLDER: Final = T("{out} 是文件，不是文件夹", "{out} is a file, no folder")
ONE: Final = T(
    "{out}：这种格式有 {n} 个文件，要写进文件夹或 .zip",
    "{out}: the form has {n} files, it goes into a folder or a .zip",
)


def put(found: Mapping[str, bytes], out: Path) -> list[Path]:
    """Write them into a folder, or packed where `out` ends in `.zip`; a single one under the name `out` if that ends in
    `.csv`. The paths written. Raises Failed or OSError."""
    for path, data in (targets := _targets(found, out)).items():
        if path.exists() and not (path.is_file() and path.read_bytes() == data):
            raise Failed(THERE.fill(file=path))
    waiting: dict[Path, str] = {}
    done: list[Path] = []
    try:
        for path, data in targets.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            waiting[path] = _aside(path, data)
        for path, name in waiting.items():
            done += _placed(path, name)
    except BaseException:
        for path in done:
            path.unlink(missing_ok=True)
        raise
    finally:
        for name in waiting.values():
            os.unlink(name)
    return list(targets)


def _targets(found: Mapping[str, bytes], out: Path) -> dict[Path, bytes]:
    """What is written where. Raises Failed."""
    if out.suffix == ".zip" and not out.is_dir():
        return {out: packed(found)}
    if out.suffix == ".csv" and not out.is_dir():
        if len(found) > 1:
            raise Failed(ONE.fill(out=out, n=len(found)))
        return {out: next(iter(found.values()))}
    if out.exists() and not out.is_dir():
        raise Failed(NO_FOLDER.fill(out=out))
    return {out / name: data for name, data in found.items()}


def _aside(path: Path, data: bytes) -> str:
    """The bytes under a name of their own, in the same folder."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(descriptor, "wb") as out:
            out.write(data)
            os.fchmod(out.fileno(), 0o644)
    except BaseException:
        os.unlink(name)
        raise
    return name


def _placed(path: Path, name: str) -> list[Path]:
    """Give a file its name unless it has one of the same bytes; what was placed. Raises Failed where another came first."""
    if path.is_file() and path.read_bytes() == Path(name).read_bytes():
        return []
    try:
        os.link(name, path)
    except FileExistsError:
        raise Failed(THERE.fill(file=path)) from None
    return [path]

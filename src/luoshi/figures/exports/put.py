"""Files of an export on the disk: all of them or none, and never over one that is there and says something else."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from luoshi import home
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
    """Write them into a folder, or packed where `out` ends in `.zip`; a single one under that name where it ends in `.csv`.

    Gives the paths. Raises Failed or OSError, and then nothing was written.
    """
    targets = _targets(found, out)
    missing = [path for path, data in targets.items() if not _there(path, data)]
    written: list[Path] = []
    try:
        for path in missing:
            path.parent.mkdir(parents=True, exist_ok=True)
            home.write(path, targets[path], 0o644)
            written.append(path)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    return list(targets)


def _there(path: Path, data: bytes) -> bool:
    """Is just this file there already? Raises Failed where it is another one."""
    if not path.exists():
        return False
    if not path.is_file() or path.read_bytes() != data:
        raise Failed(THERE.fill(file=path))
    return True


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

"""How commands speak: results on standard output, everything else on standard error."""

import sys

import click

from luoshi.kernel.text import T

NO_ROOM = ("No space left on device", "DiskFull", "could not extend file")


class Failed(Exception):
    """A command found something wrong; `text` says what."""

    def __init__(self, text: T) -> None:
        super().__init__(text.en)
        self.text = text


def said(text: T) -> None:
    """Say something beside the result."""
    click.echo(str(text), err=True)


def both(text: T) -> str:
    """A heading in both languages."""
    return f"{text.zh} {text.en}"


def problem_text(error: Exception) -> T | None:
    """The words for an error that somebody can mend, None for one that nobody foresaw."""
    text = getattr(error, "text", None)
    if isinstance(text, T):
        return text
    if any(words in str(error) for words in NO_ROOM):
        return T("磁盘已满：请腾出空间再来。", "The disk is full: make room and try again.")
    return _of_pack(error) or _of_kernel(error) or _of_database(error) or _of_system(error)


def _of_pack(error: Exception) -> T | None:
    faults = getattr(error, "faults", None)
    if type(error).__name__ not in ("PackError", "FigureError", "ReportError") or faults is None:
        return None
    return _lines([fault.rule for fault in faults], [f"{fault.file}:{fault.line}: " for fault in faults])


def _of_kernel(error: Exception) -> T | None:
    from luoshi.kernel.problems import Problem

    if not isinstance(error, Problem):
        return None
    shown = [f"{fault.field}={fault.value!r}: " for fault in error.faults]
    return _lines([error.title, *(fault.rule for fault in error.faults)], ["", *shown])


def _of_database(error: Exception) -> T | None:
    """The database is away, or full; known by name, since Django may not have been loaded."""
    known = {"OperationalError", "InterfaceError", "PoolTimeout", "NoInstallation", "ConnectorException"}
    names = {kind.__name__ for kind in type(error).__mro__}
    if not names & known:
        return None
    if "NoInstallation" in names:
        return NOTHING_YET
    last = str(error).strip().partition("\n")[0]
    return T(f"数据库不可用：{last}；请运行 luoshi doctor", f"The database is not available: {last}; run luoshi doctor")


def _of_system(error: Exception) -> T | None:
    if not isinstance(error, OSError):
        return None
    where = f"{error.filename}: " if error.filename else ""
    why = f"{where}{error.strerror or error}"
    return T(f"系统拒绝：{why}", f"The system refused: {why}")


def _lines(texts: list[T], before: list[str]) -> T:
    zh = [start + text.zh for start, text in zip(before, texts, strict=True)]
    en = [start + text.en for start, text in zip(before, texts, strict=True)]
    return T("\n".join(zh), "\n".join(en))


NOTHING_YET = T(
    "这里还没有城市：请运行 luoshi demo 或 luoshi init --pack DIR。",
    "There is no city here yet: run luoshi demo or luoshi init --pack DIR.",
)


def is_terminal() -> bool:
    """Does a person read this as it is written?"""
    return sys.stderr.isatty()

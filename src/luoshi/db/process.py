"""Processes as `/proc` shows them.

Only `stat` and `cmdline` are read: they are open to every user, while `cwd` of another user's process is closed to
root in a container without CAP_SYS_PTRACE.
"""

from pathlib import Path

from luoshi.db.problem import DatabaseProblem
from luoshi.kernel.text import T

PROC = Path("/proc")


def require_linux() -> None:
    """Raises DatabaseProblem where there is no `/proc`."""
    if not (PROC / "self" / "stat").exists():
        raise DatabaseProblem(
            T(
                "内置数据库需要 Linux（/proc）；其他系统请用 DATABASE_URL 指定外部 PostgreSQL。",
                "The embedded database needs Linux (/proc); elsewhere name an external PostgreSQL in DATABASE_URL.",
            )
        )


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie nobody has collected does not."""
    return _stat(pid)[:1] not in ([], ["Z"], ["X"])


def parent(pid: int) -> int:
    """The process that started this one, 0 when it is gone."""
    return int([*_stat(pid), "0", "0"][1])


def _stat(pid: int) -> list[str]:
    """State, parent and so on, as in proc_pid_stat(5) from its third field; empty when it is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return []


def arguments(pid: int) -> list[bytes]:
    """The command line of a process, empty when it is gone or a zombie."""
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


def pids() -> list[int]:
    """All processes that can be seen."""
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]

"""`luoshi doctor`: what is wrong with this installation, and how to mend it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import click

from luoshi import conf as settings
from luoshi.cli import examinations
from luoshi.cli.examinations import Finding
from luoshi.cli.said import problem_text
from luoshi.kernel.text import T


@dataclass(frozen=True)
class Check:
    """One thing looked at: a name that never changes, whether it is well, what was found, how to mend it."""

    name: str
    ok: bool
    detail: T
    mend: T


@click.command()
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。As JSON.")
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """检查本安装有何问题、怎样修复。What is wrong here, and how to mend it."""
    checks = list(examine())
    if as_json:
        click.echo(
            json.dumps({"ok": all(c.ok for c in checks), "checks": [_plain(c) for c in checks]}, ensure_ascii=False)
        )
    else:
        print_checks(checks)
    ctx.exit(0 if all(check.ok for check in checks) else 1)


def examine() -> Iterator[Check]:
    """All checks; where the settings or the database are bad, those that need them are left out."""
    first = _look("settings", settings.load, lambda conf: Finding(T("没有未知或错误的设置", "none unknown or bad")))
    yield first
    if not first.ok:
        return
    conf = settings.load()
    for name, look in examinations.OF_HOME.items():
        yield _look(name, lambda: conf, look)
    with examinations.database(conf) as problem:
        yield _look("database", lambda: conf, lambda _: problem or Finding(T("可以连接", "reachable")))
        if problem is None:
            for name, look in examinations.OF_DATABASE.items():
                yield _look(name, lambda: conf, look)


def _look(name: str, load: Callable[[], settings.Conf], look: Callable[[settings.Conf], Finding]) -> Check:
    """One check; what it raises is what it found."""
    try:
        found = look(load())
    except Exception as error:
        text = problem_text(error) or T(f"{type(error).__name__}: {error}", f"{type(error).__name__}: {error}")
        return Check(name, False, text, T("先解决上面所说的问题", "Mend what it says first"))
    return Check(name, found.mend is None, found.detail, found.mend or T("", ""))


def _plain(check: Check) -> dict[str, object]:
    return {**asdict(check), "detail": str(check.detail), "mend": str(check.mend)}


def print_checks(checks: list[Check]) -> None:
    """One line a check, and how to mend what is not well."""
    for check in checks:
        click.echo(f"{'✓' if check.ok else '✗'} {check.name:<12} {check.detail}")
        if not check.ok:
            click.echo(f"  → {check.mend}")

"""`luoshi targets`: annual targets and how they stand.

Exit codes: 0 answered, 1 the engine or the disk failed, 2 an as-of that is not there, or declarations that are wrong.
"""

import json

import click

from luoshi.cli import session
from luoshi.cli.said import said
from luoshi.kernel.text import T


@click.group()
def targets() -> None:
    """目标：完成、序时进度、灯。Annual targets: done, due by now, lights."""


@targets.command("list")
@click.option("--as-of", metavar="DATE|SIZE", help="截至某日或日志的大小。As known on a day, or at a size of the log.")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。As JSON.")
@click.pass_context
def list_(ctx: click.Context, /, as_of: str | None, as_json: bool) -> int:
    """列出目标，差的在前。List the targets, the worst first."""
    from luoshi.kernel.problems import Problem

    try:
        with session.connected():
            session.viewer(ctx)
            _list(as_of, as_json)
    except Problem as problem:
        rules = [f"{fault.field}={fault.value!r}: {fault.rule}" for fault in problem.faults]
        raise click.UsageError("\n".join([str(problem.title), *rules])) from None
    return 0


def _list(as_of: str | None, as_json: bool) -> None:
    from luoshi.figures.ask import as_of as known
    from luoshi.figures.said import moment_text
    from luoshi.figures.targets import said as plain
    from luoshi.figures.targets.ask import standings

    now = known(as_of)
    found = [plain.said(one) for one in standings(as_of=now)]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in found:
        _tell(one)
    text = T("截至 {at}，日志 {n} 条", "as of {at}, {n} entries of the log")
    said(text.fill(at=moment_text(now.moment) or "—", n=now.size))


def _tell(one: dict[str, object]) -> None:
    from luoshi.figures.targets.flow import WORDS

    head = f"{WORDS[str(one['light'])]}  {one['year']} {one['name']}: {one['value'] or '—'} / {one['target']} {one['unit']}"
    if one["gap"] is None:
        click.echo(f"{head}  ({one['why']})")
        return
    text = T("完成 {p}%，序时 {s}%，差 {g}", "done {p}%, due {s}%, gap {g}")
    click.echo(f"{head}  ({text.fill(p=one['progress'], s=one['schedule'], g=one['gap'])})")

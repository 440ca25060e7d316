"""`luoshi report`: a text with figures in it, printed as files.

Exit codes: 0 written, 1 a text that cannot be printed or the disk failed, 2 a period, size or text that is not there.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from luoshi.cli import session
from luoshi.cli.said import Failed, said
from luoshi.cli.steps import steps
from luoshi.kernel.text import T, language

if TYPE_CHECKING:
    from luoshi.figures.period import Period
    from luoshi.figures.report.document import Document
    from luoshi.kernel.viewer import Viewer

THERE: Final = T(
    "{out} 不是空文件夹；报告写进新的文件夹", "{out} is no empty folder; a report gets a folder of its own"
)


@click.command()
@click.argument("name", metavar="NAME|list")
@click.option("--period", help="2021、2021Q3、2021-10。A year, quarter or month.")
@click.option("--as-of", metavar="DATE|SIZE", help="截至某日或日志的大小。As known on a day, or at a size of the log.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="语言。The language; that of the terminal by default.")
@click.option("--out", type=click.Path(path_type=Path), help="写进这个新文件夹。The new folder that is written.")
@click.option("--draft", is_flag=True, help="只看样子：不发布，没有数据包。To look at: not published, without package.")
@click.pass_context
def report(
    ctx: click.Context,
    name: str,
    period: str | None,
    as_of: str | None,
    lang: str | None,
    out: Path | None,
    draft: bool,
) -> int:
    """报告：文字里的每个数都是指标；发布到日志，附开放数据包。`list` 列出有哪些。

    A report: a text in which every number is a figure, published in the log, with its open package. `list`: which there are.
    """
    from luoshi.kernel.problems import Problem

    if name == "list":
        return _list()
    if period is None or out is None:
        raise click.UsageError("luoshi report NAME --period 2021 --out DIR")
    when = _period(period)
    _require_empty(out)
    try:
        with session.connected(), _beside(out) as folder:
            made = _document(name, when, as_of, lang or language())
            _write(made, folder)
            if not draft:
                _publish(made, folder / "package", session.viewer(ctx))
    except Problem as problem:
        rules = [f"{fault.field}={fault.value!r}: {fault.rule}" for fault in problem.faults]
        raise click.UsageError("\n".join([str(problem.title), *rules])) from None
    said(T("写好了：{out}", "Written: {out}").fill(out=out))
    return 0


def _list() -> int:
    with session.connected():
        from luoshi.figures.report import texts

        for one in texts.all_texts():
            click.echo(f"{one.name}  {one.language}  {one.path}")
    return 0


def _period(text: str) -> "Period":
    from luoshi.figures.period import PeriodError, parse

    try:
        return parse(text)
    except PeriodError as error:
        raise click.UsageError(f"--period {error.text}") from None


def _document(name: str, period: "Period", as_of: str | None, lang: str) -> "Document":
    from luoshi.figures import ask
    from luoshi.figures.report.document import document

    with steps() as show, show.step(T("计算并排版", "Computing and setting")):
        return document(name, period, ask.as_of(as_of), lang)


def _write(made: "Document", folder: Path) -> None:
    from luoshi.figures.report import notes

    (folder / "report.html").write_bytes(made.html)
    (folder / "report.pdf").write_bytes(made.pdf)
    said(T("{n} 个数，截至日志 {size} 条", "{n} numbers, as of {size} entries of the log").fill(
        n=len(made.printed), size=made.as_of.size))  # fmt: skip
    if not notes.public():
        said(T("没有设公开网址：报告里的链接只能在这台机器上打开；先设 PUBLIC_URL 再出报告",
               "No public address is set: the report's links open on this machine only; set PUBLIC_URL before making it"))  # fmt: skip


def _publish(made: "Document", folder: Path, viewer: "Viewer") -> None:
    """Into the log, with its package; copies are kept for `/reports/`."""
    from django.conf import settings

    from luoshi.figures.package import kept, write

    with (
        steps() as show,
        show.step(T("发布、打开字段、验证数据包", "Publishing, opening fields, verifying the package")),
    ):
        try:
            row = write.write(made, folder, viewer)
        except write.PackageError as error:
            raise Failed(error.text) from None
        kept.keep(settings.CONF.home, row.log_id, folder)
    said(T("已发布：/reports/；验证：python3 {file}", "Published: /reports/; verify: python3 {file}").fill(
        file=f"package/{write.VERIFIER}"))  # fmt: skip


def _require_empty(out: Path) -> None:
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise Failed(THERE.fill(out=out))


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """A folder beside it that takes its place when all is written, and goes where something fails."""
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    try:
        yield folder
        folder.chmod(0o755)
        os.rename(folder, out)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise

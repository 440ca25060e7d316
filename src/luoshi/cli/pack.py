"""`luoshi pack check DIR`."""

from collections.abc import Sequence
from pathlib import Path

import click

from luoshi.cli.said import said
from luoshi.kernel.text import T
from luoshi.packs.faults import Fault


@click.group()
def pack() -> None:
    """城市包。City packs."""


@pack.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.pass_context
def check(ctx: click.Context, folder: Path) -> None:
    """指出城市包的每处错误。Name file, line and rule of every fault."""
    from luoshi.packs.check import check as faults_of

    faults = [*faults_of(folder), *_figures(folder), *_reports(folder)]
    for fault in faults:
        click.echo(str(fault))
    said(T("{n} 处错误。", "{n} faults.").fill(n=len(faults)) if faults else T("没有错误。", "No faults."))
    ctx.exit(1 if faults else 0)


def _reports(folder: Path) -> Sequence[Fault]:
    """Numbers in the texts of its reports that no figure backs, and what else keeps them from being printed."""
    from luoshi.figures.report import names
    from luoshi.figures.report.reading import ReportError, read
    from luoshi.packs.faults import Faults

    names.read(folder / "reports", found := Faults())
    faults = list(found.found)
    for path in sorted((folder / "reports").glob("*.md")):
        try:
            read(path)
        except ReportError as error:
            faults += [one for one in error.faults if one not in faults]
    return faults


def _figures(folder: Path) -> Sequence[Fault]:
    """What is wrong with the reported figures that a pack declares, its list of numbers printed wrongly, and its targets."""
    from luoshi.figures.declare import FigureError
    from luoshi.figures.reported import corrections, declare
    from luoshi.figures.targets.declare import targets

    files = [file] if (file := folder / "figures.toml").exists() else []
    try:
        known = declare.reported(files, ())
        corrections.read(folder / corrections.FILE, known)
        targets(files, known, whole=False)
    except FigureError as error:
        return error.faults
    return ()

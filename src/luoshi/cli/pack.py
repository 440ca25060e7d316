"""`luoshi pack check DIR`."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from functools import partial
from importlib import import_module
from pathlib import Path

import click

from luoshi.cli.said import said
from luoshi.installed import LINES
from luoshi.kernel.measures import Catalogue, Facts
from luoshi.kernel.text import T
from luoshi.packs.faults import Fault
from luoshi.packs.model import Pack


@click.group()
def pack() -> None:
    """城市包。City packs."""


@pack.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.pass_context
def check(ctx: click.Context, folder: Path) -> None:
    """指出城市包的每处错误。Name file, line and rule of every fault."""
    from luoshi.packs.check import load

    loaded = load(folder)
    faults = [*loaded.faults, *_figures(folder, loaded.pack), *_reports(folder)]
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


def _figures(folder: Path, city: Pack | None) -> Sequence[Fault]:
    """What is wrong with the figures that a pack declares, its list of numbers printed wrongly, and its targets."""
    from luoshi.figures.declare import FigureError, figures, of_line
    from luoshi.figures.reported import corrections, declare
    from luoshi.figures.targets.declare import targets

    files = [file] if (file := folder / "figures.toml").exists() else []
    ours = [path for line in LINES for path in of_line(line)]
    try:
        computed = figures([*ours, *files], _catalogue(city), partial(_values, city)) if city is not None else {}
        known = declare.reported(files, computed)
        corrections.read(folder / corrections.FILE, known)
        targets(files, {**computed, **known}, whole=city is not None)
    except FigureError as error:
        return error.faults
    return ()


def _catalogue(city: Pack) -> Catalogue:
    """What can be counted in the arithmetic of a pack."""
    found = Catalogue()
    for line in LINES:
        module = import_module(f"luoshi.{line}.measures")
        found.add(module.FACTS, module.measures(asdict(city.city.rates)))
    return found


def _values(city: Pack, facts: Facts, dimension: str) -> Collection[str]:
    """The values that a dimension can have in a pack's city; none where they are no closed list."""
    if dimension == "unit":
        return sorted(one.code for one in city.units)
    if closed := dict(facts.closed).get(dimension):
        return closed
    if dimension in ("top", "category"):
        return [one.code for one in city.categories]
    return [one.code for one in city.divisions if one.level == dimension]

"""`luoshi figure` and `luoshi figures`: a number from the records, and which numbers there are.

Exit codes: 0 answered, 1 the engine or the disk failed, 2 a figure, period, dimension or as-of that is not there.
"""

import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from luoshi.cli import session
from luoshi.cli.said import said
from luoshi.kernel.text import T

if TYPE_CHECKING:
    from luoshi.figures.ask import Question
    from luoshi.figures.either import Question as Either
    from luoshi.figures.period import Period
    from luoshi.kernel.viewer import Viewer

ENGINES = click.Choice(["duckdb", "postgres", "spark"])
COMPARES = click.Choice(["yoy", "mom", "ytd"])
EXPORTS = click.Choice(["csvw", "frictionless", "sdmx"])
HEADS = (T("位置", "place"), T("编号", "number"), T("计入分子", "in numerator"), T("值", "value"))


@click.group()
def figures() -> None:
    """指标：有哪些，口径是什么。Figures: which there are and how they are defined."""


@figures.command("list")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。As JSON.")
def list_(as_json: bool) -> int:
    """列出指标；来源已自行更正的条目以 1 退出。List the figures; 1 where a source has mended what we correct."""
    with session.connected():
        from luoshi.figures.catalogue import all_figures
        from luoshi.figures.listed import listed
        from luoshi.figures.reported import actions
        from luoshi.figures.reported import said as reported
        from luoshi.figures.reported.catalogue import all_reported

        found = [listed(one) for one in all_figures().values()]
        found += [reported.listed(one) for one in all_reported().values()]
        mended = actions.mended()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        for one in found:
            click.echo(f"{one['id']:<24} {one['name']}  [{one['unit']}]")
    for rule in mended:
        said(rule)
    return 1 if mended else 0


@click.command()
@click.argument("figure_id", metavar="ID")
@click.option("--period", required=True, help="2021、2021Q3、2021-10。A year, quarter or month.")
@click.option("--by", default="", metavar="DIM[,DIM]", help="按维度分组，month 为月份。By dimensions, or month.")
@click.option("--where", multiple=True, metavar="DIM=V", help="只看某个值。Only one value of a dimension.")
@click.option("--as-of", metavar="DATE|SIZE", help="截至某日或日志的大小。As known on a day, or at a size of the log.")
@click.option("--compare", type=COMPARES, help="yoy 同比，mom 环比，ytd 累计。Beside another period.")
@click.option("--rank", is_flag=True, help="排名。Ranked.")
@click.option("--engine", type=ENGINES, default="duckdb", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。As JSON.")
@click.option("--records", is_flag=True, help="数字背后的记录，CSV。The records behind the number, as CSV.")
@click.option("--export", type=EXPORTS, help="按标准写成文件，配 --out。As the files of a standard, with --out.")
@click.option("--out", type=click.Path(path_type=Path), help="文件夹，或 .zip。A folder, or a .zip.")
@click.pass_context
def figure(
    ctx: click.Context,
    /, figure_id: str, period: str, by: str, where: Sequence[str], as_json: bool,
           records: bool, **asked: Any) -> int:  # fmt: skip
    """一个指标：数值、分子、分母、截至何时。One figure: its value, numerator, denominator and as of when."""
    from luoshi.kernel.problems import Problem

    pairs = [one.partition("=") for one in where]
    if any(not name or not sign for name, sign, _ in pairs):
        raise click.UsageError(
            str(
                T(
                    "--where 写作 维度=值，如 county=150203000000",
                    "--where is written DIM=V, such as county=150203000000",
                )
            )
        )
    if asked["rank"] and not by:
        raise click.UsageError(str(T("--rank 要有 --by：写明按什么排", "--rank needs --by: what is ranked")))
    _check_export(asked, as_json, records)
    given = {name: value for name, _, value in pairs}
    if len(given) < len(pairs):
        raise click.UsageError(str(T("--where 的同一维度不能出现两次", "a dimension of --where cannot stand twice")))
    try:
        with session.connected():
            viewer = session.viewer(ctx)
            if _reported(figure_id, period, by, given, asked, as_json, records):
                return 0
            question = _question(viewer, figure_id, period, by, given, asked)
            if asked["export"]:
                _export(question, asked)
            elif records:
                _records(question, viewer)
            else:
                _answer(question, asked["rank"], asked["compare"], as_json)
    except Problem as problem:
        rules = [f"{fault.field}={fault.value!r}: {fault.rule}" for fault in problem.faults]
        raise click.UsageError("\n".join([str(problem.title), *rules])) from None
    return 0


def _check_export(asked: dict[str, Any], as_json: bool, records: bool) -> None:
    """Raises UsageError where the options of an export do not go together."""
    if bool(asked["export"]) != bool(asked["out"]):
        raise click.UsageError("--export csvw|frictionless|sdmx --out DIR")
    given = {"--json": as_json, "--records": records, "--rank": asked["rank"], "--compare": asked["compare"]}
    too_much = [name for name, value in given.items() if value]
    if asked["export"] and too_much:
        rule = T("--export 不与 {names} 合用", "--export does not go with {names}").fill(names=", ".join(too_much))
        raise click.UsageError(str(rule))


def _export(question: "Either", asked: dict[str, Any]) -> None:
    from luoshi.figures import either
    from luoshi.figures.exports import make, put

    for path in put.put(make.files(either.counted(question), asked["export"]), asked["out"]):
        said(T("写好了：{out}", "Written: {out}").fill(out=path))


def _reported(
    name: str, period: str, by: str, where: dict[str, str], asked: dict[str, Any], as_json: bool, records: bool
) -> bool:
    """Answer for a reported figure; was it one?"""
    from luoshi.figures.reported import cli as reported
    from luoshi.figures.reported.catalogue import all_reported

    if name not in all_reported():
        return False
    question = reported.question(name, _period(period), _dimensions(by), where, asked["as_of"])
    if asked["export"]:
        _export(question, asked)
    elif records:
        csv.writer(sys.stdout, lineterminator="\n").writerow([str(head) for head in HEADS])
    else:
        reported.answer(question, ranked=asked["rank"], compare=asked["compare"], as_json=as_json)
    return True


def _period(text: str) -> "Period":
    from luoshi.figures.period import PeriodError, parse

    try:
        return parse(text)
    except PeriodError as error:
        raise click.UsageError(f"--period {error.text}") from None


def _dimensions(by: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in by.split(",") if part.strip())


def _question(
    viewer: "Viewer", name: str, period: str, by: str, where: dict[str, str], given: dict[str, Any]
) -> "Question":
    from luoshi.figures import ask, asked, days, labels

    found, when, dimensions = ask.figure(name), _period(period), _dimensions(by)
    as_of = days.known(viewer, found, given["as_of"])
    question = ask.Question(found, when, as_of, dimensions, engine=given["engine"])
    return asked.open_to(viewer, labels.narrowed(question, where))


def _answer(question: "Question", ranked: bool, compare: Any, as_json: bool) -> None:
    from luoshi.figures import said as plain
    from luoshi.figures.ask import ask

    answer = ask(question)
    found = plain.said(answer, ranked=ranked, compare=compare)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    _tell(found, plain.table(found["rows"]))
    if found["unknown"]:
        click.echo(found["unknown"], err=True)


def _tell(found: dict[str, Any], table: list[list[str]]) -> None:
    shown = "·" if found["suppressed"] else found["value"] if found["value"] is not None else "—"
    parts = f"{found['numerator']}/{found['denominator']}" if found["denominator"] is not None else f"n {found['n']}"
    click.echo(f"{found['name']} {found['period']}: {shown} {found['unit']}  ({parts})")
    tell_compared(found)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        click.echo("  " + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    tell_end(found)


def tell_compared(found: dict[str, Any]) -> None:
    """The number beside another period's."""
    other = found["compare"]
    if other:
        beside = "" if other["change"] is None else f"  {other['change']} {other['change_unit']}"
        click.echo(f"  {other['kind']} {other['period']}: {other['value'] or '—'} {found['unit']}{beside}")


def tell_end(found: dict[str, Any]) -> None:
    """Who has no number, and as of when."""
    if found["missing"]:
        click.echo(str(T("  没有数的：{names}", "  without a number: {names}").fill(names=", ".join(found["missing"]))))
    as_of = T("截至 {at}，日志 {n} 条{more}", "as of {at}, {n} entries of the log{more}")
    more = T("（当天未结束，还会变）", " (the day is not over: it may change)") if found["provisional"] else ""
    said(as_of.fill(at=found["as_of"] or "—", n=found["log_size"], more=more))


def _records(question: "Question", viewer: "Viewer") -> None:
    """One header, then one line a record; those that the viewer may not see say so."""
    from luoshi.figures import opened
    from luoshi.kernel.lines import UNSEEN

    face = question.face
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow([str(head) for head in (*HEADS, *face.record_heads())])
    found_all = opened.everything(viewer, question)
    for start in range(0, len(found_all), 1000):
        for one, seen in opened.rows(viewer, question, found_all[start : start + 1000]):
            number, cells = (seen.number, seen.cells) if seen else (str(UNSEEN), [""] * len(face.record_heads()))
            part = None if one.part is None else int(one.part)
            mine = ["" if cell is None else cell for cell in (one.place, number, part, one.value, *cells)]
            out.writerow([" ".join(str(cell).split()) if isinstance(cell, str) else cell for cell in mine])

"""`luoshi import`: records of other systems.

Exit codes: 0 the file was processed, 1 where the file breaks off or a row was refused (of cases only with --strict), 2 wrong
use.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from luoshi.cli import session
from luoshi.cli.said import both, said
from luoshi.cli.steps import steps
from luoshi.kernel.text import T

if TYPE_CHECKING:
    from luoshi.ports.importer.run import Report

MAPPING_HELP = "georeport、messages、sf311 或 TOML 文件。georeport, messages, sf311 or a TOML file."


@click.group("import")
def import_() -> None:
    """导入别的系统的记录。Take in records of other systems."""


@import_.command("cases")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--mapping", "mapping_name", default="georeport", metavar="NAME|FILE.toml", help=MAPPING_HELP)
@click.option("--source", help="记录的来源名，默认用映射的。Name of the source, instead of the mapping's.")
@click.option("--dry-run", is_flag=True, help="只看，不写。Look only, write nothing.")
@click.option("--strict", is_flag=True, help="有拒收的行则以 1 退出。Exit with 1 if a row was refused.")
@click.option("--json", "as_json", is_flag=True, help="最后一行给出 JSON。Print JSON as the last line.")
@click.pass_context
def cases(
    ctx: click.Context, file: Path, mapping_name: str, source: str | None, dry_run: bool, strict: bool, as_json: bool
) -> int:
    """导入街面案件：JSON、JSONL、CSV（UTF-8 或 GB18030）或 XLSX，可用 gzip 压缩。Import street cases."""
    from luoshi.ports.importer.mapping import MappingError, load

    try:
        mapping = load(mapping_name, source)
    except MappingError as error:
        raise click.UsageError(str(error.text)) from None
    conf, _ = session.made()
    with session.connected() as database:
        from luoshi.ports.importer.rows import FileProblem
        from luoshi.ports.importer.run import run
        from luoshi.ports.importer.write import unknown_service

        wrong = unknown_service(mapping)
        if wrong is not None:
            raise click.UsageError(str(T(f"[services] {wrong}：没有这个类别", f"[services] {wrong}: no such category")))
        refused = conf.home / "imports" / f"{file.name}.refused.csv"
        try:
            with steps() as show:
                label = T("读入（字节）", "Reading (bytes)")
                report = run(
                    file, mapping, viewer=session.viewer(ctx), url=database.url("app"), refused=refused, dry=dry_run,
                    progress=lambda done, total: show(label, done, total),
                )  # fmt: skip
        except FileProblem as error:
            if error.misused:
                raise click.UsageError(str(error.text)) from None
            raise
    tell(report, dry_run)
    if as_json:
        click.echo(orjson.dumps(report.numbers()).decode())
    return 1 if strict and report.refused else 0


def tell(report: "Report", dry: bool) -> None:
    """Say what was done, what was dirty and where the refused rows are."""
    counts = report.counts
    if dry:
        said(T("试运行，什么都没有写：", "Looked only, nothing was written:"))
    lines = (
        (T("读到", "read"), report.read),
        (T("新增", "created"), counts.created),
        (T("更新", "updated"), counts.updated),
        (T("未变", "unchanged"), counts.unchanged),
        (T("拒收", "refused"), report.refused),
        (T("编号重复的行", "rows that repeat an id"), counts.repeated),
        (T("事件", "events"), counts.events),
    )
    for label, number in lines:
        click.echo(f"{both(label)}: {number:,}")
    for line, identity in counts.repeats:
        said(T(f"  第 {line} 行：{identity}", f"  line {line}: {identity}"))
    for flag, number in sorted(counts.flags.items()):
        click.echo(f"  {flag}: {number:,}")
    rate = report.read / report.seconds if report.seconds else 0
    said(T(f"{report.seconds:.1f} 秒，每秒 {rate:,.0f} 行", f"{report.seconds:.1f} s, {rate:,.0f} rows a second"))
    if report.refused_file is not None:
        said(T(f"拒收的行：{report.refused_file}", f"Refused rows: {report.refused_file}"))


@import_.command("figures")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="只看，不写。Look only, write nothing.")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。As JSON.")
@click.pass_context
def figures(ctx: click.Context, file: Path, dry_run: bool, as_json: bool) -> int:
    """导入报送指标：CSV、XLSX 或 SDMX-CSV 2.0；须由另一人批准。Propose reported figures; a second person approves.

    有一行不收，就一行都不写，以 1 退出。Where a row is refused nothing is written, and the exit code is 1.
    """
    with session.connected():
        from luoshi.kernel.problems import Problem
        from luoshi.ports.importer import reported
        from luoshi.ports.importer.rows import FileProblem

        try:
            report = reported.take(file, session.viewer(ctx), dry=dry_run)
        except FileProblem as error:
            raise click.UsageError(str(error.text)) from None
        except Problem as problem:
            raise click.UsageError(str(problem.title)) from None
    if as_json:
        click.echo(orjson.dumps(report.plain(dry_run)).decode())
    else:
        text = T(
            "读到 {n} 行：待批准 {new}，已有 {same}，拒收 {bad} 处",
            "{n} rows: {new} wait for approval, {same} there already, {bad} faults",
        )
        said(text.fill(n=report.read, new=report.proposed, same=report.unchanged, bad=len(report.refused)))
        for line in reported.lines(report):
            said(line)
    return 1 if report.refused else 0


def _of_a_list(command: Any) -> Any:
    """The argument and options of a command that takes a list for the investment line."""
    given = (
        click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)),
        click.option("--dry-run", is_flag=True, help="只看，不写。Look only, write nothing."),
        click.option("--strict", is_flag=True, help="有拒收的行则以 1 退出。Exit with 1 if a row was refused."),
        click.option("--json", "as_json", is_flag=True, help="最后一行给出 JSON。Print JSON as the last line."),
        click.option(
            "--column",
            "columns",
            multiple=True,
            metavar="NAME=HEAD",
            help="哪一列是什么，可多次。Which column is what; repeatable.",
        ),
        click.pass_context,
    )
    for one in reversed(given):
        command = one(command)
    return command


@import_.command("companies")
@_of_a_list
def companies(
    ctx: click.Context, file: Path, dry_run: bool, strict: bool, as_json: bool, columns: tuple[str, ...]
) -> int:
    """导入企业名单：CSV、XLSX 或 JSON；列：企业名称、统一社会信用代码、省份、行业。Import a list of companies."""
    return _listed(ctx, "importing", file, dry_run, strict, as_json, columns)


@import_.command("leads")
@_of_a_list
def leads(ctx: click.Context, file: Path, dry_run: bool, strict: bool, as_json: bool, columns: tuple[str, ...]) -> int:
    """导入招商项目：CSV、XLSX 或 JSON；列：项目名称、企业名称、旗县区、行业、协议总投资、各阶段日期 ……。Import leads."""
    return _listed(ctx, "importing_leads", file, dry_run, strict, as_json, columns)


@import_.command("rates")
@_of_a_list
@click.option(
    "--replace",
    is_flag=True,
    help="换掉还没有用过的另一个汇率。In place of another rate of that day that nothing used.",
)
def rates(
    ctx: click.Context, file: Path, dry_run: bool, strict: bool, as_json: bool, columns: tuple[str, ...], replace: bool
) -> int:
    """导入汇率：CSV、XLSX 或 JSON；列：货币、日期、1 单位（或 100 单位）合人民币元、来源。Import exchange rates."""
    return _listed(ctx, "importing_rates", file, dry_run, strict, as_json, columns, replace=replace)


def _listed(
    ctx: click.Context, module: str, file: Path, dry_run: bool, strict: bool, as_json: bool, columns: tuple[str, ...],
    **more: bool,
) -> int:  # fmt: skip
    """Take a list with `take` of a module of the investment line, and say what became of it."""
    conf, _ = session.made()
    with session.connected():
        from luoshi.leads.importing import keep_refused, mapping
        from luoshi.ports.importer.rows import FileProblem

        try:
            with steps() as show:
                label = T("读入（字节）", "Reading (bytes)")
                report = import_module(f"luoshi.leads.{module}").take(
                    file,
                    session.viewer(ctx),
                    dry=dry_run,
                    progress=lambda done, total: show(label, done, total),
                    columns=mapping(";".join(columns)),
                    **more,
                )
        except FileProblem as error:
            raise click.UsageError(str(error.text)) from None
    if dry_run:
        said(T("试运行，什么都没有写：", "Looked only, nothing was written:"))
    numbers = report.numbers()
    text = T(
        "读到 {read} 行：新增 {created}，更新 {updated}，未变 {unchanged}，拒收 {refused}",
        "{read} rows: {created} created, {updated} updated, {unchanged} unchanged, {refused} refused",
    )
    said(text.fill(**{name: numbers[name] for name in ("read", "created", "updated", "unchanged", "refused")}))
    for note in report.notes:
        said(note)
    kept = keep_refused(report, conf.home / "imports" / f"{file.name}.refused.csv")
    if kept is not None:
        said(T(f"拒收的行：{kept}", f"Refused rows: {kept}"))
    if as_json:
        click.echo(orjson.dumps(numbers).decode())
    return 1 if strict and report.refused else 0

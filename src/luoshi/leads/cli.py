"""`luoshi companies`: lists of companies held against the register."""

from pathlib import Path
from time import monotonic

import click
import orjson

from luoshi.cli import session
from luoshi.cli.said import said
from luoshi.kernel.text import T


@click.group()
def companies() -> None:
    """企业库。The register of companies."""


@companies.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--column", default="name", show_default=True, help="企业名称那一列。The column of company names.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path), help="CSV")
@click.option("--json", "as_json", is_flag=True, help="最后一行给出 JSON。Print JSON as the last line.")
def match(file: Path, column: str, out: Path, as_json: bool) -> int:
    """一份名单里的企业在库里可能是哪家：只列候选，不合并。Likely companies of the register for each row; nothing is merged."""
    with session.connected():
        from luoshi.kernel.problems import Invalid
        from luoshi.leads import kept, matchlist
        from luoshi.leads.matching import Register
        from luoshi.leads.reads.names import all_codes, all_names

        begun = monotonic()
        register = Register(all_names(), kept.places(), all_codes())
        try:
            tally = matchlist.match_file(register, file, column, out)
        except Invalid as refused:
            raise click.UsageError(
                "; ".join(f"{one.field} {one.value}: {one.rule}" for one in refused.faults)
            ) from None
    numbers = tally.plain() | {"register": len(register), "seconds": round(monotonic() - begun, 3)}
    if as_json:
        click.echo(orjson.dumps(numbers).decode())
    else:
        text = T(
            "{rows} 行，{found} 行有候选，{same} 行只有一家像：{out}",
            "{rows} rows, {found} with candidates, {same} with one likely: {out}",
        )
        said(text.fill(**{name: numbers[name] for name in ("rows", "found", "same")}, out=out))
    return 0

"""What `luoshi figure` says of a reported figure."""

import json
from typing import Any

import click

from luoshi.figures import ask as counted
from luoshi.figures.cli import tell_compared, tell_end
from luoshi.figures.period import Period
from luoshi.figures.reported import said as plain
from luoshi.figures.reported.ask import Question, ask
from luoshi.figures.reported.catalogue import all_reported
from luoshi.figures.reported.flow import RELEASES
from luoshi.figures.said import Compare
from luoshi.kernel.text import T

PENDING = T("待由记录计算", "to be computed from records")


def question(name: str, period: Period, by: tuple[str, ...], where: dict[str, str], as_of: str | None) -> Question:
    """What is asked. Raises Absent or Invalid."""
    return Question(all_reported()[name], period, counted.as_of(as_of), by, where)


def answer(asked: Question, *, ranked: bool, compare: Compare | None, as_json: bool) -> None:
    """The answer, for a person or as JSON. Raises Invalid."""
    found = plain.said(ask(asked), ranked=ranked, compare=compare)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    mark = f"  [{PENDING}]" if found["pending"] else ""
    click.echo(f"{found['name']} {found['period']}: {found['value'] or '—'} {found['unit']}{mark}")
    if found["value"] is not None:
        click.echo(f"  {_release(found)}")
        first = found["first_release"]
        if first["vintage"] != found["vintage"]:
            text = T("  最初公布 {value}：{what}", "  first published {value}: {what}")
            click.echo(str(text.fill(value=first["value"], what=_release(first))))
    if found["correction"]:
        text = T("  来源误印为 {value}：{why}", "  the source prints {value}: {why}")
        click.echo(str(text.fill(value=found["correction"]["published"], why=found["correction"]["why"])))
    tell_compared(found)
    _rows(found)
    tell_end(found)


def _release(one: dict[str, Any]) -> str:
    document = " ".join(filter(None, one["document"].values()))
    return f"{one['vintage']} {RELEASES[one['status']]} · {one['source']} · {document}"


def _rows(found: dict[str, Any]) -> None:
    for row in found["rows"]:
        click.echo("  " + "  ".join(str(one) for one in (row.get("rank", ""), row["name"], row["value"]) if one != ""))

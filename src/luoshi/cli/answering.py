"""Commands that answer a question: 0 well, 1 with `first_bad` named, 2 where it could not be looked at.

With `--json` each of these is one JSON object on standard output: `ok`, and `first_bad` or `error`.
"""

import json
from typing import Any, Final

import click

from luoshi.cli.said import problem_text, said
from luoshi.kernel.text import T

as_json: Final = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。As JSON.")
_NAMED: Final = ("idx", "event", "line", "subject")


class Answering(click.Command):
    """A command whose errors are answers too: wrong use, and whatever kept it from looking."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the arguments; what is wrong with them is told as JSON where that was asked for."""
        plain = "--json" not in args
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            if plain:
                raise
            _unanswered(error.format_message())
            raise click.exceptions.Exit(2) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; an error that somebody can mend ends with 2, since nothing was found to be wrong."""
        asked = bool(ctx.params.get("as_json"))
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.Abort):
            raise
        except click.UsageError as error:
            if not asked:
                raise
            _unanswered(error.format_message())
        except Exception as error:
            text = problem_text(error)
            if asked:
                _unanswered(str(text) if text is not None else f"{type(error).__name__}: {error}")
            if text is None:
                raise
            if not asked:
                said(text)
        raise click.exceptions.Exit(2)


def _unanswered(why: str) -> None:
    click.echo(json.dumps({"ok": False, "error": why}, ensure_ascii=False))


def told(asked: bool, found: dict[str, Any], well: T, wrong: T | None = None) -> int:
    """Say what was found, with `wrong` for the detail of what is; gives the exit code."""
    first = found.get("first_bad")
    if asked:
        click.echo(json.dumps({"ok": first is None, **found}, ensure_ascii=False))
    elif first is None:
        click.echo(str(well))
    else:
        for one in found.get("bad") or [first]:
            parts = [f"{name}={one[name]}" for name in _NAMED if one.get(name) is not None]
            click.echo(f"✗ {one['what']}: {wrong or one.get('detail', '')}  {' '.join(parts)}")
    return 0 if first is None else 1


def answer(ctx: click.Context, asked: bool, found: dict[str, Any], well: T, wrong: T | None = None) -> None:
    """Say what was found and end with 0 or 1."""
    ctx.exit(told(asked, found, well, wrong))

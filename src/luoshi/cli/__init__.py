"""The command line. Each command has a file of its own, loaded when it is asked for.

Exit codes: 0 well, 1 found something wrong, 2 wrong use.
"""

import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click

from luoshi.cli.said import problem_text, said
from luoshi.kernel.text import T, set_language

WELL, WRONG, MISUSED = 0, 1, 2
COMMANDS = {
    "demo": "luoshi.cli.demo:demo",
    "clean-demo": "luoshi.cli.clean_demo:clean_demo",
    "init": "luoshi.cli.init:init",
    "serve": "luoshi.cli.serve:serve",
    "doctor": "luoshi.cli.doctor:doctor",
    "upgrade": "luoshi.cli.upgrade:upgrade",
    "backup": "luoshi.cli.backup:backup",
    "restore": "luoshi.cli.restore:restore",
    "db": "luoshi.cli.db:db",
    "seal": "luoshi.cli.seal:seal",
    "key": "luoshi.cli.key:key",
    "log": "luoshi.cli.log:log",
    "verify": "luoshi.cli.verify:verify",
    "witness": "luoshi.cli.witness:witness",
    "mirror": "luoshi.cli.mirror:mirror",
    "pack": "luoshi.cli.pack:pack",
    "people": "luoshi.cli.people:people",
    "figure": "luoshi.figures.cli:figure",
    "figures": "luoshi.figures.cli:figures",
    "report": "luoshi.figures.report.cli:report",
    "targets": "luoshi.figures.targets.cli:targets",
    "import": "luoshi.ports.importer.cli:import_",
    "companies": "luoshi.leads.cli:companies",
    "api": "luoshi.api.cli:api",
    "open311": "luoshi.ports.open311.cli:open311",
    "hook": "luoshi.ports.notify.cli:hook",
}

NARROWED = ("import", "figure", "report")  # commands that look at or do no more than `--viewer` may


def _there(place: str) -> bool:
    folder = place.partition(":")[0].rpartition(".")[0]
    return find_spec(folder) is not None and find_spec(place.partition(":")[0]) is not None


class Lazy(click.Group):
    """A group whose commands are imported when they are needed, so that each starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the list above; a door whose folder was removed is not offered."""
        return [name for name, place in COMMANDS.items() if _there(place)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, None where there is none."""
        if cmd_name not in COMMANDS or not _there(COMMANDS[cmd_name]):
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="luoshi", prog_name="luoshi")
@click.option(
    "--viewer",
    metavar="NAME|public",
    help="以此人（或公众）的权限运行；不能如此的命令拒绝。As this person, or the public.",
)
@click.pass_context
def group(ctx: click.Context, viewer: str | None) -> None:
    """Luoshi 落实: makes a city's promises land and lets its numbers speak."""
    if viewer is not None and ctx.invoked_subcommand not in NARROWED:
        what = T("--viewer：{what} 不能缩小所见", "--viewer: {what} cannot be narrowed").fill(
            what=ctx.invoked_subcommand
        )
        raise click.UsageError(str(what))
    ctx.obj = {"viewer": viewer}


def language_of(environ: Mapping[str, str]) -> str:
    """`zh` where the locale is Chinese, else `en`."""
    chosen = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return "zh" if chosen.lower().startswith("zh") else "en"


def run(arguments: Sequence[str]) -> int:
    """Run a command and give its exit code; what goes wrong is said in words, never as a traceback."""
    set_language(language_of(os.environ))
    try:
        code = group.main(args=list(arguments), prog_name="luoshi", standalone_mode=False)
        return code if isinstance(code, int) else WELL
    except click.ClickException as error:
        error.show()
        return MISUSED
    except (click.Abort, KeyboardInterrupt):
        said(T("停止了。", "Stopped."))
        return WRONG
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return WRONG
    except Exception as error:
        return _explained(error)


def _explained(error: Exception) -> int:
    """Say what went wrong; what nobody foresaw is kept whole in a file of the home."""
    from luoshi.conf import SettingError

    text = problem_text(error)
    if text is not None:
        said(text)
        return MISUSED if isinstance(error, SettingError) else WRONG
    kept = _keep(error)
    said(
        T("没有料到的错误：{what}。详情：{kept}", "Something unforeseen: {what}. Details: {kept}").fill(
            what=f"{type(error).__name__}: {str(error).partition(chr(10))[0]}", kept=kept
        )
    )
    return WRONG


def _keep(error: Exception) -> Path | str:
    """Write the traceback for whoever mends it; standard error where the home cannot be written."""
    import traceback

    from luoshi import conf, home

    details = "".join(traceback.format_exception(error))
    try:
        file = conf.load().home / "run" / "last-error.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        home.write(file, details)
    except OSError:
        return details
    return file


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """The console command; told to end, it leaves nothing half-written. What libraries log in passing is not for the
    person at the keyboard.
    """
    logging.disable(logging.INFO)
    signal.signal(signal.SIGTERM, _interrupt)
    sys.exit(run(sys.argv[1:]))

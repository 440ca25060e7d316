"""`luoshi witness`: somebody else's machine that remembers a log and cosigns its growth. Needs no database."""

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

import click

from luoshi.cli.answering import Answering, as_json, told
from luoshi.cli.said import Failed, problem_text, said
from luoshi.cli.verify import trusted
from luoshi.kernel.text import T

if TYPE_CHECKING:
    from luoshi.kernel.ledger.note import Key, Verifier, Witness


@click.command(cls=Answering)
@click.option("--log", "url", required=True, metavar="URL", help="日志的网址，如 https://…/log。The log's address.")
@click.option(
    "--state", required=True, type=click.Path(path_type=Path, file_okay=False), help="见证所记的目录。Its memory."
)
@click.option(
    "--key", "file", required=True, type=click.Path(path_type=Path, dir_okay=False), help="见证的密钥；没有则生成。"
)
@click.option("--name", default="witness.luoshi", show_default=True, help="新密钥的名称。The name of a new key.")
@click.option("--once", is_flag=True, help="只看一次。Look once and exit.")
@click.option(
    "--every", default=60, show_default=True, type=click.IntRange(1), help="每隔多少秒。Seconds between looks."
)
@click.option(
    "--trust", "keys", multiple=True, metavar="VKEY", help="日志的验证公钥；不给则记住第一次见到的。The log's key."
)
@as_json
@click.pass_context
def witness(
    ctx: click.Context,
    url: str,
    state: Path,
    file: Path,
    name: str,
    once: bool,
    every: int,
    keys: Sequence[str],
    as_json: bool,
) -> None:
    """见证一份日志：记住它，只联署它的增长。Witness a log: remember it, cosign nothing but its growth."""
    given = trusted(keys)
    state.mkdir(mode=0o755, parents=True, exist_ok=True)
    key = _key(file, name)
    _tell(state, str(_at(key).verifier))
    while True:
        try:
            code = _look(url, state, key, given, as_json)
        except Exception as error:
            text = problem_text(error)
            if once or text is None:
                raise
            said(text)
        else:
            if once:
                ctx.exit(code)
        sleep(every)


def _look(url: str, state: Path, key: "Key", given: Sequence["Verifier"], as_json: bool) -> int:
    """Look once and say what was found; gives the exit code. Raises LogProblem where the log cannot be read."""
    from luoshi.kernel.ledger import follow
    from luoshi.kernel.ledger.remote import Remote

    remote = Remote(url)
    try:
        head = follow.witness(remote, state, _at(key), given)
    except follow.Distrusted as refused:
        return told(as_json, refused.found(), refused.text, refused.text)
    root = b64encode(head.root).decode()
    found = {"first_bad": None, "origin": head.origin, "size": head.size, "root": root}
    return told(as_json, found, T("{n} {root}", "{n} {root}").fill(n=head.size, root=root))


def _key(file: Path, name: str) -> "Key":
    """The witness's key, made at its first use. Raises Failed for a damaged one or one that others can read."""
    from luoshi import home as homes
    from luoshi.kernel.ledger import keys
    from luoshi.kernel.ledger.note import Key, NoteError

    try:
        if not file.exists():
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            homes.write(file, Key.new(name).secret())
        wrong = keys.rights_problem(file)
        if wrong is not None:
            raise Failed(wrong)
        return Key.read(file.read_text("utf-8"))
    except NoteError as error:
        raise Failed(T("--key {file}：{why}", "--key {file}: {why}").fill(file=file, why=error)) from None


def _tell(state: Path, vkey: str) -> None:
    """Whoever wants to check a cosignature needs this key: on stderr at every start, and beside what is remembered."""
    from luoshi import home as homes

    homes.write(state / "witness.vkey", f"{vkey}\n", 0o644)
    said(T("见证的验证公钥：{vkey}", "The witness's verifier key: {vkey}").fill(vkey=vkey))


def _at(key: "Key") -> "Witness":
    from luoshi.kernel import clock
    from luoshi.kernel.ledger.note import Witness

    return Witness(key, int(clock.real().timestamp()))

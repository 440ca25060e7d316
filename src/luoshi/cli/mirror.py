"""`luoshi mirror URL DIR`: a whole log kept elsewhere, verified as it comes."""

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

import click

from luoshi.cli.verify import as_json, keys_given, trusted


@click.command()
@click.argument("url")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@as_json
@keys_given
@click.pass_context
def mirror(ctx: click.Context, url: str, folder: Path, as_json: bool, keys: Sequence[str]) -> None:
    """把 URL 的日志镜像到 DIR；再次运行只取新的。Mirror the log at URL into DIR; run again, it fetches what is new."""
    from luoshi.cli.verify import answer
    from luoshi.kernel.ledger import follow
    from luoshi.kernel.ledger.folder import Folder
    from luoshi.kernel.ledger.remote import Remote
    from luoshi.kernel.text import T

    given = trusted(keys)
    folder.mkdir(parents=True, exist_ok=True)
    remote = Remote(url)
    head, bad = follow.mirror(remote, Folder(folder), follow.trusted(folder, remote, given))
    named = [one._asdict() for one in bad]
    found = {
        "first_bad": named[0] if named else None,
        "bad": named,
        "origin": head.origin,
        "size": head.size,
        "root": b64encode(head.root).decode(),
        "keys": [key.line for key in follow.trusted(folder, remote, given)],
    }
    answer(ctx, as_json, found, T("✓ {size} {root}", "✓ {size} {root}").fill(size=head.size, root=found["root"]))

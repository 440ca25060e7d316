"""`luoshi mirror URL DIR`: a whole log kept elsewhere, verified as it comes."""

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

import click

from luoshi.cli.answering import Answering, answer, as_json
from luoshi.cli.said import said
from luoshi.cli.verify import keys_given, trusted


@click.command(cls=Answering)
@click.argument("url")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@as_json
@keys_given
@click.pass_context
def mirror(ctx: click.Context, url: str, folder: Path, as_json: bool, keys: Sequence[str]) -> None:
    """把 URL 的日志镜像到 DIR；再次运行只取新的。Mirror the log at URL into DIR; run again, it fetches what is new."""
    from luoshi.kernel.ledger import follow
    from luoshi.kernel.ledger.folder import Folder
    from luoshi.kernel.ledger.remote import Remote
    from luoshi.kernel.text import T

    given = trusted(keys)
    folder.mkdir(parents=True, exist_ok=True)
    remote = Remote(url)
    try:
        copy = follow.mirror(remote, Folder(folder), follow.trusted(folder, remote, given))
    except follow.Distrusted as refused:
        return answer(ctx, as_json, refused.found(), refused.text, refused.text)
    for tile in copy.mended:
        said(
            T("镜像里的 {file} 已损坏，重新取回", "{file} was damaged in the mirror and was fetched again").fill(
                file=tile
            )
        )
    named = [one._asdict() for one in copy.bad]
    found = {
        "first_bad": named[0] if named else None,
        "bad": named,
        "origin": copy.head.origin,
        "size": copy.head.size,
        "root": b64encode(copy.head.root).decode(),
        "keys": [key.line for key in follow.trusted(folder, remote, given)],
        "fetched_again": copy.mended,
    }
    answer(ctx, as_json, found, T("✓ {size} {root}", "✓ {size} {root}").fill(size=copy.head.size, root=found["root"]))

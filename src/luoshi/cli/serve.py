"""`luoshi serve`."""

import click

from luoshi.cli import serving
from luoshi.cli.said import Failed
from luoshi.cli.session import connected, made


@click.command()
@click.option("--web-only", is_flag=True, help="只运行网页进程。Only the web processes.")
@click.option("--worker-only", is_flag=True, help="只运行后台任务。Only the worker.")
@click.option("--port", type=click.IntRange(1, 65535), help="127.0.0.1 上的端口。Port on 127.0.0.1.")
def serve(web_only: bool, worker_only: bool, port: int | None) -> None:
    """提供服务。Serve this installation; prints one line with its address when ready."""
    if web_only and worker_only:
        raise click.UsageError("--web-only --worker-only: choose one")
    conf, facts = made()
    _require_ready()
    strict = port is not None or facts.kind == "city"
    serving.run(conf, facts, web=not worker_only, worker=not web_only, port=port, strict=strict)


def _require_ready() -> None:
    """Raises Failed where the database is older than the program, or what the home says for a line is wrong."""
    from luoshi.cli.make import pending
    from luoshi.kernel.lines import installed
    from luoshi.kernel.text import T

    with connected():
        waiting = pending()
        bad = [problem for face in installed() if (problem := face.settings_problem()) is not None]
    if waiting:
        raise Failed(
            T(
                "数据库比程序旧：请运行 luoshi upgrade（{what}）",
                "The database is older than the program: run luoshi upgrade ({what})",
            ).fill(what=", ".join(waiting))
        )
    if bad:
        raise Failed(bad[0])

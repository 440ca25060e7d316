"""Serve an installation: what `luoshi serve` and `luoshi demo` share."""

import os
from collections.abc import Callable
from contextlib import ExitStack

from luoshi import home as homes
from luoshi.cli.said import Failed, said
from luoshi.conf import Conf
from luoshi.kernel.text import T
from luoshi.serve import port as ports
from luoshi.serve import static
from luoshi.serve.database import of, use
from luoshi.serve.supervisor import Clock, Plan, Supervisor, announce, only_one, told_by_signals


def choose_port(wanted: int, *, strict: bool) -> int:
    """The port to serve on. Raises Failed where it is taken and no other will do."""
    if ports.free(wanted):
        return wanted
    chosen = None if strict else ports.next_free(wanted)
    if chosen is None:
        raise Failed(T("--port {n}：端口已被占用", "--port {n}: the port is taken").fill(n=wanted))
    said(T("端口 {n} 已被占用，改用 {m}。", "Port {n} is taken; using {m}.").fill(n=wanted, m=chosen))
    return chosen


def _refuse_strong_role(conf: Conf) -> None:
    """Raises Failed where the public would be served as a role that may do anything, or the log's walls are down."""
    from django.db import connection

    from luoshi.db import roles, walls

    problem = roles.current_role_problem(connection)
    found = [problem] if problem is not None else walls.problems(connection)
    for why in found:
        if not conf.flag("allow_owner"):
            raise Failed(
                T(
                    "不提供服务：{why}（luoshi doctor；LUOSHI_ALLOW_OWNER）",
                    "Not serving: {why} (luoshi doctor; LUOSHI_ALLOW_OWNER)",
                ).fill(why=why)
            )
        said(T("注意（LUOSHI_ALLOW_OWNER）：{why}", "Beware (LUOSHI_ALLOW_OWNER): {why}").fill(why=why))


def _look_at_key(conf: Conf) -> None:
    """Raises Failed where others may read the log's key, or change it; says aloud where there is none that fits."""
    from luoshi.kernel.ledger import keys, place
    from luoshi.kernel.ledger.problem import LogProblem

    file = keys.file_of(conf)
    problem = keys.rights_problem(file) if file.exists() else None
    if problem is not None:
        raise Failed(problem)
    try:
        place.of(conf).signers()
    except LogProblem as missing:
        said(T("注意：不会封存任何记录。{why}", "Beware: nothing will be sealed. {why}").fill(why=missing.text))


def _demo_clock() -> Clock:
    """The demo's clock, on a connection that is given up after each call: the database may be killed any time."""
    from django.db import connection

    from luoshi.kernel import clock

    def closing(do: Callable[[], None]) -> Callable[[], None]:
        def call() -> None:
            try:
                do()
            finally:
                connection.close()

        return call

    return Clock(closing(clock.server_started), closing(clock.server_beat), closing(clock.server_stopped))


def _address(number: int | None) -> str:
    return f"http://{ports.HOST}:{number}/" if number else str(T("后台任务在运行", "the worker is running"))


def run(conf: Conf, facts: homes.Facts, *, web: bool, worker: bool, port: int | None, strict: bool) -> None:
    """Serve until a signal says stop. Raises Failed, ServeProblem or DatabaseProblem where that cannot be."""
    with ExitStack() as stack:
        number = None
        if web:
            note = stack.enter_context(only_one(conf.home))
            number = choose_port(port or conf.number("port"), strict=strict)
            note(_address(number))
            os.environ["LUOSHI_PORT"] = str(number)  # links in notices lead here, whichever port it became
        database = of(conf)
        stack.enter_context(database.hold())
        use(database.url("app"))
        if web:
            static.collect(conf.home / "static")
        _refuse_strong_role(conf)
        _look_at_key(conf)
        clock = _demo_clock() if web and facts.kind == "demo" else None
        supervisor = Supervisor(Plan(conf.home, number, worker, clock), database)
        with told_by_signals(supervisor.stop):
            supervisor.run(lambda: announce(_address(number)))
    said(T("已停止。", "Stopped."))

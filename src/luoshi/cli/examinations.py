"""What `luoshi doctor` looks at. Each look gives a finding; one without a way to mend it is well."""

import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from luoshi import home as homes
from luoshi.cli.said import NOTHING_YET, problem_text
from luoshi.conf import Conf
from luoshi.kernel.text import T
from luoshi.serve.database import of, use

_LEAST_FREE = 2_000_000_000  # bytes; PostgreSQL stops when there are none
_REMEMBERED = timedelta(days=1)  # for how long a message that was given up is said
_LATE = timedelta(hours=1)  # tries of a message follow each other more slowly each time
_NIGHT = timedelta(hours=30)  # between two nightly verifications, and what one may take
_SILENT = 60  # seconds without a worker's heartbeat


class Finding(NamedTuple):
    """What was found; `mend` None means that it is well."""

    detail: T
    mend: T | None = None


@contextmanager
def database(conf: Conf) -> Iterator[Finding | None]:
    """Django at work as the application's role for a block; gives what is wrong where that cannot be."""
    with ExitStack() as stack:
        try:
            if homes.facts(conf.home) is None:
                yield Finding(NOTHING_YET, NOTHING_YET)
                return
            server = of(conf)
            stack.enter_context(server.hold())
            use(server.url("app"))
            _ask("SELECT 1")
        except Exception as error:
            why = problem_text(error) or T(str(error), str(error))
            yield Finding(why, T("看数据库日志；luoshi db up", "Look into the database's log; luoshi db up"))
            return
        yield None


def _ask(query: str) -> Any:
    """The first column of the first row, None without a row."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    return row[0] if row else None


def made(conf: Conf) -> Finding:
    """Is there a finished installation?"""
    if homes.half_made(conf.home):
        return Finding(
            T("建立到一半", "half made"),
            T("再运行一次 luoshi demo 或 luoshi init", "Run luoshi demo or luoshi init again"),
        )
    facts = homes.facts(conf.home)
    if facts is None:
        return Finding(NOTHING_YET, NOTHING_YET)
    return Finding(T(f"{conf.home}（{facts.kind}，{facts.version}）", f"{conf.home} ({facts.kind}, {facts.version})"))


def secrets(conf: Conf) -> Finding:
    """May anybody else read the secrets?"""
    files = [conf.home / "secrets", conf.home / homes.LOGINS, *(conf.home / "secrets").glob("*")]
    open_ones = [str(file) for file in files if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077]
    if open_ones:
        names = " ".join(open_ones)
        return Finding(
            T(f"他人可读：{names}", f"others can read: {names}"), T(f"chmod go= {names}", f"chmod go= {names}")
        )
    return Finding(T("只有属主可读", "for the owner only"))


def disk(conf: Conf) -> Finding:
    """Is there room left?"""
    place = next(folder for folder in (conf.home, *conf.home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    detail = T(f"空闲 {free / 1e9:.1f} GB", f"{free / 1e9:.1f} GB free")
    return Finding(detail, T("腾出空间", "Make room") if free < _LEAST_FREE else None)


def orphans(conf: Conf) -> Finding:
    """Are there databases whose home is gone?"""
    if conf.text("database_url"):
        return Finding(T("外部数据库", "external database"))
    from luoshi.db.embedded import Embedded

    found = " ".join(map(str, Embedded.orphans()))
    if found:  # said, but no fault of this installation
        return Finding(T(f"目录已不在的数据库，可删除：{found}", f"of homes that are gone, may be removed: {found}"))
    return Finding(T("没有", "none"))


def role(conf: Conf) -> Finding:
    """Do we serve as a role that may not do everything?"""
    from django.db import connection

    from luoshi.db.roles import current_role_problem

    problem = current_role_problem(connection)
    if problem is not None:
        return Finding(
            problem,
            T("让 DATABASE_URL 指向所有者，并授予 CREATEROLE", "Name the owner in DATABASE_URL and grant CREATEROLE"),
        )
    name = _ask("SELECT current_user")
    return Finding(T(name, name))


def ctype(conf: Conf) -> Finding:
    """Does the database know Chinese letters as letters? Under plain C a search for them finds nothing."""
    found = _ask(
        "SELECT datctype || '/' || pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
    )
    well = found.upper().replace("-", "").count("UTF8") == 2
    mend = T("以 C.UTF-8 另建数据库，再 backup 和 restore", "Make a database with C.UTF-8, then backup and restore")
    return Finding(T(found, found), None if well else mend)


def migrations(conf: Conf) -> Finding:
    """Is the database of this version?"""
    from luoshi.cli.make import pending

    waiting = pending()
    if waiting:
        names = ", ".join(waiting)
        return Finding(T(f"未迁移：{names}", f"not applied: {names}"), T("luoshi upgrade", "luoshi upgrade"))
    return Finding(T("没有待做的", "none pending"))


def clock(conf: Conf) -> Finding:
    """Does the city's time stand behind what was recorded?"""
    from luoshi.kernel import clock as clocks

    facts, now, last = homes.facts(conf.home), clocks.now(), _ask("SELECT max(recorded_at) FROM event")
    demo = facts is not None and facts.kind == "demo"
    if demo != clocks.is_simulated():
        return Finding(
            T("时钟与安装种类不符", "the clock does not fit the kind of installation"),
            T("从备份恢复", "Restore a backup"),
        )
    if last is not None and last > now:
        why = T(
            f"时钟 {now:%F %T} 落后于最后的记录 {last:%F %T} UTC",
            f"at {now:%F %T}, behind the last record {last:%F %T} UTC",
        )
        return Finding(why, T("校正机器时间（NTP）", "Set the machine's clock (NTP)"))
    return Finding(T(f"{now:%F %T} UTC{'（演示）' if demo else ''}", f"{now:%F %T} UTC{' (demo)' if demo else ''}"))


def calendar(conf: Conf) -> Finding:
    """Are the rest days of this year and the next known?"""
    from luoshi.kernel import clock as clocks

    today = clocks.now()
    year = today.year
    wanted = (year, year + 1) if today.month == 12 else (year,)  # the next year's are published in November
    known = {
        int(found) for found in _ask("SELECT array_agg(DISTINCT extract(year FROM date)::int) FROM calendar_day") or ()
    }
    missing = [str(number) for number in wanted if number not in known]
    if missing:
        names = ", ".join(missing)
        return Finding(
            T(f"缺少 {names} 年的节假日", f"rest days unknown: {names}"),
            T(
                "更新城市包的日历（国务院办公厅每年十一月前后公布）",
                "Bring the pack's calendar up to date (published each November)",
            ),
        )
    return Finding(T(f"已知到 {max(known)} 年", f"known up to {max(known)}"))


def walls(conf: Conf) -> Finding:
    """Can nobody who serves or looks change the log, and is every change of it refused?"""
    from django.db import connection

    from luoshi.db.walls import problems

    found = problems(connection)
    if found:
        why = T("；".join(one.zh for one in found), "; ".join(one.en for one in found))
        mend = T(
            "先 luoshi verify log；luoshi upgrade 重新授权；触发器由所有者 ALTER TABLE … ENABLE TRIGGER",
            "First luoshi verify log; luoshi upgrade grants anew; the owner enables triggers: ALTER TABLE … ENABLE TRIGGER",
        )
        return Finding(why, mend)
    return Finding(T("日志的表只能增加", "the log's tables only grow"))


def log(conf: Conf) -> Finding:
    """Can the log be sealed, and does it keep up?"""
    from luoshi.kernel import clock as clocks
    from luoshi.kernel.ledger import place, publish, rotate, rows

    ours = place.current()
    ours.signers()
    last = rows.last()
    publish.check_unforked(ours, last)
    rotate.require_own(ours, last)
    size = last.size if last else 0
    count, oldest = rows.waiting()
    age = int((clocks.now() - oldest).total_seconds()) if oldest else 0
    detail = T(
        f"已封存 {size:,} 条；等待 {count:,} 条，最久 {age} 秒", f"{size:,} sealed; {count:,} wait, for {age} s at most"
    )
    if count and not _served(conf):
        return Finding(
            T(f"{detail.zh}；没有在服务", f"{detail.en}; nothing serves"),
            T("luoshi seal，或 luoshi serve", "luoshi seal, or luoshi serve"),
        )
    late = age > max(_SILENT, 6 * conf.number("seal_seconds"))
    return Finding(
        detail, T("看 run/server.log；luoshi seal", "Look into run/server.log; luoshi seal") if late else None
    )


def verified(conf: Conf) -> Finding:
    """Did the log verify last night?"""
    from luoshi.kernel.ledger import nightly

    outcome, mend = nightly.last(conf.home), T("luoshi verify log", "luoshi verify log")
    if outcome is None:
        old = _older(_made(conf))
        return Finding(T("还没有夜间验证", "not verified at night yet"), mend if old else None)
    if outcome.first_bad is None:
        detail = T(f"{outcome.at}：{outcome.size:,} 条都对", f"{outcome.at}: all {outcome.size:,} well")
        if not _older(outcome.at):
            return Finding(detail)
        return Finding(T(f"{detail.zh}；此后没有再验证", f"{detail.en}; not verified since"), mend)
    what = " ".join(f"{name}={value}" for name, value in outcome.first_bad.items() if value is not None)
    return Finding(
        T(f"{outcome.at}：不符：{what}", f"{outcome.at}: differs: {what}"),
        T("luoshi verify log；不要修改任何行，先保全证据", "luoshi verify log; change no row, keep the evidence first"),
    )


def _made(conf: Conf) -> str | None:
    """When this home was made, in real time."""
    facts = homes.facts(conf.home)
    return facts.created if facts else None


def _older(at: str | None) -> bool:
    """Is a real time so long ago that a night's verification should have come since?"""
    from luoshi.kernel import clock as clocks

    return at is not None and clocks.real() - datetime.fromisoformat(at) > _NIGHT


def figures(conf: Conf) -> Finding:
    """Are the declarations of figures whole, and are the numbers that we correct still printed wrongly?"""
    from luoshi.figures.catalogue import all_figures
    from luoshi.figures.declare import FigureError
    from luoshi.figures.reported import actions
    from luoshi.figures.reported.catalogue import all_reported
    from luoshi.figures.targets.catalogue import all_targets

    try:
        count, others, mended, aims = len(all_figures()), len(all_reported()), actions.mended(), len(all_targets())
    except FigureError as error:
        why = T(str(error), str(error))
        return Finding(why, T("改正所指的文件和行", "Mend the file and line that it names"))
    if mended:
        why = T("；".join(one.zh for one in mended), "; ".join(one.en for one in mended))
        return Finding(
            why, T("删去 figures-corrections.toml 里的条目", "Remove the entries from figures-corrections.toml")
        )
    text = T(
        "计算的 {count} 个，报送的 {others} 个，目标 {aims} 个", "{count} computed, {others} reported, {aims} targets"
    )
    return Finding(text.fill(count=count, others=others, aims=aims))


def lines(conf: Conf) -> Finding:
    """Is what the home says for each line of work whole?"""
    from luoshi.kernel.lines import installed

    found = [problem for face in installed() if (problem := face.settings_problem()) is not None]
    if found:
        why = T("；".join(one.zh for one in found), "; ".join(one.en for one in found))
        return Finding(
            why, T("改正所指的文件和行，再重新启动", "Mend the file and line that it names, then start again")
        )
    return Finding(T("没有错误的设置", "no bad setting"))


def messages(conf: Conf) -> Finding:
    """Do messages to citizens, staff and other systems arrive?"""
    from luoshi.kernel import clock as clocks
    from luoshi.ports.notify import reads

    now = clocks.now()
    found = reads.undelivered(now - _REMEMBERED, now - _LATE)
    detail = T(
        f"一天内放弃 {found.given_up:,} 条；晚一小时以上还没送到 {found.late:,} 条",
        f"{found.given_up:,} given up within a day; {found.late:,} not delivered for more than an hour",
    )
    sends = conf.text("mail_url") or conf.text("sms_url")
    if sends and not conf.text("public_url"):
        mend = T(
            "设 PUBLIC_URL：消息里的链接现在指向 127.0.0.1",
            "Set PUBLIC_URL: links in messages lead to 127.0.0.1 now",
        )
        return Finding(detail, mend)
    if not found.given_up and not (found.late and _served(conf)):
        return Finding(detail)
    mend = T(
        "看 run/server.log；检查 LUOSHI_MAIL_URL、LUOSHI_SMS_URL 和 luoshi hook list",
        "Look into run/server.log; check LUOSHI_MAIL_URL, LUOSHI_SMS_URL and luoshi hook list",
    )
    return Finding(detail, mend)


def worker(conf: Conf) -> Finding:
    """Is somebody doing the queued jobs? Only wrong while the site is served."""
    silent = _ask("SELECT extract(epoch FROM clock_timestamp() - max(last_heartbeat))::int FROM procrastinate_workers")
    if silent is not None and silent <= _SILENT:
        return Finding(T(f"{silent} 秒前有心跳", f"heartbeat {silent} s ago"))
    if not _served(conf):
        return Finding(T("没有运行，也没有在服务", "not running, and nothing is served"))
    return Finding(T("没有心跳", "no heartbeat"), T("luoshi serve --worker-only", "luoshi serve --worker-only"))


def _served(conf: Conf) -> bool:
    from luoshi.serve.supervisor import ServeProblem, only_one

    try:
        with only_one(conf.home):
            return False
    except ServeProblem:
        return True


Look = Callable[[Conf], Finding]
OF_HOME: Mapping[str, Look] = {"home": made, "secrets": secrets, "disk": disk, "orphans": orphans}
OF_DATABASE: Mapping[str, Look] = {
    "role": role,
    "walls": walls,
    "ctype": ctype,
    "migrations": migrations,
    "clock": clock,
    "calendar": calendar,
    "log": log,
    "verified": verified,
    "lines": lines,
    "figures": figures,
    "messages": messages,
    "worker": worker,
}

"""Every setting once: name, type, default, help. An unknown or bad one is refused by name.

A setting comes from the environment, else from `settings.toml` in the home (same names, lower case, without prefix).
"""

import os
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from luoshi import conf_rules as rules
from luoshi.kernel.text import T

PREFIX = "LUOSHI_"
FILE = "settings.toml"


class SettingError(ValueError):
    """A setting that is unknown or has a bad value; `text` names it, its value and the rule."""

    def __init__(self, text: T) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True)
class Setting:
    """One setting: environment `name`, `parse` from text (raises rules.Rule), default text and help."""

    name: str
    parse: Callable[[str], object]
    default: str
    help: T
    kind: str

    @property
    def key(self) -> str:
        """Its name in `settings.toml` and in the loaded settings."""
        return self.name.removeprefix(PREFIX).lower()


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "LUOSHI_HOME",
        rules.path,
        "./var",
        T("状态所在的目录：数据库、上传、密钥。", "Where the state lives: database, uploads, secrets."),
        "path",
    ),
    Setting(
        "DATABASE_URL",
        rules.database_url,
        "",
        T(
            "外部 PostgreSQL（owner 角色）；空：自带的。",
            "An external PostgreSQL (owner role); empty: the embedded one.",
        ),
        "url",
    ),
    Setting(
        "PUBLIC_URL",
        rules.public_url,
        "",
        T(
            "市民使用的网址；https 时启用安全 cookie 和 HSTS。",
            "The address citizens use; https turns on secure cookies and HSTS.",
        ),
        "url",
    ),
    Setting(
        "LUOSHI_TRUSTED_PROXIES",
        rules.words,
        "",
        T(
            "可信代理的地址，逗号分隔：相信其 X-Forwarded-For 和 -Proto。",
            "Proxies, by comma, whose X-Forwarded-For and -Proto are believed.",
        ),
        "list",
    ),
    Setting(
        "LUOSHI_PORT",
        rules.number(1, 65535),
        "8000",
        T("服务在 127.0.0.1 上的端口。", "Port of the server on 127.0.0.1."),
        "number",
    ),
    Setting("LUOSHI_WEB_WORKERS", rules.number(1, 64), "2", T("网页进程数。", "Web processes."), "number"),
    Setting(
        "LUOSHI_SPARK_MASTER",
        rules.spark_master,
        "local[*]",
        T("figure --engine spark 用的集群地址。", "The cluster that figure --engine spark uses."),
        "text",
    ),
    Setting(
        "LUOSHI_UPLOAD_MAX_MB",
        rules.number(1, 64),
        "12",
        T("单张照片上限（MB）。", "Largest photograph taken, in MB."),
        "number",
    ),
    Setting(
        "LUOSHI_IMPORT_MAX_MB",
        rules.number(1, 2000),
        "50",
        T("网页上导入的表格上限（MB）。", "Largest table that is imported on a page, in MB."),
        "number",
    ),
    Setting(
        "LUOSHI_REPORTS_PER_HOUR",
        rules.number(1, 100000),
        "30",
        T("每个地址每小时接受的上报数。", "Public reports taken per address and hour."),
        "number",
    ),
    Setting(
        "LUOSHI_LOOKUPS_PER_HOUR",
        rules.number(1, 100000),
        "120",
        T("每个地址每小时允许的查询失败次数。", "Failed tracking look-ups per address and hour."),
        "number",
    ),
    Setting(
        "LUOSHI_OPEN311_PER_MINUTE",
        rules.number(1, 10_000_000),
        "600",
        T("每个 Open311 密钥每分钟可提交的次数。", "Posts that an Open311 key may make in a minute."),
        "number",
    ),
    Setting(
        "LUOSHI_LOGIN_TRIES",
        rules.number(1, 100),
        "5",
        T("登录失败多少次后锁定一小时。", "Failed log-ins before a name is locked for an hour."),
        "number",
    ),
    Setting(
        "LUOSHI_SESSION_HOURS",
        rules.number(1, 240),
        "10",
        T("工作人员会话时长（小时）。", "Hours until a staff session ends."),
        "number",
    ),
    Setting(
        "LUOSHI_PUBLIC_DEMO",
        rules.flag,
        "false",
        T("可给陌生人看的演示：关闭全部登录。", "A demo that may be shown to strangers: all log-ins are off."),
        "flag",
    ),
    Setting(
        "LUOSHI_ALLOW_OWNER",
        rules.flag,
        "false",
        T(
            "开发用：以 owner 或超级用户连接也提供服务。",
            "Development: serve although connected as owner or superuser.",
        ),
        "flag",
    ),
    Setting(
        "LUOSHI_MAIL_URL",
        rules.mail_url,
        "",
        T(
            "发邮件的服务器：smtps://（TLS）、smtp://（STARTTLS）、smtp+plain://（不加密，只限本机）；空：不发邮件。",
            "The server for e-mail: smtps:// (TLS), smtp:// (STARTTLS), smtp+plain:// (none, for this machine only); empty: no e-mail.",
        ),
        "url",
    ),
    Setting("LUOSHI_MAIL_FROM", str, "", T("邮件的发件人地址。", "The sender's address of e-mail."), "text"),
    Setting(
        "LUOSHI_SMS_URL",
        rules.web_url,
        "",
        T("短信网关的地址（docs/notices.md）；空：不发短信。", "The SMS gateway (docs/notices.md); empty: no SMS."),
        "url",
    ),
    Setting(
        "LUOSHI_SMS_TOKEN",
        str,
        "",
        T("短信网关的令牌（Authorization: Bearer）。", "The gateway's token (Authorization: Bearer)."),
        "text",
    ),
    Setting(
        "LUOSHI_HOOK_NETWORKS",
        rules.networks,
        "",
        T(
            "webhook 可以到的内部网段，逗号分隔；空：只到公网的 https。",
            "Private networks that webhooks may reach, by comma; empty: public https only.",
        ),
        "list",
    ),
    Setting(
        "LUOSHI_QUIET_HOURS",
        rules.hours,
        "21:00-08:00",
        T("这段时间不给市民发消息，留到之后。", "Hours in which reporters get no message; it waits until after."),
        "text",
    ),
    Setting(
        "LUOSHI_KEEP_DAYS",
        rules.number(1, 36500),
        "1095",
        T(
            "案件结束多少天后删除上报人的信息、文字和照片。",
            "Days after its end when a case's personal data, texts and pictures are deleted.",
        ),
        "number",
    ),
    Setting(
        "LUOSHI_KEEP_MESSAGES_DAYS",
        rules.number(1, 3650),
        "90",
        T("发出的消息保留多少天。", "Days for which sent messages are kept."),
        "number",
    ),
    Setting(
        "LUOSHI_LOG_KEY",
        str,
        "",
        T(
            "日志签名密钥的文件；空：状态目录里的 keys/log。",
            "File of the log's signing key; empty: keys/log in the home.",
        ),
        "path",
    ),
    Setting(
        "LUOSHI_SPOT_CHECKS",
        rules.number(0, 100),
        "10",
        T(
            "每百件打 3 分以上的，抽查跟进几件。一件不抽，公开的日志里办结后还有记录的就都是差评。",
            "Of a hundred cases graded 3 or more, how many are followed up too. Without any, whatever is noted after its end in "
            "the public log had a bad grade.",
        ),
        "number",
    ),
    Setting(
        "LUOSHI_SEAL_SECONDS",
        rules.number(1, 3600),
        "10",
        T("每隔多少秒封存新的事件。", "Seconds between two sealings of new events."),
        "number",
    ),
    Setting(
        "LUOSHI_METRICS_TOKEN",
        str,
        "",
        T(
            "读取 /metrics 的令牌（Authorization: Bearer）；空：只限本机。",
            "Token that reads /metrics (Authorization: Bearer); empty: this machine only.",
        ),
        "text",
    ),
    Setting(
        "LUOSHI_DATA_LICENCE",
        rules.web_url,
        "",
        T("指标数据的许可证网址，随导出文件印出。", "Address of the licence of the figures' data, printed in exports."),
        "url",
    ),
    Setting("LUOSHI_LOG_LEVEL", rules.level, "info", T("服务日志级别。", "Level of the server's log."), "word"),
)
# Set by our own processes for their children; not for people.
INTERNAL = {"LUOSHI_DB_ROLE", "LUOSHI_DB_URL", "LUOSHI_SUPERVISED"}


def _read(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(T(f"{file}：不是有效的 TOML：{error}", f"{file}: must be TOML: {error}")) from None


def _from_file(file: Path) -> dict[str, str]:
    """Texts by key; lists become words with commas. The home itself cannot be set in a file that lies in it."""
    known = [setting.key for setting in SETTINGS if setting.key != "home"]
    given = _read(file) if file.is_file() else {}
    for key, value in given.items():
        if key not in known:
            raise SettingError(_unknown(f"{file}: {key}", value, known))
    return {key: ",".join(map(str, value)) if isinstance(value, list) else str(value) for key, value in given.items()}


def _unknown(name: str, value: object, known: Iterable[str]) -> T:
    names = ", ".join(known)
    return T(f"未知的设置 {name}={value!r}；已知：{names}", f"unknown setting {name}={value!r}; known: {names}")


def _sources(environ: Mapping[str, str], home: Path) -> dict[str, str]:
    """The settings as given, by key; raises SettingError for an unknown one."""
    by_name = {setting.name: setting for setting in SETTINGS}
    given = _from_file(home / FILE)
    for name, text in environ.items():
        if name in by_name:
            given[by_name[name].key] = text
        elif name.startswith(PREFIX) and name not in INTERNAL:
            raise SettingError(_unknown(name, text, by_name))
    return given


@dataclass(frozen=True)
class Conf:
    """The loaded settings, each under its key."""

    values: Mapping[str, object]

    def __getattr__(self, key: str) -> object:
        try:
            return self.values[key]
        except KeyError:
            raise AttributeError(key) from None

    def text(self, key: str) -> str:
        """A setting that is a text."""
        return str(self.values[key])

    def number(self, key: str) -> int:
        """A setting that is a whole number."""
        return int(str(self.values[key]))

    def flag(self, key: str) -> bool:
        """A setting that is true or false."""
        return self.values[key] is True

    def words(self, key: str) -> tuple[str, ...]:
        """A setting that is a list of words."""
        value = self.values[key]
        return value if isinstance(value, tuple) else ()

    @property
    def home(self) -> Path:
        """The folder of the state."""
        return Path(str(self.values["home"]))


def _without_password(text: str) -> str:
    return re.sub(r"//[^/@]*@", "//…@", text)


def load(environ: Mapping[str, str] | None = None) -> Conf:
    """Read all settings. Raises SettingError that names setting, value and rule."""
    environ = os.environ if environ is None else environ
    home = rules.path(environ.get("LUOSHI_HOME", "./var"))
    given = _sources(environ, home)
    values: dict[str, object] = {}
    for setting in SETTINGS:
        text = given.get(setting.key, setting.default)
        try:
            values[setting.key] = setting.parse(text)
        except rules.Rule as rule:
            zh, en = rule.text
            shown = f"{setting.name}={_without_password(text)!r}"
            raise SettingError(T(f"{shown}：须为 {zh}", f"{shown}: must be {en}")) from None
    return Conf(values)


def document() -> str:
    """`docs/settings.md` as text: every setting with its default and help in both languages."""
    rows = [
        f"| `{s.name}` | `{s.key}` | {s.kind} | {f'`{s.default}`' if s.default else ''} | {s.help.en} | {s.help.zh} |"
        for s in SETTINGS
    ]
    return "\n".join((*_HEAD, *rows, ""))


_HEAD = (
    "# Settings 设置",
    "",
    "Made by `python -m luoshi.conf`; a test holds it. 由 `python -m luoshi.conf` 生成，测试保证与代码一致。",
    "",
    f"A setting comes from the environment, else from `{FILE}` in the home (the name in the second column). An unknown",
    "or bad one is refused by name. 设置取自环境变量，其次取自状态目录里的 `settings.toml`；未知或错误的设置会指名拒绝。",
    "",
    "| environment | in settings.toml | kind | default | what it does | 作用 |",
    "| --- | --- | --- | --- | --- | --- |",
)

if __name__ == "__main__":
    sys.stdout.write(document())

"""What the value of a setting must be: each function reads one from its text, or says the rule. Pure."""

import re
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from luoshi.kernel.text import T

LEVELS = ("debug", "info", "warning", "error", "critical")


class Rule(ValueError):
    """What a value must be; raised by the parse function of a setting."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.text = T(zh, en)


def level(value: str) -> str:
    """The name of a log level."""
    if value.lower() not in LEVELS:
        raise Rule(f"其中之一：{', '.join(LEVELS)}", f"one of: {', '.join(LEVELS)}")
    return value.lower()


def spark_master(value: str) -> str:
    """Where a Spark cluster's master is, or how many threads of this machine are one."""
    if not re.fullmatch(r"local(\[(\d+|\*)\])?|(spark|k8s|mesos)://\S+|yarn", value):
        raise Rule("local[*]、spark://主机:7077、k8s://… 或 yarn", "local[*], spark://host:7077, k8s://… or yarn")
    return value


def path(value: str) -> Path:
    """An absolute path."""
    return Path(value).expanduser().absolute()


def number(low: int, high: int) -> Callable[[str], int]:
    """A whole number within the bounds, both included."""

    def parse(value: str) -> int:
        if not value.strip().lstrip("-").isdigit() or not low <= int(value) <= high:
            raise Rule(f"{low} 到 {high} 的整数", f"a whole number from {low} to {high}")
        return int(value)

    return parse


def flag(value: str) -> bool:
    """True or false."""
    known = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if value.strip().lower() not in known:
        raise Rule("其中之一：true, false", "one of: true, false")
    return known[value.strip().lower()]


def words(value: str) -> tuple[str, ...]:
    """Words by comma."""
    return tuple(word.strip() for word in value.split(",") if word.strip())


def public_url(value: str) -> str:
    """http(s) and a host, without a path."""
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/")):
        raise Rule("http(s)://主机[:端口]，不带路径", "http(s)://host[:port], without a path")
    return value.rstrip("/")


def mail_url(value: str) -> str:
    """The address of a mail server."""
    parts = urlsplit(value)
    if value and (parts.scheme not in ("smtp", "smtps", "smtp+plain") or not parts.hostname):
        raise Rule(
            "smtps://用户:密码@主机:465、smtp://…:587 或 smtp+plain://主机",
            "smtps://user:password@host:465, smtp://…:587 or smtp+plain://host",
        )
    return value


def web_url(value: str) -> str:
    """An http(s) address."""
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise Rule("http(s)://主机/路径", "http(s)://host/path")
    return value


def networks(value: str) -> tuple[str, ...]:
    """IP networks by comma."""
    found = words(value)
    try:
        return tuple(str(ip_network(word)) for word in found)
    except ValueError:
        raise Rule("用逗号分隔的网段，如 10.1.0.0/16", "networks by comma, such as 10.1.0.0/16") from None


def hours(value: str) -> str:
    """From–to within a day, which may go over midnight."""
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", value):
        raise Rule("如 21:00-08:00", "such as 21:00-08:00")
    return value


def database_url(value: str) -> str:
    """The address of a PostgreSQL."""
    if value and urlsplit(value).scheme not in ("postgres", "postgresql"):
        raise Rule("postgresql://用户:密码@主机:端口/库名", "postgresql://user:password@host:port/name")
    return value

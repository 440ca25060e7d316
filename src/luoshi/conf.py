"""Every setting once: name, type, default, help. An unknown or bad one is refused by name.

A setting comes from the environment, else from `settings.toml` in the home (same names, lower case, without prefix).
"""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "LUOSHI_"
FILE = "settings.toml"


class SettingError(ValueError):
    """A setting that is unknown or has a bad value; the message names it, its value and the rule."""


@dataclass(frozen=True)
class Setting:
    """One setting: environment `name`, `parse` from text (raises ValueError with the rule), default text and help."""

    name: str
    parse: Callable[[str], object]
    default: str
    help: str
    kind: str

    @property
    def key(self) -> str:
        """Its name in `settings.toml` and in the loaded settings."""
        return self.name.removeprefix(PREFIX).lower()


def _text(value: str) -> str:
    return value


def _path(value: str) -> Path:
    return Path(value).expanduser().absolute()


def _number(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not value.strip().lstrip("-").isdigit() or not low <= int(value) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(value)

    return parse


def _flag(value: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if value.strip().lower() not in known:
        raise ValueError("one of: true, false")
    return known[value.strip().lower()]


def _words(value: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in value.split(",") if word.strip())


def _public_url(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/")):
        raise ValueError("http(s)://host[:port], without a path")
    return value.rstrip("/")


def _database_url(value: str) -> str:
    if value and urlsplit(value).scheme not in ("postgres", "postgresql"):
        raise ValueError("postgresql://user:password@host:port/name")
    return value


SETTINGS: tuple[Setting, ...] = (
    Setting("LUOSHI_HOME", _path, "./var", "Where the state lives: database, uploads, secrets.", "path"),
    Setting("DATABASE_URL", _database_url, "", "An external PostgreSQL (owner role); empty: the embedded one.", "url"),
    Setting("PUBLIC_URL", _public_url, "", "The address citizens use; https turns on secure cookies and HSTS.", "url"),
    Setting("LUOSHI_TRUSTED_PROXIES", _words, "", "Addresses whose X-Forwarded-For and -Proto are believed.", "list"),
    Setting("LUOSHI_PORT", _number(1, 65535), "8000", "Port of the server on 127.0.0.1.", "number"),
    Setting("LUOSHI_WEB_WORKERS", _number(1, 64), "2", "Web processes.", "number"),
    Setting("LUOSHI_UPLOAD_MAX_MB", _number(1, 64), "12", "Largest photograph taken, in MB.", "number"),
    Setting("LUOSHI_REPORTS_PER_HOUR", _number(1, 100000), "30", "Public reports taken per address and hour.", "number"),
    Setting("LUOSHI_LOOKUPS_PER_HOUR", _number(1, 100000), "120", "Failed tracking look-ups per address and hour.", "number"),
    Setting("LUOSHI_LOGIN_TRIES", _number(1, 100), "5", "Failed log-ins before a name is locked for an hour.", "number"),
    Setting("LUOSHI_SESSION_HOURS", _number(1, 240), "10", "Hours until a staff session ends.", "number"),
    Setting("LUOSHI_PUBLIC_DEMO", _flag, "false", "A demo that may be shown to strangers: all log-ins are off.", "flag"),
    Setting("LUOSHI_ALLOW_OWNER", _flag, "false", "Development: serve although connected as owner or superuser.", "flag"),
    Setting("LUOSHI_LOG_LEVEL", _text, "info", "Level of the server's log.", "text"),
)
# Set by our own processes for their children; not for people.
INTERNAL = {"LUOSHI_DB_ROLE", "LUOSHI_DB_URL"}


def _sources(environ: Mapping[str, str], home: Path) -> dict[str, str]:
    """The settings as given, by key; raises SettingError for an unknown one."""
    by_name = {setting.name: setting for setting in SETTINGS}
    given: dict[str, str] = {}
    file = home / FILE
    if file.is_file():
        for key, value in tomllib.loads(file.read_text("utf-8")).items():
            if key not in {setting.key for setting in SETTINGS}:
                raise SettingError(f"{file.name}: unknown setting {key!r}; known: {', '.join(s.key for s in SETTINGS)}")
            given[key] = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    for name, text in environ.items():
        if name in by_name:
            given[by_name[name].key] = text
        elif name.startswith(PREFIX) and name not in INTERNAL:
            raise SettingError(f"unknown setting {name}={text!r}; known: {', '.join(by_name)}")
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


def load(environ: Mapping[str, str] | None = None) -> Conf:
    """Read all settings. Raises SettingError that names setting, value and rule."""
    environ = os.environ if environ is None else environ
    home = _path(environ.get("LUOSHI_HOME", "./var"))
    given = _sources(environ, home)
    values: dict[str, object] = {}
    for setting in SETTINGS:
        text = given.get(setting.key, setting.default)
        try:
            values[setting.key] = setting.parse(text)
        except ValueError as rule:
            raise SettingError(f"{setting.name}={text!r}: must be {rule}") from None
    return Conf(values)

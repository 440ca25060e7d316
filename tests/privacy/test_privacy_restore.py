"""A marked name is planted, deleted, and an older backup is brought back: it is in no dump and in no file any more."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from luoshi.db import place
from luoshi.db.embedded import Embedded
from luoshi.packs.read import BAOTOU
from luoshi.privacy import scrub

pytestmark = pytest.mark.slow
MARK, PHONE = "欧阳不留痕", "13899990000"
# what to look for: the name and the number as they are, as bytes are dumped, and a word by which the text is found
WORDS = [word.encode() for word in (MARK, PHONE, "阳不")]
NEEDLES = [*WORDS, *(word.hex().encode() for word in WORDS)]
PLANT = f"""
from io import BytesIO
from PIL import Image
from django.core.files.uploadedfile import SimpleUploadedFile
from luoshi.cases import photos
from luoshi.cases.actions import BY_VERB, report_case
from luoshi.cases.actions.renew import renew
from luoshi.cases.models import Category
from luoshi.people import viewer
out = BytesIO()
Image.new("RGB", (40, 30), "red").save(out, "PNG")
shots = photos.store([SimpleUploadedFile("a.png", out.getvalue())])
for n in range(3):
    case = report_case(
        viewer=viewer.public(), category=Category.objects.get(code="010102"), text=f"{MARK} 报路面破损 {{n}}", channel="web",
        county="150203000000", name="{MARK}", phone="{PHONE}", photos=shots, key=f"key {{n}}", door="web").row
    shots = []
    renew(case, "{PHONE}")
    BY_VERB["withdraw"](viewer=viewer.holder(str(case.log_id)), on=case.number, note="{MARK} 不报了")
print("planted")
"""
DELETE = """
from luoshi.cases.actions.erase import erase
from luoshi.cases.models import Case
from luoshi.kernel.viewer import SYSTEM
for number in list(Case.objects.values_list("number", flat=True)):
    erase(SYSTEM, number, "asked")
print("deleted")
"""


@dataclass
class City:
    """An installation in a home."""

    home: Path

    def run(self, *arguments: str) -> str:
        """A command to its end; gives what it said."""
        environ = {"PATH": os.environ["PATH"], "LUOSHI_HOME": str(self.home), "LUOSHI_LOG_LEVEL": "warning"}
        done = subprocess.run(
            [sys.executable, *arguments], env=environ, capture_output=True, text=True, timeout=180, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout + done.stderr

    def luoshi(self, *arguments: str) -> str:
        """A command of ours."""
        return self.run("-m", "luoshi", *arguments)

    def script(self, text: str) -> str:
        """Python within the installation, as the application's role."""
        lines = "\n    ".join(text.strip().splitlines())
        return self.run("-c", f"from luoshi.cli.session import connected\nwith connected():\n    {lines}")

    def dump(self) -> bytes:
        """The whole database as SQL."""
        database = Embedded(self.home)
        with database.hold():
            command = [str(place.package_folder() / "bin" / "pg_dump"), "--dbname", database.url("owner")]
            return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout

    def holding(self) -> list[str]:
        """The files of the home, and of the database wherever it lies, that hold one of the needles."""
        found = place.locate(self.home)
        assert found is not None
        folders = {self.home, found.data}
        files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
        return [str(file) for file in files if found_in(file.read_bytes())]


def found_in(data: bytes) -> list[bytes]:
    """The needles that stand in the data."""
    return [needle for needle in NEEDLES if needle in data]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[City, City]]:
    """A made city, and an empty home to restore into."""
    tmp_path = tmp_path_factory.mktemp("cities")
    old, new = City(tmp_path / "old home"), City(tmp_path / "new home")
    old.luoshi("init", "--pack", str(BAOTOU), "--origin", "log.test/city", "--admin", "zhang")
    yield old, new
    for one in (old, new):
        Embedded(one.home).remove()


def test_deleted_stays_deleted_after_an_older_backup_is_brought_back(city: tuple[City, City], tmp_path: Path) -> None:
    old, new = city
    backup = tmp_path / "city.zip"
    assert "planted" in old.script(PLANT)
    old.luoshi("backup", str(backup))
    assert found_in(old.dump()) == NEEDLES and old.holding(), "the search would find it"
    assert "deleted" in old.script(DELETE)
    assert found_in(old.dump()) == []
    assert list((old.home / "uploads").rglob("*.jpg")) == []

    said = new.luoshi("restore", str(backup), "--erased", str(old.home))
    assert "3" in said.splitlines()[-1]
    found = new.dump()
    assert found_in(found) == [] and new.holding() == []
    assert found.count(b"COPY public.event ") == 1 and b"withdraw" in found, "the log itself is there"
    assert list((new.home / "uploads").rglob("*.jpg")) == []
    assert (new.home / "erased.jsonl").read_text() == (old.home / "erased.jsonl").read_text()


def test_webhooks_are_made_listed_and_ended_by_command(city: tuple[City, City]) -> None:
    old, _ = city
    secret = old.luoshi("hook", "new", "Wall display", "https://display.example/in").splitlines()
    assert any(len(line) == 64 for line in secret)
    assert "Wall display\thttps://display.example/in" in old.luoshi("hook", "list")
    old.luoshi("hook", "end", "Wall display")
    assert "display" not in old.luoshi("hook", "list")


def test_a_file_of_the_journal_taken_for_use_again_is_forgotten_too(city: tuple[City, City]) -> None:
    old, _ = city
    database = Embedded(old.home)
    with database.hold(), psycopg.connect(database.url("super"), autocommit=True) as admin:
        admin.execute("CREATE TABLE planted (words text)")
        for _ in range(4):
            admin.execute("INSERT INTO planted VALUES (%s)", [MARK])
            admin.execute("SELECT pg_switch_wal()")
        admin.execute("DROP TABLE planted")
        admin.execute("CHECKPOINT")
        assert any("pg_wal" in file for file in old.holding()), "a file that is to be used again holds the words"
        scrub.forget_journal(database.url("super"))
        assert not any("pg_wal" in file for file in old.holding())
        shown = admin.execute("SHOW wal_recycle").fetchone()
        assert shown == ("on",)

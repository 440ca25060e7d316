"""The texts of reports: `reports/NAME.LANGUAGE.md` in the home, and those that came with the city's pack."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from django.conf import settings

from luoshi.kernel.problems import Absent
from luoshi.kernel.text import T
from luoshi.packs.read import BAOTOU

FOLDER: Final = "reports"
_FILE: Final = re.compile(r"([a-z0-9][a-z0-9-]*)\.(zh|en)\.md")


class Source(NamedTuple):
    """A text: its name, its language and where it lies."""

    name: str
    language: str
    path: Path


def all_texts() -> list[Source]:
    """The texts by name and language; one of the home stands for one of the same name in the pack."""
    found: dict[tuple[str, str], Source] = {}
    for folder in (Path(settings.CONF.home) / FOLDER, BAOTOU / FOLDER):
        for one in _in(folder):
            found.setdefault((one.name, one.language), one)
    return [found[key] for key in sorted(found)]


def _in(folder: Path) -> Iterator[Source]:
    for path in sorted(folder.glob("*.md")):
        named = _FILE.fullmatch(path.name)
        if named:
            yield Source(named[1], named[2], path)


def text(name: str, language: str) -> Source:
    """The text of a report. Raises Absent."""
    for one in all_texts():
        if (one.name, one.language) == (name, language):
            return one
    known = ", ".join(f"{one.name} ({one.language})" for one in all_texts()) or "—"
    rule = T("没有报告 {name}（{language}）；有：{known}", "there is no report {name} ({language}); there are: {known}")
    raise Absent(rule.fill(name=name, language=language, known=known))

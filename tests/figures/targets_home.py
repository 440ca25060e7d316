"""Targets over the simulated year, declared in its home for one test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HEAD = """[targets.light]
yellow = 10
red = 30
"""
SOURCE = 'source = { zh = "测试", en = "test" }\n'


def entry(figure: str, year: int = 2021, **given: str) -> str:
    """A target in TOML; the values are TOML too."""
    return f"\n[targets.{year}.{figure}]\n" + "".join(f"{key} = {value}\n" for key, value in given.items()) + SOURCE


@contextmanager
def declared(home: Path, text: str, name: str = "targets.toml") -> Iterator[Path]:
    """The home with a file that declares this."""
    file = home / "figures" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)

"""What docs/figures.md tells a statistician to write works as it stands there: listed, asked by the command and on its page."""

import re
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from django.test import Client
from given import NOW

from luoshi.cli import session
from luoshi.figures import ask, board, cli
from luoshi.kernel import clock
from luoshi.people.viewer import public

TEXT = (Path(__file__).parents[2] / "docs" / "figures.md").read_text("utf-8")


@pytest.fixture
def added(here: Any) -> Any:
    """The file of the document's own text, in the home."""
    section = TEXT.partition("\n## A figure without code\n")[2].partition("\n## ")[0]
    toml = "\n".join(re.findall(r"^    (.*)$", section, re.M))
    file = here.home / "figures" / "ours.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(toml, "utf-8")
    yield re.findall(r"^\[(.+)\]$", toml, re.M)
    file.unlink()


def test_a_figure_without_code(added: list[str], here: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "connected", nullcontext)  # the test's own database is there already
    monkeypatch.setattr(session, "viewer", lambda ctx: public())
    (name,) = added
    with clock.at(NOW):
        told = CliRunner().invoke(cli.figure, [name, "--period", "2021", "--by", "county", "--json"])
        assert told.exit_code == 0, told.output
        said = orjson.loads(told.stdout.splitlines()[0])
        whole = ask.ask(ask.Question(ask.figure("cases.closed"), board.this_year(), ask.as_of(), ("channel",)))
        assert said["n"] == whole.cells[("web",)].n and 0 < said["n"] < whole.total.n
        page = Client(HTTP_HOST="127.0.0.1").get(f"/figure/{name}?as_of={said['log_size']}")
    text = page.content.decode()
    assert page.status_code == 200 and said["name"] in text and f">{said['value']}<" in text

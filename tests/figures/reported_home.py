"""A home that declares the pack's reported figures, and short ways to enter, approve, seal and ask."""

import shutil
from pathlib import Path
from typing import Any

from luoshi import packs
from luoshi.figures import ask as counted
from luoshi.figures.models import ReportedValue
from luoshi.figures.period import parse
from luoshi.figures.reported import actions, catalogue, said
from luoshi.figures.reported.ask import Question, ask
from luoshi.kernel.ledger import keys
from luoshi.kernel.ledger.folder import Folder
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.ledger.seal import seal_all
from luoshi.kernel.viewer import Viewer

PACK = Path(packs.__file__).parent / "baotou"
GDP = {
    "figure": "city.gdp", "period": "2021", "value": "3293.0", "vintage": "2022-03-31", "status": "preliminary",
    "source": "市统计局", "document": "2021年统计公报",
}  # fmt: skip


CORRECTION = """[[correction]]
figure = "city.gdp"
period = "2021"
member = "150200"
published = "32930"
correct = "3293.0"
why = { zh = "小数点错位", en = "decimal point lost" }
expect = "> 9999"
"""


def declare(home: Path) -> None:
    (home / "figures").mkdir(parents=True, exist_ok=True)
    shutil.copy(PACK / "figures.toml", home / "figures" / "pack.toml")


def enter(viewer: Viewer, **more: str) -> ReportedValue:
    actions.propose(viewer=viewer, **(GDP | more))
    return ReportedValue.objects.latest("id")


def publish(cast: dict[str, Viewer], **more: str) -> ReportedValue:
    row = enter(cast["statistician"], **more)
    actions.approve(viewer=cast["supervisor"], on=row.pk)
    return row


def seal(home: Path) -> int:
    """Seal what waits; the size of the log."""
    place = Place("test.example/log", Folder(home / "log"), home / "keys" / "log")
    if not place.key_file.exists():
        keys.create(place.key_file, place.origin)
    seal_all(place)
    return counted.as_of().size


def answer(name: str, period: str = "2021", *by: str, size: int | None = None, ranked: bool = False, compare: Any = None, **where: str) -> dict[str, Any]:  # fmt: skip
    known = counted.as_of(None if size is None else str(size))
    question = Question(catalogue.figure(name), parse(period), known, by, where)
    return said.said(ask(question), ranked=ranked, compare=compare)

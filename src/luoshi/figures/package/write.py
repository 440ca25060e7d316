"""Publish a report and write its open package: what anybody needs to compute its numbers again, from the log down.

    report.html report.pdf    copies of the report
    numbers.json              each printed number, the questions that they answer, and the size and root of the log
    declarations.json         facts and figures in the closed vocabulary
    facts/<line>.csv          the facts as they stand, each with its place in the log
    openings.csv              sealed fields that the figures read, each with its salt
    log/                      checkpoint and entries, as they are served under /log/
    verify.py manifest.json   the verifier, and the hash of every file

The log gets an event with the hashes of numbers.json and declarations.json; the checkpoint is the one that seals it.
"""

import csv
import json
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from luoshi.figures.declare import Figure
from luoshi.figures.models import Report
from luoshi.figures.package import actions, declared, opening, reads, verify
from luoshi.figures.package.asked import Asked
from luoshi.figures.report.printed import Document, Printed
from luoshi.figures.reported.declare import Reported
from luoshi.kernel import calendar, lines
from luoshi.kernel.ledger import place, rows, seal, tiles
from luoshi.kernel.ledger.checkpoint import Head
from luoshi.kernel.ledger.place import Place
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer

VERIFIER: Final = "verify.py"
BROKEN: Final = T("写出的数据包没有通过验证：{rule}", "the package that was written does not verify: {rule}")


class PackageError(RuntimeError):
    """A package that does not verify right after it was written; `text` names the first fault in both languages."""

    def __init__(self, rule: str) -> None:
        self.text = BROKEN.fill(rule=rule)
        super().__init__(self.text.en)


def write(document: Document, folder: Path, viewer: Viewer) -> Report:
    """Publish a report and write its package into a folder that is made; gives what is kept of the publication.

    Raises Denied, LogProblem, OSError, or PackageError: then the event is in the log and the folder is no package.
    """
    (folder / "facts").mkdir(parents=True)
    ours, asked, size = place.current(), Asked(document.printed), document.as_of.size
    (folder / "report.html").write_bytes(document.html)
    (folder / "report.pdf").write_bytes(document.pdf)
    _json(folder / "declarations.json", _declared(folder, document, asked))
    _json(folder / "numbers.json", {
        "report": document.name, "title": document.title, "language": document.language, "period": document.period.text,
        "origin": ours.origin, "size": size, "root": b64encode(_root(size)).decode(),
        "files": {name: _digest(folder / name) for name in ("report.html", "report.pdf")},
        "questions": asked.questions, "numbers": asked.numbers,
    })  # fmt: skip
    report, head = _publish(document, folder, ours, viewer)
    _copy_log(ours, head, folder / "log")
    shutil.copyfile(verify.__file__, folder / VERIFIER)
    _manifest(folder, ours, reads.entry_of(report.log_id))
    _check(folder)
    return report


def _check(folder: Path) -> None:
    """Run the verifier of the package as whoever gets it will. Raises PackageError."""
    done = subprocess.run([sys.executable, "-I", folder / VERIFIER], capture_output=True, text=True, check=False)
    if done.returncode:
        raise PackageError(
            next((line for line in done.stdout.splitlines() if line.startswith("✗")), done.stderr[-500:])
        )


def _json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _root(size: int) -> bytes:
    """The root of the first entries."""
    kept = rows.at_size(size)
    return kept.root if kept else seal.edge_at(size).root()


def _declared(folder: Path, document: Document, asked: Asked) -> dict[str, Any]:
    """The declarations; beside it the facts and the openings are written."""
    figures = _figures(document.printed)
    counted = {name: one for name, one in figures.items() if isinstance(one, Figure)}
    months = _months(asked.questions)
    used = {one.line for one in counted.values()}
    faces = {face.name: face for face in lines.installed() if face.name in used}
    facts = {line: declared.facts(face, months, calendar.current().tz) for line, face in faces.items()}
    read = opening.read(facts, document.as_of.size)
    sealed = {line: declared.sealed_columns(faces[line], one.sealed_names()) for line, one in read.items()}
    found: dict[str, Any] = {name: _taken_over(one) for name, one in figures.items() if isinstance(one, Reported)}
    for name, one in counted.items():
        mine = [question for question in asked.questions if question["figure"] == name]
        opened = declared.recomputed(one.measure) and _opens(read[one.line], one, sealed[one.line], mine)
        found[name] = declared.figure(one, sealed[one.line], opened)
    _write_facts(folder, facts, read)
    return {"facts": facts, "figures": dict(sorted(found.items()))}


def _figures(printed: Iterable[Printed]) -> dict[str, Figure | Reported]:
    return {one.answer.question.figure.id: one.answer.question.figure for one in printed}


def _months(questions: Iterable[Mapping[str, Any]]) -> range:
    """From the month before the first that is asked for to the one after the last."""
    some = [(one["first_month"], one["last_month"]) for one in questions if "first_month" in one]
    return range(min((first for first, _ in some), default=0) - 1, max((last for _, last in some), default=0) + 2)


def _taken_over(one: Reported) -> dict[str, Any]:
    """A reported figure's declaration: nothing is computed."""
    return {"name": {"zh": one.name.zh, "en": one.name.en}, "define": {"zh": one.define.zh, "en": one.define.en},
            "unit": {"zh": one.unit.zh, "en": one.unit.en}, "decimals": one.decimals}  # fmt: skip


def _opens(read: opening.Read, one: Figure, sealed: set[str], questions: Iterable[Mapping[str, Any]]) -> bool:
    """Answer a figure's questions, so that what they read of sealed fields is noted; no where a salt is gone."""
    measure, opens = declared.measure(one.measure, sealed), True
    try:
        for question in questions:
            read.answer(measure, {**question, "end": read.end_of(question)})
    except opening.Gone:
        opens = False
    read.keep_noted(opens)
    return opens


def _write_facts(folder: Path, facts: Mapping[str, Any], read: Mapping[str, opening.Read]) -> None:
    """The openings, and each line's facts as whoever has just these will see them."""
    found: list[opening.Opening] = []
    for line, one in read.items():
        found += one.openings()
        fields = {field for _, field in one.kept}
        names = [name for name in facts[line]["columns"] if name in fields or name not in one.sealed_names()]
        facts[line]["head"] = [*declared.HEAD, *names]
        one.bound()
        with (folder / "facts" / f"{line}.csv").open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(facts[line]["head"])
            writer.writerows([one.text(event, name) for name in facts[line]["head"]] for event in one.rows)
    with (folder / "openings.csv").open("w", newline="", encoding="utf-8") as out:
        csv.writer(out, lineterminator="\n").writerows(sorted(found))


def _publish(document: Document, folder: Path, ours: Place, viewer: Viewer) -> tuple[Report, Head]:
    """The event, and what the checkpoint that seals it says."""
    hashes = {name: _digest(folder / f"{name}.json") for name in ("declarations", "numbers")}
    done = actions.publish(
        viewer=viewer, report=document.name, language=document.language, title=document.title,
        period=document.period.text, size=document.as_of.size, **hashes,
    )  # fmt: skip
    assert done.row is not None, "no key was given, so nothing is repeated"
    head = seal.seal_all(ours)
    assert head is not None, "there is an entry"
    return done.row, head


def _copy_log(ours: Place, head: Head, folder: Path) -> None:
    """The checkpoint and the entries under it."""
    folder.mkdir()
    note = ours.folder.checkpoint()
    assert note is not None, "it was published just now"
    (folder / "checkpoint").write_bytes(note)
    for tile in tiles.all_of(head.size):
        if tile.level is None:
            path = folder / "tile" / tile.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(ours.folder.read(tile))


def _manifest(folder: Path, ours: Place, entry: int | None) -> None:
    files = {path.relative_to(folder).as_posix(): _digest(path) for path in sorted(_files(folder))}
    _json(folder / "manifest.json", {
        "origin": ours.origin, "key": str(ours.signers()[0].verifier), "entry": entry, "files": files,
    })  # fmt: skip


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())

"""An answer of a reported figure in plain data: every key that a computed figure has, and where the number comes from."""

from hashlib import sha256
from json import dumps
from typing import Any, Final

from luoshi.figures.answer import placed
from luoshi.figures.listed import metadata
from luoshi.figures.reported import ask as asked
from luoshi.figures.reported.ask import ENGINE, MEMBER, Answer, Value
from luoshi.figures.reported.catalogue import all_corrections
from luoshi.figures.reported.declare import Reported
from luoshi.figures.reported.reads import Known
from luoshi.figures.said import Compare, moment_text, plain

EMPTY: Final[dict[str, Any]] = {"numerator": None, "denominator": None, "n": 0}
"""Nobody counted it here."""


def fingerprint(figure: Reported) -> str:
    """SHA-256 of all that decides the number beside the log: declaration and known errors of the source."""
    wrong = [
        [*cell, plain(one.published), plain(one.correct), one.expect]
        for cell, one in sorted(all_corrections().items())
        if cell[0] == figure.id
    ]
    members = sorted(figure.members.names)
    said = ["reported", figure.id, figure.unit.zh, figure.decimals, figure.growth, members, figure.members.city, wrong]
    return sha256(dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _release(one: Known) -> dict[str, Any]:
    document = {"name": one.document, "page": one.page, "address": one.address}
    return {
        "vintage": one.vintage.isoformat(),
        "status": one.status,
        "source": one.source,
        "document": document,
        "note": one.note,
    }


def as_cell(found: Value | None) -> dict[str, Any]:
    """The number and where it comes from; all keys are there, null where nothing was published."""
    if found is None:
        nothing = dict.fromkeys(
            ("value", "vintage", "status", "source", "document", "note", "first_release", "correction")
        )
        return EMPTY | nothing | {"suppressed": False}
    first = {"value": plain(found.first.value), **_release(found.first)}
    wrong = found.correction
    said = {"published": plain(wrong.published), "why": str(wrong.why), "expect": wrong.expect} if wrong else None
    return {
        **EMPTY, "value": plain(found.number), "suppressed": False, **_release(found.newest), "first_release": first,
        "correction": said,
    }  # fmt: skip


def name_of(figure: Reported, dimension: str, key: str) -> str:
    """A member in words; a month as it is written."""
    return str(figure.members.names[figure.members.shown(key)]) if dimension == MEMBER else key


def rows(answer: Answer, *, ranked: bool) -> list[dict[str, Any]]:
    """Members by name, months in time; ranked, the best first."""
    figure, by = answer.question.figure, answer.question.by
    places = placed({key: one.number for key, one in answer.cells.items()}, figure.better) if ranked else {}
    out = []
    for key, one in answer.cells.items():
        code = figure.members.shown(key) if by == (MEMBER,) else key
        row = {by[0]: code, "name": name_of(figure, by[0], key), **as_cell(one)}
        out.append(row | ({"rank": places[key]} if ranked else {}))
    if by == (MEMBER,):
        out.sort(key=lambda row: (row.get("rank", 0), row["name"]))
    return out


def missing(answer: Answer) -> list[str]:
    """The members without a value, by name."""
    figure = answer.question.figure
    if answer.question.by != (MEMBER,):
        return []
    have = {figure.members.shown(key) for key in answer.cells}
    return sorted(str(name) for code, name in figure.members.names.items() if code not in have)


def compared(answer: Answer, how: Compare) -> dict[str, Any]:
    """The value beside that of another period, with the change as far as it is reported or a distance between rates."""
    found = asked.compared(answer, how)
    change = plain(found.change)
    return {
        "kind": how,
        "period": found.period.text,
        **as_cell(found.value),
        "change": change,
        "change_unit": found.unit,
    }


def said(answer: Answer, *, ranked: bool = False, compare: Compare | None = None) -> dict[str, Any]:
    """The whole answer. Raises Invalid for a comparison that is not there."""
    question = answer.question
    figure, as_of = question.figure, question.as_of
    found: dict[str, Any] = {
        "figure": figure.id, "name": str(figure.name), "kind": "reported", "period": question.period.text,
        "as_of": moment_text(as_of.moment), "log_size": as_of.size, "provisional": as_of.provisional,
        **as_cell(answer.total), "unit": str(figure.unit), "fingerprint": fingerprint(figure), "engine": ENGINE,
        "pending": figure.pending, "rows": rows(answer, ranked=ranked),
    }  # fmt: skip
    found["missing"] = missing(answer) if ranked else []
    found["compare"] = compared(answer, compare) if compare else None
    return found


def listed(figure: Reported) -> dict[str, Any]:
    """A reported figure as plain data, with the same keys as a computed one."""
    return {
        "id": figure.id, "name": str(figure.name), "define": str(figure.define), "unit": str(figure.unit),
        "by": list(figure.by), "kind": "reported", "decimals": figure.decimals, "better": figure.better,
        "fingerprint": fingerprint(figure), "measure": None, "pending": figure.pending,
        "metadata": metadata(figure, figure.unit),
    }  # fmt: skip

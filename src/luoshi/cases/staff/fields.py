"""From the strings of a form to what an action takes, field by field; faults name field, value and rule."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from luoshi.cases import photos
from luoshi.cases.actions.again import REASONS
from luoshi.cases.actions.parts import Share
from luoshi.cases.models import Category, Photo
from luoshi.cases.staff.scene import Scene
from luoshi.kernel.flow import Move
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.people.models import Division, Person, Unit

LONGEST: Final = 2000
OUTCOMES: Final = {"unreachable": T("联系不上", "Not reached"), "refused": T("拒绝回访", "Refused to answer")}


class Bad(ValueError):
    """A value that cannot be taken; `rule` says what it must be."""

    def __init__(self, rule: T) -> None:
        super().__init__(rule.en)
        self.rule = rule


@dataclass(frozen=True)
class Given:
    """What came with the form, and for which move before which case."""

    data: QueryDict
    files: Sequence["UploadedFile[Any]"]
    scene: Scene
    move: Move
    key: str = ""

    def one(self, name: str) -> str:
        """A single value without white space around it."""
        return str(self.data.get(name, "")).strip()


@dataclass
class Read:
    """What the form gave: the values that could be read, and the faults of the others."""

    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read(given: Given) -> Read:
    """Read all fields that the move needs or takes; empty ones are left out."""
    found = Read()
    for name in (*given.move.needs, *given.move.takes):
        reader = READERS.get(name, _text)
        try:
            value = reader(given, name)
        except Bad as bad:
            found.faults.append(Fault(name, given.one(name)[:60], bad.rule))
            continue
        except Invalid as refused:
            found.faults += refused.faults
            continue
        if value not in (None, "", []):
            found.values[name] = value
        elif name in given.move.needs:
            found.faults.append(Fault(name, "", T("必须填写", "is required")))
    return found


def _text(given: Given, name: str) -> str:
    text = given.one(name).replace("\r\n", "\n")
    if "\0" in text:
        raise Bad(T("有看不见的字符", "holds unreadable characters"))
    if len(text) > LONGEST:
        raise Bad(T("最长 {n} 字，现在 {m} 字", "at most {n} characters, now {m}").fill(n=LONGEST, m=len(text)))
    return text


def named(rows: Mapping[Any, Any], text: str) -> Any | None:
    """The row that a text means: its key or code, or a name that only one row has; None where none or several do."""
    for key, row in rows.items():
        if text in (str(key), getattr(row, "code", "")):
            return row
    hits = [row for row in rows.values() if text in (row.zh, row.en)]
    return hits[0] if len(hits) == 1 else None


def _unit(given: Given, name: str) -> Unit | None:
    text = given.one(name)
    if not text:
        return None
    found = named(given.scene.units(given.move.verb, given.move.right), text)
    if found is None:
        raise Bad(T("没有这个单位，或不归您派，请从列表里选", "No such unit in your reach: choose from the list"))
    return found  # type: ignore[no-any-return]


def _category(given: Given, name: str) -> Category | None:
    text = given.one(name)
    if not text:
        return None
    leaves = {row.code: row for row in given.scene.kinds.leaves()}
    paths = {str(given.scene.kinds.path(code)): row for code, row in leaves.items()}
    found = paths.get(text) or named(leaves, text)
    if found is None:
        raise Bad(T("没有这个类别，请从列表里选", "No such category: choose from the list"))
    return found


def _handler(given: Given, name: str) -> Person | None:
    text = given.one(name)
    if not text:
        return None
    for person in given.scene.handlers:
        if text == str(person.pk):
            return person
    raise Bad(T("不是这个单位的承办人", "is not a handler of this unit"))


def _division(given: Given, name: str) -> Division | None:
    text = given.one(name)
    if not text:
        return None
    from luoshi.people import tree

    everywhere = tree.today().divisions
    found = named({row.code: row for row in given.scene.divisions}, text) or named(everywhere, text)
    if found is None:
        raise Bad(
            T("没有这个地方，或不止一个，请写代码或从列表里选", "No such place, or several: choose from the list")
        )
    return found  # type: ignore[no-any-return]


def _number(given: Given, name: str) -> float | None:
    text = given.one(name)
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise Bad(T("写成 40.6537 这样的数", "a number such as 40.6537")) from None


def _grade(given: Given, name: str) -> int | None:
    text = given.one(name)
    if text and text not in ("1", "2", "3", "4", "5"):
        raise Bad(T("从 1 到 5", "from 1 to 5"))
    return int(text) if text else None


def _until(given: Given, name: str) -> datetime | None:
    text = given.one(name)
    if not text:
        return None
    try:
        day = date.fromisoformat(text.replace("/", "-").replace(".", "-"))
    except ValueError:
        raise Bad(T("写成 2021-11-23 的样子", "like 2021-11-23")) from None
    today = given.scene.calendar.city_date(given.scene.now)
    if not 0 <= (day - today).days <= 366:
        raise Bad(T("在今天以后一年之内", "within a year from today"))
    return given.scene.calendar.closing(day)


def _outcome(given: Given, name: str) -> str:
    text = given.one(name)
    if text and text not in OUTCOMES:
        raise Bad(T("联系不上或拒绝回访", "not reached, or refused"))
    return text


def _reasons(given: Given, name: str) -> list[str]:
    chosen = [str(one) for one in given.data.getlist(name)]
    if any(one not in REASONS for one in chosen):
        raise Bad(T("不在可选的原因里", "is not one of the reasons"))
    return chosen


def _photos(given: Given, name: str) -> list[Photo]:
    if len(given.files) > photos.MOST:
        raise Bad(T("最多 {n} 张", "at most {n} pictures").fill(n=photos.MOST))
    return photos.store(given.files, given.key)


def _released(given: Given, name: str) -> list[Photo]:
    known = {str(photo.pk): photo for photo in given.scene.photos}
    chosen = [str(one) for one in given.data.getlist(name)]
    try:
        return [known[str(UUID(one))] for one in chosen]
    except (KeyError, ValueError):
        raise Bad(T("不是这件的照片", "is no picture of this case")) from None


def _parts(given: Given, name: str) -> list[Share]:
    """Pairs of `part_unit` and `part_text`; a row with neither is not meant."""
    rows = zip(given.data.getlist("part_unit"), given.data.getlist("part_text"), strict=False)
    meant = [(str(unit).strip(), str(text).strip()[:LONGEST]) for unit, text in rows]
    units = given.scene.units(given.move.verb, given.move.right)
    shares = []
    for unit, text in meant:
        if not unit and not text:
            continue
        found = named(units, unit) if unit else None
        if found is None:
            raise Bad(
                T("“{unit}”不是可派的单位，请从列表里选", "“{unit}” is no unit: choose from the list").fill(unit=unit)
            )
        shares.append(Share(found, text))
    return shares


def _into(given: Given, name: str) -> str:
    return given.one(name).upper()


Reader = Callable[[Given, str], Any]
READERS: Final[Mapping[str, Reader]] = {
    "unit": _unit,
    "category": _category,
    "handler": _handler,
    "division": _division,
    "lat": _number,
    "lon": _number,
    "grade": _grade,
    "until": _until,
    "outcome": _outcome,
    "reasons": _reasons,
    "photos": _photos,
    "photos_released": _released,
    "parts": _parts,
    "into": _into,
}

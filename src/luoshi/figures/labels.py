"""The values of dimensions as people know them: a unit by its code, a place and a kind by its name; and as of when."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from luoshi.figures.ask import AsOf, Question, check
from luoshi.figures.period import MONTH, month_text
from luoshi.figures.period import moment as moment_of
from luoshi.kernel.lines import Face
from luoshi.kernel.measures import Value
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.web import parts, words

PLACES: Final = ("county", "street", "community")
NONE: Final = T("未定", "not known")
NAMES: Final[Mapping[str, T]] = {
    "occasion": T("招商活动", "Occasion"), "officer": T("招商专员", "Officer"), "province": T("省份", "Province"), "industry": T("行业", "Industry"), "way": T("方式", "Way"),
    "county": T("旗县区", "County"), "street": T("街道苏木镇", "Street or town"), "community": T("社区嘎查村", "Community"),
    "top": T("大类", "Top category"), "category": T("类别", "Category"), "channel": T("渠道", "Channel"),
    "unit": T("单位", "Unit"), "source": T("来源", "Source"), "stage": T("状态", "State"), MONTH: T("月份", "Month"),
}  # fmt: skip


def moment(as_of: AsOf) -> SafeString:
    """As of when, and of which entry of the log."""
    text = T("，账本 {n} 条", ", {n} entries of the log").fill(n=words.number(as_of.size))
    return (
        format_html("{}{}", parts.time(moment_of(as_of.moment)), text)
        if as_of.size
        else format_html("{}", T("还没有封存", "nothing sealed"))
    )


def code(dimension: str, value: Value | None) -> str | None:
    """The value as it is written outside: a unit's code, a month as `2021-10`, anything else as it is."""
    if value is None or value == "":
        return None
    if dimension == MONTH:
        return month_text(int(value))
    if dimension == "unit":
        city = tree.today()
        found = city.units.get(int(value)) or city.former.get(int(value))
        return found.code if found else str(value)
    return str(value)


def name(face: Face, dimension: str, value: Value | None) -> str:
    """The value in words of the current language."""
    if value is None or value == "":
        return str(NONE)
    if dimension in PLACES:
        return people.division_name(str(value))
    if dimension == "unit":
        return people.unit_names().get(int(value), str(value))
    found = face.names(dimension).get(str(value))
    return str(found) if found else code(dimension, value) or ""


def read(face: Face, dimension: str, text: str) -> Value:
    """The value of a dimension from how it is written outside. Raises Invalid for one that nobody knows."""
    if dimension == "unit":
        city = tree.today()
        for unit in (*city.units.values(), *city.former.values()):
            if unit.code == text:
                return unit.pk
        raise Invalid([Fault("unit", text[:40], T("没有这个单位代码", "there is no unit of this code"))])
    known = tree.today().divisions if dimension in PLACES else face.names(dimension)
    if face.facts.types("events").get(dimension) == "int" and text.isascii() and text.isdigit():
        return int(text)
    if known and text not in known:
        raise Invalid([Fault(dimension, text[:40], T("没有这个值", "there is no such value"))])
    return text


def narrowed(question: Question, where: Mapping[str, str]) -> Question:
    """The question for single values, written as outside. Raises Invalid for a dimension or a value that is not there."""
    check(replace(question, where=dict(where)))
    return replace(question, where={name: read(question.face, name, text) for name, text in where.items()})


RANKED: Final = ("county", "street")


def expected(face: Face, dimension: str) -> list[Value]:
    """The members that a rank should have; none where only those count that there are."""
    if dimension not in RANKED:
        return []
    return [one.code for one in tree.today().divisions.values() if one.level == dimension]

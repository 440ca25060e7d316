"""The reported numbers that stand on the first page: those that their declaration puts there, of the newest year."""

from typing import Any, Final

from luoshi.figures.answer import placed
from luoshi.figures.ask import AsOf
from luoshi.figures.period import parse
from luoshi.figures.reported import ask, page
from luoshi.figures.reported.catalogue import all_reported
from luoshi.figures.reported.declare import Reported
from luoshi.kernel.kept import Kept
from luoshi.kernel.text import T
from luoshi.web import parts, words

SECONDS: Final = 60
RANK: Final = T("第 {n} 位，共 {all} 个", "{n} of {all}")
Values = dict[tuple[str, str], ask.Value]


def _values(size: int) -> dict[str, Values]:
    """What is published of each, as of a size of the log; the same until something is sealed."""
    return {one.id: ask.values(one, size) for one in all_reported().values() if one.home}


_kept: Final = Kept(_values, SECONDS)


def figures(as_of: AsOf) -> list[parts.Figure]:
    """The numbers in the order of their declarations; those of which nothing is published are left out."""
    found = _kept(as_of.size)
    some = (_one(all_reported()[name], values, as_of) for name, values in found.items() if name in all_reported())
    return [one for one in some if one is not None]


def _one(figure: Reported, values: Values, as_of: AsOf) -> parts.Figure | None:
    years = [when for when, member in values if not member and len(when) == 4]
    if not years:
        return None
    year = max(years)
    value = values[year, ""]
    places = placed({member: one.number for (when, member), one in values.items() if when == year}, figure.better)
    ground: list[tuple[Any, Any]] = []
    if len(places) > 1:
        ground.append((T("位次", "Rank"), RANK.fill(n=places[""], all=len(places))))
    ground += [(T("出处", "Source"), value.newest.source), (T("发布", "Published"), page.released(value.newest, as_of))]
    question = ask.Question(figure, parse(year), as_of)
    return parts.Figure(
        figure.name, words.number(value.number), figure.unit, year, ground, page.address(question), page.tags(question), "num-s"
    )  # fmt: skip

"""Figures as they are declared: TOML entries over the lines' measures, checked with file, line and rule.

A figure names a measure, may narrow it to values of dimensions, and says what a statistician prints beside a number.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from importlib import resources
from json import dumps
from pathlib import Path
from typing import Final

from luoshi.kernel.measures import Catalogue, Every, Facts, Is, Measure, Value, as_json, rolled_json
from luoshi.kernel.text import T
from luoshi.packs.faults import Fault, Faults
from luoshi.packs.tables import Toml, read_toml

HOUR: Final = 3_600_000_000
YUAN: Final = 100
"""Facts hold money in fen."""
MONEY: Final = ("万元", "亿元")
UNITS: Final[Mapping[str, tuple[T, int]]] = {
    "%": (T("%", "%"), 1),
    "分": (T("分", "points"), 1),
    "件": (T("件", "cases"), 1),
    "家": (T("家", "companies"), 1),
    "次": (T("次", "times"), 1),
    "个": (T("个", ""), 1),
    "分钟": (T("分钟", "minutes"), HOUR // 60),
    "小时": (T("小时", "hours"), HOUR),
    "天": (T("天", "days"), 24 * HOUR),
    "万元": (T("万元", "× 10,000 yuan"), 10_000 * YUAN),
    "亿元": (T("亿元", "× 100 million yuan"), 100_000_000 * YUAN),
}
"""What a figure is counted in: its name, and how many of what facts hold make one."""
OTHERS: Final = frozenset({"reported", "members", "targets"})
"""Tables of the same files that are no line's: what `reported/declare.py` and `targets/declare.py` read."""
_TYPES: Final = {"text": str, "int": int, "bool": bool}
CODED: Final = "unit"
"""The dimension of which facts hold keys, and files and addresses say codes."""
_NAMED: Final = 20
BETTER: Final = ("up", "down", "neither")
FREQUENCY: Final = ("A", "Q", "M")
"""SDMX code list CL_FREQ: the shortest period that makes sense."""
_KEYS: Final = frozenset(
    {
        "measure",
        "name",
        "define",
        "where",
        "by",
        "inner",
        "unit",
        "decimals",
        "better",
        "owner",
        "frequency",
        "source",
        "note",
    }
)


class FigureError(ValueError):
    """Declarations that cannot be used; `faults` lists everything that is wrong."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(map(str, faults)))


@dataclass(frozen=True)
class Figure:
    """A number with a name. `measure` has the figure's own filter in it; `by` are the dimensions that it is shown by."""

    id: str
    facts: Facts
    measure: Measure
    name: T
    define: T
    by: tuple[str, ...]
    unit: str
    decimals: int
    better: str
    owner: str
    frequency: str
    source: T
    note: T
    where: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    inner: tuple[str, ...] = ()
    """Dimensions by which staff alone may ask: whoever asks after each entry would learn of it what the log does not say."""

    @property
    def line(self) -> str:
        """Whose facts it counts."""
        return self.facts.line

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all that decides the number: measure, filter, unit, decimals, and how events make a row a subject."""
        said = [as_json(self.measure), rolled_json(self.facts), self.unit, self.decimals]
        return sha256(dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    @property
    def unit_name(self) -> T:
        """What it is counted in."""
        return UNITS[self.unit][0]

    @property
    def per(self) -> int:
        """How many of what the facts hold make one unit."""
        return UNITS[self.unit][1]


def of_line(line: str) -> list[Path]:
    """The file in which a line declares its figures, where it has one."""
    path = Path(str(resources.files(f"luoshi.{line}"))) / "figures.toml"
    return [path] if path.exists() else []


Values = Callable[[Facts, str], Collection[str] | Mapping[str, Value]]
"""The values that a dimension can have; empty where they are no closed list. Of `CODED` ones the keys by code."""


def figures(sources: Iterable[Path], catalogue: Catalogue, values: Values) -> dict[str, Figure]:
    """The figures of some files by id, in their order. Raises FigureError with all that is wrong."""
    faults, found = Faults(), dict[str, Figure]()
    for path in sources:
        toml = read_toml(path.parent, path.name, faults)
        if toml is None:
            continue
        for line, entries in toml.data.items():
            if not isinstance(entries, dict):
                toml.fault((line,), "应为 [工作线.指标] 的表", "must be a table [line.figure]")
                continue
            for name in entries if line not in OTHERS else ():
                one = _figure(toml, (line, name), catalogue, values)
                if one is not None and one.id in found:
                    toml.fault((line, name), "重复的指标", "this figure stands already")
                elif one is not None:
                    found[one.id] = one
    if faults.found:
        raise FigureError(faults.found)
    return found


def _figure(toml: Toml, path: tuple[str, str], catalogue: Catalogue, values: Values) -> Figure | None:
    before = len(toml.faults.found)
    entry = toml.value(*path)
    if not isinstance(entry, dict):
        toml.fault(path, "应为一个指标的表", "must be the table of a figure")
        return None
    for key in entry.keys() - _KEYS:
        toml.fault((*path, key), "未知的项", "is no key of a figure")
    measure = catalogue.measures.get(toml.string(*path, "measure"))
    if measure is None:
        toml.fault((*path, "measure"), "没有这个口径", "there is no such measure")
        return None
    facts = catalogue.facts[measure.id.partition(".")[0]]
    if path[0] != facts.line:
        toml.fault(
            path, "口径属于 {line}，应写作 [{line}.…]", "its measure is of {line}: must be [{line}.…]", line=facts.line
        )
    where = _where(toml, path, facts, values)
    if where and measure.suppress_below:
        toml.fault(
            (*path, "where"), "涉及评价的口径不能再筛选：和不筛选的相减，就知道筛掉的那几件",
            "a measure of verdicts takes no filter: set against the number without it, it would tell the few that are left out",
        )  # fmt: skip
    found = Figure(
        id=".".join(path), facts=facts, measure=_narrowed(measure, where), name=toml.both(*path, "name"),
        define=_said(toml.both(*path, "define"), measure), by=_by(toml, path, facts, "by"), unit=one_of(toml, (*path, "unit"), UNITS, "个"),
        decimals=toml.whole(*path, "decimals", low=0, high=6) if "decimals" in entry else 0,
        better=one_of(toml, (*path, "better"), BETTER, "neither"), owner=toml.string(*path, "owner"),
        frequency=one_of(toml, (*path, "frequency"), FREQUENCY, "M"), where=where,
        source=maybe(toml, path, "source"), note=maybe(toml, path, "note"),
        inner=(*facts.inner, *_by(toml, path, facts, "inner")),
    )  # fmt: skip
    _check_unit(toml, path, found)
    return found if len(toml.faults.found) == before else None


def _said(define: T, measure: Measure) -> T:
    """A definition with the words of the installation's rules in it."""
    for name, text in measure.terms:
        define = T(define.zh.replace(f"{{{name}}}", text.zh), define.en.replace(f"{{{name}}}", text.en))
    return define


def maybe(toml: Toml, path: tuple[str, ...], key: str) -> T:
    """A text in both languages that may be left out."""
    return toml.both(*path, key) if toml.value(*path, key) is not None else T("", "")


def one_of(toml: Toml, path: tuple[str, ...], known: Iterable[str], usual: str) -> str:
    """A text of a few known ones; the usual one where it is left out, and beside a fault."""
    value = toml.value(*path)
    if value is None:
        return usual
    if value not in (some := list(known)):
        toml.fault(
            path, "「{value}」应为其一：{rule}", "'{value}' must be one of: {rule}", value=value, rule=", ".join(some)
        )
        return usual
    return str(value)


def _where(toml: Toml, path: tuple[str, str], facts: Facts, values: Values) -> dict[str, tuple[Value, ...]]:
    found: dict[str, tuple[Value, ...]] = {}
    given = toml.value(*path, "where")
    if given is not None and not isinstance(given, dict):
        toml.fault((*path, "where"), "应为维度和值的表", "must be a table of dimensions and values")
    for name, some in given.items() if isinstance(given, dict) else ():
        kind = str if name == CODED else _TYPES.get(facts.types("life").get(name, "text"))
        if name not in facts.dimensions:
            _unknown(toml, (*path, "where", name), name, facts)
        elif name == CODED and isinstance(some, list) and not all(isinstance(one, str) for one in some):
            toml.fault(
                (*path, "where", name), "应写代码（文字），不写内部编号", "must be codes (text), not internal numbers"
            )
        elif not isinstance(some, list) or not some or not all(type(one) is kind for one in some):
            toml.fault((*path, "where", name), "应为值的列表", "must be a list of values")
        else:
            known = values(facts, name)
            _check_values(toml, (*path, "where", name), some, known)
            keys = known if name == CODED and isinstance(known, Mapping) else {}
            found[name] = tuple(keys.get(one, one) for one in some)
    return found


def _check_values(toml: Toml, path: tuple[str, ...], given: Sequence[Value], known: Collection[str]) -> None:
    """Where the values are a closed list, others are refused."""
    for one in given if known else ():
        if one not in known:
            more = ", …" if len(known) > _NAMED else ""
            toml.fault(
                path, "没有值「{one}」；有：{rule}", "no value '{one}'; there are: {rule}",
                one=one, rule=", ".join(list(known)[:_NAMED]) + more,
            )  # fmt: skip


def _unknown(toml: Toml, path: tuple[str, ...], name: str, facts: Facts) -> None:
    rule = ", ".join(facts.dimensions)
    toml.fault(path, "没有维度「{name}」；有：{rule}", "no dimension '{name}'; there are: {rule}", name=name, rule=rule)


def _by(toml: Toml, path: tuple[str, str], facts: Facts, key: str) -> tuple[str, ...]:
    given = toml.value(*path, key) or []
    for name in given:
        if name not in facts.dimensions:
            _unknown(toml, (*path, key), name, facts)
    return tuple(name for name in given if name in facts.dimensions)


def _narrowed(measure: Measure, where: Mapping[str, tuple[Value, ...]]) -> Measure:
    """The measure with the figure's filter in it, also in the parts of an index."""
    if not where:
        return measure
    more = tuple(Is(name, values) for name, values in where.items())
    parts = tuple((weight, _narrowed(part, where)) for weight, part in measure.parts)
    return replace(measure, where=Every((measure.where, *more)), parts=parts)


def _check_unit(toml: Toml, path: tuple[str, str], figure: Figure) -> None:
    """A share is in per cent, an index in points or per cent, a time in a unit of time, a sum may be money; what is counted is
    in none of these.
    """
    kind, timed = figure.measure.kind, figure.per > 1 and figure.unit not in MONEY
    fits = {
        "share": figure.unit == "%", "ratio": figure.unit == "%", "survival": figure.unit == "%",
        "index": figure.unit in ("分", "%"), "quantile": timed,
        "sum": not timed and figure.unit not in ("%", "分"),
    }  # fmt: skip
    if not fits.get(kind, figure.per == 1 and figure.unit not in ("%", "分")):
        toml.fault((*path, "unit"), "「{unit}」不合这个口径（{kind}）", "'{unit}' does not fit the measure ({kind})",
                   unit=figure.unit, kind=kind)  # fmt: skip

"""Measures of cases that no line declares: ratios of sums, Kaplan–Meier shares, money; declared in the home for one test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from targets_home import declared

from luoshi.cases.measures import ONCE
from luoshi.figures.catalogue import catalogue
from luoshi.kernel.measures import Less, Measure

_LIMIT: Final = Less("due_at", "reported_at")
MEASURES: Final = (
    # of what was closed: the time that it took in all ÷ the time that was given in all
    Measure("cases.tried_ratio", "ratio", "life", "reported_at", ONCE, value=Less("closed_at", "reported_at"), over=_LIMIT),
    # a column of small numbers that is often unknown, over one that is mostly 0
    Measure("cases.tried_grades", "ratio", "life", "closed_at", ONCE, value="grade", over="returns"),
    Measure("cases.tried_within", "survival", "life", "reported_at", ONCE, value="closed_at", days=2),
    # who is late is lost to sight
    Measure("cases.tried_lost", "survival", "life", "reported_at", ONCE, value="closed_at", until="due_at", days=3),
    Measure("cases.tried_money", "sum", "life", "reported_at", ONCE, value=_LIMIT),
)  # fmt: skip
NAMES: Final = tuple(one.id for one in MEASURES)
TOML: Final = "".join(
    f"""[{one.id}]
measure = "{one.id}"
name = {{ zh = "试{at}", en = "Tried {at}" }}
define = {{ zh = "测试。", en = "A test." }}
by = ["county", "channel"]
unit = "{"亿元" if one.kind == "sum" else "%"}"
decimals = 2
better = "up"
owner = "统计局"
"""
    for at, one in enumerate(MEASURES)
)


@contextmanager
def figures(home: Path) -> Iterator[None]:
    """The figures over these measures, in a home and in the catalogue."""
    with pytest.MonkeyPatch.context() as patch, declared(home, TOML, "tried.toml"):
        for one in MEASURES:
            patch.setitem(catalogue().measures, one.id, one)
        yield

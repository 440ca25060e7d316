"""The shape of a question: what decides the text of its query; everything else is a parameter. Pure."""

from dataclasses import dataclass
from typing import Literal

Engine = Literal["duckdb", "postgres", "spark"]
ENGINES: tuple[Engine, ...] = ("duckdb", "postgres", "spark")
Life = Literal["kept", "rolled", "cut"]


@dataclass(frozen=True)
class Shape:
    """A figure, grouped `by` columns (or `month`), with filters on columns `where`.

    `life` tells where the rows of subjects come from: as they are kept for this size of the log, rolled up from what was
    known, or from what had also happened by the period's end. `now`: nothing later than what is asked for is there. `rows` asks for the records instead of the number (with `by`: for their groups and states), `part` only for those above the
    line.
    """

    figure: str
    by: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    life: Life = "rolled"
    rows: bool = False
    part: bool = False
    now: bool = False

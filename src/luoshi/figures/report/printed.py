"""What a printed report is: its numbers, each with the answer that backs it, and its two files."""

from dataclasses import dataclass
from typing import Literal

from luoshi.figures import ask as counted
from luoshi.figures.answer import Group
from luoshi.figures.ask import AsOf
from luoshi.figures.period import Period
from luoshi.figures.reported import ask as reported
from luoshi.figures.said import Compare

Answer = counted.Answer | reported.Answer
Part = Literal["value", "numerator", "denominator", "n", "change", "rank"]


@dataclass(frozen=True)
class Printed:
    """A number that the report prints: in the text, in a table, or below as what another one rests on.

    In the HTML it is `<a class="num" id="ANCHOR" href="#fN">TEXT</a>`, N being the digits of the anchor.
    """

    anchor: str
    """`n1`, `n2`, … in the order in which they stand."""
    text: str
    """Just as it stands there, without its unit; `·` where it is hidden, or where there is none."""
    part: Part
    answer: Answer
    group: Group = ()
    """Which of the answer's cells; () the total. Of a reported figure the member as it is kept, "" being the city."""
    compare: Compare | None = None
    """From which period, where the part is a change."""
    before: counted.Answer | None = None
    """The answer of that period; of a reported figure, which computes nothing, none."""


@dataclass(frozen=True)
class Document:
    """A report in one language, about a period, as of a size of the log; `pdf` prints the same numbers as `html`."""

    name: str
    language: str
    title: str
    period: Period
    as_of: AsOf
    printed: tuple[Printed, ...]
    html: bytes
    pdf: bytes

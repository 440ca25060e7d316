"""A report as it is rendered."""

from dataclasses import dataclass

from luoshi.figures import ask
from luoshi.figures.answer import Group
from luoshi.figures.ask import AsOf
from luoshi.figures.period import Period
from luoshi.figures.reported import ask as reported
from luoshi.figures.said import Compare


@dataclass(frozen=True)
class Printed:
    """A number of the text: as it stands there, and of which answer it is which part."""

    anchor: str
    text: str
    part: str
    answer: ask.Answer | reported.Answer
    group: Group = ()
    compare: Compare | None = None


@dataclass(frozen=True)
class Document:
    """A report, rendered."""

    name: str
    language: str
    title: str
    period: Period
    as_of: AsOf
    printed: tuple[Printed, ...]
    html: bytes
    pdf: bytes

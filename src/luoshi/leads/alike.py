"""May two signed projects be one and the same? Pure."""

from typing import Final, Protocol

from rapidfuzz import fuzz

LIMIT: Final = 80
"""From here on two projects may be one: the second is refused at signing, or named, until somebody says why it is another."""
NEAR: Final = 60
"""How alike the names are, at least, of one amount signed by two companies of a group."""


class Project(Protocol):
    """What is compared; amounts in fen of yuan, None where not known."""

    @property
    def name(self) -> str: ...
    @property
    def agreed(self) -> int | None: ...
    @property
    def company_id(self) -> int | None: ...


def names(one: Project, other: Project) -> int:
    """How alike the names of two projects are, 0–100."""
    return round(fuzz.ratio(one.name, other.name))


def score(one: Project, other: Project) -> int:
    """How alike two projects of a company or its group are, 0–100: the same amount of one company is as good as one name."""
    name = names(one, other)
    if one.agreed is None or one.agreed != other.agreed:
        return name
    if one.company_id == other.company_id:
        return 100
    return max(name, LIMIT) if name >= NEAR else name

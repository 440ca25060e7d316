"""A row of the list of cases: typed functions that give each cell, for the page and for an export."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from html import escape
from typing import Final, NamedTuple, cast

from django.utils.safestring import SafeString

from luoshi.cases import clocks, reads
from luoshi.cases.channels import CHANNELS
from luoshi.cases.flow import FLOW
from luoshi.cases.models import Case
from luoshi.cases.reads.listed import Row
from luoshi.kernel import calendar
from luoshi.kernel.deadlines import left
from luoshi.kernel.kept import Kept
from luoshi.kernel.text import T, language
from luoshi.kernel.workdays import Calendar
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.web import parts

STATES: Final = {state.name: state.text for state in FLOW.states}
SOLVED: Final = {True: T("是", "yes"), False: T("否", "no"), None: T("", "")}


class Names(NamedTuple):
    """Names in one language, ready to be looked up."""

    units: dict[int, str]
    places: dict[str, str]
    states: dict[str, str]
    channels: dict[str, str]
    kinds: dict[str, str]


def _names(_: str) -> Names:
    return Names(
        people.unit_names(),
        {code: people.division_name(code) for code in tree.today().divisions},
        {name: str(text) for name, text in STATES.items()},
        {name: str(text) for name, text in CHANNELS.items()},
        {code: str(T(row.zh, row.en)) for code, row in reads.kinds().rows.items()},
    )


# names change rarely: a thousand of them are put into words once in ten seconds, not for each page
NAMES: Final = Kept(_names, 10.0)


@dataclass(frozen=True)
class Now:
    """What all rows of a list share: the moment, the calendar, names."""

    moment: datetime
    kinds: reads.Kinds

    @cached_property
    def calendar(self) -> Calendar:
        """The city's calendar."""
        return calendar.current()

    @cached_property
    def names(self) -> Names:
        """Names of units and divisions, states and channels."""
        return NAMES(language())

    def gap(self, row: Row) -> str:
        """How much is left in words; why no clock runs where none does."""
        if row.next_due_at is None:
            return str(FLOW.statuses[row.status]) if row.status != "going" else "—"
        # a row of a list has of a case what clocks ask of it
        kind = clocks.next_kind(cast(Case, row))
        return str(left(self.moment, row.next_due_at, kind, self.calendar))

    def light(self, row: Row) -> SafeString:
        """Shape, and how much is left in words."""
        text = self.gap(row)
        if text == "—":
            return SafeString(text)
        return parts.light(clocks.light(cast(Case, row), self.moment), text)  # type: ignore[arg-type]

    def light_word(self, row: Row) -> str:
        """The light in one word; nothing where no clock runs."""
        code = clocks.light(cast(Case, row), self.moment)
        return str(parts.LIGHTS[code]) if code != "n" else ""

    def category(self, row: Row) -> str:
        """The single kind."""
        return self.names.kinds.get(row.category_id, row.category_id)

    def top(self, row: Row) -> str:
        """The main kind; empty where the single one is unknown."""
        found = self.kinds.rows.get(row.category_id)
        return str(self.kinds.name(found.top)) if found else ""

    def place_of(self, code: str) -> str:
        """The name of a division; the code itself where it is unknown."""
        return self.names.places.get(code, code)

    def where(self, row: Row) -> str:
        """District and street."""
        return " ".join(self.place_of(code) for code in (row.county, row.street) if code) or "—"

    def unit(self, key: int | None) -> str:
        """The name of a unit; a dash for none."""
        return self.names.units.get(key or 0, "—")

    def state(self, row: Row) -> str:
        """The stage in words."""
        return self.names.states[row.state]

    def channel(self, row: Row) -> str:
        """The channel in words; as it stands where it is not one of ours."""
        return self.names.channels.get(row.channel, row.channel)


def number(row: Row) -> SafeString:
    """The number, as the way to the record, with the mark of a simulated one."""
    safe = escape(row.number)
    mark = f" {parts.tag_demo()}" if row.sim else ""
    return SafeString(f'<a href="/work/cases/{safe}/">{safe}</a>{mark}')

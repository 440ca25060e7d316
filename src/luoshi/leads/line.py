"""What the shell may ask of the investment line."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from luoshi.kernel.lines import Derived, Due, Found, Handed, Page, Record
from luoshi.kernel.measures import Measure
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.leads import clocks, occasions, reads, rules, stages
from luoshi.leads.actions import passing
from luoshi.leads.flow import FLOW, IMPORT, SEE, WAYS, WORDS
from luoshi.leads.importing_rates import load_rates
from luoshi.leads.industries import INDUSTRIES
from luoshi.leads.measures import FACTS, measures
from luoshi.leads.provinces import PROVINCES
from luoshi.leads.reads import counted
from luoshi.leads.reads.derived import derived
from luoshi.leads.rights import GRANTS
from luoshi.packs.model import Pack

LEADS: Final = stages.FLOW
ALL_WORDS: Final[Mapping[str, T]] = {**WORDS, **occasions.WORDS, **stages.WORDS}


class _Face:
    name = "leads"
    title = T("招商", "Investment")
    flows = (
        (T("项目", "Leads"), LEADS), (T("企业", "Companies"), FLOW), (T("招商活动", "Occasions"), occasions.FLOW),
    )  # fmt: skip
    grants = GRANTS
    pages = (
        Page(T("招商项目", "Leads"), "/work/leads/", SEE),
        Page(T("企业库", "Companies"), "/work/companies/", SEE),
        Page(T("对企业的承诺", "Promises to companies"), "/work/promises/", stages.OWED),
        Page(T("导入企业", "Import companies"), "/work/companies/import/", IMPORT),
        Page(T("导入项目", "Import leads"), "/work/leads/import/", IMPORT),
    )
    facts = FACTS

    def measures(self) -> list[Measure]:
        """Companies, contacts, projects, money."""
        return measures({})

    def names(self, dimension: str) -> Mapping[str, T]:
        """Provinces, industries, ways of a contact, stages, occasions and officers in words."""
        if dimension == "occasion":
            return reads.public_occasions()
        if dimension == "officer":
            return {str(one.pk): T(one.name, one.name) for one in reads.officers()}
        stages = {state.name: state.text for state in LEADS.states}
        return {"province": PROVINCES, "industry": INDUSTRIES, "way": WAYS, "stage": stages}.get(dimension, {})

    def record_heads(self) -> Sequence[T]:
        """Place, industry, stage, agreed money, day."""
        return counted.HEADS

    def records(self, viewer: Viewer, subjects: Sequence[UUID]) -> Mapping[UUID, Record]:
        """Companies and leads behind a number, as far as the viewer may see them."""
        return counted.records(viewer, subjects)

    def sets(self, verb: str, body: Mapping[str, Any], at: datetime, before: Mapping[str, Any]) -> dict[str, Any]:
        """What an event sets of its subject: what it says of it, and when we were last in touch with a company."""
        found = {name: body[name] for name in FACTS.carried if name in body}
        if verb == "contact":
            found["contacted_at"] = max(at, before.get("contacted_at") or at)
        return found

    def due(self, viewer: Viewer, limit: int, since: datetime | None = None) -> list[Due]:
        """Clocks of the viewer's leads, money to verify, corrections to decide on."""
        return reads.due(viewer, limit, since)

    def tally(self, viewer: Viewer, edges: Sequence[datetime]) -> list[int]:
        """How many wait before each moment, and in all."""
        return reads.tally(viewer, edges)

    def find(self, viewer: Viewer, text: str, limit: int) -> list[Found]:
        """Leads and listed companies that match."""
        leads = [
            Found(one.number, one.name, f"/work/leads/{one.log_id}/", one.sim)
            for one in reads.find_leads(viewer, text, limit)
        ]
        found = reads.find(viewer, text, limit - len(leads)) if len(leads) < limit else []
        return [*leads, *(Found(one.code or "—", one.name, f"/work/companies/{one.log_id}/", one.sim) for one in found)]

    def derived(self, limit: int) -> list[Derived]:
        """For the operator: the first companies that are not what their events say."""
        return derived(limit)

    def load(self, pack: Pack) -> None:
        """Dated exchange rates; a pack says nothing more for this line."""
        load_rates()

    def settings_problem(self) -> T | None:
        """What is wrong with `leads.toml` of the home."""
        try:
            rules.current()
        except rules.RulesError as error:
            return error.text
        return None

    def open_with(self, persons: Iterable[int]) -> Mapping[int, int]:
        """Open leads by the officer who has them in hand."""
        return reads.hands(list(persons))

    def open_at(self, unit: int) -> int:
        """Open leads of a unit."""
        return len(reads.at_unit(unit))

    def hand_over(self, viewer: Viewer, old: int, new: int) -> Handed:
        """An officer's whole portfolio."""
        return passing.hand_over(viewer, old, new)

    def carry_over(self, old: int, new: int) -> int:
        """The leads of a unit."""
        return passing.carry_over(old, new)

    def deed(self, line: str, move: str) -> T | None:
        """The words for a move of a company, a lead or an occasion."""
        return ALL_WORDS.get(move) if line == FLOW.line else None

    def open_words(self) -> Mapping[str, Mapping[str, T]]:
        """What was done; of signed projects stage, status, county and industry too."""
        stages = {state.name: state.text for state in LEADS.states}
        return {
            "verb": ALL_WORDS, "stage": stages, "status": LEADS.statuses, "industry": INDUSTRIES,
            "clock": clocks.NAMES,
        }  # fmt: skip


FACE: Final = _Face()

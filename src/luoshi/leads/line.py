"""What the shell may ask of the investment line."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from luoshi.kernel.lines import Derived, Due, Found, Handed, Page, Record
from luoshi.kernel.measures import Measure
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.leads import reads
from luoshi.leads.flow import FLOW, IMPORT, SEE, WAYS, WORDS
from luoshi.leads.industries import INDUSTRIES
from luoshi.leads.measures import FACTS, measures
from luoshi.leads.provinces import PROVINCES
from luoshi.leads.reads import counted
from luoshi.leads.reads.derived import derived
from luoshi.leads.rights import GRANTS
from luoshi.packs.model import Pack


class _Face:
    name = "leads"
    title = T("招商", "Investment")
    flow = FLOW
    grants = GRANTS
    pages = (
        Page(T("企业库", "Companies"), "/work/companies/", SEE),
        Page(T("导入企业", "Import companies"), "/work/companies/import/", IMPORT),
    )
    facts = FACTS

    def measures(self) -> list[Measure]:
        """Companies and contacts."""
        return measures({})

    def names(self, dimension: str) -> Mapping[str, T]:
        """Provinces, industries and ways of a contact in words."""
        return {"province": PROVINCES, "industry": INDUSTRIES, "way": WAYS}.get(dimension, {})

    def record_heads(self) -> Sequence[T]:
        """Province, industry, state, last contact."""
        return counted.HEADS

    def records(self, viewer: Viewer, subjects: Sequence[UUID]) -> Mapping[UUID, Record]:
        """Companies behind a number, as far as the viewer may see them."""
        return counted.records(viewer, subjects)

    def sets(self, verb: str, body: Mapping[str, Any], at: datetime, before: Mapping[str, Any]) -> dict[str, Any]:
        """What an event sets of a company: what it says, and when we were last in touch."""
        found = {name: body[name] for name in ("stage", "province", "industry") if name in body}
        if verb == "contact":
            found["contacted_at"] = max(at, before.get("contacted_at") or at)
        return found

    def due(self, viewer: Viewer, limit: int, since: datetime | None = None) -> list[Due]:
        """No clock runs for a company."""
        return []

    def tally(self, viewer: Viewer, edges: Sequence[datetime]) -> list[int]:
        """Nothing waits."""
        return [0] * (len(edges) + 1)

    def find(self, viewer: Viewer, text: str, limit: int) -> list[Found]:
        """Listed companies that match."""
        found = reads.find(viewer, text, limit)
        return [Found(one.code or "—", one.name, f"/work/companies/{one.log_id}/", one.sim) for one in found]

    def derived(self, limit: int) -> list[Derived]:
        """For the operator: the first companies that are not what their events say."""
        return derived(limit)

    def load(self, pack: Pack) -> None:
        """A pack says nothing for this line."""

    def open_with(self, persons: Iterable[int]) -> Mapping[int, int]:
        """Nobody has a company in hand."""
        return {}

    def open_at(self, unit: int) -> int:
        """None lies with a unit."""
        return 0

    def hand_over(self, viewer: Viewer, old: int, new: int) -> Handed:
        """There is nothing to hand over."""
        return Handed(0, [])

    def carry_over(self, old: int, new: int) -> int:
        """Nothing goes over."""
        return 0

    def deed(self, line: str, move: str) -> T | None:
        """The words for a move of a company."""
        return WORDS.get(move) if line == FLOW.line else None

    def open_words(self) -> Mapping[str, Mapping[str, T]]:
        """Entries of companies say nothing in the open but what was done."""
        return {"verb": WORDS}


FACE: Final = _Face()

"""What the shell may ask of the street line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from luoshi.cases import clocks, correcting, masked, rates, reads
from luoshi.cases.actions import handing
from luoshi.cases.channels import CHANNELS
from luoshi.cases.correction import Correction
from luoshi.cases.flow import FLOW
from luoshi.cases.load import load_categories, load_desks
from luoshi.cases.measures import FACTS, measures
from luoshi.cases.models import Case
from luoshi.cases.reads import correction as corrections
from luoshi.cases.reads import counted, held
from luoshi.cases.reads.deeds import deed, open_words
from luoshi.cases.reads.derived import derived
from luoshi.cases.rights import GRANTS
from luoshi.cases.staff.hotline import flow as calls
from luoshi.kernel import clock
from luoshi.kernel.flow import Move
from luoshi.kernel.lines import Derived, Due, Found, Handed, Page, Record
from luoshi.kernel.measures import Measure
from luoshi.kernel.rights import may
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.packs.model import Pack
from luoshi.people import reads as people


def title(case: Case) -> str:
    """`幸福路街道：人行道井盖松动`: where it is and how the text begins."""
    where = people.division_name(case.street or case.county) if case.county else ""
    text = masked.free(case.private.text) if hasattr(case, "private") else ""
    first = text.split("\n")[0][:40] or case.category.zh
    if not where or where in first:
        return first
    return str(T("{where}：{first}", "{where}: {first}").fill(where=where, first=first))


# What one press does from a list. Verdicts are not among them: they are given where the evidence is seen.
AT_ONCE: Final = frozenset({"accept", "sign"})
# A verdict is not put into anybody's mouth: the list says what to do, the record offers how it may come out.
OPEN_ENDED: Final = {
    "verify": T("核查", "Verify"),
    "verify_close": T("核查", "Verify"),
    "call_solved": T("回访", "Call back"),
    "grant_extension": T("批延期", "Decide on it"),
}
# what to do first where a main move lacks something
FIRST: Final = {"finish": "add_evidence"}


def next_move(case: Case, viewer: Viewer) -> Move | None:
    """The one move that is next for the viewer: a decision that others wait for, else the step's main move."""
    fitting = [move for move in FLOW.moves if FLOW.fits(move, case) and may(viewer, move.right, case)]
    open_to = {move.verb: move for move in fitting if not FLOW.lacks(move, case, viewer)}
    if "grant_extension" in open_to:
        return open_to["grant_extension"]
    for move in fitting:
        if move.main:
            verb = move.verb if move.verb in open_to else FIRST.get(move.verb, "")
            if verb in open_to:
                return open_to[verb]
    return open_to.get("pass_on")


def _proposed(row: Correction) -> Due:
    """A correction that waits for the viewer's decision; no clock runs for it."""
    where = "/work/corrections/"
    return Due(
        None, None, row.case.number, title(row.case), T("更正等批", "Correction proposed"), where,
        T("批更正", "Decide on it"), row.case.sim, note=row.by.name, form=where,
    )  # fmt: skip


class _Face:
    name = "cases"
    title = T("街面", "Cases")
    flows = ((T("案件", "Cases"), FLOW),)
    grants = GRANTS
    pages = (
        Page(T("街面", "Cases"), "/work/cases/", "cases.see"),
        Page(T("身边", "Nearby"), "/work/near/", "cases.handle"),
        Page(T("热线", "Hotline"), "/work/hotline/", "cases.hotline"),
        Page(T("回访", "Call-backs"), "/work/hotline/calls/", "cases.callback"),
        Page(T("会商", "Joint dispatch"), "/work/joint/", "cases.split"),
        Page(T("评价跟进", "Follow-up"), "/work/followup/", "cases.follow"),
        Page(T("单位三率", "Rates of units"), "/work/rates/", "cases.see"),
        Page(T("转为本市案件", "Adopt"), "/work/adopt/", "cases.accept"),
        Page(T("派遣规则", "Routing rules"), "/work/rules/", "cases.rules"),
        Page(T("标准文字", "Standard texts"), "/work/texts/", "cases.texts"),
        Page(T("导入", "Import"), "/work/import/", "cases.import"),
        Page(T("发出的消息", "Sent messages"), "/work/notices/", "cases.callback", demo=True),
    )

    facts = FACTS

    def measures(self) -> list[Measure]:
        """Counts, rates and spans of cases."""
        return measures(asdict(rates.current()))

    def names(self, dimension: str) -> Mapping[str, T]:
        """Kinds, channels and states in words."""
        if dimension in ("top", "category"):
            return {code: T(row.zh, row.en) for code, row in reads.kinds().rows.items()}
        return {"channel": CHANNELS, "stage": open_words()["stage"]}.get(dimension, {})

    def record_heads(self) -> Sequence[T]:
        """Kind, place, unit, state, times."""
        return counted.HEADS

    def records(self, viewer: Viewer, subjects: Sequence[UUID]) -> Mapping[UUID, Record]:
        """Cases behind a number, as far as the viewer may see them."""
        return counted.records(viewer, subjects)

    def sets(self, verb: str, body: Mapping[str, Any], at: datetime, before: Mapping[str, Any]) -> dict[str, Any]:
        """What an event sets of a case, as its corrections are followed."""
        return correcting.sets(verb, body, at, before)

    def due(self, viewer: Viewer, limit: int, since: datetime | None = None) -> list[Due]:
        """What waits for the viewer (and is due at `since` or later), first due first."""
        units = people.unit_names()
        found = [self._due(case, viewer, units) for case in reads.my_work(viewer, limit, since)]
        if since is not None or not may(viewer, correcting.APPROVE_RIGHT):
            return found
        return [*found, *map(_proposed, corrections.to_approve(viewer)[:limit])]

    def _due(self, case: Case, viewer: Viewer, units: Mapping[int, str]) -> Due:
        where = f"/work/cases/{case.number}/"
        move = next_move(case, viewer)
        verb = move.verb if move else ""
        form = where if verb in OPEN_ENDED or not verb else f"{where}?do={verb}#do-{verb}"
        press = OPEN_ENDED.get(verb, move.text) if move else None
        return Due(
            case.next_due_at, case.next_warn_at, case.number, title(case), FLOW.state(case.state).text, where,
            press, case.sim, clocks.next_kind(case), units.get(case.unit_id or 0, ""),
            form, f"{where}do/{verb}/" if verb in AT_ONCE else "", case.version,
        )  # fmt: skip

    def tally(self, viewer: Viewer, edges: Sequence[datetime]) -> list[int]:
        """How many wait for the viewer that are due before each of the moments, and last how many in all."""
        found = reads.tally(viewer, edges)
        if may(viewer, correcting.APPROVE_RIGHT):
            found[-1] += corrections.count_to_approve(viewer)
        return found

    def find(self, viewer: Viewer, text: str, limit: int) -> list[Found]:
        """Cases that the viewer may see and that match."""
        page = reads.list_page(viewer, reads.Filters(q=text), clock.now())
        return [Found(case.number, title(case), f"/work/cases/{case.number}/", case.sim) for case in page.rows[:limit]]

    def derived(self, limit: int) -> list[Derived]:
        """For the operator: the first cases that are not what their events say."""
        return derived(limit)

    def settings_problem(self) -> T | None:
        """A case's settings come from the city pack: the home says nothing."""
        return None

    def open_with(self, persons: Iterable[int]) -> Mapping[int, int]:
        """How many open cases each of the persons handles."""
        return held.count_in_hand(persons)

    def open_at(self, unit: int) -> int:
        """How many open cases lie with a unit."""
        return held.count_at(unit)

    def hand_over(self, viewer: Viewer, old: int, new: int) -> Handed:
        """Give the open cases of a person to another."""
        return handing.hand_over(viewer, old, new)

    def carry_over(self, old: int, new: int) -> int:
        """A unit goes on as another: its open cases go over."""
        return handing.carry_over(old, new)

    def deed(self, line: str, move: str) -> T | None:
        """The words for a move of cases, routing rules and standard texts, and for a call that was handed on."""
        if line == calls.FLOW.line:
            return calls.WORDS.get(move)
        return deed(move) if line in ("cases", "routing") else None

    def open_words(self) -> Mapping[str, Mapping[str, T]]:
        """What entries of cases say in the open, in words."""
        return open_words()

    def load(self, pack: Pack) -> None:
        """The categories, and where calls are handed on."""
        load_categories(pack)
        load_desks(pack)


FACE: Final = _Face()

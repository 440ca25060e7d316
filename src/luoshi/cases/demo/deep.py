"""The last half hour of the demo's year: some open cases are split, merged or followed, by the bulk twins of the actions."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from luoshi.cases.actions import BY_VERB
from luoshi.cases.actions.follow import ACTION as FOLLOW
from luoshi.cases.actions.follow import anybody
from luoshi.cases.actions.parts import Share
from luoshi.cases.demo.life import World
from luoshi.cases.flow import OPEN
from luoshi.cases.models import Case
from luoshi.cases.reads import Filters, list_page, similar
from luoshi.kernel.action import Act
from luoshi.kernel.bulk import Batch
from luoshi.kernel.viewer import OPERATOR, Viewer
from luoshi.people.models import Unit

LAST: Final = timedelta(minutes=28)  # before the present: the office is open, and nothing else happens to these cases
PARTED: Final = 6
MERGED: Final = 8
FOLLOWED: Final = 12
_STEP: Final = timedelta(seconds=20)


class HalfHour:
    """Plays moves one after another, each some seconds later, on cases that nothing has touched since it began."""

    def __init__(self, world: World) -> None:
        self.world, self.now = world, world.until - LAST
        self.verbs: Counter[str] = Counter()

    def do(self, verb: str, viewer: Viewer, case: Case, batch: Batch, **data: Any) -> None:
        """Play a move into a batch."""
        self.now += _STEP
        batch.move(BY_VERB[verb], case, Act.of(viewer, self.now), **data)
        if not case._state.adding:
            batch.changes(case)

    def write(self, batch: Batch) -> None:
        """Write a batch and count its events."""
        self.verbs.update(event.verb for event in batch.events)
        batch.flush()

    def rest(self, state: str) -> Iterator[Case]:
        """The newest cases of a state that nothing has touched since it began, and whose clocks are green."""
        begun, present = self.world.until - LAST, self.world.until
        for case in list_page(OPERATOR, Filters(state=state), present).rows:
            green = case.next_warn_at is not None and case.next_warn_at > present
            if case.updated_at < begun and case.status == "going" and case.part_of_id is None and green:
                yield case


def play(world: World) -> tuple[Counter[str], Counter[str]]:
    """Returns events by verb, and how the number of whole cases by state changes."""
    last, states = HalfHour(world), Counter[str]()
    for case in list(last.rest("accepted"))[:PARTED]:
        _split(last, case)
        states.update({"accepted": -1, "parted": 1})
    for _ in range(MERGED):
        state = _merge(last)
        if not state:
            break
        states.update({state: -1, "merged": 1})
    _follow(last)
    return last.verbs, states


def _split(last: HalfHour, case: Case) -> None:
    """For the unit whose it is and a neighbour; every second time the first part is done already."""
    world, batch = last.world, Batch()
    right = world.responsible(case.category, case.community or case.street or case.county)
    mine, others = f"{case.category.zh}：由{right.zh}处理", f"配合{right.zh}，清理周边并恢复"
    parts = [Share(right, mine), Share(_neighbour(world, right), others)]
    last.do("split", world.staff.by_role["desk"][0], case, batch, parts=parts, note=world.sampler.phrase("dispatch"))
    made = [row for row in batch.new[Case] if isinstance(row, Case)]
    if case.pk % 2:
        _finish(last, made[0], batch)
    last.write(batch)


def _neighbour(world: World, unit: Unit) -> Unit:
    around = (world.staff.units[place] for place in (unit.code[:6], "city.g"))
    others = ([one for one in some if one.pk != unit.pk] for some in around)
    return world.sampler.among(next(some for some in others if some))


def _finish(last: HalfHour, part: Case, batch: Batch) -> None:
    staff, world = last.world.staff, last.world
    hand = world.sampler.among(staff.handlers(part.unit_id or 0))
    check = next(one for one in staff.checkers(part.county) if one.person != hand.person)
    answer = world.sampler.among(world.sampler.texts.answers).format(
        done=world.sampler.done(world.paths[part.category.zh])
    )
    last.do("sign", hand, part, batch)
    last.do("add_evidence", hand, part, batch, note=world.sampler.phrase("handle_note"))
    last.do("finish", hand, part, batch, answer=answer)
    last.do("verify_close", check, part, batch, note=world.sampler.phrase("verify"))


def _merge(last: HalfHour) -> str:
    """One pair that stands in the same street and is of the same kind; gives the state that the merged one left."""
    world = last.world
    for state in ("accepted", "dispatched", "reported"):
        for case in last.rest(state):
            pair = _older(case, last.now)
            if pair is not None:
                batch = Batch()
                last.do("merge", world.staff.by_role["desk"][0], case, batch, into=pair, note="")
                last.write(batch)
                return state
    return ""


def _older(case: Case, now: datetime) -> Case | None:
    """An open case that came before it, of its kind and about where it is."""
    for one in similar.for_staff(OPERATOR, case, now):
        other = one.case
        same = other.category_id == case.category_id and other.reported_at < case.reported_at
        if same and other.updated_at < now and other.status == "going":
            return other
    return None


def _follow(last: HalfHour) -> None:
    """Neighbours of some public open cases want to know; every second leaves a number."""
    world, batch = last.world, Batch()
    page = list_page(OPERATOR, Filters(state="open"), world.until)
    open_now = [case for case in page.rows if _public(case) and case.updated_at < last.now]
    for n, case in enumerate(open_now[:FOLLOWED]):
        last.now += _STEP
        contact = {"phone": world.sampler.reporter().phone} if n % 2 else {}
        batch.move(FOLLOW, case, Act.of(anybody(case), last.now), **contact)
        batch.changes(case)
    last.write(batch)


def _public(case: Case) -> bool:
    return case.public and case.state in OPEN and case.part_of_id is None and case.status == "going"

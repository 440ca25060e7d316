"""Open work goes from one person to another, in every line at once; and to a unit's heir when its day has come."""

from typing import Final

from django.db import transaction

from luoshi.kernel import calendar, clock
from luoshi.kernel.lines import Handed, installed
from luoshi.kernel.problems import Denied, Fault, Invalid
from luoshi.kernel.rights import demand, may
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people.admin import reads
from luoshi.people.admin.actions.person import note_hand_over
from luoshi.people.admin.flow import HAND_OVER
from luoshi.people.models import Person

SELF: Final = T("不能移交给同一个人", "the same person")


def hand_over(viewer: Viewer, old: Person, new: Person, *, key: str | None = None, door: str = "") -> Handed:
    """Everything open that `old` has in hand goes to `new`, where `new` works in the unit that answers for it.

    Each record gets an event by its own line, the person one with the sums. Raises Denied, Absent or Invalid.
    """
    demand(viewer, HAND_OVER)
    if not may(viewer, HAND_OVER, old):
        raise Denied(T("这个人不在您的单位", "This person is not of your unit"))
    if old.pk == new.pk:
        raise Invalid([Fault("to", new.login, SELF)])
    today = calendar.current().city_date(clock.now())
    if not new.works_on(today) or not reads.works(new, today):
        raise Invalid([Fault("to", new.login, T("今天没有岗位", "has no post today"))])
    with transaction.atomic():
        counts: dict[str, int] = {}
        left: list[tuple[str, T]] = []
        for face in installed():
            handed = face.hand_over(viewer, old.pk, new.pk)
            counts[face.name] = handed.done
            left += handed.left
        done = sum(counts.values())
        if done:
            note_hand_over(viewer=viewer, on=str(old.log_id), key=key, door=door, to=new, counts=counts)
    return Handed(done, left)


def carry() -> int:
    """Open work of units whose renaming or merging has begun goes to their heirs; how much. Stands repetition."""
    today = calendar.current().city_date(clock.now())
    done = 0
    while True:
        with transaction.atomic():
            found = reads.to_carry(today)
            if not found:
                return done
            one = found[0]
            done += sum(face.carry_over(one.unit_id, one.heir_id) for face in installed())
            one.carried_at = clock.real()
            one.save(update_fields=["carried_at"])

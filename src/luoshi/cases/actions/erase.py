"""Delete what a case holds of persons: on request, when its time is over, and again after a restore.

What stays is the case with its steps, places of the grid's size gone, and an event that says so, without a body.
"""

from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from luoshi.cases import photos
from luoshi.cases.actions import follow
from luoshi.cases.actions.unit import go_on
from luoshi.cases.core import LINE
from luoshi.cases.correction import Correction
from luoshi.cases.flow import ALIVE, EVERY
from luoshi.cases.models import Case, CasePrivate, Photo
from luoshi.cases.reads.listeners import followers_of
from luoshi.kernel import idempotency
from luoshi.kernel.action import Act, Action, Also, Change
from luoshi.kernel.flow import Move
from luoshi.kernel.models import EventPrivate
from luoshi.kernel.problems import NotNow
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.ports.notify.actions import forget_subject
from luoshi.privacy import erasures
from luoshi.privacy.erasures import Erased

RIGHT: Final = "cases.erase"
MOVE: Final = Move(
    "erase", T("删除个人信息", "Delete personal data"), EVERY, None, RIGHT, ("reason", "erasure"),
    statuses=(*ALIVE, "imported"),
)  # fmt: skip
_OPEN: Final = T(
    "还在办，不能删除：先撤回，或等办结",
    "It is still being handled: take it back first, or wait until it is closed",
)


def _erase(case: Case, act: Act, *, reason: str, erasure: UUID) -> Change:
    """The row itself: no point on the map, nothing released, nothing waited for of somebody whom nobody can reach.

    Raises NotNow where the reporter's case is still open.
    """
    if act.viewer.kind == "holder" and case.closed_at is None:
        raise NotNow(_OPEN)
    case.lat = case.lon = None
    case.released = False
    also = []
    if case.status == "asked":
        also.append(Also(case, "end_ask", go_on(case, act, "")))
    if case.closed_at is None and case.contacted_at is None and case.response_due_at and case.response_due_at > act.now:
        # what was late already stays late
        case.response_due_at = None
    body: dict[str, Any] = {"reason": reason, "erasure": str(erasure)}
    # a part's bodies go with those of the whole: its events say so too
    parts = Case.objects.filter(part_of=case).select_for_update(no_key=True).order_by("id")
    also += [Also(part, "erase", Change(body=dict(body))) for part in parts]
    return Change(body=body, also=also)


ACTION: Final = Action(LINE, MOVE, _erase)


def erase(viewer: Viewer, number: str, reason: str, known: UUID | None = None) -> None:
    """Delete it for good. `known` is the id of a deletion that stands on the list already.

    Raises Absent, Denied or NotNow, and then nothing was done.
    """
    erasure = known or uuid4()
    with transaction.atomic():
        done = ACTION(viewer=viewer, on=number, reason=reason, erasure=erasure)
        assert done.row is not None
        gone = wipe(done.row)
        if known is None:
            erasures.add(Path(settings.CONF.home), Erased(LINE.name, done.row.log_id, erasure))
        # files last: should the commit fail, the rows still have theirs
        transaction.on_commit(lambda: photos.remove(gone))


def wipe(case: Case) -> list[UUID]:
    """Delete the private rows of a case and of its parts in the caller's transaction; gives the photographs' ids."""
    whole = [case, *case.part_rows.all()]
    keys = [one.pk for one in whole]
    subjects = [one.log_id for one in whole]
    CasePrivate.objects.filter(pk__in=keys).delete()
    EventPrivate.objects.filter(event__subject__in=subjects).delete()
    Correction.objects.filter(case__in=keys).update(reason="")
    for subject in subjects:
        forget_subject(subject)
    idempotency.forget(subjects)
    follow.forget(followers_of(case))
    rows = Photo.objects.filter(case__in=keys)
    gone = list(rows.values_list("pk", flat=True))
    rows.delete()
    return gone

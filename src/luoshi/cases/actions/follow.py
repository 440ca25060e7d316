"""Following somebody else's case: a code and, if wanted, messages; ended by the follower at any time.

The log knows that somebody followed and nothing of whom. Only what is public can be followed.
"""

from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction

from luoshi.cases.actions.report import code_for
from luoshi.cases.core import LINE
from luoshi.cases.flow import ALIVE, EVERY, OPEN
from luoshi.cases.follower import Follower, FollowerCode
from luoshi.cases.models import Case
from luoshi.cases.reads import one
from luoshi.kernel.action import Act, Action, Change, Done
from luoshi.kernel.flow import Move
from luoshi.kernel.ids import code_hash
from luoshi.kernel.secret import secret
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Reach, Viewer
from luoshi.people import viewer as viewers
from luoshi.ports.notify.actions import forget_subject
from luoshi.privacy import erasures
from luoshi.privacy.erasures import Erased

DOOR: Final = "follow"
RIGHT: Final = "cases.watch"
FOLLOW: Final = Move(
    "follow", T("关注", "Follow"), OPEN, None, RIGHT, (), ("phone", "email"), statuses=ALIVE, quiet=True
)
UNFOLLOW: Final = Move(
    "unfollow", T("不再关注", "Stop following"), EVERY, None, RIGHT, (), (), statuses=ALIVE, quiet=True
)


def _follow(case: Case, act: Act, *, phone: str = "", email: str = "") -> Change:
    """A new follower; `secret["code"]` opens their page and is given once. The event says nothing of them."""
    row = Follower(case=case, phone=phone, email=email, at=act.now)
    code = code_for(act.door, act.key)
    rows = [row, FollowerCode(follower=row, hash=code_hash(secret(), code), at=act.now)]
    return Change(rows=[*rows], answer={"number": case.number, "follower": str(row.pk)}, secret={"code": code})


def _unfollow(case: Case, act: Act) -> Change:
    return Change()


ACTION: Final = Action(LINE, FOLLOW, _follow)
_END: Final = Action(LINE, UNFOLLOW, _unfollow)


def anybody(case: Case) -> Viewer:
    """Anybody at the door of one case that is known to be public (or is followed already)."""
    viewer = viewers.public()
    mine = Reach(own=True)
    return replace(viewer, subject=str(case.log_id), grants={**viewer.grants, "cases.see": mine, RIGHT: mine})


def follow(number: str, *, key: str | None, phone: str = "", email: str = "") -> Done[Case]:
    """Follow a public case that is still open; a repeated key gives the same code. Raises Absent or NotNow."""
    case = one.shown(number)
    return ACTION(viewer=anybody(case), on=number, key=key, door=DOOR, phone=phone, email=email)


def unfollow(follower: Follower, known: UUID | None = None) -> None:
    """Delete a follower for good, with messages; `known` is the id of a deletion that stands on the list already."""
    erasure = known or uuid4()
    with transaction.atomic():
        _END(viewer=anybody(follower.case), on=follower.case.number)
        forget([follower])
        if known is None:
            erasures.add(Path(settings.CONF.home), Erased(LINE.name, follower.pk, erasure))


def forget(followers: list[Follower]) -> None:
    """Delete followers, what was sent to them and the answers kept for their keys, in the caller's transaction."""
    keys = [row.pk for row in followers]
    for key in keys:
        forget_subject(key)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM idempotency WHERE answer->>'follower' = ANY(%s)", [[str(key) for key in keys]])
    Follower.objects.filter(pk__in=keys).delete()

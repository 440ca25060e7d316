"""Whom to tell of a case: its reporter, the reporters of what was merged into it, and who follows any of these."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from luoshi.cases.follower import Follower, FollowerCode
from luoshi.cases.models import Case
from luoshi.cases.reads.one import with_private
from luoshi.cases.reads.scope import public
from luoshi.kernel.ids import code_hash, normalise_code


@dataclass(frozen=True)
class Listener:
    """Somebody to be told: of which case of theirs, and the addresses they left. A follower's row where they only follow."""

    case: Case
    phone: str
    email: str
    follower: Follower | None = None


def listeners(case: Case) -> list[Listener]:
    """All of them, reporters first; a contact that is not left is empty. Three queries."""
    merged = case.merged_rows.select_related("private").order_by("reported_at", "pk")
    reports = [with_private(one) for one in (case, *merged)]
    told = [Listener(one, one.private.phone, one.private.email) for one in reports]
    rows = Follower.objects.filter(case__in=[one.pk for one in reports]).order_by("at", "pk")
    by_key = {one.pk: one for one in reports}
    return [*told, *(Listener(by_key[row.case_id], row.phone, row.email, row) for row in rows)]


def follower_by_code(typed: str, secret: bytes) -> Follower | None:
    """The follower whose page a code opens, with the case."""
    code = normalise_code(typed)
    if code is None:
        return None
    rows = FollowerCode.objects.select_related("follower__case__category", "follower__case__unit")
    found = rows.filter(hash=code_hash(secret, code)).first()
    return found.follower if found else None


def watched(follower: Follower) -> Case | None:
    """The followed case (or the one that stands for it), as anybody may see it; None where it is not public any more."""
    key = follower.case.merged_into_id or follower.case_id
    return public().select_related("private", "category__parent", "unit").filter(pk=key).first()


def followers_of(case: Case) -> list[Follower]:
    """Who follows a case that was read through its door."""
    return list(Follower.objects.filter(case=case).order_by("at", "pk"))


def followers(keys: Collection[UUID]) -> list[Follower]:
    """The followers of these ids that are still there, with their cases."""
    return list(Follower.objects.filter(pk__in=keys).select_related("case"))

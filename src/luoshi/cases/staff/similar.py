"""On the record page: open cases that may be the same problem, each to be merged by one press."""

from typing import Any

from luoshi.cases.flow import EARLY, FLOW, OPEN
from luoshi.cases.line import title
from luoshi.cases.models import Case
from luoshi.cases.reads import similar
from luoshi.cases.staff.parts import light
from luoshi.cases.staff.scene import Scene
from luoshi.kernel.rights import may
from luoshi.web.forms import new_key

MOVE = FLOW.move("merge")


def _can(scene: Scene, case: Case) -> bool:
    fits = FLOW.fits(MOVE, case) and not FLOW.lacks(MOVE, case, scene.viewer)
    return fits and may(scene.viewer, MOVE.right, case)


def candidates(scene: Scene) -> list[dict[str, Any]]:
    """Those for who may merge: the older one stands for both. None for a part, and for what has ended."""
    case = scene.case
    if (
        case.state not in OPEN
        or case.part_of_id is not None
        or not case.ours
        or not may(scene.viewer, MOVE.right, case)
    ):
        return []
    return [_row(scene, one) for one in similar.for_staff(scene.viewer, case, scene.now)]


def _row(scene: Scene, one: similar.Candidate) -> dict[str, Any]:
    case, other = scene.case, one.case
    older = other.reported_at <= case.reported_at
    inner, outer = (case, other) if older else (other, case)
    if inner.state not in EARLY:
        inner, outer = outer, inner
    hides = outer.public and not inner.public
    return {
        "case": other, "title": title(other), "why": one.why, "score": one.score, "light": light(other, scene.now),
        "state": FLOW.state(other.state).text, "inner": inner, "outer": outer, "key": new_key(),
        "can": _can(scene, inner) and not hides, "this": inner.pk == case.pk,
    }  # fmt: skip

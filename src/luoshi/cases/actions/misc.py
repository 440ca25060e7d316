"""Beside the flow: reopen by staff, urge, note, follow up, release to the public, unmask."""

from luoshi.cases.actions.again import again
from luoshi.cases.core import LINE
from luoshi.cases.models import Case, Photo
from luoshi.kernel.action import Act, Change
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T


@LINE.action("staff_reopen")
def staff_reopen(case: Case, act: Act, *, reason: str) -> Change:
    """A supervisor has it done again."""
    return again(case, act, note=reason, solved=case.solved)


@LINE.action("urge")
def urge(case: Case, act: Act, *, note: str = "") -> Change:
    """Urge the unit."""
    return Change(body={"note": note})


@LINE.action("add_note")
def add_note(case: Case, act: Act, *, note: str) -> Change:
    """A note among staff; the reporter does not see it."""
    return Change(body={"note": note})


@LINE.action("follow_up")
def follow_up(case: Case, act: Act, *, note: str) -> Change:
    """What was done about a grade of 1 or 2."""
    case.followup, case.followup_due_at = "done", None
    return Change(body={"note": note})


@LINE.action("release")
def release(case: Case, act: Act, *, public_text: str = "", photos_released: list[Photo] | None = None) -> Change:
    """Make a text (edited, without personal data) and some photographs public. Raises Invalid for a private kind."""
    if not case.public:
        raise Invalid([Fault("public_text", "", T("这一类从不公开", "this category is never public"))])
    case.released = True
    case.private.public_text = public_text
    for photo in photos_released or []:
        photo.released = True
    files = [photo.sha256 for photo in photos_released or []]
    return Change(body={"files": files, "public_text": public_text}, saves=[case.private, *(photos_released or [])])


@LINE.action("unmask")
def unmask(case: Case, act: Act, *, reason: str) -> Change:
    """Show the reporter's name and telephone to this viewer, once; who did it and why stays in the log."""
    return Change(body={"note": reason})

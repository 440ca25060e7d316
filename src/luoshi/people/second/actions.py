"""Set up, use, renew and take off a second factor. Each leaves a line for the security administrator; real time."""

from typing import Final

from django.db import transaction

from luoshi.kernel import clock, limits
from luoshi.kernel.problems import Denied
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people import actions
from luoshi.people.models import Person, SecondFactor
from luoshi.people.second import totp

TRIES: Final = 8  # wrong codes of one person within an hour
DOOR: Final = "second"


def set_up(person: Person, secret: str, code: str) -> list[str] | None:
    """Keep a secret whose code was typed rightly, in place of any other; the recovery codes, told once. None: wrong code."""
    step = totp.step_of(secret, code, clock.real(), 0)
    if step is None:
        return None
    codes = totp.new_codes()
    kept = {
        "secret": totp.sealed(secret), "last_step": step, "codes": [totp.digest(one) for one in codes],
        "since": clock.real(),
    }  # fmt: skip
    with transaction.atomic():
        SecondFactor.objects.update_or_create(person=person, defaults=kept)
        actions.note(person, "second-set")
    return codes


def passed(person: Person, code: str) -> bool:
    """Is this a code of the person's now, or an unused recovery code? Either is used up by it.

    A wrong one counts: after `TRIES` within an hour raises TooMany, for right ones too.
    """
    limits.demand(DOOR, str(person.pk), TRIES)
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(person=person).first()
        if factor is not None and _use(factor, code):
            return True
    limits.count(DOOR, str(person.pk))
    actions.note(person, "second-wrong")
    return False


def _use(factor: SecondFactor, code: str) -> bool:
    digest = totp.digest(code)
    if digest in factor.codes:
        factor.codes = [one for one in factor.codes if one != digest]
        factor.save(update_fields=["codes"])
        actions.note(factor.person, "second-code")
        return True
    try:
        step = totp.step_of(totp.opened(factor.secret), code, clock.real(), factor.last_step)
    except totp.Lost:
        return False
    if step is None:
        return False
    factor.last_step = step
    factor.save(update_fields=["last_step"])
    return True


def new_codes(person: Person) -> list[str]:
    """A fresh set of recovery codes, told once; the old ones are void."""
    codes = totp.new_codes()
    with transaction.atomic():
        SecondFactor.objects.filter(person=person).update(codes=[totp.digest(one) for one in codes])
        actions.note(person, "second-codes")
    return codes


def take_off(person: Person) -> None:
    """By the person, who gave a code."""
    with transaction.atomic():
        SecondFactor.objects.filter(person=person).delete()
        actions.note(person, "second-off")


def reset(viewer: Viewer, person: Person) -> bool:
    """By the security administrator, for somebody who lost telephone and codes; open sessions end. Was there one?

    Raises Denied for one's own: who is asked for a code has to give it.
    """
    if person.pk in viewer.persons:
        raise Denied(T("不能重置自己的第二因素", "Nobody resets their own second factor"))
    with transaction.atomic():
        deleted, _ = SecondFactor.objects.filter(person=person).delete()
        if deleted:
            actions.note(person, "second-reset", viewer.person)
            actions.end_sessions(person, viewer.person)
    return bool(deleted)

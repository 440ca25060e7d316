"""Who has a second factor, and who must have one."""

from luoshi.kernel import installation
from luoshi.people import tree
from luoshi.people.admin.reads import administers
from luoshi.people.models import Person, SecondFactor
from luoshi.people.roles import ADMINS


def factor(person: Person) -> SecondFactor | None:
    """The person's second factor."""
    return SecondFactor.objects.filter(person=person).first()


def required(person: Person) -> bool:
    """Must the person have one: an administrator today or to come, in a city that is no demo?"""
    return not installation.current().demo and administers(person.pk, tree.today().day, ADMINS)


def asked(person: Person) -> bool:
    """Is it asked for at the log-in: where it must be or is, and never in a demo?"""
    return not installation.current().demo and (factor(person) is not None or required(person))


def owners() -> dict[int, int]:
    """How many recovery codes everybody with a second factor has left, by the person's key."""
    return {key: len(codes) for key, codes in SecondFactor.objects.values_list("person_id", "codes")}

"""Whom a statement shows a case and whom the ORM shows it: the same, for everybody."""

from typing import Any

import pytest
from django.db import connection
from staff_cast import at, case, reported, step

from luoshi.cases.flow import OPEN
from luoshi.cases.models import Case
from luoshi.cases.reads.scope import PUBLIC_CLAUSE, PUBLIC_VALUES, clause, public, visible
from luoshi.kernel.viewer import OPERATOR, Reach, Viewer
from luoshi.people.viewer import holder


def by_statement(condition: str, values: dict[str, Any]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT c.id FROM "case" c WHERE {condition}', values)
        return {key for (key,) in cursor.fetchall()}


@pytest.fixture
def some(cast: dict[str, Viewer]) -> list[Case]:
    """Cases at a unit, with a handler, refused, private, and far away."""
    found = [case(reported()) for _ in range(3)] + [case(reported(street="150203002000"))]
    step(found[0].number, "refuse", "desk", reason="不归我们", answer="请找业主")
    Case.objects.filter(pk=found[1].pk).update(public=False, handler_id=cast["handler"].person)
    Case.objects.filter(pk=found[2].pk).update(state="abuse", unit_id=cast["handler"].unit)
    return found


def test_the_statement_and_the_orm_show_everybody_the_same(cast: dict[str, Viewer], some: list[Case]) -> None:
    own = Viewer(kind="staff", person=cast["handler"].person, grants={"cases.see": Reach(own=True)})
    unit = Viewer(kind="staff", person=1, grants={"cases.see": Reach(units=frozenset([cast["handler"].unit or 0]))})
    sizes = set()
    for viewer in (*cast.values(), OPERATOR, own, unit, holder(str(some[3].log_id))):
        if viewer.reach("cases.see") is None:
            continue
        shown = by_statement(*clause(viewer))
        assert shown == set(visible(viewer).values_list("pk", flat=True))
        sizes.add(len(shown))
    assert sizes >= {0, 1, 2, 4}


def test_open_is_what_has_no_end(cast: dict[str, Viewer]) -> None:
    """On which the sums of the list rest."""
    for state in ("reported", "accepted", "handling", "handled", "verified"):
        at(state)
    step(reported(), "refuse", "desk", reason="不归我们", answer="请找业主")
    step(reported(), "mark_abuse", "desk", reason="骚扰")
    step(reported(), "merge", "desk", into=reported())
    states = set(Case.objects.filter(closed_at=None).values_list("state", flat=True))
    ended = set(Case.objects.exclude(closed_at=None).values_list("state", flat=True))
    assert states <= set(OPEN) and not ended & set(OPEN) and len(states) == 5 and len(ended) == 3


def test_the_public_too(some: list[Case]) -> None:
    shown = by_statement(PUBLIC_CLAUSE, PUBLIC_VALUES)
    assert shown == set(public().values_list("pk", flat=True)) and some[3].pk in shown and some[1].pk not in shown

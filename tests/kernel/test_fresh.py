"""Rows made quickly are the rows that Django makes."""

import pytest

from luoshi.cases.models import Case, CasePrivate, Category
from luoshi.kernel.clock import real
from luoshi.kernel.fresh import fresh

NOW = real()
SAID = {"number": "J-1", "channel": "web", "category_id": "0101", "top": "01", "state": "reported", "reported_at": NOW}


@pytest.mark.parametrize("model", [Case, CasePrivate, Category])
def test_all_columns_are_as_django_makes_them(model: type) -> None:
    said = SAID if model is Case else {}
    ours, theirs = fresh(model, **said), model(**said)
    left_out = {"log_id"}  # random
    assert {f.attname for f in model._meta.concrete_fields} <= set(ours.__dict__)
    for field in model._meta.concrete_fields:
        if field.attname not in left_out:
            assert getattr(ours, field.attname) == getattr(theirs, field.attname)
    assert ours._state.adding and ours._state.db is None


def test_lists_and_random_ids_are_not_shared() -> None:
    first, second = fresh(Case, **SAID), fresh(Case, **SAID)
    first.flags.append("x")
    assert second.flags == [] and first.log_id != second.log_id


def test_a_relation_can_be_set_as_ever() -> None:
    case, private = fresh(Case, **SAID), fresh(CasePrivate, text="x")
    private.case = case
    assert case.private is private and private.case is case


def test_a_name_that_is_no_column_is_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        fresh(Case, **SAID, colour="red")
    with pytest.raises(TypeError, match="unit"):
        fresh(Case, **SAID, unit=None)

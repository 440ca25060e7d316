"""Cases with all that belongs to them, by one statement that is written once: the record page asks it each time."""

from typing import Any, Final

from django.db import connection

from luoshi.cases.models import Case, CasePrivate
from luoshi.cases.reads.kinds import kinds
from luoshi.kernel.table import Table
from luoshi.people.models import Person

_CASE: Final = Table(Case, "c")
# what a case is found by is as long as all the rest of it
_PRIVATE: Final = Table(CasePrivate, "p", without=("tokens",))
_HANDLER: Final = Table(Person, "w", only=("id", "name"))
_ALL: Final = f"""
SELECT {_CASE.columns}, {_PRIVATE.columns}, {_HANDLER.columns}
FROM "case" c LEFT JOIN case_private p ON p.case_id = c.id LEFT JOIN person w ON w.id = c.handler_id
"""


def entire(which: str, values: dict[str, Any]) -> list[Case]:
    """The cases `c` for which the condition holds, with private row, category and handler; one query."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_ALL} WHERE {which}", values)
        return [_case(row) for row in cursor.fetchall()]


def _case(row: tuple[Any, ...]) -> Case:
    case = _CASE.row(row[: _CASE.width])
    private, handler = row[_CASE.width : -_HANDLER.width], row[-_HANDLER.width :]
    if private[0] is not None:
        _PRIVATE.row(private).case = case
    case.handler = _HANDLER.row(handler) if handler[0] is not None else None
    category = kinds().rows.get(case.category_id)
    if category is not None:
        case.category = category
    return case

"""Many people at once, as a workbook lists them: all of them or none, each by the action that one would take."""

from datetime import date
from typing import Any, NamedTuple

from django.db import transaction

from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people.admin import reads
from luoshi.people.admin.actions.person import add_person, add_post
from luoshi.people.admin.imported import Row


class Taken(NamedTuple):
    """What came of an import: new persons with their first passwords, and how many posts others got."""

    new: list[tuple[str, str, str]]
    posts: int


def add_many(viewer: Viewer, rows: list[Row]) -> Taken:
    """Add the persons and posts of checked rows in one transaction. Raises Denied or Invalid, and then none is written."""
    bad = [row for row in rows if row.faults]
    if bad:
        rule = T("第 {n} 行现在有误，请再选一次文件", "row {n} has a fault now: choose the file again").fill(
            n=bad[0].number
        )
        raise Invalid([Fault("file", "", rule)])
    units = {unit.code: unit for unit in reads.units()}
    new: list[tuple[str, str, str]] = []
    posts = 0
    with transaction.atomic():
        people = reads.known(row.login for row in rows)
        ids = {login: str(person.log_id) for login, person in people.items()}
        for row in (row for row in rows if row.good):
            post: dict[str, Any] = {"unit": units[row.unit], "role": row.role, "first": date.fromisoformat(row.first)}
            if row.login in ids:
                add_post(viewer=viewer, on=ids[row.login], **post)
                posts += 1
                continue
            done = add_person(viewer=viewer, login=row.login, name=row.given["name"], **post)
            ids[row.login] = done.answer["person"]
            new.append((row.login, row.given["name"], done.secret["password"]))
    return Taken(new, posts)

"""What can go wrong when somebody writes: each problem has a status for HTTP and words for a person."""

from collections.abc import Sequence
from typing import NamedTuple

from luoshi.kernel.text import T


class Fault(NamedTuple):
    """One bad field: its name, the value as given, and the rule in words."""

    field: str
    value: str
    rule: T


class Problem(Exception):
    """Something refused; nothing was written. `status` is the HTTP status."""

    status = 400

    def __init__(self, title: T, faults: Sequence[Fault] = ()) -> None:
        self.title, self.faults = title, tuple(faults)
        super().__init__(title.en)


class Denied(Problem):
    """The viewer may see the record but may not do this."""

    status = 403


class Absent(Problem):
    """There is no such record, or the viewer may not know that there is."""

    status = 404

    def __init__(self, title: T = T("没有这条记录", "No such record")) -> None:
        super().__init__(title)


class NotNow(Problem):
    """The flow does not allow this move in the record's present state."""

    status = 409


class Stale(Problem):
    """Somebody changed the record since the caller looked at it; the title says who did what."""

    status = 409


class Invalid(Problem):
    """One or more fields are missing or bad."""

    status = 422

    def __init__(self, faults: Sequence[Fault], title: T = T("有几处需要改", "Some fields need a change")) -> None:
        super().__init__(title, faults)


class TooMany(Problem):
    """A limit was reached; try again later."""

    status = 429

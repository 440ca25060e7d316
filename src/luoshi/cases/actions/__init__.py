"""Every write of the street line, one module a part of the life of a case; `BY_VERB` finds an action by its verb."""

from typing import Any, Final

from luoshi.cases.actions import citizen, clock, desk, merge, misc, parts, report, unit, verify
from luoshi.kernel.action import Action

report_case = report.report
BY_VERB: Final[dict[str, Action[Any]]] = {
    value.move.verb: value
    for module in (citizen, clock, desk, merge, misc, parts, unit, verify)
    for value in vars(module).values()
    if isinstance(value, Action)
}

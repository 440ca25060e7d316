"""A unit's three rates as the pack defines them: from which grade on, of which cases, with which weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from luoshi.kernel import installation
from luoshi.kernel.text import T

NAMES: Final = {
    "response": T("响应率", "Contacted in time"),
    "solved": T("解决率", "Solved"),
    "satisfied": T("满意率", "Satisfied"),
}
_BASES: Final = {
    "response": {
        "due": T("已联系或已超响应时限的市民上报", "reports whose citizen was contacted or whose answer is overdue"),
        "all": T("有响应时限的市民上报", "reports with a time for the answer"),
    },
    "solved": {
        "answered": T("市民说了解决没有的", "reporters who said whether it is solved"),
        "closed": T("已办结的市民上报", "closed reports, silent ones too"),
    },
    "satisfied": {
        "rated": T("市民打了分的", "reporters who gave a grade"),
        "answered": T("市民说了解决没有的", "reporters who said whether it is solved"),
        "closed": T("已办结的市民上报", "closed reports, silent ones too"),
    },
}
_PARTS: Final = {
    "response": T("时限内联系了市民", "contacted in time"),
    "solved": T("市民说已解决", "solved, said the reporter"),
    "satisfied": T("市民打 {n} 分及以上", "graded {n} or more"),
}


@dataclass(frozen=True)
class Rule:
    """Satisfied from this grade on; weights and bases by rate."""

    satisfied_from: int
    weights: Mapping[str, int]
    bases: Mapping[str, str]

    def part(self, name: str) -> T:
        """What stands above the line of a rate."""
        return _PARTS[name].fill(n=self.satisfied_from)

    def base(self, name: str) -> T:
        """What stands below it."""
        return _BASES[name][self.bases[name]]


USUAL: Final = Rule(
    4,
    {"response": 20, "solved": 40, "satisfied": 40},
    {"response": "due", "solved": "answered", "satisfied": "rated"},
)


def current() -> Rule:
    """The rule of the installation; the usual one where it was made before packs had one."""
    given: Mapping[str, Any] | None = installation.current().pack.get("rates")
    return Rule(given["satisfied_from"], given["weights"], given["bases"]) if given else USUAL


def weighted(shares: Mapping[str, tuple[int, int]], rule: Rule) -> Decimal | None:
    """The weighted sum of (part, whole) by rate, 0–100; None where a rate that counts has no whole: unknown, never 0."""
    total, weight = Decimal(0), 0
    for name, weighs in rule.weights.items():
        part, whole = shares[name]
        if weighs and not whole:
            return None
        if weighs:
            total += Decimal(part) * 100 / Decimal(whole) * weighs
            weight += weighs
    return total / weight if weight else None

"""How wide each field of a company's events stands in the log. Free of Django.

Nothing is open: whom a city courts is nobody's business before something is signed. That a company was contacted, and
when, is in the verb and the times of an event of a random subject, so contacted companies can be counted by anybody.
"""

from typing import Any, Final

from luoshi.kernel.ledger.fields import Widths

RESTRICTED: Final = frozenset({"move", "stage", "province", "industry", "acting_for", "actor_kind"})
EXTRA: Final[dict[str, frozenset[str]]] = {
    "contact": frozenset({"way"}),
    "merge_company": frozenset({"into", "reason"}),
    "unmerge_company": frozenset({"into", "reason"}),
    "absorb_company": frozenset({"other"}),
    "detach_company": frozenset({"other"}),
}
VERBS: Final = (
    "add_company", "change_company", "rename_company", "contact", "merge_company", "unmerge_company", "absorb_company",
    "detach_company", "void",
)  # fmt: skip
WIDTHS: Final = {verb: Widths(frozenset(), RESTRICTED | EXTRA.get(verb, frozenset())) for verb in VERBS}


def snapshot(company: Any) -> dict[str, Any]:
    """What every event of a company says of it; name and code are private."""
    return {
        "stage": company.state,
        "province": company.province,
        "industry": company.industry,
        "code": company.code,
        "name": company.name,
    }

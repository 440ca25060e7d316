"""What can be counted of the investment line: the columns of its facts, one row a subject, and the measures. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from luoshi.kernel.measures import Column, Facts, Is, Measure, Not, Rolled

_CONTACT: Final = Is("verb", ("contact",))
FACTS: Final = Facts(
    line="leads",
    columns=(
        Column("stage", "text"), Column("province", "text"), Column("industry", "text"), Column("way", "text"),
        Column("move", "text"),
    ),
    carried=("stage", "province", "industry"),
    rolled=(
        Rolled("listed", "count", "place", Is("verb", ("add_company",))),
        Rolled("contacts", "count", "place", _CONTACT),
        Rolled("first_contact_at", "min", "occurred_at", _CONTACT),
    ),
    clocks=("occurred_at", "recorded_at", "first_contact_at"),
    dimensions=("province", "industry", "way"),
)  # fmt: skip
_LISTED: Final = Is("stage", ("listed",))


def measures(rule: Mapping[str, Any]) -> list[Measure]:
    """All measures of the line; none of them follows the pack's arithmetic. A contact of a merged company stands under the one that it was merged into."""
    return [
        Measure("leads.companies", "count", "life", None, _LISTED),
        Measure("leads.contacted", "distinct", "events", "occurred_at", _CONTACT, keys=("subject",)),
        Measure("leads.contacts", "count", "events", "occurred_at", _CONTACT),
        Measure("leads.new_contacts", "count", "life", "first_contact_at", Not(Is("contacts", (0,)))),
    ]

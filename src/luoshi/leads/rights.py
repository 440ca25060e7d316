"""Which role may do what in the investment line."""

from collections.abc import Mapping
from typing import Final

from luoshi.kernel.viewer import Scope
from luoshi.leads.flow import CONTACT, IMPORT, KEEP, MERGE, SEE
from luoshi.leads.stages import APPROVE, DEAL, HEAD, OWED, SECRET, VERIFY

GRANTS: Final[Mapping[str, Mapping[str, Scope]]] = {
    "officer": {SEE: "all", KEEP: "all", CONTACT: "all", DEAL: "own", OWED: "own"},
    "promoter": {
        SEE: "all", KEEP: "all", CONTACT: "all", MERGE: "all", IMPORT: "all", DEAL: "all", HEAD: "all", SECRET: "all",
        VERIFY: "all", APPROVE: "all", OWED: "all", "people.hand_over": "unit",
    },
    "leader": {SEE: "all", SECRET: "all"},
    "supervisor": {SEE: "all", VERIFY: "all"},
    "statistician": {SEE: "all", VERIFY: "all", APPROVE: "all"},
    "head": {OWED: "all"},
}  # fmt: skip

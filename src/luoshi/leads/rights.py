"""Which role may do what in the investment line."""

from collections.abc import Mapping
from typing import Final

from luoshi.kernel.viewer import Scope
from luoshi.leads.flow import CONTACT, IMPORT, KEEP, MERGE, SEE

GRANTS: Final[Mapping[str, Mapping[str, Scope]]] = {
    "officer": {SEE: "all", KEEP: "all", CONTACT: "all"},
    "promoter": {SEE: "all", KEEP: "all", CONTACT: "all", MERGE: "all", IMPORT: "all"},
    "leader": {SEE: "all"},
    "supervisor": {SEE: "all"},
    "statistician": {SEE: "all"},
}

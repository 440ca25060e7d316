"""What a list of leads is narrowed by: one reader for the list, the board, the exports and the API."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from luoshi.kernel.problems import Absent, Fault
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.leads import reads
from luoshi.leads.industries import INDUSTRIES
from luoshi.leads.reads import Wanted
from luoshi.leads.stages import FLOW, STATUSES
from luoshi.people import reads as people

ORDERS: Final = {"newest": T("最近改动", "Last changed"), "signed": T("最近签约", "Last signed")}
STAGE_NAMES: Final = {state.name: state.text for state in FLOW.states}
NOT_KNOWN: Final = T("没有这个值", "is not known")
Reader = Callable[[Viewer, str], Any]
"""What a list asks for where an address says this; None where that is none of the choices."""


def _one_of(known: Mapping[str, T]) -> Reader:
    return lambda viewer, text: text if text in known else None


def _officer(viewer: Viewer, login: str) -> int | None:
    return next((one.pk for one in reads.officers() if one.login == login), None)


def _occasion(viewer: Viewer, ref: str) -> str | None:
    try:
        return str(reads.get_occasion(viewer, ref).log_id)
    except Absent:
        return None


def _company(viewer: Viewer, ref: str) -> int | None:
    try:
        return reads.get(viewer, ref).pk
    except Absent:
        return None


READERS: Final[Mapping[str, Reader]] = {
    "q": lambda viewer, text: text,
    "state": _one_of(STAGE_NAMES),
    "status": _one_of(STATUSES),
    "county": lambda viewer, code: code if people.is_county(code) else None,
    "industry": _one_of(INDUSTRIES),
    "officer": _officer,
    "occasion": _occasion,
    "company": _company,
    "order": _one_of(ORDERS),
}
"""By the name in an address: an officer by log-in name, an occasion and a company by their ids."""


def wanted(viewer: Viewer, given: Mapping[str, str]) -> tuple[Wanted, list[Fault]]:
    """Which leads are asked for, and what of it is none of the choices: that does not narrow the list."""
    found, faults = dict[str, Any](), list[Fault]()
    for name, read in READERS.items():
        text = given.get(name, "").strip().replace("\0", "")[:80]
        value = read(viewer, text) if text else None
        if value is not None:
            found[name] = value
        elif text:
            faults.append(Fault(name, text[:60], NOT_KNOWN))
    return Wanted(**found), faults

"""Every write of the investment line."""

from luoshi.leads.actions.company import add_company, change_company, contact, rename_company
from luoshi.leads.actions.merge import merge_company, unmerge_company

BY_VERB = {one.move.verb: one for one in (change_company, rename_company, contact, merge_company, unmerge_company)}
"""The moves of a company by their verbs."""

__all__ = [
    "BY_VERB",
    "add_company",
    "change_company",
    "contact",
    "merge_company",
    "rename_company",
    "unmerge_company",
]

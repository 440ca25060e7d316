"""What can be reported: the categories as choices, top first, then the single kind."""

from luoshi.cases.models import Category
from luoshi.cases.reads import kinds
from luoshi.kernel.text import T, language

UNSURE = "unsure"


def name(category: Category) -> T:
    """Its name in both languages."""
    return T(category.zh, category.en)


def _middle(row: Category) -> T:
    return kinds().name(row.parent_id or "")


def tops() -> list[tuple[str, T, str]]:
    """(code, name, what is under it) of the top categories, with "not sure" at the end where the pack has a place for it."""
    under: dict[str, dict[str, None]] = {}
    for row in kinds().leaves():
        under.setdefault(row.top, {})[str(_middle(row))] = None
    comma = "、" if language() == "zh" else ", "
    found = [(row.code, name(row), comma.join(under[row.code])) for row in kinds().tops() if row.code in under]
    if unsure() is not None:
        found.append((UNSURE, T("不知道，由值班员来分", "Not sure: the desk decides"), ""))
    return found


def leaves(top: str) -> list[tuple[str, T, T]]:
    """(code, name, hint) of what can be reported under a top category; the hint says where nothing is made public."""
    private = T("不公开", "not made public")
    found = []
    for row in kinds().leaves():
        if row.top == top:
            hint = _middle(row) if row.public else T("{g}　{p}", "{g} · {p}").fill(g=_middle(row), p=private)
            found.append((row.code, name(row), hint))
    return found


def unsure() -> Category | None:
    """The kind for what the reporter cannot classify: the last one that the hotline itself answers."""
    fitting = [row for row in kinds().leaves() if row.public and row.function == "hotline"]
    return fitting[-1] if fitting else None


def leaf(code: str) -> Category | None:
    """A kind that can be reported, by its code."""
    return next((row for row in kinds().leaves() if row.code == code), None)

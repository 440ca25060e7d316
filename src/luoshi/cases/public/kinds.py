"""What can be reported: the categories as choices, top first, then the single kind."""

from django.db.models import QuerySet

from luoshi.cases.models import Category
from luoshi.kernel.text import T, language

UNSURE = "unsure"


def name(category: Category) -> T:
    """Its name in both languages."""
    return T(category.zh, category.en)


def tops() -> list[tuple[str, T, str]]:
    """(code, name, what is under it) of the top categories, with "not sure" at the end where the pack has a place for it."""
    under: dict[Category, dict[str, None]] = {}
    for row in _reportable().select_related("parent__parent").order_by("order"):
        middle = row.parent
        if middle is not None and middle.parent is not None:
            under.setdefault(middle.parent, {})[str(name(middle))] = None
    comma = "、" if language() == "zh" else ", "
    found = [(top.code, name(top), comma.join(names)) for top, names in under.items()]
    if unsure() is not None:
        found.append((UNSURE, T("不知道，由值班员来分", "Not sure: the desk decides"), ""))
    return found


def _reportable() -> QuerySet[Category]:
    """The single kinds of the pack that can be reported."""
    return Category.objects.filter(source="", level=3, reportable=True)


def leaves(top: str) -> list[tuple[str, T, T]]:
    """(code, name, hint) of what can be reported under a top category; the hint says where nothing is made public."""
    rows = _reportable().filter(code__startswith=top).select_related("parent")
    private = T("不公开", "not made public")
    found = []
    for row in rows.order_by("order"):
        group = name(row.parent) if row.parent else T("", "")
        hint = group if row.public else T("{g}　{p}", "{g} · {p}").fill(g=group, p=private)
        found.append((row.code, name(row), hint))
    return found


def unsure() -> Category | None:
    """The kind for what the reporter cannot classify: the last one that the hotline itself answers."""
    return _reportable().filter(public=True, function="hotline").order_by("-order").first()


def leaf(code: str) -> Category | None:
    """A kind that can be reported, by its code."""
    return _reportable().filter(pk=code).select_related("parent__parent").first()

"""The form of a call, in the order in which people speak: who, where, what."""

import re
from typing import Any, Final

from luoshi.cases.models import Category
from luoshi.cases.reads import hotline as reads
from luoshi.cases.reads import kinds
from luoshi.cases.staff.enter import Entry
from luoshi.cases.staff.hotline.propose import Proposal
from luoshi.people import tree
from luoshi.people.models import Division
from luoshi.web import forms

# what stands after the name proper in the name of a place
_KIND: Final = re.compile(
    r"(街道办事处|街道|社区居民?委员?会|社区|居委会|村村委会|村民?委员?会|村委会|嘎查村?委?会?|嘎查|苏木|镇|乡)$"
)
SHORTEST: Final = 2
MOST_PLACES: Final = 3


class Call(Entry):
    """What `enter.Entry` takes, without what a call does not have."""

    channel = None  # type: ignore[assignment]
    lat = lon = photos = None  # type: ignore[assignment]
    field_order = ("phone", "name", "place", "division", "text", "category")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in LABELS.items():
            self.fields[name].label, self.fields[name].help_text = label, HINTS.get(name, "")
        for name in ("category", "division"):
            self.fields[name].widget.attrs["data-pick"] = name
        self.fields["phone"].widget.attrs["autofocus"] = True

    def clean_category(self) -> Category:
        """The kind that the text means; a digit means the proposal of that number."""
        typed = self.cleaned_data["category"].strip()
        found = numbered(typed, reads.proposals(spoken(self.data)))
        if found is not None:
            self.cleaned_data["category"] = found.code
        return super().clean_category()

    def clean_division(self) -> Division:
        """The place that the text means; a digit means the proposal of that number."""
        found = numbered(self.cleaned_data["division"].strip(), places(spoken(self.data)))
        return found if found is not None else super().clean_division()


LABELS: Final = {
    "phone": forms.text("来电号码", "Caller's number"),
    "name": forms.text("怎么称呼", "Name"),
    "place": forms.text("在哪里", "Where"),
    "division": forms.text("街道或社区", "Street office or community"),
    "text": forms.text("什么事", "What"),
    "category": forms.text("类别", "Category"),
}
HINTS: Final = {
    "place": forms.text("照来电人说的写", "As the caller says it"),
    "division": forms.text("按数字键取右边的建议，或写几个字再选", "A digit takes the proposal, or type and choose"),
    "category": forms.text("按数字键取右边的建议，或写几个字再选", "A digit takes the proposal, or type and choose"),
}


def spoken(data: Any) -> str:
    """What the caller said, as far as it was typed."""
    return f"{data.get('text', '')}\n{data.get('place', '')}"


def numbered(typed: str, rows: list[Any]) -> Any | None:
    """The row of the number that was typed; None for anything else."""
    return rows[int(typed) - 1] if len(typed) == 1 and typed in "123456789"[: len(rows)] else None


def category(typed: str, found: list[Proposal]) -> Category | None:
    """The single kind that a half-typed form means; None where it means none."""
    one = numbered(typed.strip(), found)
    if one is not None:
        return kinds().rows.get(one.code)
    leaves = {row.code: row for row in kinds().leaves()}
    text = typed.strip()
    return next((row for code, row in leaves.items() if text in (code, row.zh, row.en, str(kinds().path(code)))), None)


def division(typed: str, found: list[Division]) -> Division | None:
    """The place that a half-typed form means; None where it means none, or several."""
    one = numbered(typed.strip(), found)
    if one is not None:
        return one  # type: ignore[no-any-return]
    hits = [row for row in tree.today().divisions.values() if typed.strip() in (row.code, row.zh, row.en)]
    return hits[0] if len(hits) == 1 and hits[0].level != "city" else None


def places(said: str) -> list[Division]:
    """Streets and communities that are named in what was said, the longest name first; a street before its community."""
    hits = []
    for row in tree.today().divisions.values():
        if row.level not in ("street", "community"):
            continue
        short = _KIND.sub("", row.zh)
        name = next((one for one in (row.zh, short) if len(one) >= SHORTEST and one in said), "")
        if name:
            hits.append((-len(name), row.level != "street", row.code, row))
    return [row for *_, row in sorted(hits, key=lambda hit: hit[:3])[:MOST_PLACES]]

"""A list of rules while it is being changed: it travels in the page, signed with nothing, and is checked again each time."""

from dataclasses import dataclass, field, replace
from datetime import time
from typing import Any, Final

import orjson
from django import forms as django
from django.core import signing

from luoshi.cases import reads
from luoshi.cases.actions.routing import MOST
from luoshi.cases.routing import words
from luoshi.cases.routing.match import Rule, digest
from luoshi.cases.staff.fields import named
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T, language
from luoshi.people import tree
from luoshi.web import forms

_SALT: Final = "luoshi.routing.tried"
_HOUR: Final = T("写成 22:00 的样子", "like 22:00")
_SEASON: Final = T("写成 10-15 的样子（月-日）", "like 10-15 (month-day)")


@dataclass(frozen=True)
class Draft:
    """The rules so far, and the version that they started from."""

    base: int
    rules: list[Rule] = field(default_factory=list)

    def text(self) -> str:
        """As it travels in the page."""
        return orjson.dumps({"base": self.base, "rules": [rule.plain() for rule in self.rules]}).decode()

    @classmethod
    def read(cls, text: str) -> "Draft":
        """The draft in a page's field. Raises Invalid."""
        try:
            given = orjson.loads(text)
            rules = [Rule.of(one) for one in given["rules"]]
            base = int(given["base"])
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
            raise Invalid(
                [Fault("draft", text[:40], T("草稿坏了，请重新开始", "the draft is damaged: begin again"))]
            ) from None
        if len(rules) > MOST or base < 0:
            raise Invalid([Fault("draft", str(len(rules)), T("最多 {n} 条", "at most {n} rules").fill(n=MOST))])
        return cls(base, rules)

    def moved(self, number: int, by: int) -> "Draft":
        """The rule with that index one up (-1) or down (1)."""
        rules = list(self.rules)
        other = number + by
        if 0 <= number < len(rules) and 0 <= other < len(rules):
            rules[number], rules[other] = rules[other], rules[number]
        return replace(self, rules=rules)

    def without(self, number: int) -> "Draft":
        """Without the rule with that index."""
        return replace(self, rules=[rule for index, rule in enumerate(self.rules) if index != number])

    def put(self, rule: Rule, number: int | None) -> "Draft":
        """With a rule in place of that index, or at the end."""
        rules = list(self.rules)
        if number is not None and 0 <= number < len(rules):
            rules[number] = rule
        else:
            rules.append(rule)
        return replace(self, rules=rules)

    def tried(self, sample: int, moved: int) -> str:
        """A mark that just this draft was tried, and what came out."""
        return signing.dumps([digest(self.rules), self.base, sample, moved], salt=_SALT)

    def was_tried(self, mark: str) -> tuple[int, int] | None:
        """(sample, moved) where the mark is of this draft."""
        try:
            known, base, sample, moved = signing.loads(mark, salt=_SALT, max_age=24 * 3600)
        except (signing.BadSignature, ValueError, TypeError):
            return None
        return (int(sample), int(moved)) if (known, base) == (digest(self.rules), self.base) else None


def _listed(name: str) -> django.TextInput:
    return django.TextInput(attrs={"list": f"{name}-l", "autocomplete": "off"})


def _time(label: str, rule: T) -> django.CharField:
    return django.CharField(
        max_length=5, required=False, label=label, help_text=forms.lazy_text(rule),
        widget=django.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )  # fmt: skip


class RuleForm(forms.Form):
    """One rule."""

    category = django.CharField(
        max_length=200, required=False, widget=_listed("category"), label=forms.text("类别（任一级，空为不限）", "Category (any level; empty: any)"),
    )  # fmt: skip
    division = django.CharField(
        max_length=60, required=False, widget=_listed("division"), label=forms.text("地点（空为不限）", "Place (empty: any)"),
    )  # fmt: skip
    days = django.ChoiceField(
        choices=forms.choices(words.DAYS.items()), required=False, label=forms.text("哪些天", "Which days")
    )
    hour_from = _time(forms.text("几点起", "From (hour)"), _HOUR)
    hour_to = _time(forms.text("几点止", "Until (hour)"), _HOUR)
    season_from = _time(forms.text("几月几日起", "From (day of the year)"), _SEASON)
    season_to = _time(forms.text("几月几日止（含）", "Until (included)"), _SEASON)
    unit = django.CharField(max_length=100, widget=_listed("unit"), label=forms.text("派给哪个单位", "Which unit"))
    note = django.CharField(
        max_length=60, required=False, label=forms.text("这条规则叫什么（可不填）", "Name of the rule (optional)")
    )

    def clean_category(self) -> str:
        """The code that the text means."""
        code = words.code_of(self.cleaned_data["category"])
        if code is None:
            raise django.ValidationError(str(T("没有这个类别，请从列表里选", "No such category: choose one")))
        return code

    def clean_division(self) -> str:
        """The code of the place that the text means."""
        text = self.cleaned_data["division"].strip()
        found = named(tree.today().divisions, text) if text else None
        if text and found is None:
            raise django.ValidationError(str(T("没有这个地方，请从列表里选", "No such place: choose one")))
        return str(found.code) if found else ""

    def clean_unit(self) -> str:
        """The code of the unit that the text means."""
        found = named(tree.today().units, self.cleaned_data["unit"].strip())
        if found is None:
            raise django.ValidationError(str(T("没有这个单位，请从列表里选", "No such unit: choose one")))
        return str(found.code)

    def clean(self) -> dict[str, Any]:
        """Pairs are whole, and something is asked for: a rule for everything would switch the city's own order off."""
        given = super().clean() or {}
        self._pair(given, "hour", _HOUR, lambda text: time.fromisoformat(text.rjust(5, "0")))
        self._pair(given, "season", _SEASON, _month_day)
        asked = any(given.get(name) for name in ("category", "division", "days", "hour", "season"))
        if not asked and not self.errors:
            self.add_error(
                "category", str(T("类别、地点、时间至少写一样", "Give at least a category, a place or a time"))
            )
        return given

    def _pair(self, given: dict[str, Any], name: str, rule: T, read: Any) -> None:
        ends = [
            str(given.get(f"{name}_{end}") or "").strip().replace("：", ":").replace("/", "-") for end in ("from", "to")
        ]
        given[name] = None
        if not any(ends):
            return
        for end, text in zip(("from", "to"), ends, strict=True):
            try:
                ends[end == "to"] = read(text)
            except ValueError:
                self.add_error(f"{name}_{end}", str(rule))
        given[name] = tuple(ends)

    def rule(self) -> Rule:
        """The rule that was given."""
        given = self.cleaned_data
        return Rule(
            given["unit"], given["category"], given["division"], given["days"], given["hour"], given["season"],
            given["note"].strip(),
        )  # fmt: skip


def _month_day(text: str) -> str:
    month, dash, day = text.partition("-")
    if not dash or not (month.isascii() and month.isdigit() and day.isascii() and day.isdigit()):
        raise ValueError(text)
    if not (
        1 <= int(month) <= 12
        and 1 <= int(day) <= (29, 30, 31)[(int(month) != 2) + (int(month) in (1, 3, 5, 7, 8, 10, 12))]
    ):
        raise ValueError(text)
    return f"{int(month):02}-{int(day):02}"


def shown(rule: Rule) -> dict[str, str]:
    """A rule as the form shows it."""
    hours, season = rule.hours or ("", ""), rule.season or ("", "")
    return {
        "category": str(words.category(rule)) if rule.category else "",
        "division": words.place(rule) if rule.division else "",
        "days": rule.days, "unit": words.unit_of(rule), "note": rule.note,
        "hour_from": f"{hours[0]:%H:%M}" if rule.hours else "", "hour_to": f"{hours[1]:%H:%M}" if rule.hours else "",
        "season_from": season[0], "season_to": season[1],
    }  # fmt: skip


def lists() -> dict[str, list[str]]:
    """What the searchable fields offer."""
    zh, kinds, city = language() == "zh", reads.kinds(), tree.today()
    return {
        "categories": [str(kinds.path(code)) for code, row in kinds.rows.items() if not row.source],
        "divisions": [row.zh if zh else row.en for row in city.divisions.values() if row.level in ("county", "street")],
        "units": sorted(row.zh if zh else row.en for row in city.units.values()),
    }

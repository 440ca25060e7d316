"""The fields of a move's form as safe HTML, with what the person typed kept and each fault at its field."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from django.http import QueryDict
from django.utils.safestring import SafeString

from luoshi.cases import masked, photos, reads
from luoshi.cases.actions.again import REASONS
from luoshi.cases.routing import texts
from luoshi.cases.routing import words as rules
from luoshi.cases.staff.fields import LONGEST, OUTCOMES
from luoshi.cases.staff.scene import Scene
from luoshi.kernel.flow import Move
from luoshi.kernel.kept import Kept
from luoshi.kernel.text import T, language
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.web import words
from luoshi.web.markup import format_html, format_html_join

OPTIONAL: Final = T("（可不填）", " (optional)")
LABELS: Final[Mapping[str, T]] = {
    "note": T("附言", "Note"),
    "reason": T("理由", "Reason"),
    "answer": T("给市民的答复", "Answer to the reporter"),
    "unit": T("派给哪个单位", "Which unit"),
    "handler": T("承办人", "Handler"),
    "category": T("类别", "Category"),
    "division": T("街道或社区", "Street office or community"),
    "place": T("地点", "Place"),
    "lat": T("纬度", "Latitude"),
    "lon": T("经度", "Longitude"),
    "photos": T("照片", "Pictures"),
    "grade": T("市民打几分", "The reporter's grade"),
    "outcome": T("结果", "Outcome"),
    "reasons": T("原因", "Reasons"),
    "until": T("延到哪一天", "Until which day"),
    "question": T("问市民什么", "The question"),
    "public_text": T("公开的文字", "Text to be public"),
    "photos_released": T("公开哪些照片", "Which pictures"),
    "parts": T("分给哪些单位，各办什么", "Which units, and what each is to do"),
    "into": T("并入哪一件（编号）", "Into which case (number)"),
}
OWN: Final[Mapping[tuple[str, str], T]] = {
    ("refuse", "answer"): T("告诉市民该找谁", "Where the reporter may turn"),
    ("add_note", "note"): T("记什么（市民看不到）", "The note (the reporter does not see it)"),
    ("follow_up", "note"): T("做了什么", "What was done"),
    ("contact", "note"): T("市民说了什么", "What the reporter said"),
    ("add_evidence", "note"): T("做了什么", "What was done"),
    ("call_unsolved", "reason"): T("市民说哪里没解决", "What is not solved, in the reporter's words"),
    ("unmask", "reason"): T("为什么要看（会记下来）", "Why (it is kept in the log)"),
}
HINTS: Final[Mapping[str, T]] = {
    "unit": T("写名字里的几个字，从列表里选", "Type part of the name and choose from the list"),
    "category": T("写几个字，从列表里选", "Type part of it and choose from the list"),
    "division": T("写几个字，从列表里选，也可写代码", "Type part of it and choose; a code will do"),
    "photos": T("最多 {n} 张，也可以只写说明", "Up to {n}; a note alone will do").fill(n=photos.MOST),
    "until": T("写成 2021-11-23 的样子，到当天下班为止", "Like 2021-11-23; until close of business"),
    "public_text": T("删去姓名、电话、门牌等个人信息", "Take out names, telephones and house numbers"),
}
PARTS: Final = 4  # rows of the form
LONG: Final = frozenset({"answer", "reason", "note", "question", "public_text"})


@dataclass(frozen=True)
class Form:
    """A move's form before it is drawn: what was typed and what was wrong with it, if it comes back."""

    scene: Scene
    move: Move
    typed: QueryDict | None = None
    faults: Mapping[str, str] = field(default_factory=dict)

    def id(self, name: str) -> str:
        """The id of a field, its own in each form of the page."""
        return f"f-{self.move.verb}-{name}"

    def value(self, name: str, default: object = "") -> str:
        """What was typed, else the default."""
        return str(default) if self.typed is None else str(self.typed.get(name, ""))

    def attributes(self, name: str) -> SafeString:
        """Name, id and what describes the field."""
        told = [self.id(name) + end for end, there in (("-h", name in HINTS), ("-e", name in self.faults)) if there]
        told_by = format_html(' aria-describedby="{}"', " ".join(told)) if told else ""
        bad = SafeString(' aria-invalid="true"') if name in self.faults else ""
        must = SafeString(" required") if name in self.move.needs else ""
        return format_html('name="{}" id="{}"{}{}{}', name, self.id(name), told_by, bad, must)


def label(move: Move, name: str) -> str:
    """What a field is called in the form of a move."""
    text = OWN.get((move.verb, name), LABELS.get(name, T(name, name)))
    return str(text) if name in move.needs else f"{text}{OPTIONAL}"


def _long(form: Form, name: str) -> SafeString:
    standard = texts.draw(form.move, name, form.scene.case, form.id(name), form.value(name + texts.CHOSEN))
    default = ""
    if name == "public_text":
        private = form.scene.case.private
        default = private.public_text or masked.free(private.text)
    return format_html(
        '{}<textarea {} maxlength="{}" rows="3">{}</textarea>',
        standard, form.attributes(name), LONGEST, form.value(name, default),
    )  # fmt: skip


def _line(form: Form, name: str) -> SafeString:
    return format_html(
        '<input {} value="{}" maxlength="200" autocomplete="off">', form.attributes(name), form.value(name)
    )


@lru_cache(maxsize=64)
def _options(texts: tuple[str, ...]) -> SafeString:
    """Hundreds of units or kinds, the same on every page."""
    return format_html_join("", "<option>{}</option>", ((text,) for text in texts))


def _kinds(_: str) -> SafeString:
    known = reads.kinds()
    return _options(tuple(str(known.path(row.code)) for row in known.leaves()))


def _divisions(_: str) -> SafeString:
    rows = (row for row in tree.today().divisions.values() if row.level in ("county", "street"))
    return _options(tuple(people.division_name(row.code) for row in rows))


# by language: hundreds of names are put together once in ten seconds, not for each page
KINDS: Final = Kept(_kinds, 10.0)
DIVISIONS: Final = Kept(_divisions, 10.0)


def _listed(form: Form, name: str, chosen: str, listed: SafeString) -> SafeString:
    """A text field with a list of what may be chosen: it is searched by typing."""
    return format_html(
        '<input {} value="{}" list="{}-l" autocomplete="off"><datalist id="{}-l">{}</datalist>',
        form.attributes(name), form.value(name, chosen), form.id(name), form.id(name), listed,
    )  # fmt: skip


def _unit(form: Form, name: str) -> SafeString:
    units = form.scene.units(form.move.verb, form.move.right)
    proposed = form.scene.proposed
    zh = language() == "zh"
    listed = _options(tuple(sorted((unit.zh if zh else unit.en) for unit in units.values())))
    if proposed is None or proposed.pk not in units:
        return _listed(form, name, "", listed)
    chosen = proposed.zh if zh else proposed.en
    why = T("建议 {unit}：{why}", "Proposed: {unit}, {why}").fill(unit=chosen, why=rules.why(form.scene.route))
    return format_html('<span class="hint">{}</span>{}', why, _listed(form, name, chosen, listed))


def _category(form: Form, name: str) -> SafeString:
    return _listed(form, name, "", KINDS(language()))


def _division(form: Form, name: str) -> SafeString:
    near = tree.today().places.children.get(form.scene.case.street, ())
    own = _options(tuple(people.division_name(code) for code in sorted(near)))
    return _listed(form, name, "", SafeString(own + DIVISIONS(language())))


def _select(form: Form, name: str, options: Iterable[tuple[str, object]]) -> SafeString:
    chosen = form.value(name)
    listed = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, SafeString(" selected" if value == chosen else ""), text) for value, text in options),
    )
    return format_html("<select {}>{}</select>", form.attributes(name), listed)


def _handler(form: Form, name: str) -> SafeString:
    first = [] if name in form.move.needs else [("", T("我自己", "Myself"))]
    return _select(form, name, [*first, *((str(one.pk), one.name) for one in form.scene.handlers)])


def _grade(form: Form, name: str) -> SafeString:
    return _select(form, name, [("", T("没有说", "Not said")), *((str(n), str(n)) for n in range(1, 6))])


def _outcome(form: Form, name: str) -> SafeString:
    return _select(form, name, [("", T("选一个", "Choose one")), *OUTCOMES.items()])


def _until(form: Form, name: str) -> SafeString:
    due = form.scene.case.due_at
    proposed = form.scene.calendar.add_workdays(form.scene.calendar.city_date(due), 3) if due else None
    value = form.value(name, words.day(proposed))
    return format_html(
        '<input {} value="{}" inputmode="numeric" maxlength="10" autocomplete="off">', form.attributes(name), value
    )


def _photos(form: Form, name: str) -> SafeString:
    return format_html('<input {} type="file" accept="{}" multiple>', form.attributes(name), photos.ACCEPT)


def _ticks(form: Form, name: str, options: Iterable[tuple[str, object]]) -> SafeString:
    chosen = form.typed.getlist(name) if form.typed is not None else []
    return format_html_join(
        "",
        '<label class="pick"><input type="checkbox" name="{}" value="{}"{}><span>{}</span></label>',
        ((name, value, SafeString(" checked" if value in chosen else ""), text) for value, text in options),
    )


def _reasons(form: Form, name: str) -> SafeString:
    return _ticks(form, name, REASONS.items())


def _released(form: Form, name: str) -> SafeString:
    kinds = {"before": T("前", "Before"), "after": T("后", "After")}
    shown = ((str(one.pk), f"{kinds.get(one.kind, one.kind)} {words.when(one.at)}") for one in form.scene.photos)
    return _ticks(form, name, shown)


def _parts(form: Form, name: str) -> SafeString:
    """Rows of a unit and what it is to do; those left empty are not meant."""
    units, zh = form.scene.units(form.move.verb, form.move.right), language() == "zh"
    listed = format_html_join(
        "", "<option>{}</option>", ((one,) for one in sorted(u.zh if zh else u.en for u in units.values()))
    )
    typed = form.typed
    rows = []
    for i in range(PARTS):
        unit, text = (
            (typed.getlist(field)[i : i + 1] or [""])[0] if typed is not None else ""
            for field in ("part_unit", "part_text")
        )
        labels = (T("单位 {n}", "Unit {n}").fill(n=i + 1), T("办什么 {n}", "What {n}").fill(n=i + 1))
        rows.append((form.id(name), labels[0], unit, labels[1], LONGEST, text))
    fields = format_html_join(
        "",
        '<input name="part_unit" list="{}-l" aria-label="{}" placeholder="{}" value="{}" autocomplete="off">'
        '<textarea name="part_text" aria-label="{}" placeholder="{}" maxlength="{}" rows="2">{}</textarea>',
        ((i, u, u, unit, w, w, most, text) for i, u, unit, w, most, text in rows),
    )
    return format_html('{}<datalist id="{}-l">{}</datalist>', fields, form.id(name), listed)


Drawer = Callable[[Form, str], SafeString]
DRAWERS: Final[Mapping[str, Drawer]] = {
    "unit": _unit,
    "category": _category,
    "division": _division,
    "handler": _handler,
    "grade": _grade,
    "outcome": _outcome,
    "until": _until,
    "photos": _photos,
    "reasons": _reasons,
    "photos_released": _released,
    "parts": _parts,
}
GROUPS: Final = frozenset({"reasons", "photos_released", "parts"})  # several inputs under one legend


def draw(form: Form, name: str) -> SafeString:
    """One field: label, hint, fault, input. Empty where there is nothing to choose from."""
    if name == "photos_released" and not form.scene.photos:
        return SafeString("")
    drawer = DRAWERS.get(name, _long if name in LONG else _line)
    fault = form.faults.get(name)
    parts = (
        SafeString(" is-err" if fault else ""),
        form.id(name),
        label(form.move, name),
        format_html('<span class="hint" id="{}-h">{}</span>', form.id(name), HINTS[name]) if name in HINTS else "",
        format_html('<span class="err-t" id="{}-e">{}</span>', form.id(name), fault) if fault else "",
        drawer(form, name),
    )
    if name in GROUPS:
        return format_html('<fieldset class="field{}" id="{}"><legend>{}</legend>{}{}{}</fieldset>', *parts)
    return format_html('<div class="field{}"><label for="{}">{}</label>{}{}{}</div>', *parts)

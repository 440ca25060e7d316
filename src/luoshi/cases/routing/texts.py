"""`/work/texts/`: the standard texts, and how one gets into the form of a move."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django import forms as django
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.safestring import SafeString

from luoshi.cases import reads as cases
from luoshi.cases.actions import routing as actions
from luoshi.cases.models import Case
from luoshi.cases.reads import routing as reads
from luoshi.cases.routing import words as ours
from luoshi.cases.routing.flow import FIELDS, PLACES, TEXT_FLOW, TEXTS
from luoshi.cases.routing.models import StandardText
from luoshi.kernel.flow import Move
from luoshi.kernel.problems import Absent, Invalid
from luoshi.kernel.text import T, language
from luoshi.kernel.viewer import Viewer
from luoshi.people import reads as people
from luoshi.people.sessions import having
from luoshi.web import forms, said, words
from luoshi.web.markup import format_html, format_html_join
from luoshi.web.tables import Column, Table

ADDRESS: Final = "/work/texts/"
CHOSEN: Final = "-standard"  # a field's select is called as the field with this behind


class TextForm(forms.SeenForm):
    """One standard text. The place is chosen once; `category` may be of any level."""

    place = django.ChoiceField(label=forms.text("用在哪里", "Where it is used"))
    category = django.CharField(
        max_length=200, required=False, label=forms.text("类别（任一级，空为不限）", "Category (any level; empty: any)"),
        widget=django.TextInput(attrs={"list": "category-l", "autocomplete": "off"}),
    )  # fmt: skip
    title = django.CharField(max_length=60, label=forms.text("名称", "Name"))
    text = django.CharField(
        max_length=actions.LONGEST, widget=django.Textarea, label=forms.text("文字", "Text"),
        help_text=forms.text(
            "可写 {number} 编号、{category} 类别、{place} 地点、{unit} 单位、{due} 到期，插入时换成这一件的",
            "{number}, {category}, {place}, {unit} and {due} become those of the case",
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.fields["place"]
        assert isinstance(place, django.ChoiceField)
        place.choices = [(code, _place(code)) for code in PLACES]
        del self.fields["place" if fixed else "seen"]

    def clean_category(self) -> str:
        """The code that the text means."""
        code = ours.code_of(self.cleaned_data["category"])
        if code is None:
            raise django.ValidationError(str(T("没有这个类别，请从列表里选", "No such category: choose one")))
        return code


def _place(code: str) -> str:
    from luoshi.cases.staff.inputs import label

    _, _, field = code.partition(".")
    move = PLACES[code]
    bare = Move(move.verb, move.text, move.sources, move.to, move.right, needs=(field,))
    return f"{move.text} · {label(bare, field)}"


def _category(row: StandardText) -> str:
    return str(cases.kinds().path(row.category) if row.category else T("不限", "any"))


TABLE: Final = Table[StandardText](
    T("标准文字", "Standard texts"),
    (
        Column(
            T("名称", "Name"), lambda row: format_html('<a href="{}{}/">{}</a>', ADDRESS, row.log_id, row.title), "b", is_header=True
        ),
        Column(T("用在", "Where"), lambda row: _place(f"{row.verb}.{row.field}")),
        Column(T("类别", "Category"), _category),
        Column(T("文字", "Text"), lambda row: row.text if len(row.text) <= 80 else f"{row.text[:80]}…"),
        Column(T("状态", "State"), lambda row: str(TEXT_FLOW.state(row.state).text)),
    ),
    kind="t t-d fold",
)  # fmt: skip


def _categories() -> list[str]:
    known = cases.kinds()
    return [str(known.path(code)) for code, row in known.rows.items() if not row.source]


@having(TEXTS)
def page(request: HttpRequest) -> HttpResponse:
    """All texts, and the form that adds one."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    form = TextForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("place", "category", "title", "text")}
        try:
            actions.add_text(
                viewer=viewer, key=form.cleaned_data["key"] or None, door=f"texts:{viewer.person}", **given
            )
        except Invalid as refused:
            form.refuse(refused)
        else:
            return _onward(T("已加“{title}”", "“{title}” was added").fill(title=given["title"]))
    rows = reads.all_texts(viewer)
    context = {"form": form, "table": TABLE.render(rows) if rows else "", "categories": _categories()}
    return render(request, "cases/routing/texts.html", context, status=422 if form.errors else 200)


@having(TEXTS)
def one(request: HttpRequest, text: UUID) -> HttpResponse:
    """`/work/texts/<id>/`: change it. Raises Absent, Stale or NotNow."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    row = next((row for row in reads.all_texts(viewer) if row.log_id == text), None)
    if row is None:
        raise Absent
    shown = {
        "title": row.title,
        "text": row.text,
        "category": _category(row) if row.category else "",
        "seen": row.version,
    }
    form = TextForm(request.POST or None, fixed=True, initial=shown)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("category", "title", "text", "seen")}
        try:
            actions.change_text(viewer=viewer, on=str(text), door=f"texts:{viewer.person}", **given)
        except Invalid as refused:
            form.refuse(refused)
        else:
            return _onward(T("已改“{title}”", "“{title}” was changed").fill(title=given["title"]))
    context = {"form": form, "row": row, "where": _place(f"{row.verb}.{row.field}"), "categories": _categories()}
    return render(request, "cases/routing/text.html", context, status=422 if form.errors else 200)


@having(TEXTS)
def turn(request: HttpRequest, text: UUID, verb: str) -> HttpResponse:
    """POST `/work/texts/<id>/retire/` or `renew/`. Raises what the action raises."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if verb == "renew":
        actions.renew_text(viewer=viewer, on=str(text))
        return _onward(T("已恢复", "It is in use again"))
    if verb != "retire":
        raise Absent
    actions.retire_text(viewer=viewer, on=str(text), reason=request.POST.get("reason", "").strip()[:200])
    return _onward(T("已停用", "It is retired"))


def _onward(text: T) -> HttpResponse:
    response = HttpResponseRedirect(ADDRESS, status=303)
    said.say(response, text)
    return response


def offered(move: Move, field: str, case: Case) -> list[StandardText]:
    """The texts that the form of a move offers for one of its fields."""
    return reads.texts_for(move.verb, field, case.category_id)


def draw(move: Move, field: str, case: Case, identity: str, chosen: str = "") -> SafeString:
    """The select and the button before a text field; empty where there is no text to choose."""
    rows = offered(move, field, case)
    if not rows:
        return SafeString("")
    options = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((row.log_id, SafeString(" selected" if str(row.log_id) == chosen else ""), row.title) for row in rows),
    )
    return format_html(
        '<div class="row no-print"><label for="{}-s">{}</label><select name="{}{}" id="{}-s"><option value="">{}</option>{}</select>'
        '<button class="btn btn-2" name="insert" value="{}" formnovalidate>{}</button></div>',
        identity, T("标准文字", "Standard text"), field, CHOSEN, identity, T("不用", "None"), options, field,
        T("插入", "Insert"),
    )  # fmt: skip


def filled(text: str, case: Case) -> str:
    """A standard text with the case's own facts in its places."""
    zh = language() == "zh"
    kind = cases.kinds().name(case.category_id)
    facts: Mapping[str, str] = {
        "number": case.number,
        "category": kind.zh if zh else kind.en,
        "place": people.division_name(case.community or case.street or case.county) if case.county else "",
        "unit": people.unit_names().get(case.unit_id or 0, ""),
        "due": words.when(case.due_at) if case.due_at else "",
    }
    for name, value in facts.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def merged(data: QueryDict, move: Move, case: Case) -> QueryDict:
    """The form with each chosen standard text in its field, before what was typed there; the selects empty again."""
    found = data.copy()
    for field in FIELDS:
        chosen = str(data.get(field + CHOSEN, ""))
        if not chosen:
            continue
        row = next((row for row in offered(move, field, case) if str(row.log_id) == chosen), None)
        if row is not None:
            typed = str(data.get(field, "")).strip()
            found[field] = "\n".join(one for one in (filled(row.text, case), typed) if one)
        found[field + CHOSEN] = ""
    return found


def asked(data: QueryDict) -> bool:
    """Was 插入 pressed with a text chosen? With none chosen it was the Enter key in another field."""
    field = str(data.get("insert", ""))
    return field in FIELDS and bool(data.get(field + CHOSEN))

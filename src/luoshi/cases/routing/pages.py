"""`/work/rules/`: the rules that hold, their versions, undoing; and the editor, where a list is tried before it is saved."""

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString

from luoshi.cases.actions import routing as actions
from luoshi.cases.flow import FLOW
from luoshi.cases.reads import routing as reads
from luoshi.cases.routing import words
from luoshi.cases.routing.draft import Draft, RuleForm, lists, shown
from luoshi.cases.routing.flow import RULES
from luoshi.cases.routing.match import Rule
from luoshi.cases.routing.models import RoutingList
from luoshi.kernel.problems import Absent, Fault, Invalid
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people import reads as people
from luoshi.people.sessions import having
from luoshi.web import parts, said
from luoshi.web.forms import new_key
from luoshi.web.tables import Column, Table

ADDRESS: Final = "/work/rules/"
Numbered = tuple[int, Rule]
COLUMNS: Final[tuple[Column[Numbered], ...]] = (
    Column(T("第几条", "No."), lambda row: str(row[0]), "n", is_header=True),
    Column(T("类别", "Category"), lambda row: str(words.category(row[1]))),
    Column(T("地点", "Place"), lambda row: words.place(row[1])),
    Column(T("时间", "Time"), lambda row: str(words.when(row[1]))),
    Column(T("派给", "Unit"), lambda row: words.unit_of(row[1]), "b"),
    Column(T("名称", "Name"), lambda row: row[1].note),
)
RULES_TABLE: Final = Table[Numbered](T("派遣规则", "Routing rules"), COLUMNS, kind="t t-d fold")


def _versions(viewer: Viewer) -> SafeString:
    table = Table[RoutingList](
        T("历次版本", "Versions"),
        (
            Column(T("版本", "Version"), _link, "n", is_header=True),
            Column(T("时间", "When"), lambda row: parts.time(row.at), "n nb"),
            Column(T("谁", "Who"), lambda row: row.by.name if row.by else "—"),
            Column(T("为什么", "Why"), _why),
            Column(T("试过", "Tried"), _trial, "n"),
        ),
        kind="t t-d fold",
    )
    rows = reads.versions(viewer)
    return table.render(rows) if rows else SafeString("")


def _link(row: RoutingList) -> SafeString:
    return format_html('<a href="{}?version={}">{}</a>', ADDRESS, row.number, row.number)


def _why(row: RoutingList) -> str:
    if row.restores is None:
        return row.reason
    return str(T("恢复第 {n} 版：{why}", "Version {n} again: {why}").fill(n=row.restores, why=row.reason))


def _trial(row: RoutingList) -> str:
    return str(T("{n} 件中 {m} 件改派", "{m} of {n} go elsewhere").fill(n=row.sample, m=row.moved))


def _version(request: HttpRequest, held: RoutingList | None) -> int:
    """Which version is asked for; the one that holds where none is. Raises Absent."""
    newest = held.number if held else 0
    given = request.GET.get("version", "")
    if not given:
        return newest
    if not (given.isascii() and given.isdigit() and len(given) < 9 and int(given) <= newest):
        raise Absent
    return int(given)


@having(RULES)
def page(request: HttpRequest) -> HttpResponse:
    """The rules that hold, or those of `?version=`."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    held = reads.newest()
    version = _version(request, held)
    rules = reads.rules_of(version)
    context = {
        "held": held, "version": version, "key": new_key(), "versions": _versions(viewer),
        "table": RULES_TABLE.render(enumerate(rules, 1)) if rules else "",
    }  # fmt: skip
    return render(request, "cases/routing/rules.html", context)


@having(RULES)
def undo(request: HttpRequest) -> HttpResponse:
    """POST `/work/rules/undo/`: the list before the newest one holds again."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    base, reason = _number(request, "base"), request.POST.get("reason", "").strip()[:200]
    key = request.POST.get("key", "") or None
    done = actions.undo_rules(viewer=viewer, key=key, door=f"rules:{viewer.person}", base=base, reason=reason)
    return _onward(T("已恢复，成为第 {n} 版", "Restored as version {n}").fill(n=done.answer["number"]))


def _onward(text: T) -> HttpResponse:
    response = HttpResponseRedirect(ADDRESS, status=303)
    said.say(response, text)
    return response


def _number(request: HttpRequest, name: str) -> int:
    given = str(request.POST.get(name, "")).strip()
    if not (given.isascii() and given.isdigit() and len(given) < 9):
        raise Invalid([Fault(name, given[:20], T("是一个整数", "is a whole number"))])
    return int(given)


def _buttons(row: Numbered) -> SafeString:
    index = row[0] - 1
    presses = (
        ("up", str(T("上移", "Up")), T("第 {n} 条上移", "Rule {n} up")),
        ("down", str(T("下移", "Down")), T("第 {n} 条下移", "Rule {n} down")),
        ("edit", str(T("改", "Change")), T("第 {n} 条改", "Change rule {n}")),
        ("drop", str(T("删", "Delete")), T("第 {n} 条删", "Delete rule {n}")),
    )
    out = [
        format_html(
            '<button class="btn btn-2" name="press" value="{}:{}" aria-label="{}">{}</button>',
            press, index, label.fill(n=row[0]), text,
        )
        for press, text, label in presses
    ]  # fmt: skip
    return format_html('<span class="row">{}</span>', SafeString(" ".join(out)))


DRAFT_TABLE: Final = Table[Numbered](
    T("正在改的规则", "The rules being changed"),
    (*COLUMNS, Column(T("改动", "Press"), _buttons, "no-print", label=False)),
    kind="t t-d fold",
)


def _moved_table(moved: Sequence[reads.Moved]) -> SafeString:
    units = people.unit_names()
    table = Table[reads.Moved](
        T("会改派的案件", "Cases that would go elsewhere"),
        (
            Column(
                T("编号", "Number"),
                lambda one: format_html('<a href="/work/cases/{}/">{}</a>', one.case.number, one.case.number), "n nb", is_header=True,
            ),
            Column(T("上报", "Reported"), lambda one: parts.time(one.case.reported_at), "n nb"),
            Column(T("阶段", "Stage"), lambda one: str(FLOW.state(one.case.state).text)),
            Column(T("现在在", "Stands with"), lambda one: units.get(one.case.unit_id or 0, "—")),
            Column(T("按现规则", "By the present rules"), lambda one: words.unit(one.before.unit)),
            Column(T("按新规则", "By the new rules"), lambda one: words.unit(one.after.unit), "b"),
            Column(T("因为", "Because of"), lambda one: str(words.why(one.after))),
        ),
        kind="t t-d fold",
    )  # fmt: skip
    return table.render(moved[: reads.SHOWN])


class _Editor:
    """One press in the editor."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.viewer: Viewer = request.viewer  # type: ignore[attr-defined]
        held = reads.newest()
        number = held.number if held else 0
        given = request.POST.get("draft", "") if request.method == "POST" else ""
        self.draft = Draft.read(given) if given else Draft(number, reads.rules_of(number))
        self.form, self.index = RuleForm(), ""
        self.more: dict[str, Any] = {}

    def press(self) -> HttpResponse | None:
        """Do what was pressed; a response only where the list was saved."""
        name, _, index = self.request.POST.get("press", "").partition(":")
        if name == "put":
            self.put(index)
        elif name == "try":
            self.try_out()
        elif name == "save":
            return self.save()
        elif (place := self.place(index)) is not None:
            self.change(name, place)
        return None

    def place(self, index: str) -> int | None:
        """The place of a rule in the draft that an index names; None where it names none."""
        fits = index.isascii() and index.isdigit() and len(index) < 9 and int(index) < len(self.draft.rules)
        return int(index) if fits else None

    def change(self, name: str, index: int) -> None:
        """Move, drop or open one rule."""
        if name in ("up", "down"):
            self.draft = self.draft.moved(index, -1 if name == "up" else 1)
        elif name == "drop":
            self.draft = self.draft.without(index)
        elif name == "edit":
            self.form, self.index = RuleForm(initial=shown(self.draft.rules[index])), str(index)

    def put(self, index: str) -> None:
        """Take the rule of the form into the draft."""
        form = RuleForm(self.request.POST)
        if form.is_valid():
            self.draft = self.draft.put(form.rule(), self.place(index))
        else:
            self.form, self.index = form, index

    def try_out(self) -> None:
        """Show what the draft would have done."""
        tried = reads.trial(self.viewer, self.draft.rules)
        self.more = {
            "tried": tried, "moved": len(tried.moved), "mark": self.draft.tried(tried.sample, len(tried.moved)),
            "moved_table": _moved_table(tried.moved) if tried.moved else "", "hidden": max(0, len(tried.moved) - reads.SHOWN),
        }  # fmt: skip

    def save(self) -> HttpResponse | None:
        """Save what was tried; otherwise try it and say why it was not saved."""
        found = self.draft.was_tried(self.request.POST.get("mark", ""))
        reason = self.request.POST.get("reason", "").strip()
        if found is None or not reason or len(reason) > 200:
            self.try_out()
            self.more["fault"] = (
                T("规则改过了，请先看试的结果", "The rules were changed: look at the trial first") if found is None
                else T("请写为什么改（最多 200 字）", "Say why (at most 200 characters)")
            )  # fmt: skip
            return None
        done = actions.set_rules(
            viewer=self.viewer, key=self.request.POST.get("key", "") or None, door=f"rules:{self.viewer.person}",
            rules=self.draft.rules, base=self.draft.base, reason=reason, sample=found[0], moved=found[1],
        )  # fmt: skip
        return _onward(T("已存为第 {n} 版", "Saved as version {n}").fill(n=done.answer["number"]))

    def page(self) -> HttpResponse:
        """The editor."""
        rules = self.draft.rules
        context = {
            "draft": self.draft, "form": self.form, "index": self.index, "key": new_key(), **lists(), **self.more,
            "table": DRAFT_TABLE.render(enumerate(rules, 1)) if rules else "",
        }  # fmt: skip
        bad = bool(self.form.errors) or "fault" in self.more
        return render(self.request, "cases/routing/edit.html", context, status=422 if bad else 200)


@having(RULES)
def edit(request: HttpRequest) -> HttpResponse:
    """`/work/rules/edit/`: the whole draft travels in the page; nothing is written before `save`."""
    editor = _Editor(request)
    return (editor.press() if request.method == "POST" else None) or editor.page()

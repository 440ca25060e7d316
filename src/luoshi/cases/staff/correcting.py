"""Pages of corrections: proposed from the timeline of a record, decided by somebody else from a list."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django import forms as django
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from luoshi.cases import corrected, correcting, masked, reads
from luoshi.cases.actions import correct
from luoshi.cases.correction import Correction
from luoshi.cases.line import title
from luoshi.cases.reads import correction as rows
from luoshi.cases.reads.deeds import deed
from luoshi.cases.staff.enter import lists
from luoshi.cases.staff.fields import READERS, Bad, Given
from luoshi.cases.staff.scene import Scene
from luoshi.kernel.canonical import moment
from luoshi.kernel.ledger.correct import Chain
from luoshi.kernel.problems import Absent, Denied, Problem
from luoshi.kernel.rights import demand, may
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people import reads as people
from luoshi.people.sessions import staff
from luoshi.web import forms, said, words

WHEN: Final = T("写成 2021-12-29 09:00 的样子", "like 2021-12-29 09:00")
PICK: Final = T("写几个字，从列表里选", "Type part of it and choose from the list")
YES_NO: Final = (("yes", T("是", "yes")), ("no", T("否", "no")))


def _field(name: str) -> django.Field:
    label = forms.lazy_text(correcting.LABELS[name])
    if name == "grade":
        choices: list[tuple[str, str | T]] = [("", corrected.NOTHING), *((str(n), str(n)) for n in range(1, 6))]
        return django.ChoiceField(choices=forms.choices(choices), label=label, required=False)
    if name == "solved":
        return django.ChoiceField(choices=forms.choices(YES_NO), label=label)
    hint = WHEN if name == "at" else PICK
    listed = {} if name == "at" else {"list": f"{name}-l"}
    widget = django.TextInput(attrs={"autocomplete": "off", **listed})
    return django.CharField(max_length=200, label=label, help_text=forms.lazy_text(hint), widget=widget)


class Propose(forms.Form):
    """What is to stand instead of what stands, as it stands at first; and why."""

    def __init__(self, chain: Chain, scene: Scene, *args: Any, **kwargs: Any) -> None:
        self.now, self.scene = correct.present(chain), scene
        kwargs["initial"] = {name: _typed(name, value) for name, value in self.now.items()}
        super().__init__(*args, **kwargs)
        for name in self.now:
            self.fields[name] = _field(name)
            # what was not known may stay so
            self.fields[name].required = self.fields[name].required and bool(kwargs["initial"][name])
        if correct.move_of(chain) in correcting.VOIDABLE:
            text = forms.text("没有这回事，整条作废", "It never was: declare the entry void")
            self.fields["void"] = django.BooleanField(label=text, required=False)
        why = forms.text("理由（会一直和原来的记录放在一起）", "Reason (it stands beside the original for ever)")
        self.fields["reason"] = django.CharField(
            max_length=correct.LONGEST, widget=django.Textarea(attrs={"rows": "3"}), label=why
        )
        for field in self.fields.values():
            field.error_messages = forms.messages(field)

    def changes(self) -> dict[str, Any]:
        """The fields that were typed otherwise than they stand, as a proposal holds them; faults go to their fields."""
        found = {}
        for name in self.now:
            typed = self.cleaned_data.get(name, "")
            if typed == self.initial[name]:
                continue
            try:
                found[name] = _read(name, typed, self.scene)
            except Bad as bad:
                self.add_error(name, str(bad.rule))
        return found


def _typed(name: str, value: Any) -> str:
    """A value as the form shows it."""
    if value is None:
        return ""
    if name == "solved":
        return "yes" if value else "no"
    if name == "category":
        return str(reads.kinds().path(value))
    return str(value) if name == "grade" else people.division_name(value) if name == "division" else corrected.value(name, value)  # fmt: skip


def _read(name: str, typed: str, scene: Scene) -> Any:
    """What was typed, as a proposal holds it. Raises Bad."""
    if name == "solved":
        return typed == "yes"
    if name == "at":
        try:
            return moment(words.city_time(datetime.strptime(typed.strip(), "%Y-%m-%d %H:%M")))
        except (ValueError, OverflowError):
            raise Bad(WHEN) from None
    data: Any = {name: typed}
    found = READERS[name](Given(data, (), scene, correcting.PROPOSE), name)
    return found if found is None or name == "grade" else found.pk


def _chain(viewer: Viewer, number: str, event: UUID) -> tuple[Scene, Chain]:
    """Raises Absent or Denied."""
    case = reads.get(viewer, number)
    if not may(viewer, correcting.PROPOSE_RIGHT, case):
        raise Denied(T("您没有权限：提出更正", "You may not propose a correction"))
    chain = rows.chain(rows.of_case(case), event)
    if correct.move_of(chain) not in correcting.FIELDS:
        raise Absent(T("这一条没有可以更正的", "Nothing of this entry can be corrected"))
    return Scene(viewer, case), chain


def _post(viewer: Viewer, number: str, chain: Chain, form: Propose) -> bool:
    """Propose what was typed; False where the form holds faults."""
    void, changes = bool(form.cleaned_data.get("void")), form.changes()
    if form.errors:
        return False
    try:
        correct.propose(
            viewer=viewer, on=number, key=form.cleaned_data["key"] or None, door=f"staff:{viewer.person}",
            event=chain.newest.id, reason=form.cleaned_data["reason"], void=void, changes={} if void else changes,
        )  # fmt: skip
    except Problem as refused:
        form.refuse(refused)
        return False
    return True


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, number: str, event: UUID) -> HttpResponse:
    """`/work/cases/<number>/correct/<event>/`. Raises Absent or Denied."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    scene, chain = _chain(viewer, number, event)
    form = Propose(chain, scene, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _post(viewer, number, chain, form):
        response = HttpResponseRedirect(f"/work/cases/{number}/", status=303)
        said.say(response, T("更正已提出，等另一个人批", "The correction is proposed; somebody else decides"))
        return response
    entry = next(one for one in reads.entries(scene.case) if one.id == chain.original.id)
    context = {
        "case": scene.case, "title": title(scene.case), "form": form, "entry": entry, **lists(),
        "told": corrected.told(entry), "units": sorted(people.unit_names().values()),
    }  # fmt: skip
    return render(request, "cases/staff/correct.html", context, status=422 if form.errors else 200)


def _row(row: Correction, chain: Chain) -> dict[str, Any]:
    now = correct.present(chain)
    changes = [corrected.change(name, now[name], after) for name, after in row.changes.items()]
    return {
        "row": row, "case": row.case, "title": title(row.case), "key": forms.new_key(), "text": deed(row.move) or row.move,
        "at": chain.newest.at, "why": masked.free(row.reason), "changes": [str(corrected.VOID)] if row.void else changes,
    }  # fmt: skip


def _rows(found: list[Correction]) -> list[dict[str, Any]]:
    events = rows.said([row.case.log_id for row in found])
    return [_row(row, rows.chain(events[row.case.log_id], row.event)) for row in found]


@staff
@require_http_methods(["GET", "HEAD"])
def index(request: HttpRequest) -> HttpResponse:
    """`/work/corrections/`: what waits for the viewer's decision, and what they proposed. Raises Denied."""
    return _index(request)


def _index(request: HttpRequest, problem: Problem | None = None) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if not may(viewer, correcting.PROPOSE_RIGHT):
        demand(viewer, correcting.APPROVE_RIGHT)
    context = {
        "waiting": _rows(rows.to_approve(viewer)), "mine": _rows(rows.mine(viewer)), "problem": problem,
        "approves": may(viewer, correcting.APPROVE_RIGHT), "most": correct.LONGEST,
    }  # fmt: skip
    return render(request, "cases/staff/corrections.html", context, status=problem.status if problem else 200)


@staff
@require_http_methods(["POST"])
def decide(request: HttpRequest, key: int) -> HttpResponse:
    """POST `/work/corrections/<key>/`: `go` is `approve` or `decline`. Raises Absent; what is refused is said."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    row = rows.one(viewer, key)
    number, note = row.case.number, str(request.POST.get("note", "")).strip()[: correct.LONGEST]
    door, pressed = f"staff:{viewer.person}", str(request.POST.get("key", ""))[:64] or None
    try:
        if request.POST.get("go") == "approve":
            correct.approve(row)(viewer=viewer, on=number, key=pressed, door=door, proposal=key, note=note)
            text = T("{number}：已更正", "{number}: corrected")
        else:
            correct.decline(viewer=viewer, on=number, key=pressed, door=door, proposal=key, reason=note)
            text = T("{number}：没有更正", "{number}: not corrected")
    except Problem as problem:
        return _index(request, problem)
    response = HttpResponseRedirect("/work/corrections/", status=303)
    said.say(response, text.fill(number=number), f"/work/cases/{number}/")
    return response

"""`/work/import/`: upload a table, press what each column is, look at twenty rows, take it in, fetch what was refused."""

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django import forms as django
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from luoshi.cases.imported import RIGHT
from luoshi.kernel.problems import Absent, Fault, Invalid
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people.sessions import having
from luoshi.ports.importer import actions, files, reads, ready, received, show
from luoshi.ports.importer.choice import LABELS, MEANINGS, Choice, guess, meanings
from luoshi.ports.importer.mapping import MappingError, dump
from luoshi.ports.importer.models import FAILED, UPLOADED, ImportRun
from luoshi.ports.importer.rows import FileProblem
from luoshi.web import errors, forms, said, uploads

ADDRESS: Final = "/work/import/"
LONGEST: Final = 120


class Upload(forms.Form):
    """The file."""

    file = django.FileField(
        label=forms.text("表格", "Table"), help_text=forms.text("CSV 或 XLSX，第一行是列名", "CSV or XLSX; the first row holds the names of the columns"),
        widget=django.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )  # fmt: skip


@csrf_exempt
def page(request: HttpRequest) -> HttpResponse:
    """The runs, and the upload. Its size is looked at before anything is read: the form's token needs the whole body."""
    if uploads.longer(request, received.most() + 1_000_000):
        return errors.respond(request, 413)
    return _page(request)


@csrf_protect
@having(RIGHT)
def _page(request: HttpRequest) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    form = Upload(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            run = actions.upload(viewer, form.cleaned_data["file"])
        except Invalid as refused:
            form.refuse(refused)
        except FileProblem as problem:
            form.add_error("file", str(problem.text))
        else:
            return HttpResponseRedirect(f"{ADDRESS}{run.pk}/", status=303)
    context = {"form": form, "table": show.runs(reads.runs(viewer)), "most": received.most() // 1_000_000}
    return render(request, "importer/runs.html", context, status=422 if form.errors else 200)


def _chosen(request: HttpRequest, run: ImportRun, seen: files.Beginning) -> Choice:
    """What was pressed in the form. Raises Invalid for what is no choice."""
    source, zone, kind = (str(request.POST.get(name, "")).strip()[:LONGEST] for name in ("source", "zone", "kind"))
    columns = {}
    for number, column in enumerate(seen.columns):
        ours = str(request.POST.get(f"c{number}", ""))
        if ours not in LABELS:
            raise Invalid([Fault(f"c{number}", ours[:40], T("没有这个字段", "there is no such field"))])
        columns[column] = ours
    choice = Choice(source, zone, kind, columns)
    words = files.words(run, choice.column("status")) if choice.column("status") else []
    pressed = {word: str(request.POST.get(f"w{number}", "")) for number, word in enumerate(_words_before(run, words))}
    known = {word: meaning for word, meaning in pressed.items() if meaning in MEANINGS or meaning == "-"}
    return Choice(source, zone, kind, columns, meanings(words, known))


def _words_before(run: ImportRun, words: list[str]) -> list[str]:
    """The words in the order in which the form showed them: those that were kept with the last choice."""
    kept = list(Choice.of(run.choice).words)
    return kept if set(kept) == set(words) else []


def _choice(run: ImportRun, seen: files.Beginning) -> Choice:
    """What was chosen, else a ready mapping that fits, else what the names of the columns say."""
    if run.choice is not None:
        return Choice.of(run.choice)
    fitting = ready.fitting(seen.columns)
    return ready.choice(fitting[0], seen.columns) if fitting else _guess(run, seen)


def _guess(run: ImportRun, seen: files.Beginning) -> Choice:
    return guess(seen.columns, show.source_of(run.name), show.zone())


@having(RIGHT)
def one(request: HttpRequest, run: UUID) -> HttpResponse:
    """A run: its columns while it waits, how far it is, what came out. Raises Absent or NotNow."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    row = reads.get(viewer, run)
    if request.method == "POST":
        return _press(request, viewer, row)
    waits = row.state in (UPLOADED, FAILED) and files.file_of(row).exists()
    context: dict[str, Any] = {"run": row, "facts": show.facts(row), "waits": waits}
    if waits:
        context |= _columns(row)
    return render(request, "importer/run.html", context | {"refused": files.refused_of(row).exists()})


def _columns(run: ImportRun) -> dict[str, Any]:
    try:
        seen = files.beginning(run)
    except FileProblem as problem:
        return {"fault": problem.text, "waits": False}
    choice = _choice(run, seen)
    try:
        mapping, fault = choice.mapping(), None
    except MappingError as error:
        mapping, fault = None, error.text
    repeats = files.repeats(run, mapping) if mapping and run.choice is not None else {}
    looked = show.preview(mapping, seen.rows[: files.PREVIEW], repeats) if mapping and run.choice is not None else None
    return {
        "readies": show.ready(seen, choice), "choice": choice, "columns": show.columns(seen, choice), "words": show.words(choice), "preview": looked,
        "fault": fault if run.choice is not None else None, "ready": looked is not None, "shown": files.PREVIEW,
        "repeats": show.repeated(repeats, files.WORDS_IN) if repeats else None,
    }  # fmt: skip


def _press(request: HttpRequest, viewer: Viewer, run: ImportRun) -> HttpResponse:
    here, press = f"{ADDRESS}{run.pk}/", request.POST.get("press", "")
    if press == "drop":
        actions.drop(viewer, run)
        return _onward(ADDRESS, T("已丢弃", "It was thrown away"))
    if press == "ready":
        actions.choose(viewer, run, _ready(request, run, files.beginning(run)))
        return HttpResponseRedirect(here, status=303)
    if press not in ("look", "start"):
        raise Invalid([Fault("press", press[:20], T("没有这个按钮", "there is no such button"))])
    actions.choose(viewer, run, _chosen(request, run, files.beginning(run)))
    if press == "start":
        try:
            actions.start(viewer, run)
        except MappingError:
            return HttpResponseRedirect(here, status=303)
        return _onward(here, T("已开始导入", "It is being taken in"))
    return HttpResponseRedirect(f"{here}#look", status=303)


def _ready(request: HttpRequest, run: ImportRun, seen: files.Beginning) -> Choice:
    """The ready mapping that was picked, or what the names of the columns say. Raises Invalid for what is neither."""
    name = str(request.POST.get("ready", ""))
    if name and name not in ready.NAMES:
        raise Invalid([Fault("ready", name[:40], T("没有这个映射", "there is no such mapping"))])
    chosen = ready.choice(name, seen.columns) if name else _guess(run, seen)
    words = files.words(run, chosen.column("status")) if chosen.column("status") else []
    return replace(chosen, words=meanings(words, chosen.words))


def _onward(address: str, text: T) -> HttpResponse:
    response = HttpResponseRedirect(address, status=303)
    said.say(response, text)
    return response


@having(RIGHT)
def toml(request: HttpRequest, run: UUID) -> HttpResponse:
    """The mapping as a TOML file for `luoshi import cases FILE --mapping FILE.toml`. Raises Absent or Invalid."""
    row = reads.get(request.viewer, run)  # type: ignore[attr-defined]
    if row.choice is None:
        raise Absent
    try:
        mapping = Choice.of(row.choice).mapping()
    except MappingError as error:
        raise Invalid([Fault("mapping", "", error.text)]) from None
    response = HttpResponse(dump(mapping), content_type="application/toml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{mapping.source}.toml"'
    return response


@having(RIGHT)
def refused(request: HttpRequest, run: UUID) -> HttpResponse:
    """The rows that were refused, as CSV. Raises Absent."""
    path = files.refused_of(reads.get(request.viewer, run))  # type: ignore[attr-defined]
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if not path.exists():
        raise Absent
    response = HttpResponse(path.read_bytes(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="refused.csv"'
    return response

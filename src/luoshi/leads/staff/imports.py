"""`/work/companies/import/`: a file is looked at first, then taken."""

from pathlib import Path
from typing import Any, Final

from django import forms as django
from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from luoshi.kernel import clock
from luoshi.kernel.ids import uuid7
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.leads import importing
from luoshi.leads.flow import IMPORT
from luoshi.leads.importing import Report
from luoshi.leads.staff.listing import ROOT
from luoshi.people.sessions import having
from luoshi.ports.importer import received
from luoshi.ports.importer.rows import FileProblem
from luoshi.web import forms, sheets
from luoshi.web.http import viewer_of
from luoshi.web.tables import Column, Table

SHOWN: Final = 200
LARGEST: Final = 5_000_000  # bytes
HOUR: Final = 3600
_MARK: Final = "companies-"
FIELDS: Final = {"name": T("企业名称", "Company name"), "code": T("统一社会信用代码", "Credit code"),
                 "province": T("省份", "Province"), "industry": T("行业", "Industry")}  # fmt: skip
REFUSED: Final = Table[tuple[int, T, str, T]](
    T("不能导入的行", "Rows that cannot be taken"),
    (
        Column(T("行", "Row"), lambda row: str(row[0]), "n", is_header=True),
        Column(T("哪一项", "Field"), lambda row: str(row[1])),
        Column(T("写的是", "Value"), lambda row: row[2] or "—"),
        Column(T("规则", "Rule"), lambda row: str(row[3]), "err-t"),
    ),
    kind="t t-d fold",
)


class File(forms.Form):
    """The table."""

    file = django.FileField(
        label=forms.text("表格（.csv 或 .xlsx）", "Table (.csv or .xlsx)"),
        widget=django.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )


def _table(report: Report) -> str:
    rows = [
        (line, FIELDS.get(one.field, T("整行", "row")), one.value, one.rule) for line, one in report.refused[:SHOWN]
    ]
    return REFUSED.render(rows) if rows else ""


def _folder() -> Path:
    return Path(settings.CONF.home) / "imports"


def _kept(upload: "UploadedFile[Any]") -> Path:
    """The uploaded file in its place; what was left lying for a day is removed. Raises Invalid."""
    received.check(upload)
    if (upload.size or 0) > LARGEST:
        rule = T(
            "最大 {n} MB；更大的用命令 luoshi import companies",
            "at most {n} MB; larger ones by luoshi import companies",
        )
        raise Invalid([Fault("file", (upload.name or "")[-60:], rule.fill(n=LARGEST // 1_000_000))])
    for left in _folder().glob(f"{_MARK}*"):
        if left.stat().st_mtime < clock.real().timestamp() - HOUR * 24:
            left.unlink(missing_ok=True)
    path = _folder() / f"{_MARK}{uuid7(clock.real())}"
    received.keep(upload, path)
    return path


def _opened(token: str) -> Path:
    """The file of a preview of the last hour. Raises Invalid."""
    try:
        path = _folder() / f"{_MARK}{signing.loads(token, salt=_MARK, max_age=HOUR)}"
    except signing.BadSignature:
        path = None
    if path is None or not path.is_file():
        rule = T("预览已过期，请再选一次文件", "the preview has expired: choose the file again")
        raise Invalid([Fault("file", "", rule)])
    return path


def _taken(request: HttpRequest, path: Path, *, dry: bool) -> Report:
    """Raises Invalid for a file that cannot be read."""
    try:
        return importing.take(path, viewer_of(request), dry=dry)
    except FileProblem as problem:
        text = received.named(problem.text, path, str(T("这个文件", "the file")))
        raise Invalid([Fault("file", "", text)]) from None


@having(IMPORT)
def page(request: HttpRequest) -> HttpResponse:
    """The form; POST with a file looks at it and writes nothing, POST with the preview's token takes it."""
    token = request.POST.get("token", "")
    form = File(request.POST, request.FILES) if request.method == "POST" and not token else File()
    context: dict[str, object] = {"form": form, "root": ROOT}
    refused = False
    if request.method == "POST" and (token or form.is_valid()):
        try:
            path = _opened(token) if token else _kept(form.cleaned_data["file"])
            report = _taken(request, path, dry=not token)
        except Invalid as problem:
            context["refused"], refused = problem.faults[0].rule, True
        else:
            context |= {"report": report, "numbers": report.numbers(), "table": _table(report), "taken": bool(token)}
            if token:
                path.unlink(missing_ok=True)
            elif report.created or report.updated:
                context["token"] = signing.dumps(path.name.removeprefix(_MARK), salt=_MARK)
    return render(request, "leads/import.html", context, status=422 if refused or form.errors else 200)


@having(IMPORT)
def template(request: HttpRequest) -> HttpResponse:
    """`/work/companies/import/template.xlsx`: the heads and one example."""
    example = ("包头市示例稀土材料有限公司", "", "内蒙古", "C")
    body = sheets.workbook(T("企业", "Companies"), list(FIELDS.values()), [example])
    response = HttpResponse(body, content_type=sheets.XLSX)
    response["Content-Disposition"] = 'attachment; filename="companies-template.xlsx"'
    return response

"""`/work/companies/import/`, `/work/leads/import/` and that of exchange rates: a file is looked at first, then taken."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

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
from luoshi.kernel.viewer import Viewer
from luoshi.leads import importing, importing_leads, importing_rates
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


class Kind(NamedTuple):
    """What is brought in: its words, what takes a file, the columns in words, an example, where it is shown."""

    name: str
    title: T
    help: T
    take: Callable[..., Report]
    fields: Mapping[str, T]
    example: tuple[str, ...]
    root: str
    shown: T


KINDS: Final = {
    "companies": Kind(
        "companies", T("导入企业", "Import companies"),
        T(
            "先看预览，确认之前什么也不写。第一行是列名：企业名称（必有）、统一社会信用代码、省份、行业。代码或名称已在库里的，只补不重。",
            "First comes a preview: nothing is written before you confirm. The first row names the columns: company name (needed), "
            "credit code, province, industry. What is listed already by code or name is completed, never listed twice.",
        ),
        importing.take,
        {"name": T("企业名称", "Company name"), "code": T("统一社会信用代码", "Credit code"), "province": T("省份", "Province"),
         "industry": T("行业", "Industry")},
        ("包头市示例稀土材料有限公司", "", "内蒙古", "C"), ROOT, T("企业库", "Companies"),
    ),
    "leads": Kind(
        "leads", T("导入项目", "Import leads"),
        T(
            "先看预览，确认之前什么也不写。一行是列名，项目名称必有，上面可以有标题；到了哪个阶段由各阶段的日期说明，签了约就要有签约日期，"
            "别的日期可以空着；金额单位写在列名（元、万元、亿元、万美元）或单元格（3.2亿）里，都没写按万元，不详就写不详。"
            "同一企业的同名项目已有的，不再写一遍。",
            "First comes a preview: nothing is written before you confirm. One row names the columns, the project's name is needed, a title "
            "may stand above it; how far it has come is said by the days of its stages, what was signed has the day of its signing, others may be "
            "empty; the unit of amounts stands in the head (元, 万元, 亿元, 万美元) or in the cell (3.2亿), else they are in 万元, or say unknown. "
            "A project of that company and name that is there already stays as it is.",
        ),
        importing_leads.take,
        {"name": T("项目名称", "Project"), "company": T("企业名称", "Company name"), "code": T("统一社会信用代码", "Credit code"),
         "county": T("旗县区", "District"), "industry": T("行业", "Industry"), "amount": T("协议总投资（万元）", "Agreed (10,000)"),
         "currency": T("币种", "Currency"), "officer": T("负责人", "Officer"), "occasion": T("招商活动", "Occasion"),
         "noted": T("线索日期", "Noted"), "engage": T("对接日期", "Engaged"), "talk": T("在谈日期", "Talking"), "sign": T("签约日期", "Signed"),
         "land": T("落地日期", "Landed"), "start": T("开工日期", "Started"), "produce": T("投产日期", "Producing"),
         "reach": T("达产日期", "Full production")},
        ("示例磁材项目", "包头市示例稀土材料有限公司", "", "昆都仑区", "C", "32000", "人民币", "", "", "2021-03-01", "2021-03-02", "2021-03-20",
         "2021-05-06", "", "", "", ""),
        "/work/leads/", T("招商项目", "Leads"),
    ),
    "rates": Kind(
        "rates", T("导入汇率", "Import exchange rates"),
        T(
            "先看预览，确认之前什么也不写。第一行是列名：货币、日期、来源，加上 1 单位或 100 单位合人民币元的一列。同一天已有的汇率不改，不同的会列出来。",
            "First comes a preview: nothing is written before you confirm. The first row names the columns: currency, day, source, and "
            "yuan for 1 unit or for 100. A day that has a rate keeps it; another one is named.",
        ),
        importing_rates.take, importing_rates.FIELDS, importing_rates.EXAMPLE, "/work/leads/rates/", T("汇率", "Exchange rates"),
    ),
}  # fmt: skip
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
    columns = django.CharField(
        label=forms.text("列的对应（列名不认得时填）", "Which column is what (where the heads are not known)"), required=False, max_length=500,
        help_text=forms.text("写成 name=工程名；amount=投资额 的样子", "write it like name=Works; amount=Money"),
    )  # fmt: skip


PREVIEWED: Final = ("name", "company", "code", "province", "county", "industry", "stage", "amount", "sign")


def _cell(name: str) -> Callable[[dict[str, str]], str]:
    return lambda row: row.get(name) or "—"


def _preview(kind: Kind, report: Report) -> str:
    """The first rows that come in, as they were understood: what is empty in all of them has no column."""
    words = {**kind.fields, "stage": T("阶段", "Stage"), "amount": T("协议总投资", "Agreed")}
    columns = [
        Column(words[name], _cell(name), "b" if name == "name" else "", is_header=name == "name")
        for name in (PREVIEWED if "name" in kind.fields else kind.fields)
        if any(one.get(name) for one in report.preview)
    ]
    table = Table(
        T("前几行，按读懂的样子", "The first rows, as they were understood"), tuple(columns), kind="t t-d fold"
    )
    return table.render(report.preview) if columns else ""


def _table(kind: Kind, report: Report) -> str:
    rows = [
        (line, kind.fields.get(one.field, T("整行", "row")), one.value, one.rule)
        for line, one in report.refused[:SHOWN]
    ]
    return REFUSED.render(rows) if rows else ""


def _folder() -> Path:
    return Path(settings.CONF.home) / "imports"


def kept(upload: "UploadedFile[Any]") -> Path:
    """The uploaded file in its place, if it is a table; what was left lying for a day is removed. Raises Invalid."""
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
    return placed(upload)


def placed(upload: "UploadedFile[Any]", suffix: str = "") -> Path:
    """The same for what was looked at already."""
    path = _folder() / f"{_MARK}{uuid7(clock.real())}{suffix}"
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


def taken(viewer: Viewer, kind: Kind, path: Path, columns: Mapping[str, str], *, dry: bool) -> Report:
    """What became of a file, or would. Raises Denied, or Invalid for one that cannot be read."""
    try:
        return kind.take(path, viewer, dry=dry, columns=columns)
    except FileProblem as problem:
        text = received.named(problem.text, path, str(T("这个文件", "the file")))
        raise Invalid([Fault("file", "", text)]) from None


@having(IMPORT)
def page(request: HttpRequest, kind: str = "companies") -> HttpResponse:
    """The form; POST with a file looks at it and writes nothing, POST with the preview's token takes it."""
    one, token = KINDS[kind], request.POST.get("token", "")
    form = File(request.POST, request.FILES) if request.method == "POST" and not token else File()
    context: dict[str, object] = {"form": form, "kind": one, "root": one.root}
    refused = False
    if request.method == "POST" and (token or form.is_valid()):
        try:
            path = _opened(token) if token else kept(form.cleaned_data["file"])
            columns = request.POST.get("columns", "")[:500]
            report = taken(viewer_of(request), one, path, importing.mapping(columns), dry=not token)
        except Invalid as problem:
            context["refused"], refused = problem.faults[0].rule, True
        else:
            context |= {
                "report": report,
                "numbers": report.numbers(),
                "table": _table(one, report),
                "preview": _preview(one, report),
                "unused": "、".join(report.unused),
                "taken": bool(token),
            }
            if token:
                path.unlink(missing_ok=True)
            elif report.created or report.updated:
                context["columns"] = columns
                context["token"] = signing.dumps(path.name.removeprefix(_MARK), salt=_MARK)
    return render(request, "leads/import.html", context, status=422 if refused or form.errors else 200)


@having(IMPORT)
def template(request: HttpRequest, kind: str = "companies") -> HttpResponse:
    """`/work/companies/import/template.xlsx`: the heads and one example."""
    one = KINDS[kind]
    body = sheets.workbook(one.shown, list(one.fields.values()), [one.example])
    response = HttpResponse(body, content_type=sheets.XLSX)
    response["Content-Disposition"] = f'attachment; filename="{kind}-template.xlsx"'
    return response

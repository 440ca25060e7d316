"""`/people/import/`: a workbook is shown as it would be taken, row by row, before anything is written."""

from typing import Final

from django import forms as django
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from luoshi.kernel.problems import Invalid
from luoshi.kernel.text import T
from luoshi.people import tree
from luoshi.people.admin import imported
from luoshi.people.admin.actions.many import add_many
from luoshi.people.admin.flow import MANAGE
from luoshi.people.admin.forms import role_name
from luoshi.people.admin.imported import LARGEST, SHOWN, Row
from luoshi.people.admin.pages.common import today
from luoshi.people.sessions import having
from luoshi.web import forms, sheets
from luoshi.web.http import viewer_of
from luoshi.web.tables import Column, Table

TOO_LARGE: Final = T("最大 {n} MB", "at most {n} MB").fill(n=LARGEST // 1_000_000)


class File(forms.Form):
    """The workbook."""

    file = django.FileField(
        label=forms.text("表格（.xlsx）", "Workbook (.xlsx)"),
        widget=django.FileInput(attrs={"accept": ".xlsx"}),
    )

    def clean_file(self) -> object:
        """No larger than it may be."""
        given = self.cleaned_data["file"]
        if given.size > LARGEST:
            raise django.ValidationError(str(TOO_LARGE))
        return given


def _what(row: Row) -> SafeString:
    if row.faults:
        lines = ((SHOWN[name], T(*rule)) for name, _, rule in row.faults)
        return format_html_join(SafeString("<br>"), '<span class="err-t">{}：{}</span>', lines)
    if row.done:
        return format_html("{}", T("已有，不用动", "There already"))
    return format_html("{}", T("加岗位", "New post") if row.known else T("新增", "New person"))


PREVIEW: Final = Table[Row](
    T("预览", "Preview"),
    (
        Column(T("行", "Row"), lambda row: str(row.number), "n", is_header=True),
        Column(T("登录名", "Log-in name"), lambda row: row.given["login"]),
        Column(T("姓名", "Name"), lambda row: row.given["name"]),
        Column(T("单位", "Unit"), lambda row: row.given["unit"]),
        Column(T("岗位", "Role"), lambda row: role_name(row.role) if row.role else row.given["role"]),
        Column(T("从哪天起", "From"), lambda row: row.first or row.given["first"], "n nb"),
        Column(T("结果", "What happens"), _what, "b"),
    ),
    kind="t t-d fold",
)


@having(MANAGE)
def page(request: HttpRequest) -> HttpResponse:
    """The form; POST with a file shows it, POST with `rows` takes what was shown."""
    if request.method == "POST" and request.POST.get("rows"):
        return _take(request)
    form = File(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            rows = imported.read(form.cleaned_data["file"], today())
        except Invalid as refused:
            form.refuse(refused)
        else:
            return _preview(request, rows)
    return render(request, "people/admin/import.html", {"form": form}, status=422 if form.errors else 200)


def _preview(request: HttpRequest, rows: list[Row]) -> HttpResponse:
    bad = [row for row in rows if row.faults]
    good = [row for row in rows if row.good]
    context = {
        "form": File(), "table": PREVIEW.render([*bad, *(row for row in rows if not row.faults)]),
        "good": len(good), "bad": len(bad), "done": len(rows) - len(good) - len(bad),
        "rows": imported.carried(rows) if good else "",
    }  # fmt: skip
    response = render(request, "people/admin/import.html", context, status=422 if bad and not good else 200)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _take(request: HttpRequest) -> HttpResponse:
    form = File()
    try:
        taken = add_many(viewer_of(request), imported.opened(request.POST["rows"], today()))
    except Invalid as refused:
        context = {"form": form, "refused": refused.faults[0].rule}
        return render(request, "people/admin/import.html", context, status=422)
    tree.forget()
    context = {"rows": taken.new, "imported": True, "posts": taken.posts, "count": len(taken.new)}
    response = render(request, "people/admin/passwords.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@having(MANAGE)
def template(request: HttpRequest) -> HttpResponse:
    """`/people/import/template.xlsx`: the heads and one example."""
    example = ("zhang.san", "张三", "150203.urban", "handler", today().isoformat())
    body = sheets.workbook(T("人员", "People"), list(SHOWN.values()), [example])
    response = HttpResponse(body, content_type=sheets.XLSX)
    response["Content-Disposition"] = 'attachment; filename="people-template.xlsx"'
    return response

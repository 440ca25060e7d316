"""The API of whole lists: leads and companies brought in from a file or rows, looked at first; and taken out as files."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import orjson
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from luoshi.api.endpoint import Answer, Asked, Endpoint
from luoshi.api.schema import TEXT, WHOLE, YES, Schema, record, rows, text
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.leads.api_companies import NARROWED as COMPANIES_NARROWED
from luoshi.leads.api_companies import wanted as companies_wanted
from luoshi.leads.api_given import checked, content
from luoshi.leads.api_leads import NARROWED, wanted
from luoshi.leads.flow import IMPORT
from luoshi.leads.importing import Report
from luoshi.leads.staff import imports
from luoshi.leads.staff.deals.listing import exported
from luoshi.leads.staff.listing import exported as companies_exported
from luoshi.web.sheets import XLSX

CSV: Final = "text/csv"
ROWS: Final = 20_000
LARGEST: Final = imports.LARGEST * 4 // 3 + 100_000
"""Bytes of a body: a file of the largest size in base64."""
REPORT: Final = record(
    {
        "dry_run": YES, **dict.fromkeys(("read", "created", "updated", "unchanged", "refused", "events"), WHOLE), "seconds": {"type": "number"},
        "new": rows(TEXT), "preview": rows({"type": "object", "additionalProperties": TEXT}), "unused_columns": rows(TEXT),
        "header_row": WHOLE, "notes": rows(TEXT),
        "faults": rows(record({"line": WHOLE, "field": TEXT, "value": TEXT, "rule": TEXT})),
    }
)  # fmt: skip
CELL: Final[Schema] = {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "null"}]}


def _takes(kind: imports.Kind) -> Schema:
    """A file or rows, which column is what, and whether to look only."""
    columns = record({name: text(80, 1) for name in kind.fields}, ())
    return record(
        {
            "file": record({"name": text(120, 1), "content": text(LARGEST, 1)}),
            "rows": rows({"type": "object", "additionalProperties": CELL}, ROWS), "columns": columns, "dry_run": YES,
        },
        (),
    )  # fmt: skip


def _placed(given: Mapping[str, Any]) -> Path:
    """The table that came, in the folder of imports. Raises Invalid."""
    if ("file" in given) == ("rows" in given):
        raise Invalid([Fault("file", "", T("交一个文件或 rows，二者之一", "send a file or rows, one of the two"))])
    if "file" in given:
        return imports.kept(SimpleUploadedFile(given["file"]["name"], content(given["file"])))
    for number, row in enumerate(given["rows"], 1):
        if any("\0" in str(cell) for cell in row.values()):
            raise Invalid([Fault("rows", str(number), T("有看不见的字符（NUL）", "holds unreadable characters (NUL)"))])
    heads = dict.fromkeys(head for row in given["rows"] for head in row)  # the first row says what the columns are
    lines = b"\n".join(orjson.dumps({head: row.get(head) for head in heads}) for row in given["rows"])
    return imports.placed(SimpleUploadedFile("rows.jsonl", lines), ".jsonl")


def _told(report: Report, dry: bool) -> dict[str, Any]:
    """The numbers of the command's last line, the first names that are new, and each row that was refused, with its rules."""
    faults = [
        {"line": line, "field": one.field, "value": one.value, "rule": str(one.rule)}
        for line, one in report.refused[: imports.SHOWN * 5]
    ]
    return {"dry_run": dry, **report.numbers(), "new": report.new, "preview": report.preview, "faults": faults}


def _importing(kind: imports.Kind, takes: Schema) -> Callable[[Asked], Answer]:
    def answer(call: Asked) -> Answer:
        demand(call.viewer, IMPORT)
        given = checked(call.body, takes["properties"])
        dry, path = given.get("dry_run", False), _placed(given)
        try:
            report = imports.taken(call.viewer, kind, path, given.get("columns", {}), dry=dry)
        finally:
            path.unlink(missing_ok=True)
        return Answer(_told(report, dry))

    return answer


def _import(kind: imports.Kind) -> Endpoint:
    takes = _takes(kind)
    return Endpoint(
        "POST", f"/{kind.name}/import", f"leads.import_{kind.name}", kind.title, _importing(kind, takes), REPORT, takes=takes,
        refusals=(403,), most=LARGEST,
    )  # fmt: skip


BINARY: Final[Schema] = {"type": "string", "format": "binary"}


def sent(made: HttpResponse) -> Answer:
    """A file as its page gives it."""
    return Answer(
        made.content, media=made["Content-Type"], headers={"Content-Disposition": made["Content-Disposition"]}
    )


EXPORTS: Final[Mapping[str, tuple[T, Callable[[Asked, str], HttpResponse], Mapping[str, Schema]]]] = {
    "leads": (T("导出项目：{kind}", "Leads as {kind}"), lambda call, kind: exported(call.viewer, wanted(call), kind), NARROWED),
    "companies": (
        T("导出企业：{kind}", "Companies as {kind}"), lambda call, kind: companies_exported(call.viewer, companies_wanted(call), kind),
        COMPANIES_NARROWED,
    ),
}  # fmt: skip
"""What is taken out: its words, what makes the file, what narrows it."""


def _export(name: str, kind: str, media: str) -> Endpoint:
    title, make, query = EXPORTS[name]
    return Endpoint(
        "GET", f"/{name}/export.{kind}", f"leads.export_{name}_{kind}", title.fill(kind=kind), lambda call: sent(make(call, kind)),
        BINARY, query=query, refusals=(403,), media=(media,),
    )  # fmt: skip


ENDPOINTS: Final = (
    *(_import(kind) for kind in imports.KINDS.values()),
    *(_export(name, kind, media) for name in EXPORTS for kind, media in (("csv", CSV), ("xlsx", XLSX))),
)

"""`/work/cases/export.csv` and `.xlsx`: the list as a file, in the viewer's scope, with the list's filters and columns.

Nothing is kept here: a file is made while it is sent. Private columns are masked as on every page.
"""

import csv
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import IO, Any, Final
from urllib.parse import quote

from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from luoshi.cases import explained, reads
from luoshi.cases.reads import listed
from luoshi.cases.staff.columns import Value
from luoshi.cases.staff.listing import View, view
from luoshi.cases.staff.rows import Now
from luoshi.kernel import clock, installation
from luoshi.kernel.text import T, language, speaking
from luoshi.kernel.viewer import Viewer
from luoshi.people.sessions import having
from luoshi.web import words
from luoshi.web.http import Request
from luoshi.web.sheets import XLSX, harmless, printable

MOST: Final = 50_000
MOST_XLSX: Final = 20_000  # a workbook takes five times as long to make
RIGHT: Final = "cases.see"
SIM: Final = T("模拟", "Demo")
CORRECTED: Final = T("更正", "Corrections")
WHAT: Final = T("更正了什么", "What was corrected")
NAMED: Final = T("街面案件", "cases")
Line = list[Value]


def _plain(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    return None if value == "—" else harmless(value)


class Export:
    """A list on its way into a file: heads, then lines in chunks; `cut` once the cap was reached."""

    def __init__(self, viewer: Viewer, asks: View, most: int) -> None:
        self.viewer, self.asks, self.most, self.now = viewer, asks, most, clock.now()
        self.language, self.count, self.cut = language(), 0, False

    def head(self) -> list[str]:
        """The heads of the columns; the last three count and tell the corrections of what the record says (what was, what
        is, why, when, by which roles), and mark simulated rows."""
        return [*(str(one.head) for one in self.asks.columns), str(CORRECTED), str(WHAT), str(SIM)]

    def chunks(self) -> Iterator[list[Line]]:
        """The lines, a thousand at a time, each chunk read when the one before was sent."""
        values: list[Callable[[Now, listed.Row], Value]] = [one.value for one in self.asks.columns]
        got = listed.chunks(self.viewer, self.asks.filters, self.now, self.most, width=self.asks.width)
        for rows in got:
            # the language of the reader: a chunk may be made after the answer was begun, by another thread
            with speaking(self.language):
                now, sim = Now(self.now, reads.kinds()), str(SIM)
                kept = rows[: self.most - self.count]
                self.cut = self.cut or len(kept) < len(rows)
                told = explained.of_cases([row.id for row in kept if row.corrected])
                lines = [
                    [
                        *(_plain(value(now, row)) for value in values),
                        row.corrected or None,
                        harmless(explained.in_words(told.get(row.id, ()))),
                        sim if row.sim else "",
                    ]
                    for row in kept
                ]
            self.count += len(lines)
            yield lines

    def last(self) -> str:
        """What stands below a list that was cut."""
        text = T(
            "没有导完：这种文件一次最多 {n} 件，请缩小筛选分几次导",
            "Not complete: such a file holds {n} at most; narrow the list and export in parts",
        )
        with speaking(self.language):
            return str(text.fill(n=words.number(self.most)))

    def name(self, ending: str) -> str:
        """`街面案件-2021-12-29.csv`."""
        return f"{NAMED}-{words.day(self.now)}.{ending}"


class _Echo:
    """What csv writes to: gives the line back instead of keeping it."""

    def write(self, text: str) -> str:
        return text


def _csv(export: Export) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + str(writer.writerow(export.head()))
    for lines in export.chunks():
        yield "".join(str(writer.writerow(_texts(line))) for line in lines)
    if export.cut:
        yield str(writer.writerow([export.last()]))


def _texts(line: Line) -> list[str]:
    return [
        words.when(value) if isinstance(value, datetime) else "" if value is None else str(value).replace("\0", "")
        for value in line
    ]


def _cell(value: Value) -> Value:
    """Numbers and times as such, the city's time without its zone; what XML does not know is left out."""
    if isinstance(value, datetime):
        return words.city_time(value).replace(tzinfo=None)
    return printable(value) if isinstance(value, str) else value


def _workbook(export: Export) -> IO[bytes]:
    """The list as a workbook in a file that is gone once it is closed; a second sheet says what it is."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(str(NAMED))
    sheet.freeze_panes = "A2"
    sheet.append(export.head())
    for lines in export.chunks():
        for line in lines:
            sheet.append([_cell(value) for value in line])
    if export.cut:
        sheet.append([export.last()])
    _about(book.create_sheet(str(T("说明", "About"))), export)
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the response closes it
    book.save(file)
    file.seek(0)
    return file


def _about(sheet: Any, export: Export) -> None:
    city = installation.current()
    lines: list[tuple[T, str]] = [
        (T("城市", "City"), str(city.name)),
        (T("截至", "As of"), words.when(export.now)),
        (T("导出人", "Exported by"), export.viewer.name),
        (T("件数", "Cases"), words.number(export.count)),
        (T("完整", "Complete"), export.last() if export.cut else str(T("是", "yes"))),
        (T("数据", "Data"), str(T("演示城市，标“模拟”的不是真实业务", "a demo city: what is marked so is not real") if city.demo else T("真实业务", "real"))),
    ]  # fmt: skip
    for head, text in lines:
        sheet.append([str(head), _cell(harmless(text))])


def _named(response: HttpResponseBase, name: str) -> None:
    plain = f"cases.{name.rpartition('.')[2]}"
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"


@require_safe
@having(RIGHT)
def as_csv(request: Request) -> HttpResponse:
    """GET `/work/cases/export.csv`: UTF-8 with a byte order mark, for Excel too. Raises Denied."""
    export = Export(request.viewer, view(request.GET), MOST)
    response = StreamingHttpResponse(_csv(export), content_type="text/csv; charset=utf-8")
    _named(response, export.name("csv"))
    return response  # type: ignore[return-value]


@require_safe
@having(RIGHT)
def as_xlsx(request: Request) -> HttpResponse:
    """GET `/work/cases/export.xlsx`. Raises Denied."""
    export = Export(request.viewer, view(request.GET), MOST_XLSX)
    response = FileResponse(_workbook(export), content_type=XLSX)
    _named(response, export.name("xlsx"))
    return response  # type: ignore[return-value]

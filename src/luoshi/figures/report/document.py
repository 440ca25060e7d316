"""A report made: its text read, every figure in it asked as of one size of the log, and printed as HTML and PDF."""

from luoshi.figures.ask import AsOf
from luoshi.figures.period import Period
from luoshi.figures.report import body, pdf, texts, web
from luoshi.figures.report.asks import Asker
from luoshi.figures.report.printed import Document, Printed
from luoshi.figures.report.reading import read
from luoshi.kernel.text import speaking

__all__ = ["Document", "Printed", "document"]


def document(name: str, period: Period, as_of: AsOf, language: str) -> Document:
    """The report of a name about a period, in `zh` or `en`. The same log and text give the same bytes.

    Raises Absent for a text that is not there, ReportError for one that cannot be printed, EngineMissing.
    """
    with speaking(language):
        page = body.build(read(texts.text(name, language).path), Asker(period, as_of))
        html, printed = web.html(page), page.numbers.printed
        return Document(name, language, page.title, period, as_of, tuple(printed), html, pdf.pdf(page))

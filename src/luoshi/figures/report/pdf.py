"""A report as PDF/UA, set by Typst from a template that never changes; the report comes to it as data, never as markup."""

import json
from importlib.resources import files
from pathlib import Path

import noto_cjk_sans_otc
import typst

from luoshi.figures.report.body import Page
from luoshi.kernel import installation
from luoshi.kernel.text import T, language


def pdf(page: Page) -> bytes:
    """The file; the same page gives the same bytes. Its date is that of the log's last entry."""
    template, fonts = Path(str(files(__package__) / "report.typ")), Path(str(noto_cjk_sans_otc.FONT_PATH)).parent
    said = {
        "title": page.title, "lang": language(), "city": str(installation.current().name), "brand": str(T("落实", "Luoshi")),
        "back": str(T("回到文中", "Back to the text")), "table": str(T("表", "Table")),
        "blocks": [one.plain() for one in page.blocks],
    }  # fmt: skip
    made = typst.compile(
        template, font_paths=[fonts], ignore_system_fonts=True, format="pdf",
        pdf_standards=["ua-1"], sys_inputs={"report": json.dumps(said, ensure_ascii=False)},
        timestamp=page.as_of.moment // 1_000_000,
    )  # fmt: skip
    assert isinstance(made, bytes), "one PDF and no list of pages"
    return made

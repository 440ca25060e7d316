"""The one way from an answer to the files of a standard: the command, the API and the pages' links come here."""

import io
from collections.abc import Callable, Mapping
from typing import Final, Literal
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.conf import settings

from luoshi.figures import ask, either
from luoshi.figures.exports import computed, csvw, frictionless, sdmx, told
from luoshi.figures.exports.table import About, Table
from luoshi.figures.reported import ask as reported
from luoshi.figures.said import moment_text
from luoshi.kernel import installation

Form = Literal["csvw", "frictionless", "sdmx"]
Answer = ask.Answer | reported.Answer
_FILES: Final[Mapping[Form, Callable[[Table], dict[str, bytes]]]] = {
    "csvw": csvw.files, "frictionless": frictionless.files, "sdmx": sdmx.files,
}  # fmt: skip
FORMS: Final = tuple(_FILES)
NAMES: Final[Mapping[Form, str]] = {"csvw": "CSVW", "frictionless": "Frictionless", "sdmx": "SDMX-CSV"}
ZIP: Final = "application/zip"


def files(answer: Answer, form: Form) -> dict[str, bytes]:
    """The files by name. Nothing is asked anew: what the answer hides, they hide."""
    return _FILES[form](_table(answer))


def _table(answer: Answer) -> Table:
    about = _about(answer.question)
    return computed.table(answer, about) if isinstance(answer, ask.Answer) else told.table(answer, about)


def _about(question: either.Question) -> About:
    as_of = question.as_of
    return About(
        question.figure, either.unit(question), question.period.text, moment_text(as_of.moment) or "", as_of.size,
        as_of.provisional, either.fingerprint(question), installation.current().code, settings.CONF.text("data_licence"),
    )  # fmt: skip


def packed(found: Mapping[str, bytes]) -> bytes:
    """The files as a zip, always with the same bytes."""
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, data in found.items():
            entry = ZipInfo(name)
            entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, data)
    return out.getvalue()


def sent(answer: Answer, form: Form) -> tuple[str, str, bytes]:
    """How it goes over the web: file name, media type, bytes. A single file goes as it is."""
    found = files(answer, form)
    if form == "sdmx":
        ((name, data),) = found.items()
        return name, sdmx.MEDIA, data
    return f"{answer.question.figure.id}.{form}.zip", ZIP, packed(found)


def links(page: str) -> list[tuple[str, str]]:
    """The same question as a figure's page, with its arguments, as files: name and address."""
    here = page.replace("/figure/", "/api/figures/", 1)
    return [(name, f"{here}&format={form}") for form, name in NAMES.items()]

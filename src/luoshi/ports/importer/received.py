"""Uploaded tables: checked by name and beginning, kept in the home under names of our own, for us alone to read."""

import os
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.ports.importer.rows import UTF_16
from luoshi.ports.importer.xlsx import MARK

SUFFIXES: Final = (".csv", ".xlsx")


def most() -> int:
    """The largest upload in bytes."""
    return int(settings.CONF.number("import_max_mb")) * 1_000_000


def check(upload: "UploadedFile[Any]") -> str:
    """The suffix of a file that can be taken, by its name and its beginning. Raises Invalid."""
    name = (upload.name or "").lower()
    suffix = next((one for one in SUFFIXES if name.endswith(one)), None)
    start = upload.read(4096)
    upload.seek(0)
    binary = b"\0" in start and not start.startswith(UTF_16)
    if suffix is None or (suffix == ".xlsx") != start.startswith(MARK) or (suffix == ".csv" and binary):
        rule = T("只收 CSV 或 XLSX 表格（旧的 .xls 请另存为 .xlsx）", "only CSV or XLSX tables are taken")
        raise Invalid([Fault("file", name[-60:], rule)])
    if (upload.size or 0) > most():
        rule = T("最大 {n} MB", "at most {n} MB").fill(n=most() // 1_000_000)
        raise Invalid([Fault("file", name[-60:], rule)])
    return suffix


def keep(upload: "UploadedFile[Any]", path: Path) -> None:
    """Write an upload to its place, for us alone to read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        for chunk in upload.chunks():
            out.write(chunk)


def named(text: T, path: Path, name: str) -> T:
    """A text without our own path in it: the file as its owner calls it."""
    return T(text.zh.replace(str(path), name), text.en.replace(str(path), name))

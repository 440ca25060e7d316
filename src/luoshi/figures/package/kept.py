"""The copies of published reports that `/reports/` serves: `reports/<id>/` in the home."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from luoshi.kernel.ledger.keys import sync_folder

FILES: Final[Mapping[str, str]] = {
    "report.html": "text/html; charset=utf-8", "report.pdf": "application/pdf", "package.zip": "application/zip",
}  # fmt: skip
"""What is served of a report, and as what."""


def folder(home: Path, report: UUID) -> Path:
    """Where a report's copies lie."""
    return home / "reports" / str(report)


def keep(home: Path, report: UUID, package: Path) -> None:
    """Keep a report and its package, packed. They appear at once or not at all. Raises OSError."""
    where = folder(home, report)
    fresh = where.with_name(f".{where.name}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True, mode=0o755)
    for name in ("report.html", "report.pdf"):
        shutil.copyfile(package / name, fresh / name)
    with ZipFile(fresh / "package.zip", "w", ZIP_DEFLATED, compresslevel=1) as packed:
        for path in sorted(one for one in package.rglob("*") if one.is_file()):
            packed.write(path, Path("package") / path.relative_to(package))
    sync_folder(fresh)
    fresh.rename(where)

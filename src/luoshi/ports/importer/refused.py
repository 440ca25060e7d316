"""The file of the rows that an import refused."""

import csv
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from luoshi.kernel.problems import Fault
from luoshi.web.sheets import harmless


class RefusedFile:
    """The rows that were refused, one fault a line: line, field, rule in both languages, value. Made when needed."""

    def __init__(self, path: Path) -> None:
        self.path, self.count = path, 0
        self._open: TextIO | None = None

    def __enter__(self) -> "RefusedFile":
        self.path.unlink(missing_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._open is not None:
            self._open.close()

    def keep(self, refused: Iterable[tuple[int, list[Fault]]]) -> None:
        """Write the faults of some rows, and see to it that they are in the file."""
        for line, faults in refused:
            self.count += 1
            self._writer().writerows(
                [line, f.field, f.rule.zh, f.rule.en, harmless(f.value.encode("utf-8", "replace").decode("utf-8"))]
                for f in faults
            )
        if self._open is not None:
            self._open.flush()

    def _writer(self) -> Any:
        if self._open is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # the mark at the beginning tells spreadsheets that this is UTF-8
            self._open = self.path.open("w", encoding="utf-8-sig", newline="")
            csv.writer(self._open).writerow(["line", "field", "rule_zh", "rule", "value"])
        return csv.writer(self._open)

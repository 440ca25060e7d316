"""Reported figures from a file: every row a proposal, which a second person approves. All rows are taken, or none.

A table has the columns of `COLUMNS` (`src/luoshi/packs/baotou/reported.csv` is one), as CSV or XLSX. SDMX-CSV 2.0 is
known by its first column, STRUCTURE; its labels (`A: Normal value`) are dropped.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.db import transaction

from luoshi.figures.catalogue import all_figures
from luoshi.figures.reported import actions
from luoshi.figures.reported.flow import PROPOSE
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.ports.importer.rows import FileProblem, Row, Source

NEEDED: Final = ("figure", "period", "value", "vintage", "status", "source", "document")
COLUMNS: Final = (*NEEDED, "member", "page", "address", "note")
SDMX: Final[Mapping[str, str]] = {
    "INDICATOR": "figure", "TIME_PERIOD": "period", "OBS_VALUE": "value", "VINTAGE": "vintage", "OBS_STATUS": "status",
    "DATA_SOURCE": "source", "DOCUMENT": "document", "REF_AREA": "member", "PAGE": "page", "URL": "address",
    "COMMENT_OBS": "note",
}  # fmt: skip
STATUS: Final[Mapping[str, str]] = {"P": "preliminary", "R": "revised", "A": "final"}
"""OBS_STATUS of SDMX (R as Eurostat has it): provisional, revised, normal value."""
_ASIDE: Final = frozenset(
    {
        "STRUCTURE",
        "STRUCTURE_ID",
        "STRUCTURE_NAME",
        "ACTION",
        "SERIES_KEY",
        "OBS_KEY",
        "FREQ",
        "UNIT_MEASURE",
        "UNIT_MULT",
        "DECIMALS",
        "TITLE",
        "CONF_STATUS",
        "PUBLISHED_VALUE",
        "AS_OF",
        "LOG_SIZE",
        "DECLARATION",
    }
)
NOWHERE: Final = "_X"
"""REF_AREA of a figure that has no places."""
_ACTIONS: Final = ("I", "A", "M", "R", "")
_QUARTER: Final = re.compile(r"(\d{4})-Q([1-4])")
_MONTH: Final = re.compile(r"(\d{4})-M(\d{2})")


class Refused(NamedTuple):
    """A row that cannot be taken: the line on which it begins, and what is wrong."""

    line: int
    fault: Fault


@dataclass
class Report:
    """What became of a file: rows read, proposed, there already, and what was refused; with any refused, nothing was written."""

    read: int = 0
    proposed: int = 0
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)

    def plain(self, dry: bool) -> dict[str, Any]:
        """As JSON."""
        errors = [
            {"line": line, "field": fault.field, "value": fault.value, "rule": str(fault.rule)}
            for line, fault in self.refused
        ]
        return {
            "read": self.read, "proposed": self.proposed, "unchanged": self.unchanged, "refused": len(errors),
            "dry_run": dry, "errors": errors,
        }  # fmt: skip


def take(file: Path, viewer: Viewer, *, dry: bool = False) -> Report:
    """Propose the values of a file in one transaction. Raises FileProblem, OSError or Denied."""
    demand(viewer, PROPOSE)
    report = Report()
    with transaction.atomic():
        for row in Source.open(file).rows():
            report.read += 1
            try:
                _take(row, viewer, report)
            except Invalid as problem:
                report.refused += [Refused(row.line, fault) for fault in problem.faults]
        if not report.read:
            raise FileProblem(T("表头下面没有一行数据", "there is no row below the heads"), misused=True)
        if dry or report.refused:
            transaction.set_rollback(True)
    if report.refused:
        report.proposed = 0
    return report


def _take(row: Row, viewer: Viewer, report: Report) -> None:
    if row.data is None:
        raise Invalid([row.fault] if row.fault else [])
    given = _given({str(name).strip(): str(value or "").strip() for name, value in row.data.items()})
    if actions.kept(given) is not None:
        report.unchanged += 1
        return
    actions.propose(viewer=viewer, **given)
    report.proposed += 1


def _given(cells: Mapping[str, str]) -> dict[str, str]:
    """The fields of a row. Raises FileProblem for columns that are missing or unknown, Invalid for what cannot be told in them."""
    first = next(iter(cells), "")
    if first.startswith("STRUCTURE"):
        return _sdmx({re.sub(r"[:\[].*", "", name, flags=re.DOTALL): value for name, value in cells.items()})
    _columns(cells.keys(), NEEDED, COLUMNS)
    return dict.fromkeys(COLUMNS, "") | dict(cells)


def _columns(names: Any, needed: Any, known: Any) -> None:
    missing, unknown = [one for one in needed if one not in names], [one for one in names if one not in known]
    if missing:
        what = ", ".join(missing)
        raise FileProblem(T(f"缺少列：{what}", f"columns are missing: {what}"), misused=True)
    if unknown:
        what = ", ".join(unknown)
        raise FileProblem(T(f"未知的列：{what}", f"unknown columns: {what}"), misused=True)


def _refuse_computed(indicator: str) -> None:
    """Raises FileProblem for a figure that records give: its numbers are an export, nobody enters them."""
    name = indicator.partition(":")[0].strip()
    if name in all_figures():
        what = T("{name} 由记录计算，不能导入", "{name} is computed from records and cannot be imported").fill(
            name=name
        )
        raise FileProblem(what, misused=True)


def _sdmx(cells: Mapping[str, str]) -> dict[str, str]:
    """The fields of a row of SDMX-CSV 2.0. Raises as `_given`."""
    _refuse_computed(cells.get("INDICATOR", ""))
    _columns(cells.keys(), [name for name, ours in SDMX.items() if ours in NEEDED], {*SDMX, *_ASIDE})
    if cells.get("ACTION", "") not in _ACTIONS:
        rule = T(
            "只收 I、A、M、R：数值只能由另一次发布修订",
            "must be I, A, M or R: a value is revised by another vintage alone",
        )
        raise Invalid([Fault("ACTION", cells["ACTION"], rule)])
    if cells.get("UNIT_MULT", "").partition(":")[0] not in ("", "0"):
        rule = T("应为 0：数值按指标自己的单位", "must be 0: values are in the figure's own unit")
        raise Invalid([Fault("UNIT_MULT", cells["UNIT_MULT"], rule)])
    given = dict.fromkeys(COLUMNS, "") | {ours: cells[name] for name, ours in SDMX.items() if name in cells}
    for name in ("figure", "member", "status"):
        given[name] = given[name].partition(":")[0].strip()
    given["value"] = (
        cells.get("PUBLISHED_VALUE", "") or given["value"]
    )  # what the source prints, before it is corrected
    given["member"] = "" if given["member"] == NOWHERE else given["member"]
    given["status"] = STATUS.get(given["status"], given["status"])
    given["period"] = _MONTH.sub(r"\1-\2", _QUARTER.sub(r"\1Q\2", given["period"]))
    return given


def lines(report: Report) -> Iterator[T]:
    """What was refused, a line each."""
    for line, fault in report.refused:
        text = T("  第 {line} 行 {field}={value!r}：{rule}", "  line {line}: {field}={value!r}: {rule}")
        yield text.fill(line=line, field=fault.field, value=fault.value, rule=fault.rule)

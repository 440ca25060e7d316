"""`categories.csv`: kinds of problem in three levels; the leaves say whose work it is and how fast."""

from collections.abc import Collection
from pathlib import Path

from luoshi.packs.faults import Faults
from luoshi.packs.model import EVIDENCE, UNIT_LEVELS, Category, Handling
from luoshi.packs.tables import Row, read_table
from luoshi.packs.trees import check_parents, keyed

FILE = "categories.csv"
COLUMNS = (
    "code",
    "parent",
    "zh",
    "en",
    "public",
    "reportable",
    "responsible",
    "respond_n",
    "respond_kind",
    "limit_n",
    "limit_kind",
    "evidence",
    "emergency",
)
DEPTH = 3
LEAF_COLUMNS = COLUMNS[6:]


def load_categories(folder: Path, functions: Collection[str], faults: Faults) -> tuple[Category, ...]:
    """The categories in the file's order; `functions` are those that some unit carries."""
    rows = read_table(folder, FILE, COLUMNS, faults)
    by_code = keyed(rows, "code")
    check_parents(by_code)
    parents = {row.get("parent") for row in rows}
    found = tuple(_category(row, by_code, functions) for row in rows)
    for row, category in zip(rows, found, strict=True):
        if category.depth < DEPTH and category.code not in parents:
            row.fault("没有下级类别", "has no categories below it")
        parent = by_code.get(category.parent or "")
        if category.public and parent is not None and parent.get("public") == "no":
            row.fault("上级不公开，此类也不能公开", "its parent is private, so it cannot be public")
    return found


def _category(row: Row, by_code: dict[str, Row], functions: Collection[str]) -> Category:
    code = row.matching("code", r"\d{2}|\d{4}|\d{6}", "2、4 或 6 位数字", "2, 4 or 6 digits")
    depth = len(code) // 2
    parent = row.get("parent") or None
    if parent != (code[:-2] or None):
        row.fault("上级应为「{p}」", "the parent must be '{p}'", p=code[:-2])
    leaf = depth == DEPTH
    if not leaf:
        for column in LEAF_COLUMNS:
            if row.get(column):
                row.fault("{column} 只用于第三级", "{column} is for the third level only", column=column)
    return Category(
        code=code,
        name=row.names(),
        depth=depth,
        parent=parent,
        public=row.flag("public"),
        reportable=row.flag("reportable"),
        handling=_handling(row, functions) if leaf else None,
    )


def _handling(row: Row, functions: Collection[str]) -> Handling:
    function, _, level = row.get("responsible").partition("@")
    if function not in functions:
        row.fault("职能「{f}」没有单位承担", "no unit carries the function '{f}'", f=function)
    if level not in UNIT_LEVELS:
        row.fault(
            "responsible 应为 职能@{levels}", "responsible must be function@{levels}", levels="|".join(UNIT_LEVELS)
        )
    evidence = row.words("evidence", EVIDENCE)
    if not evidence:
        row.fault("evidence 不能为空", "evidence may not be empty")
    return Handling(
        function=function,
        level=level,
        respond=row.clock("respond_n", "respond_kind"),
        limit=row.clock("limit_n", "limit_kind"),
        evidence=evidence,
        emergency=row.flag("emergency"),
    )

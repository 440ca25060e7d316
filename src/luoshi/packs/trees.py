"""What every coded table of a pack must obey: no code twice, parents that exist, no circle."""

from collections.abc import Mapping

from luoshi.packs.tables import Row


def keyed(rows: list[Row], column: str) -> dict[str, Row]:
    """Rows by code; a code that stands twice is a fault on its later line."""
    found: dict[str, Row] = {}
    for row in rows:
        code = row.get(column)
        if code in found:
            row.fault(
                "{column}「{code}」重复，首见于第 {line} 行",
                "{column} '{code}' stands twice, first on line {line}",
                column=column,
                code=code,
                line=found[code].line,
            )
        else:
            found[code] = row
    return found


def check_parents(rows: Mapping[str, Row]) -> None:
    """Every parent exists and no row is its own ancestor (the circle is named once, on its first line)."""
    inside: set[str] = set()
    for code, row in rows.items():
        parent = row.get("parent")
        if parent and parent not in rows:
            row.fault("上级「{parent}」不存在", "parent '{parent}' is unknown", parent=parent)
        if code not in inside and (circle := _circle(code, rows)):
            inside |= set(circle)
            row.fault("上级成环：{circle}", "parents run in a circle: {circle}", circle=" → ".join(circle))


def _circle(code: str, rows: Mapping[str, Row]) -> list[str]:
    seen = [code]
    while (row := rows.get(seen[-1])) is not None:
        parent = row.get("parent")
        if parent == code:
            return [*seen, code]
        if parent in seen:
            return []
        seen.append(parent)
    return []

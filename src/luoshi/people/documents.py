"""Pages of the documentation that are made from the tables: `python tools/make_documents.py`
writes them."""

from luoshi.kernel.flow import Flow, diagram
from luoshi.kernel.lines import Face, installed
from luoshi.people.roles import ROLES
from luoshi.people.viewer import grants_of

MADE = "<!-- Made by `python tools/make_documents.py`; edit the tables, not this page. -->\n"


def rights() -> str:
    """Who may do what: a row a right, a column a role, the scope in the cell."""
    grants = {role: grants_of(role) for role in ROLES}
    names = sorted({right for granted in grants.values() for right in granted})
    head = ["# Rights 权限\n", MADE]
    head.append("A cell says over which rows: own 本人, unit 本单位, subtree 含下级, all 全部; empty: not at all.\n")
    head.append("| | " + " | ".join(f"{text.zh}<br>{text.en}" for text in ROLES.values()) + " |")
    head.append("| --- " * (len(ROLES) + 1) + "|")
    rows = [f"| `{right}` | " + " | ".join(grants[role].get(right, "") for role in ROLES) + " |" for right in names]
    tail = "\n`cases.holder` belongs to whoever holds the tracking code of one case, `cases.system` to time itself."
    return "\n".join([*head, *rows, tail]) + "\n"


def life(face: Face) -> str:
    """The life cycles of a line: diagram, states, moves of each."""
    lines = [f"# Life cycle: {face.name} {face.title.zh}\n", MADE]
    several = len(face.flows) > 1
    for name, flow in face.flows:
        lines += [f"## {name.en} {name.zh}\n"] if several else []
        lines += [*_flow(flow), ""]
    return "\n".join(lines[:-1]) + "\n"


def _flow(flow: Flow) -> list[str]:
    lines = ["```mermaid", diagram(flow).rstrip(), "```\n"]
    lines += ["| verb | 中文 | from | to | right | needs | guards | in the log |", "| --- " * 8 + "|"]
    for move in flow.moves:
        cells = (
            f"`{move.verb}`", move.text.zh, ", ".join(move.sources), move.to or "", f"`{move.right}`",
            ", ".join(move.needs), ", ".join(move.guards), f"`{move.log_verb}`",
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def pages() -> dict[str, str]:
    """File name → content of every page made here."""
    return {"rights.md": rights()} | {f"life-{face.name}.md": life(face) for face in installed()}

"""The timeline of a case: newest first, what is still to come on top; no names, telephones or codes of reporters."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.safestring import SafeString

from luoshi.cases import corrected, masked, reads
from luoshi.cases.correcting import PLACE
from luoshi.cases.flow import FLOW, HOLDER
from luoshi.cases.reads.one import Entry
from luoshi.cases.staff.correctable import correctable
from luoshi.cases.staff.fields import OUTCOMES
from luoshi.cases.staff.scene import Scene
from luoshi.kernel.text import T
from luoshi.people import reads as people
from luoshi.web import parts, words
from luoshi.web.markup import format_html, format_html_join

BAD: Final = frozenset({"send_back", "escalate", "reject", "overdue", "reopen", "staff_reopen", "call_unsolved"})
SENDS: Final = frozenset({"dispatch", "decide", "pass_on"})
# the private parts of events that staff read on the page
SAID: Final = ("note", "question", "answer", "public_text")
REPORTER: Final = T("市民", "The reporter")
NEIGHBOUR: Final = T("另一位市民", "Somebody else")
SYSTEM: Final = T("系统", "The system")
COMMAND: Final = T("运维人员的命令", "A command of the operator")
FOUND: Final = T("巡查发现", "Found by staff")
_HOUR: Final = timedelta(hours=1)
CLOCKS: Final = {"whole": T("办理全程", "the whole"), "step": T("本阶段", "this step")}


def _who(entry: Entry, move: str) -> str:
    if entry.actor:
        at = T("{who}，{unit}", "{who}, {unit}").fill(who=entry.actor, unit=entry.unit)
        return str(at) if entry.unit else entry.actor
    if entry.body.get("actor_kind") == "operator":
        return str(COMMAND)
    if entry.verb in ("follow", "unfollow"):
        return str(NEIGHBOUR)
    if entry.verb == "report" or any(m.right == HOLDER and m.verb == move for m in FLOW.moves):
        return str(REPORTER)
    return str(SYSTEM)


def _facts(entry: Entry, move: str, scene: Scene) -> list[str]:
    """What an event says beside its words: to whom, until when, how it came out."""
    body: dict[str, Any] = entry.body
    found = []
    if move in SENDS and body.get("unit"):
        to = people.unit_names().get(body["unit"], str(body["unit"]))
        found.append(str(T("到 {unit}", "to {unit}").fill(unit=to)))
    if body.get("category_before") and body.get("category") != body["category_before"]:
        before, after = scene.kinds.name(body["category_before"]), scene.kinds.name(body["category"])
        found.append(str(T("由“{a}”改为“{b}”", "from “{a}” to “{b}”").fill(a=before, b=after)))
    found += _due(body) if move == "reclassify" else _places(entry) if move == "relocate" else []
    if body.get("until"):
        found.append(str(T("到 {at}", "until {at}").fill(at=_moment(body["until"]))))
    if body.get("outcome") in OUTCOMES:
        found.append(str(OUTCOMES[body["outcome"]]))
    if body.get("clock_name"):
        found.append(str(CLOCKS.get(body["clock_name"], body["clock_name"])))
    if body.get("grade"):
        found.append(str(T("{n} 分", "grade {n}").fill(n=body["grade"])))
    if body.get("files"):
        found.append(str(T("照片 {n} 张", "pictures: {n}").fill(n=len(body["files"]))))
    return found


def _due(body: dict[str, Any]) -> list[str]:
    """The due time before and after; nothing where there was none."""
    before, after = body.get("due_before"), body.get("due_at")
    if not before or not after:
        return []
    if before == after:
        return [str(T("期限不变：{at}", "still due {at}").fill(at=_moment(after)))]
    text = T("期限由 {a} 改为 {b}", "due {b} instead of {a}")
    return [str(text.fill(a=_moment(before), b=_moment(after)))]


def _places(entry: Entry) -> list[str]:
    """The old and the new place; without the private body, which may be deleted, only the streets."""
    body, private = entry.body, entry.private
    now = next((body[name] for name in reversed(PLACE) if body.get(name)), "")
    old = private.get("division_before") or body.get("street_before")
    words_before = private.get("place_before", "")
    before = _place(old, words_before, private.get("point_before") if private.get("point") else "")
    after = _place(now, private.get("place") or words_before, private.get("point"))
    return [str(T("由“{a}”改为“{b}”", "from “{a}” to “{b}”").fill(a=before, b=after))]


def _place(division: Any, said: Any, point: Any) -> str:
    named = [corrected.value("division", division), masked.free(str(said)) if said else ""]
    spelt = ", ".join(f"{float(one):.4f}" for one in str(point).split(",")) if point else ""
    return " ".join(part for part in (*named, spelt) if part)


def _moment(value: str) -> str:
    return words.when(datetime.fromisoformat(value.replace("Z", "+00:00")))


def _body(entry: Entry, move: str, scene: Scene) -> str | T:
    said = [masked.free(str(entry.private[name])) for name in SAID if entry.private.get(name)]
    where = str(FOUND) if entry.verb == "report" and scene.case.by_staff else ""
    pieces = [_who(entry, move), *([where] if where else []), *_facts(entry, move, scene)]
    text = str(T("；", "; ")).join(pieces)
    return T("{text}：{said}", "{text}: {said}").fill(text=text, said=" / ".join(said)) if said else text


def _late(entry: Entry) -> SafeString:
    """What was learned later than it happened says so."""
    if entry.recorded_at - entry.at < _HOUR:
        return SafeString("")
    return format_html(' <span class="qq s">{}</span>', T("记于 {at}", "recorded {at}").fill(at=words.when(entry.recorded_at)))  # fmt: skip


def _corrections(entry: Entry, scene: Scene) -> SafeString:
    """Beside the original, for ever: what was corrected, why, by whom; and the way to propose it."""
    by = T(
        "{text}。理由：{why}（{a}提出，{b}批准，{at}）",
        "{text}. Reason: {why} (proposed by {a}, approved by {b}, {at})",
    )
    lines = format_html_join(
        "",
        '<br><span class="tag tag-a">{}</span> {}',
        (
            (one.entry.text, by.fill(
                text=one.text, why=masked.free(str(one.entry.private.get("why") or "—")),
                a=one.entry.private.get("proposed_by") or "—", b=one.entry.actor, at=words.when(one.entry.recorded_at),
            ))
            for one in corrected.told(entry)
        ),
    )  # fmt: skip
    if not correctable(scene.viewer, scene.case, entry):
        return lines
    link = '{} <a class="s no-print" href="/work/cases/{}/correct/{}/">{}</a>'
    return format_html(link, lines, scene.case.number, entry.id, T("更正这一条", "Correct this"))


def _correction(entry: Entry, text: str) -> parts.Happening:
    """The correction itself, when it was approved."""
    said = masked.free(str(entry.private.get("note", "")))
    body = T("{who}：{text}", "{who}: {text}").fill(
        who=_who(entry, entry.verb), text=" / ".join(filter(None, (text, said)))
    )
    return parts.Happening(entry.recorded_at, entry.text, body)


def _happening(entry: Entry, scene: Scene, newest: bool) -> parts.Happening:
    move = str(entry.body.get("move") or entry.verb)
    kind = "is-bad" if move in BAD else "is-now" if newest else ""
    body = format_html("{}{}{}", _body(entry, move, scene), _late(entry), _corrections(entry, scene))
    return parts.Happening(entry.at, entry.text, body, kind)  # type: ignore[arg-type]


def _coming(scene: Scene) -> list[parts.Happening]:
    case = scene.case
    found = []
    if case.ask_due_at is not None:
        found.append((case.ask_due_at, T("等市民补充到此时，之后接着办", "Waiting for the reporter until then")))
    if case.next_due_at is not None:
        state = FLOW.state(case.state).text
        found.append((case.next_due_at, T("{state}到期", "{state}: due").fill(state=state)))
    return [parts.Happening(at, text, kind="is-plan") for at, text in found]


def timeline(scene: Scene) -> SafeString:
    """The timeline of a case that was read through its door."""
    entries = reads.entries(scene.case)
    over = scene.case.closed_at is not None
    corrections = corrected.by_correction(entries)
    happened = [
        _correction(entry, corrections.get(entry.id, ""))
        if entry.corrects
        else _happening(entry, scene, newest=n == len(entries) - 1 and not over)
        for n, entry in enumerate(entries)
    ]
    return parts.timeline([*_coming(scene), *reversed(happened)])

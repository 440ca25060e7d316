"""What the pages show of a file and of a run: columns with samples, words, twenty rows with their faults, facts."""

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from luoshi.kernel import clock, installation
from luoshi.kernel.problems import Fault
from luoshi.kernel.text import T
from luoshi.ports.importer.choice import LABELS, MEANINGS, Choice, recognised
from luoshi.ports.importer.files import Beginning
from luoshi.ports.importer.job import NAMED
from luoshi.ports.importer.mapping import Mapping as Rules
from luoshi.ports.importer.models import ImportRun
from luoshi.ports.importer.places import county, divisions
from luoshi.ports.importer.ready import NAMES
from luoshi.ports.importer.ready import choice as ready_choice
from luoshi.ports.importer.record import Division, Refused, read
from luoshi.ports.importer.rows import Row
from luoshi.web import parts
from luoshi.web import words as say
from luoshi.web.tables import Column, Table

STATES: Final = {
    "uploaded": T("等着选列", "Waits for its columns"),
    "queued": T("排队中", "Queued"),
    "running": T("正在导入", "Being taken in"),
    "done": T("已导入", "Taken in"),
    "failed": T("没有完成", "Not finished"),
}
NUMBERS: Final = {
    "read": T("读到", "Read"),
    "created": T("新增", "Created"),
    "updated": T("更新", "Updated"),
    "unchanged": T("未变", "Unchanged"),
    "refused": T("拒收", "Refused"),
    "repeated": T("编号重复的行", "Rows that repeat an id"),
    "events": T("事件", "Events"),
}
FLAGS: Final = {
    "zone_assumed": T("时区按映射", "time zone assumed"),
    "updated_before_requested": T("更新早于上报", "changed before it was requested"),
    "closed_before_requested": T("办结早于上报", "closed before it was requested"),
    "undated": T("状态没有时间", "status without a time"),
    "to_come": T("上报时间还没有到", "requested in the future"),
    "unreadable_time": T("有读不懂的时间", "a time that cannot be read"),
    "long_text": T("文字很长", "long text"),
    "bad_characters": T("有换掉的字符", "characters replaced"),
    "unlocated": T("坐标不可用", "no usable point"),
    "outside": T("在市外", "outside the city"),
    "bad_link": T("照片链接不是网址", "a picture's address is not on the web"),
    "unknown_division": T("区划不认识，留在地点里", "division not known, kept in the place"),
    "two_counties": T("坐标在另一个区", "the point lies in another county"),
}
"""What is dirty in a row that is taken all the same (`record.py`), in words."""
IGNORED: Final = T("这些行拒收", "Refuse these rows")


def source_of(name: str) -> str:
    """A name of the source from that of the file."""
    found = re.sub(r"[^a-z0-9]+", "-", Path(name).stem.casefold()).strip("-")
    return found[:40].strip("-") or "import"


def zone() -> str:
    """The city's time zone."""
    return str(installation.current().pack["timezone"])


def runs(rows: Sequence[ImportRun]) -> SafeString:
    """The list of runs; empty where there is none."""
    return RUNS.render(rows) if rows else SafeString("")


def _counted(run: ImportRun) -> str:
    counts = run.counts or {}
    return str(
        T("新增 {c}，更新 {u}，拒收 {r}", "{c} created, {u} updated, {r} refused").fill(
            c=say.number(counts.get("created", 0)), u=say.number(counts.get("updated", 0)),
            r=say.number(counts.get("refused", 0)),
        )
        if counts
        else ""
    )  # fmt: skip


RUNS: Final = Table[ImportRun](
    T("导入", "Imports"),
    (
        Column(T("文件", "File"), lambda run: format_html('<a href="/work/import/{}/">{}</a>', run.pk, run.name), "b", is_header=True),
        Column(T("上传", "Uploaded"), lambda run: parts.time(run.at), "n nb"),
        Column(T("谁", "Who"), lambda run: run.person.name if run.person else "—"),
        Column(T("状态", "State"), lambda run: str(STATES[run.state])),
        Column(T("结果", "Outcome"), _counted),
    ),
    kind="t t-d fold",
)  # fmt: skip


def facts(run: ImportRun) -> list[tuple[T, Any]]:
    """The facts of a run, with the numbers of its report and what was dirty."""
    found: list[tuple[T, Any]] = [
        (T("状态", "State"), STATES[run.state]),
        (T("上传", "Uploaded"), parts.time(run.at)),
        (T("谁", "Who"), run.person.name if run.person else "—"),
        (T("大小", "Size"), f"{say.number(max(1, run.size // 1000))} kB"),
    ]
    if run.state in ("queued", "running"):
        share = say.percent(run.done, run.total) if run.total else "0%"
        found.append((T("进度", "Progress"), share))
    if run.problem_zh:
        found.append((T("原因", "Why"), T(run.problem_zh, run.problem_en)))
    counts = run.counts or {}
    found += [(text, say.number(counts[name])) for name, text in NUMBERS.items() if name in counts]
    if counts.get("repeats"):
        names = [_at(identity, [line]) for line, identity in counts["repeats"]]
        label = T("重复的编号（最新的算数）", "Repeated ids (the newest counts)")
        found.append((label, _listed(names, counts["repeated"])))
    found += [(FLAGS[flag], say.number(n)) for flag, n in counts.get("flags", {}).items()]
    return found


def _at(identity: str, lines: Sequence[int]) -> T:
    """An id with its lines."""
    said = ", ".join(map(str, lines))
    return T(f"{identity}（第 {said} 行）", f"{identity} (line {said})")


def _listed(names: Sequence[T], count: int) -> T:
    """The first of them, and that there are more."""
    more = T("，等等", ", and more") if count > len(names) else T("", "")
    return T("、".join(one.zh for one in names) + more.zh, ", ".join(one.en for one in names) + more.en)


def repeated(repeats: Mapping[str, Sequence[int]], rows: int) -> T:
    """The notice above the preview: which ids stand in several of the first `rows` rows."""
    first = islice(repeats.items(), NAMED)
    named = _listed([_at(identity, lines[:NAMED]) for identity, lines in first], len(repeats))
    return T(
        f"前 {rows} 行里有 {len(repeats)} 个编号不止一行，每个编号只有最新的一行算数：{named.zh}",
        f"Ids that stand in several of the first {rows} rows: {len(repeats)}. Of each the newest counts: {named.en}",
    )


def _options(options: Sequence[tuple[str, T]], chosen: str) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, SafeString(" selected" if value == chosen else ""), text) for value, text in options),
    )


def ready(seen: Beginning, choice: Choice) -> SafeString:
    """The ready mappings as options, that which stands below chosen."""
    options = [("", T("按列名猜", "Guessed from the columns' names")), *NAMES.items()]
    stands = (name for name in NAMES if ready_choice(name, seen.columns).columns == choice.columns)
    return _options(options, next(stands, "") if any(choice.columns.values()) else "")


def columns(seen: Beginning, choice: Choice) -> SafeString:
    """Each column with samples and the select that says what it is."""
    table = Table[tuple[int, str]](
        T("列", "Columns"),
        (
            Column(T("列", "Column"), lambda one: one[1] or "—", "b", is_header=True),
            Column(T("前几行里有", "In its first rows"), lambda one: "　|　".join(seen.samples[one[1]]) or "—"),
            Column(T("是什么", "What it is"), lambda one: _column(one[0], one[1], choice)),
        ),
        kind="t t-d fold",
    )
    return table.render(enumerate(seen.columns))


def _column(number: int, name: str, choice: Choice) -> SafeString:
    label = T("{column} 是什么", "What {column} is").fill(column=name)
    options = _options(list(LABELS.items()), choice.columns.get(name, ""))
    return format_html('<select name="c{}" aria-label="{}">{}</select>', number, label, options)


def _word(one: tuple[int, tuple[str, str]]) -> SafeString:
    """A word of the source; marked where nothing was recognised in it and it was taken for open."""
    word, meaning = one[1]
    if meaning != "open" or recognised(word):
        return format_html("{}", word)
    return format_html('{} <span class="s err-t">{}</span>', word, T("没有认出，请选", "not recognised: choose"))


def words(choice: Choice) -> SafeString:
    """Each word of the status with the select that says what it means; empty where there is no such column."""
    if not choice.words:
        return SafeString("")
    options = [*((name, meaning[0]) for name, meaning in MEANINGS.items()), ("-", IGNORED)]
    table = Table[tuple[int, tuple[str, str]]](
        T("状态里的词", "Words of the status"),
        (
            Column(T("来源系统的词", "Word of the source"), _word, "b", is_header=True),
            Column(
                T("意思", "Meaning"),
                lambda one: format_html(
                    '<select name="w{}" aria-label="{}">{}</select>', one[0],
                    T("“{word}”的意思", "Meaning of “{word}”").fill(word=one[1][0]), _options(options, one[1][1]),
                ),
            ),
        ),
        kind="t t-d fold",
    )  # fmt: skip
    return table.render(enumerate(choice.words.items()))


class Looked(NamedTuple):
    """A row as it would be taken in: its line, its cells, the faults by column, what is dirty, on which lines its id stands."""

    line: int
    cells: dict[str, Any]
    faults: dict[str, Fault]
    flags: tuple[str, ...]
    again: Sequence[int] = ()


class Preview(NamedTuple):
    """Rows that were looked at: the table, how many, how many of them would be refused."""

    table: SafeString
    rows: int
    refused: int


def preview(mapping: Rules, rows: Sequence[Row], repeats: Mapping[str, Sequence[int]]) -> Preview:
    """The rows as they would be taken in, each fault at its cell; `repeats` are the lines of ids that stand in several."""
    known = divisions()
    looked = [_look(mapping, row, known, repeats) for row in rows]
    used = list(dict.fromkeys(column for held in mapping.fields.values() for column in held))
    table = Table[Looked](
        T("前几行", "The first rows"),
        (
            Column(T("行", "Row"), lambda one: str(one.line), "n", is_header=True),
            *(Column(T(name, name), lambda one, name=name: _cell(one, name)) for name in used),  # type: ignore[misc]
            Column(T("会怎样", "What becomes of it"), lambda one: _outcome(one, used), "b"),
        ),
        kind="t t-d fold",
    )
    return Preview(table.render(looked), len(looked), sum(bool(one.faults) for one in looked))


def _look(mapping: Rules, row: Row, known: Division, repeats: Mapping[str, Sequence[int]]) -> Looked:
    if row.data is None:
        return Looked(row.line, {}, {row.fault.field: row.fault} if row.fault else {}, ())
    try:
        record = read(mapping, county, row.data, known, clock.now())
    except Refused as refused:
        return Looked(row.line, row.data, {fault.field: fault for fault in refused.faults}, ())
    return Looked(row.line, row.data, {}, record.flags, repeats.get(record.source_id, ()))


def _cell(row: Looked, name: str) -> SafeString | str:
    value = str(row.cells.get(name) or "").strip()
    shown = value if len(value) <= 60 else f"{value[:60]}…"
    fault = row.faults.get(name)
    return format_html('{}<span class="err-t">{}</span>', shown, fault.rule) if fault else shown


def _outcome(row: Looked, used: Sequence[str]) -> SafeString | str:
    if row.faults:
        others = [fault.rule for name, fault in row.faults.items() if name not in used]
        more = format_html_join("", '<span class="err-t">{}</span>', ((rule,) for rule in others))
        return format_html("{}{}", T("拒收", "Refused"), more)
    notes = [FLAGS[flag] for flag in row.flags]
    if row.again:
        text = T("编号在第 {n} 行都有，最新的算数", "its id stands on lines {n}: the newest counts")
        notes.insert(0, text.fill(n=", ".join(map(str, row.again[:NAMED]))))
    said = T("；".join(["收下", *(one.zh for one in notes)]), "; ".join(["Taken", *(one.en for one in notes)]))
    return str(said)

"""The pieces of a lead's page: particulars, the rail of stages, versions, receipts, papers, promises, what happened."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from luoshi.kernel.text import T
from luoshi.leads import clocks, gates, money, reads
from luoshi.leads.actions.correct import LABELS
from luoshi.leads.actions.money import PROOFS
from luoshi.leads.flow import WAYS
from luoshi.leads.industries import INDUSTRIES
from luoshi.leads.models import Agreement, Credit, Document, Lead, Proposal
from luoshi.leads.reads import Corrected
from luoshi.leads.reads.one import Happened
from luoshi.leads.stages import AFTER, FLOW, LEVELS, LOST, STAGES, WORDS
from luoshi.people import reads as people
from luoshi.web import parts, words
from luoshi.web.tables import Column, Table

RECEIPT: Final = {
    "reported": T("待核实", "to be verified"), "verified": T("已核实", "verified"), "refused": T("未予核实", "refused"),
    "withdrawn": T("已撤回", "withdrawn"),
}  # fmt: skip
NO_DAY: Final = T("日期不详", "day not known")
PROMISE: Final = {
    "open": T("未兑现", "owed"), "kept": T("已办，待企业确认", "done, to be confirmed"), "confirmed": T("企业已确认", "confirmed"),
    "disputed": T("企业说没有兑现", "not kept, says the company"), "dropped": T("已撤销", "taken back"),
}  # fmt: skip


def facts(lead: Lead, undated: bool = False) -> SafeString:
    """What is known of it; `undated`: not when it came in."""
    company, occasion = lead.company, lead.occasion
    pairs: list[tuple[T, str | SafeString]] = [
        (T("编号", "Number"), lead.number),
        (T("企业", "Company"), _link(f"/work/companies/{company.log_id}/", company.name) if company else "—"),
        (T("旗县区", "District"), people.division_name(lead.county) if lead.county else "—"),
        (T("行业", "Industry"), str(INDUSTRIES.get(lead.industry, "—"))),
        (T("产业链或产品", "Chain or product"), lead.sector or "—"),
        (T("招商活动", "Occasion"), _link(f"/work/occasions/{occasion.log_id}/", occasion.name) if occasion else "—"),
        (T("负责人", "Officer"), lead.officer.name if lead.officer else "—"),
        (T("协议总投资", "Agreed investment"), _agreed(lead)),
        (T("到位资金（已核实）", "Money in place (verified)"), _in_place(lead)),
        (T("来线索", "Came in"), str(NO_DAY) if undated else parts.time(lead.came_at)),
        (T("签约前可见范围", "Seen before signing by"), str(LEVELS[lead.level])),
    ]  # fmt: skip
    if lead.due_at:
        pairs.append((clocks.NAMES[lead.clock], parts.time(lead.due_at)))
    if lead.ended_at:
        pairs.append(
            (T("流失或放弃", "Lost or given up"), f"{words.when(lead.ended_at)} · {LOST.get(lead.ended_why, '')}")
        )
    if lead.about:
        pairs.append((T("情况", "About it"), lead.about))
    return parts.facts(pairs)


def _link(url: str, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, text)


def _agreed(lead: Lead) -> str:
    if lead.signed_at is None:
        return "—"
    if lead.currency != "CNY" and lead.amount is not None:
        return f"{money.shown(lead.amount, lead.currency)} ≈ {money.shown(lead.agreed)}"
    return money.shown(lead.agreed)


def rail(lead: Lead, undated: bool = False) -> SafeString:
    """The stages with the day on which each was reached, and the days that it took; `undated`: not known when it came in."""
    days: list[datetime | None] = [None if undated else lead.came_at]
    days += [getattr(lead, f"{stage}_at") for stage in STAGES[1:]]
    last = max((n for n, at in enumerate(days) if at), default=0)
    found = []
    for n, (stage, at) in enumerate(zip(STAGES, days, strict=True)):
        before = at if n == 0 else days[n - 1]
        note = T("未到", "not yet") if n > last else NO_DAY
        if at:
            took = T("{day}，{n} 天", "{day}, {n} days") if before else T("{day}", "{day}")
            note = took.fill(day=words.day(at), n=(at - before).days if before else 0)
        found.append(parts.Stage(FLOW.state(stage).text, note, 1.0 if n <= last else None, now=stage == lead.state))
    return parts.rail(
        found,
        T("阶段", "Stages"),
        T(
            "到达每个阶段的日期，和从上一个阶段起用的天数。",
            "The day on which each stage was reached, and the days since the one before.",
        ),
    )


def agreements(rows: Sequence[Agreement]) -> SafeString | str:
    """Versions of the agreement; stages that do not sum are named."""
    table = Table[Agreement](
        T("协议版本", "Versions of the agreement"),
        (
            Column(T("版本", "Version"), lambda one: str(one.version), "n", is_header=True),
            Column(T("日期", "Day"), lambda one: one.day.isoformat(), "n nb"),
            Column(T("总投资", "Whole"), lambda one: money.shown(one.amount, one.currency), "r n"),
            Column(T("折人民币", "In yuan"), lambda one: money.shown(one.fen), "r n"),
            Column(T("汇率", "Rate"), lambda one: f"{one.rate:f}（{one.rate_day}）" if one.rate else "—", "n"),
            Column(T("固定资产", "Fixed assets"), lambda one: money.shown(one.fixed, one.currency), "r n"),
            Column(T("分期", "Stages"), _stages),
            Column(T("理由", "Reason"), lambda one: one.reason or "—"),
        ),
        kind="t t-d fold",
    )
    return table.render(rows) if rows else ""


def _in_place(lead: Lead) -> SafeString | str:
    """The verified money; that it is more than was agreed is named."""
    text = money.shown(lead.in_place) if lead.in_place else "—"
    if lead.agreed is None or lead.in_place <= lead.agreed:
        return text
    more = T("比协议总投资多 {d}", "{d} more than was agreed").fill(d=money.shown(lead.in_place - lead.agreed))
    return format_html('{} <b class="err-t">{}</b>', text, more)


def _stages(one: Agreement) -> SafeString:
    text = "；".join(f"{name} {money.shown(minor, one.currency)}" for name, minor in one.stages) or "—"
    gap = money.gap(one.amount, [minor for _, minor in one.stages])
    return format_html('{} <b class="err-t">{}</b>', text, gap.text) if gap else format_html("{}", text)


def documents(lead: Lead, rows: Sequence[Document]) -> SafeString | str:
    """Papers, each version with its hash."""
    table = Table[Document](
        T("文件", "Documents"),
        (
            Column(T("类别", "Kind"), lambda one: str(gates.DOCUMENTS.get(one.kind, one.kind)), "b", is_header=True),
            Column(T("版本", "Version"), lambda one: str(one.version), "n"),
            Column(T("文件", "File"), lambda one: _link(f"/work/leads/{lead.log_id}/papers/{one.pk}/", one.name)),
            Column(T("哈希", "Hash"), lambda one: one.sha256[:12], "n m-no"),
            Column(T("时间", "When"), lambda one: parts.time(one.at), "n nb"),
            Column(T("由谁", "By"), lambda one: one.by.name if one.by else "—"),
        ),
        kind="t t-d fold",
    )
    return table.render(rows) if rows else ""


def credits(rows: Sequence[Credit]) -> str:
    """`昆都仑区 60%，青山区 40%`."""
    return "，".join(f"{people.division_name(one.county)} {one.share / 100:g}%" for one in rows)


def _value(name: str, value: Any) -> str:
    """A corrected value in words."""
    if name == "amount":
        return money.shown(value)
    if name == "day" and isinstance(value, datetime):
        return words.day(value)
    if name == "county" and value:
        return people.division_name(value)
    return str(reads.occasion_names().get(value, "—") if name == "occasion" else value or "—")


def proposed(row: Proposal) -> str:
    """What a proposal would change, in words."""
    if row.void:
        return str(T("{what}：作废", "{what}: void").fill(what=WORDS[row.move]))
    said = [f"{LABELS[name]} → {_value(name, value)}" for name, value in row.changes.items()]
    return f"{WORDS[row.move]}：{'；'.join(said)}"


def corrections(some: Iterable[Corrected]) -> str:
    """All corrections of a lead in one cell: what was, what is, why, when."""
    text = T("“{what}” {change}；理由：{why}；{day}", "“{what}” {change}; reason: {why}; {day}")
    void = T("作废", "void")
    return str(T("　", "  ")).join(
        str(text.fill(
            what=WORDS.get(one.first.verb, one.first.verb), day=words.day(one.by.recorded_at),
            why=one.by.private.get("why_corrected") or "—",
            change="，".join(f"{LABELS[n]} {_value(n, was)} → {_value(n, now)}" for n, was, now in one.changes) or void,
        ))
        for one in some
    )  # fmt: skip


def entry(one: Happened) -> str:
    """A milestone as it could be corrected: what and when."""
    return f"{WORDS[one.verb]} {NO_DAY if one.body.get('undated') else words.day(one.at)}"


def said(one: Happened) -> str:
    """What an event says beside what was done, in words."""
    body, private, found = one.body, one.private, list[str]()
    if body.get("undated"):
        found.append(str(T("日期不详，不晚于这一天", "its day is not known; not after this one")))
    if one.verb in ("sign", "agree"):
        found.append(money.shown(body.get("amount"), str(body.get("currency") or "CNY")))
    if body.get("fen"):
        found.append(f"{money.shown(body['fen'])} {PROOFS.get(str(body.get('proof')), '')}")
    if body.get("kind") in gates.DOCUMENTS:
        found.append(str(gates.DOCUMENTS[body["kind"]]))
    if body.get("item") in gates.NEEDS:
        found.append(str(gates.NEEDS[body["item"]].text))
    if body.get("why") in LOST:
        found.append(str(LOST[body["why"]]))
    if private.get("contact") in WAYS:
        found.append(str(WAYS[private["contact"]]))
    if body.get("grade"):
        found.append(str(T("{n} 分", "grade {n}").fill(n=body["grade"])))
    found += [str(private[name]) for name in ("note", "reason", "what", "apart", "why_corrected") if private.get(name)]
    return " · ".join(filter(None, found))


def _what(one: Happened) -> SafeString:
    text = WORDS.get(one.verb, one.verb)
    if one.void and one.verb not in ("correct", "void"):
        return format_html("<s>{}</s> {}", text, T("（已更正或作废）", "(corrected or void)"))
    return format_html("{}", text)


def history(names: dict[int, str]) -> Table[Happened]:
    """Everything that happened, corrections beside what they correct."""
    return Table(
        T("经过", "What happened"),
        (
            Column(T("时间", "When"), lambda one: parts.time(one.at), "n nb", is_header=True),
            Column(T("什么", "What"), _what, "b"),
            Column(T("内容", "Details"), said),
            Column(T("由谁", "By"), lambda one: names.get(one.actor or 0, "—")),
        ),
        kind="t t-d fold",
    )


def merging(lead: Lead, into: Lead) -> list[str]:
    """What merging a lead into another one does, in words."""
    reached = [
        f"{WORDS[verb]} {words.day(at)}" for verb, stage in AFTER.items() if (at := getattr(lead, f"{stage}_at"))
    ]
    money_in = [one for one in reads.receipts(lead) if one.state == "verified"]
    papers, promises = reads.documents(lead), reads.promises(lead)
    found = [
        T("{one} 并入 {other}", "{one} goes into {other}").fill(
            one=f"{lead.number} {lead.name}", other=f"{into.number} {into.name}"
        )
    ]
    if reached:
        found.append(T("从现在起不再计数：{what}", "Counts no more from now on: {what}").fill(what="；".join(reached)))
    if lead.signed_at:
        text = T("签约少一个，协议总投资少 {amount}", "One signing less, and {amount} less agreed")
        found.append(text.fill(amount=money.shown(lead.agreed)))
    if money_in:
        text = T("已核实资金 {n} 笔共 {amount} 转过去", "{n} verified receipts of {amount} go over")
        found.append(text.fill(n=len(money_in), amount=money.shown(sum(one.fen for one in money_in))))
    if papers or promises:
        text = T("文件 {n} 份、承诺 {m} 项转过去", "{n} documents and {m} promises go over")
        found.append(text.fill(n=len(papers), m=len(promises)))
    found.append(T("可以撤销并入，都回到原处", "The merging can be undone; all goes back"))
    return [str(one) for one in found]

"""The simulated leads, played from their plan through the actions; most through the bulk twin, in the order of time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

from luoshi.kernel import calendar, clock
from luoshi.kernel.action import Act
from luoshi.kernel.bulk import Batch, next_ids
from luoshi.kernel.viewer import SYSTEM, Viewer
from luoshi.leads import actions, money, reads
from luoshi.leads.demo.paper import Papers
from luoshi.leads.demo.planned import ASSUMED, GATHERINGS, WAN, Plan
from luoshi.leads.models import Company, Lead, Occasion
from luoshi.people import reads as people
from luoshi.people.viewer import guest, of_login

OFFICERS: Final = ("officer", "officer2", "promoter")
PAPER: Final = {"sign": "agreement", "land": "landing", "start": "permit", "produce": "production", "reach": "full"}
STAGES: Final = ("engage", "talk", "sign", "land", "start", "produce", "reach")
LATE: Final = 0.03
"""How often a report comes after its time."""
_REPORTS: Final = (
    "洽谈选址",
    "对接用能指标",
    "办理备案",
    "现场踏勘",
    "商议协议条款",
    "推进前期手续",
    "设备招标",
    "土建施工",
    "安装调试",
)
_ANSWERS: Final = (("respond", "已与推荐人联系"), ("judge", "符合产业方向"), ("feed_back", "已反馈推荐人"))
_PROMISES: Final = ("三个月内完成供地", "六个月内接通双回路供电", "两个月内办结环评", "年内修通进厂道路")


@dataclass(order=True)
class Step:
    """A verb of a lead at a moment."""

    when: datetime
    order: int
    plan: Plan = field(compare=False)
    verb: str = field(compare=False)
    data: dict[str, Any] = field(compare=False, default_factory=dict)


class Year:
    """What the players share: people, companies, occasions, papers, days."""

    def __init__(self, random: Random, days: Sequence[date], moment: Callable[[Random, date], datetime]) -> None:
        self.random, self.days, self.at = random, days, moment
        self.viewers: list[Viewer] = [of_login(login) for login in OFFICERS]
        self.counties = people.codes_of("county")
        self.papers = Papers()
        self.occasions: list[Occasion] = []

    def gather(self) -> None:
        """The occasions of the year are planned and held."""
        for one in GATHERINGS:
            with clock.at(self.at(self.random, self.days[20])):
                done = actions.add_occasion(
                    viewer=self.viewers[2], name=one.name, kind=one.kind, place=one.place, first_day=one.first,
                    last_day=one.last, cost=one.cost * WAN, source=ASSUMED,
                )  # fmt: skip
            with clock.at(self.at(self.random, one.last)):
                actions.hold_occasion(viewer=self.viewers[2], on=done.answer["occasion"])
            self.occasions.append(reads.get_occasion(self.viewers[2], done.answer["occasion"]))

    def steps(self, plan: Plan) -> Iterator[Step]:
        """What happens to a lead, in order: its stages, each after its paper, and reports in between."""
        order, last = 0, self.at(self.random, self.days[plan.noted])
        yield Step(last, order, plan, "add_lead")
        for at, (verb, note) in enumerate(_ANSWERS if plan.engage is None else ()):
            order, last = order + 1, last + timedelta(hours=1 + 20 * at)
            if last < self.at(self.random, self.days[-1]):
                yield Step(last, order, plan, verb, {"note": note})
        for verb in STAGES:
            position = getattr(plan, verb)
            if position is None:
                continue
            when = max(last + timedelta(minutes=2), self.at(self.random, self.days[position]))
            yield from self._reports(plan, last, when)
            order += 1
            if verb in PAPER:
                yield Step(when - timedelta(seconds=50), order, plan, "add_document", {"kind": PAPER[verb]})
            yield Step(when, order + 1, plan, verb, self._signing(plan) if verb == "sign" else {})
            order, last = order + 1, when
        if plan.lost is not None:
            when = max(last + timedelta(minutes=2), self.at(self.random, self.days[plan.lost]))
            yield from self._reports(plan, last, when)
            why = self.random.choice(["elsewhere", "funds", "market", "conditions", "silent"])
            yield Step(when, order + 1, plan, "lose", {"why": why, "reason": "模拟：投资方另有安排"})
        elif plan.reach is None and plan.merged_on is None:
            yield from self._reports(plan, last, self.at(self.random, self.days[-1]))

    def _signing(self, plan: Plan) -> dict[str, Any]:
        data: dict[str, Any] = {"looked": True}
        if plan.gathering is not None:
            data["occasion"] = self.occasions[plan.gathering]
        if plan.amount is None or plan.amount < 0:
            return data | {"unknown": True}
        if plan.double_of is not None:
            data["apart"] = "由另一旗县区报送"
        return data | {
            "amount": (plan.wrong or plan.amount) * WAN + plan.rest if plan.currency == "CNY" else plan.amount,
            "currency": plan.currency,
        }

    def _reports(self, plan: Plan, begun: datetime, until: datetime) -> Iterator[Step]:
        """Progress every nine days or so; some come late, after the warning and the overdue."""
        when = begun
        while True:
            late = self.random.random() < LATE
            when += timedelta(
                days=self.random.choice((17, 18)) if late else self.random.choice((9, 10)),
                minutes=self.random.randrange(90),
            )
            if when >= until - timedelta(minutes=5):
                return
            if late:
                yield Step(when, -1, plan, "late")
            yield Step(when, 0, plan, "report_progress", {"note": self.random.choice(_REPORTS)})


def play(year: Year, plans: Sequence[Plan], companies: Sequence[Company]) -> dict[int, Lead]:
    """Perform all plans; the leads by their numbers."""
    rows: dict[int, Lead] = {}
    steps = sorted(step for plan in plans if not plan.special for step in year.steps(plan))
    _play_many(year, steps, rows, companies)
    single = sorted(step for plan in plans if plan.special for step in (*year.steps(plan), *_more(year, plan)))
    refs = {number: str(lead.log_id) for number, lead in rows.items()}
    for step in single:
        _play_one(year, step, refs, companies)
    return rows


def _play_many(year: Year, steps: Sequence[Step], rows: dict[int, Lead], companies: Sequence[Company]) -> None:
    batch, keys = Batch(), next_ids(Lead, len({step.plan.number for step in steps}))
    for step in steps:
        act, plan = Act.of(year.viewers[step.plan.officer], step.when), step.plan
        if step.verb == "add_lead":
            key = next(keys)
            rows[plan.number], _ = batch.create(
                actions.add_lead, act, key=key, number_key=key, **_noted(year, plan, companies)
            )
        elif step.verb == "late":
            _late(batch, rows[plan.number], step.when)
        else:
            batch.move(actions.OF_LEAD[step.verb], rows[plan.number], act, **_data(year, step))
    batch.flush()


def _late(batch: Batch, lead: Lead, before: datetime) -> None:
    """What the worker would have noted, had it run: the clock turned yellow, and ran out."""
    if lead.clock != "report":
        return
    for verb, at in (("warn", lead.warn_at), ("overdue", lead.due_at)):
        if at is not None and at < before:
            tick = at + timedelta(seconds=31, microseconds=417_000 + lead.pk % 1000)
            batch.move(actions.OF_LEAD[verb], lead, Act.of(SYSTEM, min(tick, before)))


def _noted(year: Year, plan: Plan, companies: Sequence[Company]) -> dict[str, Any]:
    company = companies[plan.company]
    return {
        "name": plan.name,
        "company": company,
        "county": year.counties[plan.county],
        "industry": company.industry or "C",
    }


def _data(year: Year, step: Step) -> dict[str, Any]:
    if step.verb == "add_document":
        return {**step.data, "file": year.papers.one(step.data["kind"])}
    return step.data


def _more(year: Year, plan: Plan) -> Iterator[Step]:
    """What else happens to a lead that is played by single actions."""

    def on(position: int) -> datetime:
        return year.at(year.random, year.days[min(position, len(year.days) - 1)]) + timedelta(hours=1)

    if plan.added and plan.added_on and plan.amount:
        yield Step(
            on(plan.added_on),
            90,
            plan,
            "agree",
            {"amount": (plan.amount + plan.added) * WAN, "reason": "增资扩产（模拟）"},
        )
    if plan.wrong and plan.sign:
        yield Step(on(plan.sign + 6), 90, plan, "correct")
    if plan.merged_on is not None:
        yield Step(on(plan.merged_on), 90, plan, "merge")
    for position, per_cent in plan.money:
        yield Step(on(position), 90, plan, "money", {"amount": max(1, (plan.amount or 0) * per_cent // 100) * WAN})
    if plan.money and plan.number % 4 == 0 and plan.reach is None:
        yield Step(on(plan.money[0][0]) + timedelta(minutes=5), 91, plan, "promise")


def _play_one(year: Year, step: Step, refs: dict[int, str], companies: Sequence[Company]) -> None:
    plan, viewer = step.plan, year.viewers[step.plan.officer]
    day = calendar.current().city_date(step.when)
    with clock.at(step.when):
        if step.verb == "add_lead":
            refs[plan.number] = actions.add_lead(viewer=viewer, **_noted(year, plan, companies)).answer["lead"]
        elif step.verb in ("correct", "merge", "money", "promise"):
            SPECIAL[step.verb](year, step, refs)
        elif step.verb != "late":
            data = _data(year, step) | ({"day": day} if step.verb == "agree" else {})
            actions.OF_LEAD[step.verb](viewer=viewer, on=refs[plan.number], **data)


def _correct(year: Year, step: Step, refs: dict[int, str]) -> None:
    """Somebody typed a zero too many; another person approves the correction."""
    lead = reads.get_lead(year.viewers[2], refs[step.plan.number])
    event = next(one for one in reads.events_of(lead.log_id) if one.verb == "sign")
    proposer = year.viewers[step.plan.officer]
    amount = (step.plan.amount or 0) * WAN
    actions.OF_LEAD["propose"](
        viewer=proposer,
        on=refs[step.plan.number],
        event=str(event.id),
        reason="金额多写了一个零",
        changes={"amount": amount},
    )
    approver = of_login("statistician")
    with clock.at(step.when + timedelta(hours=1)):
        actions.OF_LEAD["approve"](viewer=approver, on=refs[step.plan.number], proposal=reads.proposals(lead)[0].pk)


def _merge(year: Year, step: Step, refs: dict[int, str]) -> None:
    """Somebody sees that two are one."""
    assert step.plan.double_of is not None
    actions.OF_LEAD["merge_lead"](
        viewer=year.viewers[2], on=refs[step.plan.number], into=refs[step.plan.double_of], reason="同一项目由两地报送"
    )


def _money_in(year: Year, step: Step, refs: dict[int, str]) -> None:
    """Money is reported, and nearly always verified some hours later by the statistician."""
    ref, day = refs[step.plan.number], calendar.current().city_date(step.when)
    done = actions.OF_LEAD["report_money"](
        viewer=year.viewers[step.plan.officer], on=ref, amount=step.data["amount"], day=day, proof="bank"
    )
    if year.random.random() < 0.93:
        with clock.at(step.when + timedelta(minutes=50)):
            actions.OF_LEAD["verify_money"](viewer=of_login("statistician"), on=ref, receipt=done.answer["receipt"])


def _promise(year: Year, step: Step, refs: dict[int, str]) -> None:
    """The city promises something; some companies answer."""
    ref, today = refs[step.plan.number], calendar.current().city_date(step.when)
    done = actions.OF_LEAD["promise"](
        viewer=year.viewers[step.plan.officer], on=ref, what=year.random.choice(_PROMISES), owner="city.gov",
        until=today + timedelta(days=90),
    )  # fmt: skip
    key, company = done.answer["promise"], guest(ref)
    with clock.at(step.when + timedelta(minutes=20)):
        if year.random.random() < 0.85:
            actions.OF_LEAD["confirm_promise"](
                viewer=company, on=ref, promise=key, grade=year.random.choice((3, 4, 5, 5))
            )
        else:
            actions.OF_LEAD["dispute_promise"](viewer=company, on=ref, promise=key, note="还没有兑现（模拟）")


SPECIAL: Final = {"correct": _correct, "merge": _merge, "money": _money_in, "promise": _promise}


def settle(plans: Sequence[Plan], days: Sequence[date], agreed: int) -> None:
    """Dollar amounts as round dollars, and one amount in yuan such that all sum to the total (fen); called before playing."""
    total, last = 0, None
    for plan in plans:
        if plan.sign is None or plan.double_of is not None or plan.amount is None or plan.amount < 0:
            continue
        if plan.currency == "USD":
            found = reads.rate_on("USD", days[plan.sign])
            assert found is not None
            plan.amount = max(1, round(plan.amount * WAN / 100 / float(found[0]) / 100_000)) * 100_000 * 100
            total += money.converted(plan.amount, "USD", found[0])
        else:
            total += (plan.amount + (plan.added or 0)) * WAN
            last = plan if not plan.special else last
    assert last is not None and last.amount is not None
    last.rest = agreed - total

"""Agreed money in versions, money in place as verified receipts, and the split of credit between districts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from luoshi.kernel import calendar
from luoshi.kernel.action import Act, Also, Change
from luoshi.kernel.problems import Denied, Fault, Invalid, NotNow
from luoshi.kernel.text import T
from luoshi.leads import alike, money, reads
from luoshi.leads.actions.beside import clear_credits
from luoshi.leads.actions.company import NO_CHOICE
from luoshi.leads.actions.lead import at_noon, held, note_fault, reach
from luoshi.leads.core import LEADS
from luoshi.leads.models import Agreement, Credit, Document, Lead, Occasion, Receipt
from luoshi.leads.rules import RULES, worded
from luoshi.people import reads as people

WHOLE: Final = 10_000
PROOFS: Final[Mapping[str, T]] = worded("proofs")
"""Kinds of proof of money in place, in words."""
NO_RATE: Final = T(
    "没有这一天或之前的汇率：{currency}，{day}；用 luoshi import rates 补上",
    "no exchange rate of {currency} on {day} or before; bring one in by luoshi import rates",
)
OLD_RATE: Final = T(
    "{currency} 在 {day} 之前最近的汇率是 {newest} 的，已超过 {n} 天，不用来折算；用 luoshi import rates 补上",
    "the newest exchange rate of {currency} before {day} is of {newest}, more than {n} days older, and converts nothing; "
    "bring in a newer one by luoshi import rates",
)


def in_fen(minor: int | None, currency: str, day: date, faults: list[Fault], field: str) -> tuple[int | None, Any, Any]:
    """(fen, rate, the rate's day) of an amount on a day; what is wrong is noted in `faults`."""
    if minor is None:
        return None, None, None
    if currency not in money.CURRENCIES:
        faults.append(Fault("currency", currency[:10], NO_CHOICE))
        return None, None, None
    try:
        money.checked(minor)
    except money.MoneyError as wrong:
        faults.append(Fault(field, str(minor)[:40], wrong.rule))
        return None, None, None
    if currency == "CNY":
        return minor, None, None
    found, most = reads.rate_on(currency, day), RULES["days"]["rate"]
    if found is None or (day - found[1]).days > most:
        newest = found[1].isoformat() if found else ""
        rule = (OLD_RATE if found else NO_RATE).fill(currency=currency, day=day.isoformat(), newest=newest, n=most)
        faults.append(Fault("currency", currency, rule))
        return None, None, None
    return money.converted(minor, currency, found[0]), found[0], found[1]


def _stages(stages: Sequence[Sequence[Any]], faults: list[Fault]) -> list[list[Any]]:
    """Stages of an agreement as they are kept; they need not sum, that is named elsewhere."""
    kept = []
    for name, minor in stages:
        whole = isinstance(minor, int) and not isinstance(minor, bool)
        if not str(name).strip() or len(str(name)) > 60 or not whole or not 0 < minor <= money.MOST:
            faults.append(
                Fault("stages", f"{name} {minor}"[:60], T("写成“一期 5000”的样子", "write it like “phase one 5000”"))
            )
        kept.append([str(name).strip(), minor])
    return kept


def _agreed(
    lead: Lead, day: date, *, amount: int | None, currency: str, fixed: int | None, unknown: bool, stages: Sequence[Any],
    reason: str,
) -> tuple[Agreement, int | None]:  # fmt: skip
    """The next version of the agreement, put on the lead, and by how much it is more than the last one. Raises Invalid."""
    faults: list[Fault] = []
    if (amount is None) != bool(unknown):
        rule = T("写明金额，或写明不详（二者之一）", "say how much, or that it is not known, one of the two")
        faults.append(Fault("amount", "" if amount is None else str(amount), rule))
    fen, rate, rate_day = in_fen(amount, currency, day, faults, "amount")
    fixed_fen, _, _ = in_fen(fixed, currency, day, faults, "fixed")
    if amount is not None and fixed is not None and fixed > amount:
        faults.append(Fault("fixed", str(fixed), T("不能大于总额", "cannot be more than the whole")))
    kept = _stages(stages, faults)
    if faults:
        raise Invalid(faults)
    before = lead.agreed if lead.agreed is not None else reads.last_known(lead) if lead.signed_at is not None else 0
    added = None if fen is None else fen - before
    lead.currency, lead.amount, lead.agreed, lead.fixed = currency, amount, fen, fixed_fen
    row = Agreement(
        lead=lead, version=_version(lead), day=day, currency=currency, amount=amount, fixed=fixed, rate=rate,
        rate_day=rate_day, fen=fen, stages=kept, reason=reason,
    )  # fmt: skip
    return row, added


def _version(lead: Lead) -> int:
    """The number of the next version; the first one at signing."""
    if lead._state.adding or lead.signed_at is None:
        return 1
    return reads.versions(lead) + 1


def same(lead: Lead) -> Lead | None:
    """The counted project of its company, or of one of the same group, that this one may be."""
    if lead.company is None:
        return None
    return next((other for other in reads.twins(lead, lead.company) if alike.score(lead, other) >= alike.LIMIT), None)


@LEADS.action("sign")
def sign(
    lead: Lead, act: Act, *, day: date | None = None, note: str = "", amount: int | None = None, currency: str = "CNY",
    fixed: int | None = None, unknown: bool = False, stages: Sequence[Any] = (), occasion: Occasion | str | None = None,
    apart: str = "", looked: bool = False,
) -> Change:  # fmt: skip
    """The agreement is signed: the project counts from here on, once.

    Amounts in minor units. A project that resembles another signed one of the company is refused unless `apart` says why it
    is not the same; more money for the same one is a changed agreement. `looked`: the caller knows that there is none.
    """
    at = reach(lead, act, "signed", day, note)
    signed_on = calendar.current().city_date(at)
    if isinstance(occasion, Occasion):
        if faults := held(occasion):
            raise Invalid(faults)
        lead.occasion = occasion
    lead.signed_at = None
    row, added = _agreed(
        lead, signed_on, amount=amount, currency=currency, fixed=fixed, unknown=unknown, stages=stages, reason=note
    )
    lead.signed_at, lead.apart = at, apart
    if lead.company is not None and not looked:
        reads.one_signing(lead.company)
    other = None if looked or apart else same(lead)
    if other is not None:
        rule = T(
            "像是已签约的 {number}：同一项目不重复计数，增资请在它上面记“协议变更”；确是另一个项目，请写明理由",
            "resembles {number}, which is signed: the same project counts once, more money is a change of its agreement; "
            "say why where it is another project",
        )
        raise Invalid([Fault("apart", "", rule.fill(number=other.number))])
    body = {"added": added, "currency": currency, "amount": amount, "note": note, "apart": apart}
    body["succeeds"] = str(lead.succeeds.log_id) if lead.succeeds else None
    return Change(body=body, rows=[row], occurred_at=at)


@LEADS.action("agree")
def agree(
    lead: Lead, act: Act, *, day: date, reason: str, amount: int | None = None, currency: str = "CNY",
    fixed: int | None = None, unknown: bool = False, stages: Sequence[Any] = (),
) -> Change:  # fmt: skip
    """The agreement has another amount from a day on: only what is more (or less) counts, on that day. Raises Invalid.

    `first_known`: no amount was known before, so what is said now is no increase.
    """
    at = _on(lead, act, day)
    if not lead._state.adding and (former := reads.agreements(lead)[:1]) and day < former[0].day:
        raise Invalid([Fault("day", day.isoformat(), T("早于上一版协议", "is before the version before it"))])
    nothing = lead.agreed is None and not reads.last_known(lead)
    if faults := note_fault(reason, "reason"):
        raise Invalid(faults)
    row, added = _agreed(
        lead, day, amount=amount, currency=currency, fixed=fixed, unknown=unknown, stages=stages, reason=reason
    )
    first = True if nothing and added is not None else None
    body = {"added": added, "currency": currency, "amount": amount, "reason": reason, "first_known": first}
    return Change(body=body, rows=[row], occurred_at=at)


def _on(lead: Lead, act: Act, day: date) -> datetime:
    """A day since signing that is not to come. Raises Invalid."""
    cal, noon = calendar.current(), at_noon(day)
    if lead.signed_at is not None and day < cal.city_date(lead.signed_at):
        raise Invalid([Fault("day", day.isoformat(), T("早于签约", "is before the signing"))])
    if day > cal.city_date(act.now):
        raise Invalid([Fault("day", day.isoformat(), T("还没有到这一天", "is still to come"))])
    return min(act.now, max(noon, lead.signed_at or noon))


@LEADS.action("report_money")
def report_money(
    lead: Lead, act: Act, *, amount: int, day: date, proof: str, currency: str = "CNY", document: Any = None, note: str = "",
) -> Change:  # fmt: skip
    """Money has come in, with a kind of proof; it counts once somebody else has verified it. Raises Invalid."""
    faults = note_fault(note)
    _on(lead, act, day)
    fen, rate, rate_day = in_fen(amount, currency, day, faults, "amount")
    if proof not in PROOFS:
        faults.append(Fault("proof", proof[:40], NO_CHOICE))
    paper = _paper(lead, document, faults)
    if not note and any(_alike(one, day, currency, amount, proof) for one in reads.receipts(lead)):
        rule = T(
            "同一天、同一金额、同一种凭证已报过一笔；确是另一笔，请在说明里写清",
            "one of the same day, amount and proof was reported already; where it is another, say so in the note",
        )
        faults.append(Fault("amount", str(amount), rule))
    if faults or fen is None:
        raise Invalid(faults)
    row = Receipt(
        lead=lead, day=day, currency=currency, amount=amount, rate=rate, rate_day=rate_day, fen=fen, proof=proof,
        document=paper, note=note, by_id=act.viewer.person, persons=sorted(act.viewer.persons), at=act.now,
        pk=reads.next_receipt(),
    )  # fmt: skip
    body = {"receipt": row.pk, "fen": fen, "proof": proof, "file": paper.sha256 if paper else None, "note": note}
    return Change(body=body, rows=[row], answer={"receipt": row.pk})


def _alike(one: Receipt, day: date, currency: str, amount: int, proof: str) -> bool:
    """A receipt that stands, and says the same."""
    said = (one.day, one.currency, one.amount, one.proof)
    return one.state in ("reported", "verified") and said == (day, currency, amount, proof)


def _paper(lead: Lead, document: Any, faults: list[Fault]) -> Document | None:
    if document in (None, ""):
        return None
    found = next((one for one in reads.documents(lead) if str(one.pk) == str(document)), None)
    if found is None:
        faults.append(Fault("document", str(document)[:40], NO_CHOICE))
    return found


def _waiting(lead: Lead, key: Any) -> Receipt:
    found = reads.receipt(lead, key)
    if found.state != "reported":
        raise NotNow(T("这一笔已经处理过", "This receipt was decided on already"))
    return found


def _other_person(row: Receipt, act: Act) -> None:
    if act.viewer.person is None or not act.viewer.persons.isdisjoint(row.persons):
        raise Denied(
            T(
                "自己报的（或代班的人报的），须由他人核实",
                "You (or whom you stand in for) reported it: somebody else verifies",
            )
        )


@LEADS.action("verify_money")
def verify_money(lead: Lead, act: Act, *, receipt: Any, note: str = "") -> Change:
    """The money is in place: it counts on the day on which it came. Raises Invalid, NotNow or Denied."""
    row = _waiting(lead, receipt)
    _other_person(row, act)
    row.state, row.verified_by_id, row.verified_at, row.reason = "verified", act.viewer.person, act.now, note
    lead.in_place += row.fen
    counted = Also(lead, "money_in", money_in(row), line=LEADS)
    return Change(body={"receipt": row.pk, "note": note}, saves=[row], also=[counted])


def money_in(row: Receipt) -> Change:
    """The event by which a receipt counts, on the day of the money."""
    noon = at_noon(row.day)
    at = min(noon, row.verified_at) if row.verified_at else noon
    return Change(body={"receipt": row.pk, "fen": row.fen, "proof": row.proof}, occurred_at=at)


@LEADS.action("revoke_money")
def revoke_money(lead: Lead, act: Act, *, receipt: Any, reason: str) -> Change:
    """It was verified by mistake: the event by which it counts is void. Raises Invalid, NotNow or Denied."""
    row = reads.receipt(lead, receipt)
    if row.state != "verified":
        raise NotNow(T("这一笔没有核实过", "This receipt was not verified"))
    _other_person(row, act)
    counted = reads.counting(lead, row.pk)
    row.state, row.reason = "refused", reason
    lead.in_place -= row.fen
    void = [Also(lead, "void", Change(occurred_at=one.at, corrects=one.id), line=LEADS) for one in counted]
    return Change(body={"receipt": row.pk, "reason": reason}, saves=[row], also=void)


@LEADS.action("refuse_money")
def refuse_money(lead: Lead, act: Act, *, receipt: Any, reason: str) -> Change:
    """The proof does not show it. Raises Invalid, NotNow or Denied."""
    row = _waiting(lead, receipt)
    _other_person(row, act)
    row.state, row.verified_by_id, row.verified_at, row.reason = "refused", act.viewer.person, act.now, reason
    return Change(body={"receipt": row.pk, "reason": reason}, saves=[row])


@LEADS.action("withdraw_money")
def withdraw_money(lead: Lead, act: Act, *, receipt: Any, reason: str) -> Change:
    """Reported by mistake, and not verified yet. Raises Invalid or NotNow."""
    row = _waiting(lead, receipt)
    row.state, row.reason = "withdrawn", reason
    return Change(body={"receipt": row.pk, "reason": reason}, saves=[row])


@LEADS.action("split_credit")
def split_credit(lead: Lead, act: Act, *, shares: Mapping[str, int], note: str = "") -> Change:
    """Which districts share the credit, in hundredths of a per cent that sum to 10,000. Raises Invalid."""
    faults = [Fault("shares", county[:40], NO_CHOICE) for county in shares if not people.is_county(county)]
    bad = [value for value in shares.values() if isinstance(value, bool) or not isinstance(value, int) or value <= 0]
    if bad or sum(value for value in shares.values() if isinstance(value, int)) != WHOLE:
        total = sum(value for value in shares.values() if isinstance(value, int))
        rule = T("各份额应大于 0，合计 100%，现为 {p}%", "shares are above 0 and sum to 100 %: they are {p} %")
        faults.append(Fault("shares", str(total), rule.fill(p=f"{total / 100:g}")))
    if faults:
        raise Invalid(faults)
    clear_credits(lead)
    rows = [Credit(lead=lead, county=county, share=share) for county, share in sorted(shares.items())]
    return Change(body={"shares": dict(sorted(shares.items())), "note": note}, rows=[*rows])

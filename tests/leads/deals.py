"""What the tests of leads share: a lead at any stage, a paper, the verbs as people press them."""

from datetime import date
from io import BytesIO
from typing import Any

import pikepdf
from register import company, who

from luoshi.leads import actions, reads
from luoshi.leads.models import Lead
from luoshi.ports import papers

COUNTY = "150203000000"
YI = 10_000_000_000
"""Fen of 100 million yuan."""
DAY = date(2021, 12, 20)
PAPERS = {"sign": "agreement", "land": "landing", "start": "permit", "produce": "production", "reach": "full"}
ORDER = ("engage", "talk", "sign", "land", "start", "produce", "reach")


def pdf() -> bytes:
    """A page with nothing on it, and properties that say too much."""
    made = pikepdf.new()
    made.add_blank_page()
    made.docinfo["/Author"] = "某某某"
    made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def lead(name: str = "年产五万吨磁材项目", login: str = "officer", **more: Any) -> Lead:
    """A lead in the hands of whoever notes it."""
    if "company" not in more:
        more["company"] = str(company(f"包头{name}有限公司").log_id)
    done = actions.add_lead(viewer=who(login), name=name, industry="C", county=COUNTY, day=DAY, **more)
    return Lead.objects.get(log_id=done.answer["lead"])


def do(one: Lead, verb: str, login: str = "officer", **data: Any) -> Lead:
    """Somebody presses a verb."""
    actions.OF_LEAD[verb](viewer=who(login), on=str(one.log_id), **data)
    return Lead.objects.get(pk=one.pk)


def paper(one: Lead, kind: str) -> Lead:
    """A document of a kind is added."""
    return do(one, "add_document", kind=kind, file=papers.keep(pdf(), f"{kind}.pdf"))


def to(one: Lead, last: str, login: str = "officer", **signing: Any) -> Lead:
    """Every stage up to the one that `last` leads to, each with its paper, all on one day."""
    signing = signing or {"amount": 3 * YI}
    for verb in ORDER[: ORDER.index(last) + 1]:
        if verb in PAPERS:
            one = paper(one, PAPERS[verb])
        one = do(one, verb, login, day=DAY, **(signing if verb == "sign" else {}))
    return one


def events(one: Lead, verb: str) -> list[reads.Happened]:
    return [event for event in reads.events_of(one.log_id) if event.verb == verb]


def standing(one: Lead, verb: str) -> list[tuple[date, Any]]:
    """What counts of a verb: on which day, with what added."""
    firsts = reads.standing(reads.events_of(one.log_id), (verb,))
    newer = {event.corrects: event for event in reads.events_of(one.log_id) if event.corrects}
    found = []
    for event in firsts:
        while event.id in newer:
            event = newer[event.id]
        found.append((event.at.date(), event.body.get("added")))
    return found

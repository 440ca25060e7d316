"""`/work/leads/rates/`: the exchange rates by which amounts in other currencies are converted, the newest first."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from luoshi.kernel.rights import may
from luoshi.kernel.text import T
from luoshi.leads import reads
from luoshi.leads.flow import IMPORT, SEE
from luoshi.leads.models import ExchangeRate
from luoshi.leads.money import CURRENCIES
from luoshi.leads.rules import RULES
from luoshi.people.sessions import having
from luoshi.web.http import viewer_of
from luoshi.web.tables import Column, Table

SHOWN: Final = 1000
TABLE: Final = Table[ExchangeRate](
    T("汇率", "Exchange rates"),
    (
        Column(T("货币", "Currency"), lambda one: f"{one.currency} {CURRENCIES[one.currency]}", "b", is_header=True),
        Column(T("日期", "Day"), lambda one: one.day.isoformat(), "n nb"),
        Column(T("1 单位合人民币元", "Yuan for 1 unit"), lambda one: f"{one.rate.normalize():f}", "r n"),
        Column(T("来源", "Source"), lambda one: one.source),
    ),
)


@having(SEE)
def page(request: HttpRequest) -> HttpResponse:
    """All rates; whoever may import finds the way to bring in more."""
    found = reads.rates()
    context = {
        "table": TABLE.render(found[:SHOWN]) if found else "", "imports": may(viewer_of(request), IMPORT),
        "days": RULES["days"]["rate"], "more": max(0, len(found) - SHOWN),
    }  # fmt: skip
    return render(request, "leads/rates.html", context)

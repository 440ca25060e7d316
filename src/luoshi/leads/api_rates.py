"""The API of exchange rates: all of them, the newest first. Bringing them in: `api_lists`."""

from typing import Final

from luoshi.api.endpoint import Answer, Asked, Endpoint
from luoshi.api.schema import TEXT, one_of, record, rows
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T
from luoshi.leads import reads
from luoshi.leads.api_given import DAY
from luoshi.leads.flow import SEE
from luoshi.leads.money import CURRENCIES

RATE: Final = record({"currency": one_of([*CURRENCIES]), "day": DAY, "rate": TEXT, "source": TEXT})


def listed(call: Asked) -> Answer:
    """Yuan for one unit, as a decimal, with the day and the source."""
    demand(call.viewer, SEE)
    return Answer(
        {"rates": [{"currency": one.currency, "day": one.day, "rate": f"{one.rate.normalize():f}", "source": one.source}
                   for one in reads.rates()]}
    )  # fmt: skip


ENDPOINTS: Final = (
    Endpoint("GET", "/rates", "leads.rates", T("汇率列表", "List exchange rates"), listed, record({"rates": rows(RATE)}),
             refusals=(403,)),
)  # fmt: skip

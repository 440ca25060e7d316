"""What the part `web/proof.html` needs, which checks a receipt in the browser (`static/receipt.js`)."""

from luoshi.kernel import calendar
from luoshi.kernel.ledger import place, rotate
from luoshi.kernel.ledger.problem import LogProblem


def context(text: str = "") -> dict[str, str]:
    """The log's verifier keys (former ones with how far they may speak), the present one by itself, the city's time zone; `text` is a receipt to begin with."""
    try:
        keys = [key.line for key in rotate.trusted(place.current())]
    except LogProblem:
        keys = []
    return {"text": text, "keys": "\n".join(keys), "key": keys[-1] if keys else "", "zone": calendar.current().tz}

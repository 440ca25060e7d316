"""Figures that read verdicts are shown as of the ends of months: the public may ask for nothing in between.

Whoever could ask after each event would see a number move by one, and know how that one citizen judged. What has too few
changes at the end of a month waits (`editions.py`).
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from luoshi.figures import ask
from luoshi.figures.ask import AsOf
from luoshi.figures.declare import Figure
from luoshi.figures.editions import day_of
from luoshi.figures.period import moment
from luoshi.kernel import calendar, clock
from luoshi.kernel.ledger import rows as log_rows
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer

ONLY: Final = T(
    "这个指标涉及评价：公众只能按日期看月底的数",
    "This figure reads verdicts: the public may ask for a day only, and is told what was shown at the end of the month before",
)


def withheld(viewer: Viewer, figure: Figure) -> bool:
    """Does the figure read verdicts, and is the viewer one of the public?"""
    return figure.measure.suppress_below > 0 and not viewer.is_staff


def known(viewer: Viewer, figure: Figure, text: str | None = None, field: str = "as_of") -> AsOf:
    """What was known, as a viewer may ask for it. Raises Invalid, also for a size where only days may be asked for."""
    if not withheld(viewer, figure):
        return ask.as_of(text, field)
    if text and text.isascii() and text.isdigit():
        raise Invalid([Fault(field, text[:40], ONLY)])
    return shown(figure, ask.as_of(text, field))


def shown(figure: Figure, at: AsOf) -> AsOf:
    """As of when a figure is shown in what everybody reads: of one that reads verdicts the last month that was over by then."""
    if not figure.measure.suppress_below or not at.size or at.paced:
        return at
    city_date, now = calendar.current().city_date, clock.now()
    day = min(at.day or city_date(moment(at.moment)), city_date(now))
    is_over = log_rows.end_of(day) <= now and log_rows.size_on(day) <= at.size
    over = day_of(day if is_over else day - timedelta(days=1))
    return replace(ask.known_on(over), paced=True)


def text(figure: Figure, at: AsOf) -> str:
    """As of when, for an address that everybody may open: a size of the log, or the day; "" for what is kept by the day."""
    if not figure.measure.suppress_below:
        return str(at.size)
    return at.day.isoformat() if at.day else ""

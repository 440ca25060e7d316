"""A fresh tracking code for a case, sent to its reporter.

The message has a place for the code and not the code: it is made from the message's own id whenever it is sent or
shown, so that none stands in the database.
"""

from typing import Final

from django.db import transaction

from luoshi.cases import telling
from luoshi.cases.actions import tell
from luoshi.cases.core import LINE
from luoshi.cases.flow import ALIVE, EVERY, HOLDER
from luoshi.cases.models import Case
from luoshi.kernel.action import Act, Action, Change
from luoshi.kernel.flow import Move
from luoshi.kernel.text import T
from luoshi.people import viewer as viewers
from luoshi.ports.notify.models import MAIL, SMS, Message

MOVE: Final = Move("renew", T("换发查询码", "New tracking code"), EVERY, None, HOLDER, statuses=ALIVE, quiet=True)


def _renew(case: Case, act: Act) -> Change:
    """Leaves an event and changes nothing; neither code nor address is in it."""
    return Change()


_ACTION: Final = Action(LINE, MOVE, _renew)


def renew(case: Case, address: str) -> Message | None:
    """A fresh code for the case, queued to the address that its reporter gave; earlier codes stay good."""
    channel = MAIL if "@" in address else SMS
    with transaction.atomic():
        _ACTION(viewer=viewers.holder(str(case.log_id)), on=case.number)
        return tell.write(case, (channel, address), telling.text_of("renew", case, case))

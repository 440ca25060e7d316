"""A fresh tracking code for a case, sent to its reporter.

The notice's text has a place for the code and not the code: it is made from the notice's own id whenever the notice is
sent or shown (`words_of`), so that none stands in the database.
"""

from typing import Final

from django.db import transaction

from luoshi.cases.actions.report import code_for, secret
from luoshi.cases.models import Case, CaseCode, Notice
from luoshi.kernel import clock
from luoshi.kernel.ids import code_hash, show_code
from luoshi.kernel.text import T

_TEXT: Final = T("您上报的 {number} 的新查询码：{code}。", "The new tracking code of your report {number}: {code}.")


def _code(notice: Notice) -> str:
    return code_for("notice", str(notice.pk))


def words_of(notice: Notice) -> str:
    """The text of a notice as it is sent: with its code, where it carries one."""
    return notice.text.replace("{code}", show_code(_code(notice)))


def renew(case: Case, address: str) -> Notice:
    """A fresh code for the case, queued as a notice to the address; earlier codes stay good."""
    now = clock.now()
    text = str(_TEXT.fill(number=case.number, code="{code}"))
    with transaction.atomic():
        notice = Notice.objects.create(case=case, address=address, text=text, at=now)
        CaseCode.objects.create(case=case, hash=code_hash(secret(), _code(notice)), at=now)
    return notice

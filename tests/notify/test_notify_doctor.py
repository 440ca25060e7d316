"""The doctor says which messages did not arrive."""

from datetime import timedelta

import pytest
from django.conf import settings
from given import NOW
from notify_work import configured, work

from luoshi.cli import examinations
from luoshi.kernel import clock
from luoshi.ports.notify import actions, reads
from luoshi.ports.notify.models import SMS, Message


@pytest.fixture
def message(db: None, monkeypatch: pytest.MonkeyPatch) -> Message:
    configured(monkeypatch, sms_url="http://127.0.0.1:9/sms", sms_token="t", public_url="https://city.example")
    found = actions.queue(SMS, "13800000000", "办好了")
    assert found is not None
    return found


def mend(served: bool, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(examinations, "_served", lambda conf: served)
    found = examinations.messages(settings.CONF)
    assert "13800000000" not in found.detail.en
    return found.detail.en if found.mend else ""


def test_one_that_is_late_is_said_while_somebody_should_send_it(
    message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert mend(True, monkeypatch) == "", "it may still be on its way"
    with clock.at(NOW + timedelta(minutes=61)):
        assert "1 not delivered" in mend(True, monkeypatch)
        assert mend(False, monkeypatch) == "", "nothing is served, so nothing is sent"


def test_one_that_was_given_up_is_said_for_a_day_and_a_delivered_one_never(
    message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(work()) == 1, "the gateway is away"
    for _ in range(actions.MOST - 1):
        try:
            actions.attempt(message.pk)
        except Exception as refused:
            assert type(refused).__name__ == "Undelivered"
    assert "1 given up" in mend(False, monkeypatch)
    with clock.at(NOW + timedelta(hours=25)):
        assert mend(True, monkeypatch) == ""
    Message.objects.filter(pk=message.pk).update(failed_at=None, sent_at=NOW)
    with clock.at(NOW + timedelta(hours=3)):
        assert reads.undelivered(NOW, NOW + timedelta(hours=2)) == (0, 0)


def test_links_that_lead_to_this_machine_are_said(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    configured(monkeypatch, sms_url="http://127.0.0.1:9/sms", sms_token="t", public_url="")
    found = examinations.messages(settings.CONF)
    assert found.mend is not None and "PUBLIC_URL" in found.mend.en

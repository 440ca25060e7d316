"""The log says whether a command, time, a reporter or a person did something; outside it stands only as a hash."""

import orjson
import pytest
from given import NOW
from staff_cast import at, case, client

from luoshi.cases import reads
from luoshi.cases.reads.imported import by_source
from luoshi.kernel.ids import uuid7
from luoshi.kernel.ledger.event import restricted_hash
from luoshi.kernel.models import Event, EventSalt
from luoshi.kernel.viewer import OPERATOR, SYSTEM, Viewer
from luoshi.people.models import Person
from luoshi.people.viewer import of_login
from luoshi.ports.importer.job import Job
from luoshi.ports.importer.mapping import load
from luoshi.ports.importer.write import Writer

pytestmark = pytest.mark.usefixtures("db")


ROW = {
    "service_request_id": "r1", "status": "closed", "service_code": "s1", "service_name": "Roads", "description": "Pothole",
    "requested_datetime": "2015-03-01T09:00:00Z", "updated_datetime": "2015-03-02T15:00:00Z",
}  # fmt: skip


def taken_in(viewer: Viewer) -> list[Event]:
    Writer(Job(viewer, uuid7(NOW), load("georeport", "here"))).write([(1, ROW)], NOW)
    found = by_source(OPERATOR, "here", ["r1"])["r1"]
    return list(Event.objects.filter(subject=found.log_id).order_by("id"))


def test_a_command_is_told_from_a_person_and_only_a_hash_of_it_is_public() -> None:
    events = taken_in(OPERATOR)
    assert [event.verb for event in events] == ["import", "close"]
    for event in events:
        assert (event.actor, event.body["actor_kind"]) == (None, "operator") and b"operator" not in bytes(event.payload)
        secret = bytes(EventSalt.objects.get(event=event.pk).secret)
        told = orjson.loads(bytes(event.payload))["restricted"]["actor_kind"]
        assert told == restricted_hash(secret, "actor_kind", "operator")
    number = by_source(OPERATOR, "here", ["r1"])["r1"].number
    assert "运维人员的命令" in client("supervisor").get(f"/work/cases/{number}/").content.decode()
    assert "运维人员的命令" in client("auditadmin").get("/audit/").content.decode()


def test_of_a_person_the_name_is_enough() -> None:
    person = Person.objects.get(login="supervisor")
    events = taken_in(of_login("supervisor"))
    assert {event.actor for event in events} == {person.pk}
    assert all("actor_kind" not in event.body for event in events)
    assert all("actor_kind" in orjson.loads(bytes(event.payload))["restricted"] for event in events)


def test_reporters_and_time_are_told_too() -> None:
    from luoshi.cases.actions import BY_VERB

    number = at("verified")
    BY_VERB["close_unrated"](viewer=SYSTEM, on=number)
    kinds = {entry.verb: entry.body.get("actor_kind") for entry in reads.entries(case(number))}
    assert (kinds["report"], kinds["accept"], kinds["close"]) == ("public", None, "system")

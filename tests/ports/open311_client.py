"""A client of the Open311 server over the test's HTTP client."""

from typing import Any

import open311_schema
from django.test import Client

from luoshi.cases import actions
from luoshi.cases.models import Case
from luoshi.kernel.viewer import Viewer
from luoshi.people import reads as people
from luoshi.ports.open311 import actions as keys

V2 = "/open311/v2/"
POINT = {"lat": "40.6573", "long": "109.8404"}


class Api:
    """One client with a key of its own."""

    def __init__(self, browse: Client, name: str = "app") -> None:
        self.browse, self.key = browse, keys.make(name)

    def get(self, path: str, document: str, **query: Any) -> Any:
        """The JSON of a GET, after the same has come as XML, kept the schema, and said the same."""
        xml = self.browse.get(f"{V2}{path}.xml", query)
        json = self.browse.get(f"{V2}{path}.json", query)
        assert (xml.status_code, json.status_code) == (200, 200), json.content.decode()
        assert xml.headers["Content-Type"] == "text/xml; charset=utf-8"
        assert json.headers["Content-Type"] == "application/json; charset=utf-8"
        root = open311_schema.check(document, xml.content)
        value = json.json()
        assert open311_schema.spark(root) == open311_schema.plain(value)
        return value

    def send(self, path: str = "requests.json", headers: dict[str, str] | None = None, **data: Any) -> Any:
        """The answer to a POST with the key."""
        return self.browse.post(f"{V2}{path}", {"api_key": self.key} | data, headers=headers)

    def report(self, service_code: str = "010101", **data: Any) -> str:
        """The number of a new request; at the point unless a place is given."""
        where = {} if data.keys() & {"lat", "address_string", "address_id"} else POINT
        response = self.send(service_code=service_code, **where, **data)
        assert response.status_code == 200, response.content.decode()
        return str(response.json()[0]["service_request_id"])


def errors(response: Any, status: int) -> list[str]:
    """The descriptions of an error document, which is checked."""
    assert response.status_code == status, response.content.decode()
    if response.headers["Content-Type"].startswith("text/xml"):
        root = open311_schema.check("errors", response.content)
        found = open311_schema.spark(root)
        assert {one["code"] for one in found} == {str(status)}
    else:
        assert response.headers["Content-Type"] == "application/json; charset=utf-8"
        found = response.json()
        assert isinstance(found, list) and {one["code"] for one in found} == {status}
        assert all(one.keys() == {"code", "description"} for one in found)
    return [one["description"] for one in found]


def handle(cast: dict[str, Viewer], number: str, until: str = "sign") -> Case:
    """Carry a case on: accepted, dispatched, signed for by the unit whose work it is."""
    case = Case.objects.select_related("category").get(number=number)
    unit = people.responsible(case.category.function, case.category.scope, case.street or case.county)
    assert unit is not None
    own = {"unit": unit}
    for verb, who in (("accept", "desk"), ("dispatch", "desk"), ("sign", "system")):
        viewer = Viewer(kind="system") if who == "system" else cast[who]
        actions.BY_VERB[verb](viewer=viewer, on=number, **(own if verb == "dispatch" else {}))
        if verb == until:
            break
    case.refresh_from_db()
    return case

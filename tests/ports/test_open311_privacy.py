"""GET shows what the public pages show of a case, and nothing more."""

import pytest
from django.test import Client
from open311_client import V2, Api, errors, handle

from luoshi.cases import actions
from luoshi.cases.models import Case
from luoshi.kernel.viewer import Viewer
from luoshi.people import viewer

SECRETS = {
    "description": "我家门口的坑TEXT", "first_name": "NAME", "phone": "13899990000", "email": "mail@private.example",
    "address_string": "幸福路PLACE", "media_url": "http://link.example/LINK",
}  # fmt: skip
WORDS = ("TEXT", "NAME", "13899990000", "private.example", "PLACE", "LINK", "NOTE", "40.6573")


@pytest.fixture
def api(browse: Client) -> Api:
    return Api(browse)


def everything(api: Api, number: str) -> str:
    """All that the interface says of a case."""
    paths = [f"requests/{number}", "requests", "servicerequestupdates", f"tokens/{number}"]
    answers = [api.browse.get(f"{V2}{p}.{f}", {"extensions": "true"}) for p in paths for f in ("xml", "json")]
    return "".join(answer.content.decode() for answer in answers)


def test_what_was_written_is_not_shown_until_somebody_releases_it(api: Api, cast: dict[str, Viewer]) -> None:
    number = api.report(lat="40.6573", long="109.8404", **SECRETS)
    case = handle(cast, number)
    actions.BY_VERB["add_note"](viewer=cast["desk"], on=number, note="NOTE")
    before = everything(api, number)
    assert number in before and [word for word in WORDS if word in before] == []
    assert case.unit is not None and case.unit.zh in before
    actions.BY_VERB["release"](viewer=cast["desk"], on=number, public_text="门口有个坑")
    after = everything(api, number)
    assert "门口有个坑" in after and [word for word in WORDS if word in after] == []


def test_no_name_of_staff_is_shown(api: Api, cast: dict[str, Viewer]) -> None:
    from luoshi.people.models import Person

    number = api.report(description="坑")
    handle(cast, number)
    shown = everything(api, number)
    assert [person.name for person in Person.objects.all() if person.name in shown] == []


def test_a_note_among_staff_leaves_no_trace(api: Api, cast: dict[str, Viewer]) -> None:
    from datetime import timedelta

    from luoshi.kernel import clock

    number = api.report(description="坑")
    before = everything(api, number)
    with clock.at(clock.now() + timedelta(hours=1)):
        actions.BY_VERB["add_note"](viewer=cast["desk"], on=number, note="x")
        assert everything(api, number) == before


@pytest.mark.parametrize(
    ("state", "public", "source"),
    [("abuse", True, ""), ("withdrawn", True, ""), ("reported", False, ""), ("closed", True, "boston")],
)
def test_what_the_public_pages_hide_does_not_exist_here(api: Api, state: str, public: bool, source: str) -> None:
    number = api.report(description="坑")
    Case.objects.filter(number=number).update(state=state, public=public, source=source, ours=not source)
    assert api.browse.get(f"/cases/{number}/").status_code == 404
    for path in (f"requests/{number}", f"tokens/{number}"):
        errors(api.browse.get(f"{V2}{path}.json"), 404)
    assert api.get("requests", "requests") == []
    assert api.get("requests", "requests", service_request_id=number) == []
    assert api.get("servicerequestupdates", "updates") == []
    update = {"update_id": "1", "service_request_id": number, "status": "OPEN", "description": "x"}
    errors(api.send("servicerequestupdates.json", **update), 404)


def test_in_every_state_a_case_is_shown_here_exactly_where_the_public_pages_show_it(api: Api) -> None:
    from luoshi.cases.flow import EVERY
    from luoshi.cases.reads.scope import public

    numbers = {state: api.report(description="坑") for state in EVERY}
    for state, number in numbers.items():
        Case.objects.filter(number=number).update(state=state)
    shown = {one["service_request_id"] for one in api.get("requests", "requests")}
    assert shown == set(public().values_list("number", flat=True)) and len(shown) == len(EVERY) - 3


def test_a_member_of_staff_sees_here_what_everybody_sees(
    api: Api, cast: dict[str, Viewer], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = api.report(lat="40.6573", long="109.8404", **SECRETS)
    handle(cast, number)
    seen = everything(api, number)
    monkeypatch.setattr(viewer, "of_request", lambda request: cast["supervisor"])
    assert everything(api, number) == seen

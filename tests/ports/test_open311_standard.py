"""Every answer against the standard's text, in both formats, which say the same."""

from datetime import timedelta
from typing import Any

import pytest
from asking import questions
from django.test import Client
from open311_client import POINT, V2, Api, errors, handle

from luoshi.cases import actions
from luoshi.cases.models import Case, Photo
from luoshi.kernel import clock
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.ports.open311 import attributes


@pytest.fixture
def api(browse: Client) -> Api:
    return Api(browse)


def test_discovery_names_the_endpoint_and_its_formats(api: Api) -> None:
    (endpoint,) = api.get("discovery", "discovery")["endpoints"]
    assert endpoint["url"] == "http://127.0.0.1/open311/v2"
    assert endpoint["formats"] == ["text/xml", "application/json"]
    assert endpoint["type"] == "production"


def test_services_are_the_public_reportable_kinds_in_the_packs_order(api: Api) -> None:
    services = api.get("services", "services")
    codes = [one["service_code"] for one in services]
    assert len(codes) >= 10 and len(set(codes)) == len(codes)
    assert codes[0] == "010101" and codes == sorted(codes)  # the pack's file is in the order of its codes
    private = ("060302", "140202", "130301")
    assert not set(private) & set(codes)
    assert {one["type"] for one in services} == {"realtime"}
    assert all(isinstance(one["service_code"], str) and isinstance(one["metadata"], bool) for one in services)


def test_the_first_service_has_no_required_attribute_and_metadata_tells_who_has_any(api: Api) -> None:
    services = api.get("services", "services")
    first = api.get(f"services/{services[0]['service_code']}", "definition")
    assert not any(one["required"] for one in first["attributes"])
    asking = {one["service_code"] for one in services if one["metadata"]}
    assert asking == set(attributes.load(attributes.file()))
    for code in asking:
        defined = api.get(f"services/{code}", "definition")["attributes"]
        assert [one["order"] for one in defined] == list(range(1, len(defined) + 1))
        assert all(("values" in one) == one["datatype"].endswith("list") for one in defined)


def test_a_service_speaks_the_language_of_the_client(browse: Client) -> None:
    names = [browse.get(f"{V2}services.json", headers={"accept-language": x}).json()[0] for x in ("en", "zh-CN")]
    assert [one["service_name"] for one in names] == ["Potholes on a main road", "主干路路面坑洼破损"]


def test_a_request_is_answered_with_its_id_which_is_also_its_token(api: Api) -> None:
    xml = api.send("requests.xml", service_code="010101", description="坑", **POINT)
    import open311_schema

    root = open311_schema.check("posted", xml.content)
    number = root.findtext("request/service_request_id")
    assert number is not None and Case.objects.get().number == number
    assert root.find("request/token") is None  # not both, says the standard
    assert api.get(f"tokens/{number}", "token") == [{"service_request_id": number, "token": number}]


def test_one_request_and_the_list_show_the_same_fields(api: Api) -> None:
    number = api.report(description="路上有坑", address_string="幸福路 1 号", **POINT)
    listed = api.get("requests", "requests")
    assert api.get(f"requests/{number}", "requests") == listed
    (one,) = listed
    assert one["service_request_id"] == number and one["status"] == "open" and one["service_code"] == "010101"
    assert (one["lat"], one["long"]) == (40.657, 109.84)
    assert one["requested_datetime"] == "2021-12-29T09:00:00+08:00"
    assert one["expected_datetime"] > one["requested_datetime"]
    assert one["address"].endswith("包头市") and one["address_id"]


def test_times_carry_their_zone_and_a_closed_request_its_closing_time(api: Api, cast: dict[str, Viewer]) -> None:
    number = api.report(description="坑")
    with clock.at(clock.now() + timedelta(hours=3)):
        actions.BY_VERB["refuse"](viewer=cast["desk"], on=number, reason="other", answer="不归城市管")
    (one,) = api.get(f"requests/{number}", "requests")
    assert (one["status"], one["updated_datetime"]) == ("closed", "2021-12-29T12:00:00+08:00")
    assert one["expected_datetime"] is None


def at(days: float) -> Any:
    return clock.at(clock.now() - timedelta(days=days))


@pytest.fixture
def old(api: Api) -> dict[int, str]:
    """Requests by their age in days."""
    found = {}
    for days in (0, 10, 89, 91, 120):
        with at(days):
            found[days] = api.report("010101" if days else "020101", description=f"{days}")
    return found


def listed(api: Api, **query: Any) -> list[str]:
    return [one["service_request_id"] for one in api.get("requests", "requests", **query)]


def test_without_arguments_the_last_90_days_come_newest_first(api: Api, old: dict[int, str]) -> None:
    assert listed(api) == [old[0], old[10], old[89]]


def test_an_empty_argument_equals_none(api: Api, old: dict[int, str]) -> None:
    names = ("status", "service_code", "start_date", "end_date", "service_request_id", "page", "jurisdiction_id")
    assert listed(api, **dict.fromkeys(names, "")) == listed(api)


def test_a_span_is_inclusive_and_one_end_alone_spans_90_days(api: Api, old: dict[int, str]) -> None:
    now = clock.now()
    day = [f"{now - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}" for days in range(125)]
    assert listed(api, start_date=day[91], end_date=day[10]) == [old[10], old[89], old[91]]
    assert listed(api, start_date=day[120]) == [old[89], old[91], old[120]]
    assert listed(api, end_date=day[89]) == [old[89], old[91], old[120]]
    assert listed(api, start_date="2021-12-29T09:00:00 08:00") == [old[0]]  # a plus that nobody escaped


def test_filters_by_service_and_status_take_several_by_comma_or_repeated(
    api: Api, old: dict[int, str], cast: dict[str, Viewer]
) -> None:
    actions.BY_VERB["refuse"](viewer=cast["desk"], on=old[10], reason="other", answer="…")
    assert listed(api, service_code="020101") == [old[0]]
    assert listed(api, service_code="020101,010101") == listed(api, service_code=["020101", "010101"]) == listed(api)
    assert listed(api, service_code="999999") == []
    assert listed(api, status="closed") == [old[10]]
    assert listed(api, status="open") == [old[0], old[89]]
    assert listed(api, status="open,closed") == listed(api)


def test_ids_override_everything_else(api: Api, old: dict[int, str]) -> None:
    ids = f"{old[120]},{old[10]},J-2021-999999,rubbish"
    assert listed(api, service_request_id=ids, status="closed", start_date="rubbish") == [old[10], old[120]]


def test_pages(api: Api, old: dict[int, str]) -> None:
    pages = [listed(api, page=n, page_size=2) for n in (1, 2, 3)]
    assert pages == [[old[0], old[10]], [old[89]], []]


def test_extensions_carry_released_photographs_and_the_public_steps(api: Api, cast: dict[str, Viewer]) -> None:
    number = api.report(description="坑")
    case = handle(cast, number)
    for _ in range(2):
        Photo.objects.create(case=case, kind="before", sha256="", width=4, height=3, size=1, at=clock.now())
    shown = Photo.objects.first()
    assert shown is not None
    actions.BY_VERB["release"](viewer=cast["desk"], on=number, public_text="路面有坑", photos_released=[shown])
    (one,) = api.get(f"requests/{number}", "extended", extensions="true")
    url = f"http://127.0.0.1/photo/{shown.pk}/"
    assert one["media_url"] == url and [x["media_url"] for x in one["extended_attributes"]["photos"]] == [url]
    assert one["extended_attributes"]["status"] == "in_progress"
    assert [note["type"] for note in one["notes"]] == ["report", "accept", "dispatch", "sign", "release"]
    (plain,) = api.get(f"requests/{number}", "requests")
    assert (plain["description"], plain["media_url"]) == ("路面有坑", url)


def test_updates_tell_the_steps_with_the_states_of_fixmystreet(api: Api, cast: dict[str, Viewer]) -> None:
    number, other = api.report(description="坑"), api.report(description="另一个")
    handle(cast, number)
    updates = api.get("servicerequestupdates", "updates")
    assert [one["status"] for one in updates] == ["investigating", "action_scheduled", "in_progress"]
    assert {one["service_request_id"] for one in updates} == {number}
    assert len({one["update_id"] for one in updates}) == 3
    assert api.get("servicerequestupdates", "updates", service_request_id=other) == []
    assert api.get("servicerequestupdates", "updates", end_date="2021-12-28T00:00:00Z") == []
    assert len(api.get("servicerequestupdates", "updates", page_size=2, page=2)) == 1


def test_an_update_is_a_note_for_staff_once_and_moves_nothing(api: Api, cast: dict[str, Viewer]) -> None:
    from luoshi.cases import reads

    number = api.report(description="坑")
    data = {
        "update_id": "77", "service_request_id": number, "status": "FIXED", "description": "已经补好了",
        "updated_datetime": "2021-12-29T09:00:00Z", "media_url": "https://x.example/a.jpg",
    }  # fmt: skip
    import open311_schema

    for _ in range(2):
        answer = api.send("servicerequestupdates.xml", **data)
        assert open311_schema.check("updated", answer.content).findtext("request_update/update_id") == "77"
    case = reads.get(cast["desk"], number)
    notes = [one.private["note"] for one in reads.timeline(cast["desk"], case) if one.verb == "note"]
    assert len(notes) == 1 and case.state == "reported"
    assert "已经补好了" in notes[0] and "FIXED" in notes[0] and "https://x.example/a.jpg" in notes[0]
    assert api.get("servicerequestupdates", "updates") == []


def test_an_update_lacks_nothing_and_names_a_known_state(api: Api) -> None:
    assert len(errors(api.send("servicerequestupdates.json"), 400)) == 4
    bad = {"update_id": "1", "service_request_id": "J-2021-000009", "status": "GONE", "description": "x"}
    found = errors(api.send("servicerequestupdates.json", updated_datetime="yesterday", **bad), 404)
    assert len(found) == 3 and "GONE" in found[0]


def test_no_query_is_made_for_a_row(api: Api, cast: dict[str, Viewer]) -> None:

    def queries(extensions: str) -> int:
        with questions() as seen:
            assert api.browse.get(f"{V2}requests.json", {"extensions": extensions}).status_code == 200
        return len(seen)

    handle(cast, api.report(description="1"))
    queries("true")  # what a process reads once
    few = queries("false"), queries("true")
    for n in range(5):
        handle(cast, api.report(description=str(n)))
    assert (queries("false"), queries("true")) == few == (1, 2)


def test_the_questions_of_a_city_come_from_its_home(api: Api, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from luoshi.conf import SettingError

    bad = tmp_path / "open311.toml"
    bad.write_text('[[service.010101]]\ncode = "A"\ndatatype = "colour"\ndescription = { zh = "x", en = "x" }\n')
    with pytest.raises(SettingError, match="colour"):
        attributes.load(bad)
    monkeypatch.setattr(attributes, "file", lambda: bad)
    assert "colour" in errors(api.browse.get(f"{V2}services.json"), 400)[0]
    good = tmp_path / "good.toml"
    good.write_text('[[service.010101]]\ncode = "A"\ndatatype = "text"\ndescription = { zh = "甲", en = "a" }\n')
    monkeypatch.setattr(attributes, "file", lambda: good)
    assert attributes.of("010101") == (attributes.Attribute("A", "text", T("甲", "a")),)


def test_a_simulated_request_says_so_in_its_notes(api: Api) -> None:
    number = api.report(description="坑")
    case = Case.objects.get(number=number)
    for sim in (True, False):
        case.sim = sim
        case.save(update_fields=["sim"])
        (one,) = api.get(f"requests/{number}", "requests")
        assert one["status_notes"] == ("待受理 (模拟 / simulated)" if sim else "待受理")

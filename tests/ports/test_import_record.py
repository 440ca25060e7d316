"""One row: what is refused, and what is kept and marked."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from importing import request

from luoshi.ports.importer.mapping import Mapping, MappingError, load
from luoshi.ports.importer.record import Record, Refused, read

GEOREPORT = load("georeport")
SF = {
    "unique_key": "12", "created_date": "2016-07-13 15:11:07+00:00", "closed_date": "2016-07-14 12:13:22+00:00",
    "resolution_action_updated_date": "2016-07-14 13:00:00+00:00", "status": "Closed", "status_notes": "Done",
    "category": "Sewer Issues", "complaint_type": "Odor", "descriptor": "From_catch_basin",
    "incident_address": "1 Main St", "neighborhood": "", "latitude": "37.7", "longitude": "-122.4",
}  # fmt: skip


def nowhere(lat: float, lon: float) -> str:
    return ""


def record(mapping: Mapping = GEOREPORT, **changed: Any) -> Record:
    return read(mapping, nowhere, request(1, **changed))


def faults(row: dict[str, Any], mapping: Mapping = GEOREPORT) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as found:
        read(mapping, nowhere, row)
    return [(fault.field, fault.rule.en) for fault in found.value.faults]


def test_a_clean_request_is_taken_as_it_is() -> None:
    found = record(media_url="https://example.org/a.jpg")
    assert (found.source_id, found.status, found.state, found.verb) == ("r1", "closed", "closed", "close")
    assert (found.kind, found.kind_name) == ("s1", "Kind 1")
    assert found.reported_at == datetime(2015, 3, 1, 9, tzinfo=UTC) and found.at == datetime(2015, 3, 2, 15, tzinfo=UTC)
    assert (found.text, found.answer) == ("Pothole number 1 before the school", "Case Closed. Nr 1 done.")
    assert (found.lat, found.lon, found.media_url) == (42.3001, -71.1, "https://example.org/a.jpg")
    assert found.flags == ("outside",)


def test_san_francisco_closes_by_the_column_of_the_closing() -> None:
    found = read(load("sf311"), nowhere, SF)
    assert found.at == datetime(2016, 7, 14, 12, 13, 22, tzinfo=UTC)
    assert (found.text, found.place, found.kind) == ("Odor – From_catch_basin", "1 Main St", "Sewer Issues")


def test_every_fault_of_a_row_is_named_by_its_column() -> None:
    row = request(1, service_request_id=None, status="gone", requested_datetime="yesterday", service_code="")
    assert faults(row | {"service_name": ""}) == [
        ("status", "is not in the mapping's table of statuses"),
        ("requested_datetime", "a time such as 2021-12-29T09:00:00+08:00"),
        ("service_request_id", "is required"),
        ("service_code", "is required"),
    ]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"service_request_id": "x" * 201}, "service_request_id"),
        ({"service_code": "x" * 201}, "service_code"),
        ({"requested_datetime": None}, "requested_datetime"),
        ({"requested_datetime": "0001-01-01T00:00:00+14:00"}, "requested_datetime"),
        ({"status": None}, "status"),
        ({"description": {"zh": "x"}}, "description"),
    ],
)
def test_what_cannot_become_a_case_is_refused(changed: dict[str, Any], field: str) -> None:
    assert [name for name, _ in faults(request(1, **changed))] == [field]


@pytest.mark.parametrize(
    ("changed", "flag"),
    [
        ({"updated_datetime": "2015-02-01T00:00:00Z"}, "updated_before_requested"),
        ({"requested_datetime": "2015-03-01T09:00:00"}, "zone_assumed"),
        ({"updated_datetime": None}, "undated"),
        ({"updated_datetime": "soon"}, "unreadable_time"),
        ({"description": "x" * 4001}, "long_text"),
        ({"status_notes": "x" * 4001}, "long_text"),
        ({"description": "a\0b"}, "bad_characters"),
        ({"lat": 0}, "unlocated"),
        ({"lat": "0.0", "long": "0.0"}, "unlocated"),
        ({"lat": 91}, "unlocated"),
        ({"lat": "north"}, "unlocated"),
        ({"lat": "NaN"}, "unlocated"),
        ({"long": None}, "unlocated"),
    ],
)
def test_dirt_is_kept_and_marked(changed: dict[str, Any], flag: str) -> None:
    found = record(**changed)
    assert flag in found.flags
    if flag == "unlocated":
        assert (found.lat, found.lon) == (None, None)
    if flag == "long_text":
        assert 4001 in (len(found.text), len(found.answer))


def test_a_clean_row_without_a_point_is_not_dirty() -> None:
    assert record(lat=None, long=None).flags == ()


def test_a_point_in_the_city_has_its_county_and_no_mark() -> None:
    found = read(GEOREPORT, lambda lat, lon: "150203000000", request(1))
    assert (found.county, found.flags) == ("150203000000", ())


def test_a_closing_before_the_opening_is_kept_as_the_source_says_it() -> None:
    found = read(load("sf311"), nowhere, SF | {"closed_date": "2016-07-01 00:00:00+00:00"})
    assert "closed_before_requested" in found.flags and found.at == datetime(2016, 7, 1, tzinfo=UTC)


def test_a_naive_time_is_in_the_mappings_zone() -> None:
    found = read(load("sf311"), nowhere, SF | {"created_date": "2016-07-13 15:11:07"})
    assert found.reported_at == datetime(2016, 7, 13, 22, 11, 7, tzinfo=UTC)


def test_a_number_as_id_is_the_same_as_its_digits() -> None:
    assert record(service_request_id=17).source_id == record(service_request_id=" 17 ").source_id == "17"


def test_the_status_is_read_whatever_its_case() -> None:
    assert (record(status="OPEN").state, record(status="OPEN").status) == ("reported", "OPEN")


GOOD = (
    'source = "riverton"\nzone = "America/Chicago"\n[fields]\nid = "nr"\nstatus = "st"\nrequested = "at"\n'
    'service_name = "kind"\n[statuses]\n"In Progress" = { state = "handling", verb = "sign" }\n'
)


def written(folder: Path, text: str) -> str:
    (folder / "m.toml").write_text(text, "utf-8")
    return str(folder / "m.toml")


def test_a_mapping_of_ones_own(tmp_path: Path) -> None:
    mapping = load(written(tmp_path, GOOD))
    found = read(mapping, nowhere, {"nr": 7, "st": "in progress", "at": "2020-01-01T00:00", "kind": "Bench"})
    assert (found.source_id, found.state, found.verb, found.kind) == ("7", "handling", "sign", "Bench")
    assert found.reported_at == datetime(2020, 1, 1, 6, tzinfo=UTC) and found.flags == ("undated", "zone_assumed")
    assert load(written(tmp_path, GOOD), source="other").source == "other"


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ('source = "riverton"', 'source = "River Town"', "source"),
        ('"America/Chicago"', '"Mars/Olympus"', "zone"),
        ('id = "nr"', "", "[fields] id"),
        ('id = "nr"', "id = 3", "[fields] id"),
        ('id = "nr"', 'id = "nr"\ncolour = "c"', "[fields] colour"),
        ('service_name = "kind"\n', "", "[fields] service_code"),
        ('"handling"', '"dancing"', "state"),
        ('"sign"', '"sing"', "verb"),
        (', verb = "sign"', "", "In Progress"),
        ("[statuses]", "[status]", "status"),
        ("[fields]", "[fields", "not TOML"),
    ],
)
def test_a_mapping_with_a_mistake_is_refused_by_name(tmp_path: Path, before: str, after: str, where: str) -> None:
    assert before in GOOD
    with pytest.raises(MappingError) as found:
        load(written(tmp_path, GOOD.replace(before, after)))
    assert where in found.value.text.en


@pytest.mark.parametrize("name", ["boston", "absent.toml"])
def test_a_mapping_that_is_not_there_is_said(name: str) -> None:
    with pytest.raises(MappingError):
        load(name)


def test_a_link_that_is_not_on_the_web_is_left_out_and_marked() -> None:
    good = record(media_url="https://example.org/a.jpg")
    bad = record(media_url="javascript:alert(1)")
    assert (good.media_url, "bad_link" in good.flags) == ("https://example.org/a.jpg", False)
    assert (bad.media_url, "bad_link" in bad.flags) == ("", True)

"""Divisions by name and code, the unit, and the reporter's private columns."""

from typing import Any

import pytest
from given import NOW
from importing import bodies

from luoshi.cases.models import Case
from luoshi.kernel.ids import uuid7
from luoshi.kernel.models import Event
from luoshi.kernel.viewer import OPERATOR
from luoshi.people import tree
from luoshi.ports.importer.job import Counts, Job
from luoshi.ports.importer.mapping import checked
from luoshi.ports.importer.places import divisions
from luoshi.ports.importer.record import Where
from luoshi.ports.importer.write import Writer

COUNTY, STREET = "150203000000", "150203014000"
MAPPING = checked(
    "",
    {
        "source": "ledger",
        "zone": "Asia/Shanghai",
        "fields": {
            "id": "编号", "requested": "时间", "text": "内容", "place": "地点", "lat": "纬度", "long": "经度",
            "division": ["所在区", "街道"], "unit": "承办单位", "name": "姓名", "phone": "电话", "email": "邮箱",
        },
        "constants": {"service_name": "来信"},
        "statuses": {"open": {"state": "reported", "verb": "reopen"}},
    },
)  # fmt: skip


def take(**row: Any) -> tuple[Case, Counts]:
    counts = Writer(Job(OPERATOR, uuid7(NOW), MAPPING)).write([(2, {"编号": "1", "时间": "2021/3/1", **row})], NOW)
    return Case.objects.select_related("private").get(source="ledger", source_id="1"), counts


def zh(code: str) -> str:
    return tree.today().divisions[code].zh


@pytest.mark.parametrize(
    "row", [{"所在区": COUNTY}, {"所在区": "150203"}, {"地点": "昆都仑区"}, {"所在区": " 昆都仑区 "}]
)
def test_a_district_is_known_by_code_by_name_and_where_the_place_is_nothing_else(db: None, row: dict[str, str]) -> None:
    case, _ = take(**row)
    assert (case.county, case.street, case.flags) == (COUNTY, "", ["zone_assumed"])
    assert case.private.place == row.get("地点", "")


def test_names_of_a_row_say_together_where_it_is(db: None) -> None:
    street, find = zh(STREET), divisions()
    at = Where(COUNTY, STREET)
    assert find([f"包头市昆都仑区{street}"]) == find(["昆都仑区", street]) == find([f"{street}办事处"]) == (at, True)
    assert find(["150203", STREET]) == (at, True) and find(["kundulun district"]) == (Where(COUNTY), True)
    case, _ = take(所在区="昆都仑区", 街道=street, 地点="十字路口")
    assert (case.county, case.street, case.community, case.private.place) == (COUNTY, STREET, "", "十字路口")
    assert Event.objects.get(subject=case.log_id).body["county"] == COUNTY


def test_a_name_that_several_have_needs_what_stands_before_it(db: None) -> None:
    city, find = tree.today(), divisions()
    by_name: dict[str, list[str]] = {}
    for code, row in city.divisions.items():
        by_name.setdefault(row.zh, []).append(code)
    name, codes = next((name, codes) for name, codes in by_name.items() if len(codes) > 1)
    assert find([name]) == (Where(), False)
    for code in codes:
        above = city.divisions[city.places.parent[code]].zh
        assert code in find([above, name])[0] and find([above, name])[1]


def test_a_division_that_is_not_known_is_flagged_and_kept_in_the_place(db: None) -> None:
    case, counts = take(所在区="昆都仑区", 街道="没有街道", 地点="十字路口")
    assert (case.county, case.street) == (COUNTY, "") and counts.flags["unknown_division"] == 1
    assert case.private.place == "十字路口 – 昆都仑区 – 没有街道"


def test_the_division_counts_where_the_point_lies_in_another_county(db: None) -> None:
    case, _ = take(所在区="东河区", 纬度="40.66", 经度="109.84")
    assert zh(case.county) == "东河区" and "two_counties" in case.flags
    case, _ = take(所在区="昆都仑区", 纬度="40.66", 经度="109.84")
    assert case.county == COUNTY and "two_counties" not in case.flags


def test_reporter_and_unit_stay_private_and_follow_the_source(db: None) -> None:
    said = {"内容": "路面有坑", "承办单位": "市政处", "姓名": "甲某", "电话": "00000000001", "邮箱": "a@example.org"}
    case, _ = take(**said)
    kept = case.private
    assert (kept.name, kept.phone, kept.email) == ("甲某", "00000000001", "a@example.org")
    assert kept.text == "路面有坑\n承办单位：市政处"
    (event,) = Event.objects.filter(subject=case.log_id)
    hidden = bodies([event.pk])[event.pk]
    assert (hidden["name"], hidden["phone"], hidden["email"]) == ("甲某", "00000000001", "a@example.org")
    assert not any(word in str(event.body) for word in said.values())
    assert take(**said)[1].unchanged == 1
    case, counts = take(**said | {"电话": "00000000002"})
    assert (counts.updated, case.private.phone) == (1, "00000000002")
    case.private.delete()
    take(**said | {"电话": "00000000003"})
    assert not hasattr(Case.objects.get(pk=case.pk), "private")

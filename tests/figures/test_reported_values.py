"""Reported values: entered by one person, approved by another, never overwritten, asked as of a size of the log."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from reported_home import answer, declare, enter, publish, seal

from luoshi.conf import Conf
from luoshi.figures import rows_check
from luoshi.figures.models import ReportedValue
from luoshi.figures.reported import actions
from luoshi.kernel.ledger.audit import check
from luoshi.kernel.models import Event
from luoshi.kernel.problems import Absent, Denied, Invalid, NotNow
from luoshi.kernel.viewer import Viewer


@pytest.fixture(autouse=True)
def home(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "CONF", Conf({**settings.CONF.values, "home": tmp_path}))
    declare(tmp_path)
    return tmp_path


def test_a_second_person_approves(cast: dict[str, Viewer]) -> None:
    row = enter(cast["statistician"])
    with pytest.raises(NotNow) as refused:
        actions.approve(viewer=cast["statistician"], on=row.pk)
    assert "以外的人" in str(refused.value.faults[0].rule)
    with pytest.raises(Denied):
        actions.approve(viewer=cast["leader"], on=row.pk)
    with pytest.raises(Denied):
        enter(cast["supervisor"], period="2020")
    actions.approve(viewer=cast["supervisor"], on=row.pk)
    row.refresh_from_db()
    assert (row.state, row.placed_by_id, row.approved_by_id) == (
        "approved", cast["statistician"].person, cast["supervisor"].person,
    )  # fmt: skip
    with pytest.raises(NotNow):
        actions.decline(viewer=cast["supervisor"], on=row.pk, reason="晚了")
    with pytest.raises(Absent):
        actions.approve(viewer=cast["supervisor"], on=row.pk + 1)


def test_every_write_leaves_an_open_event_under_one_id(cast: dict[str, Viewer]) -> None:
    row = publish(cast)
    revised = publish(cast, value="3301.5", vintage="2023-01-10", status="revised")
    declined = enter(cast["statistician"], value="1", vintage="2023-02-01")
    actions.decline(viewer=cast["supervisor"], on=declined.pk, reason="单位写错了")
    other = publish(cast, member="150600", value="4715.7")
    assert row.subject == revised.subject == declined.subject != other.subject
    events = list(Event.objects.filter(line="figures", subject=row.subject).order_by("recorded_at", "id"))
    assert [(e.verb, e.body["value"]) for e in events] == [
        ("propose", "3293.0"), ("approve", "3293.0"), ("propose", "3301.5"), ("approve", "3301.5"),
        ("propose", "1"), ("decline", "1"),
    ]  # fmt: skip
    assert events[-1].body["reason"] == "单位写错了" and b"\xe5\x8d\x95\xe4\xbd\x8d" not in events[-1].payload
    assert b'"value":"3293.0"' in events[0].payload and b'"private":null' in events[0].payload
    assert events[1].actor == cast["supervisor"].person


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"figure": "city.none"}, "figure"), ({"period": "2021-13"}, "period"), ({"period": "2021Q1"}, "period"),
        ({"value": "3,293"}, "value"), ({"value": "3293.125"}, "value"), ({"value": "1e3"}, "value"),
        ({"value": "NaN"}, "value"), ({"vintage": "2022"}, "vintage"), ({"vintage": "2999-01-01"}, "vintage"),
        ({"status": "guess"}, "status"), ({"source": " "}, "source"), ({"document": ""}, "document"),
        ({"document": "长" * 501}, "document"), ({"address": "javascript:alert(1)"}, "address"),
        ({"member": "110000"}, "member"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_value(cast: dict[str, Viewer], given: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        enter(cast["statistician"], **given)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert not ReportedValue.objects.exists()


def test_the_first_release_stays_beside_the_revision(cast: dict[str, Viewer], home: Path) -> None:
    sizes = [seal(home)]
    publish(cast, figure="city.region_gdp", value="20514.2", vintage="2022-02-28")
    sizes.append(seal(home))
    publish(cast, figure="city.region_gdp", value="21063.87", vintage="2025-01-01", status="revised")
    assert answer("city.region_gdp")["value"] == "20514.2", "not sealed yet"
    sizes.append(seal(home))
    found = [answer("city.region_gdp", size=size) for size in sizes]
    assert [one["value"] for one in found] == [None, "20514.2", "21063.87"]
    assert [one["first_release"] and one["first_release"]["value"] for one in found] == [None, "20514.2", "20514.2"]
    assert found[2]["status"] == "revised" and found[2]["first_release"]["status"] == "preliminary"
    assert set(found[0]) == set(found[2]) and found[0]["log_size"] == sizes[0]


def test_an_older_vintage_entered_later_is_the_first_release(cast: dict[str, Viewer], home: Path) -> None:
    publish(cast, value="3301.5", vintage="2023-01-10", status="revised")
    publish(cast)
    seal(home)
    found = answer("city.gdp")
    assert (found["value"], found["first_release"]["value"]) == ("3301.5", "3293.0")


def test_another_value_of_the_same_vintage_is_refused_until_the_first_is_withdrawn(cast: dict[str, Viewer], home: Path) -> None:  # fmt: skip
    row = publish(cast)
    size = seal(home)
    with pytest.raises(Invalid) as refused:
        enter(cast["statistician"], value="3294")
    assert "3293.0" in str(refused.value.faults[0].rule)
    with pytest.raises(Invalid):
        actions.withdraw(viewer=cast["supervisor"], on=row.pk, reason=" ")
    actions.withdraw(viewer=cast["supervisor"], on=row.pk, reason="抄错了")
    seal(home)
    assert answer("city.gdp")["value"] is None and answer("city.gdp", size=size)["value"] == "3293.0"
    publish(cast, value="3294")
    seal(home)
    assert answer("city.gdp")["value"] == "3294" and answer("city.gdp", size=size)["value"] == "3293.0"


def test_a_value_changed_in_the_table_changes_no_answer(cast: dict[str, Viewer], home: Path) -> None:
    publish(cast)
    seal(home)
    ReportedValue.objects.update(value=9999)
    assert answer("city.gdp")["value"] == "3293.0"


def test_ranks_with_ties_and_the_missing_named(cast: dict[str, Viewer], home: Path) -> None:
    for member, value in (("", "8.5"), ("150600", "7.0"), ("150100", "7.0"), ("150900", "5.6")):
        publish(cast, figure="city.gdp_growth", member=member, value=value)
    publish(cast, figure="city.gdp_growth", period="2020", value="3.0")
    seal(home)
    found = answer("city.gdp_growth", "2021", "member", ranked=True)
    ranks = [(row["rank"], row["member"], row["value"]) for row in found["rows"]]
    assert sorted(ranks) == [(1, "150200", "8.5"), (2, "150100", "7.0"), (2, "150600", "7.0"), (4, "150900", "5.6")]
    assert [one[0] for one in ranks] == [1, 2, 2, 4] and found["value"] == "8.5"
    assert len(found["missing"]) == 8 and "阿拉善盟" in found["missing"]
    assert answer("city.gdp_growth", member="150200")["value"] == "8.5"
    assert answer("city.gdp_growth", member="150600")["value"] == "7.0"
    for by, where in ((("county",), {}), ((), {"member": "110000"}), ((), {"unit": "x"}), (("member", "month"), {})):
        with pytest.raises(Invalid):
            answer("city.gdp_growth", "2021", *by, **where)


def test_growth_is_reported_and_never_recomputed(cast: dict[str, Viewer], home: Path) -> None:
    publish(cast, period="2020", value="2787.4", vintage="2021-04-06")
    publish(cast)
    seal(home)
    beside = answer("city.gdp", compare="yoy")["compare"]
    assert (beside["period"], beside["value"], beside["change"]) == ("2020", "2787.4", None)
    for period, value in (("2020", "3.0"), ("2021", "8.5")):
        publish(cast, figure="city.gdp_growth", period=period, value=value)
    seal(home)
    beside = answer("city.gdp", compare="yoy")["compare"]
    assert (beside["change"], beside["change_unit"]) == ("8.5", "%")
    rates = answer("city.gdp_growth", compare="yoy")["compare"]
    assert (rates["value"], rates["change"], rates["change_unit"]) == ("3.0", "5.5", "pp")
    with pytest.raises(Invalid):
        answer("city.gdp", compare="ytd")
    assert answer("city.gdp", "2020", compare="yoy")["compare"]["value"] is None


def test_every_key_of_a_computed_figure_is_there(cast: dict[str, Viewer], home: Path) -> None:
    publish(cast, figure="city.communities_renovated", value="5918", page="1", address="https://example.cn/a")
    size = seal(home)
    found: dict[str, Any] = answer("city.communities_renovated")
    keys = {
        "figure", "name", "period", "as_of", "log_size", "provisional", "numerator", "denominator", "n", "value",
        "suppressed", "unit", "fingerprint", "engine", "rows", "missing", "compare",
    }  # fmt: skip
    assert keys < set(found) and (found["numerator"], found["denominator"], found["n"]) == (None, None, 0)
    assert (found["value"], found["unit"], found["pending"], found["log_size"]) == ("5918", "个", True, size)
    assert found["document"] == {"name": "2021年统计公报", "page": "1", "address": "https://example.cn/a"}
    assert found["vintage"] == "2022-03-31" and found["source"] == "市统计局"


def test_the_log_holds_what_the_rows_say(cast: dict[str, Viewer]) -> None:
    from luoshi.kernel.ledger import audit, rows

    publish(cast)
    found = rows.binary(f"SELECT NULL, {audit.COLUMNS} FROM {audit.TABLES} WHERE e.line = 'figures'")
    assert len(found) == 2 and [check(audit.Row(*row)) for row in found] == [None, None]


@pytest.mark.parametrize(
    "change, field",
    [
        ({"value": 9999}, "value"),
        ({"source": "别处"}, "source"),
        ({"release": "final"}, "release"),
        ({"state": "approved"}, "state"),
    ],
)
def test_a_row_that_says_something_else_than_the_log_is_named_also_of_an_older_vintage(
    cast: dict[str, Viewer], change: dict[str, Any], field: str
) -> None:
    old = publish(cast, value="3290", vintage="2021-06-01")
    publish(cast)
    waiting = enter(cast["statistician"], value="3301.5", vintage="2023-01-10", status="revised")
    gone = publish(cast, value="3299", vintage="2022-08-01")
    actions.withdraw(viewer=cast["supervisor"], on=gone.pk, reason="抄错了")
    assert list(rows_check.faults()) == []
    row = waiting if field == "state" else old
    ReportedValue.objects.filter(pk=row.pk).update(**change)
    (bad,) = rows_check.faults()
    assert (bad.what, bad.subject) == ("row", str(row.subject)) and f": {field} is " in bad.detail

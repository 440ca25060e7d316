"""Posting: attributes, pictures, links, the same request twice, keys and their limit."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.utils import override_settings
from open311_client import POINT, V2, Api, errors
from PIL import Image

from luoshi.cases import photos, reads
from luoshi.cases.actions.report import secret
from luoshi.cases.models import Case, Photo
from luoshi.conf import Conf
from luoshi.kernel import clock
from luoshi.kernel.models import Event, EventPrivate, Idempotency
from luoshi.ports.open311 import actions as keys
from luoshi.ports.open311 import reads as clients
from luoshi.ports.open311.models import Key


@pytest.fixture
def api(browse: Client) -> Api:
    return Api(browse)


def case() -> Case:
    return Case.objects.select_related("private").get()


def test_a_report_is_a_case_like_any_other(api: Api) -> None:
    number = api.report(
        "020101", description="井盖松动\r\n夜里有人绊倒", first_name="小明", last_name="王", phone="138 0000 0000",
        email="wang@example.com", account_id="7", device_id="tt222111", address_string="幸福路 12 号", **POINT,
    )  # fmt: skip
    found = case()
    assert (found.number, found.channel, found.state, found.top) == (number, "open311", "reported", "02")
    assert (found.private.text, found.private.name, found.private.place) == (
        "井盖松动\n夜里有人绊倒",
        "王小明",
        "幸福路 12 号",
    )
    assert (found.private.phone, found.private.email) == ("13800000000", "wang@example.com")
    assert (found.private.lat, found.lat) == (40.6573, 40.657)
    assert found.county == "150203000000"
    assert Event.objects.get(subject=found.log_id).verb == "report"


@pytest.mark.parametrize(
    ("where", "place", "county", "street"),
    [
        ({"address_string": "幸福路 1 号"}, "幸福路 1 号", "", ""),
        ({"address_id": "150204000000"}, "", "150204000000", ""),
        ({"lat": "0", "long": "0"}, "", "", ""),  # far from the city, and told so by nobody but its place
    ],
)
def test_a_place_in_any_of_the_three_ways(
    api: Api, where: dict[str, str], place: str, county: str, street: str
) -> None:
    api.report(description="坑", **where)
    found = case()
    assert (found.private.place, found.county, found.street) == (place, county, street)


def test_a_division_gives_all_above_it(api: Api) -> None:
    from luoshi.people import tree

    community = next(d.code for d in tree.today().divisions.values() if d.level == "community")
    api.report(description="坑", address_id=community)
    found = case()
    assert found.community == community and found.street and found.county
    assert api.get("requests", "requests")[0]["address_id"] == community


def test_without_a_description_the_case_is_called_by_its_service(api: Api) -> None:
    api.report(description="")
    assert case().private.text == "主干路路面坑洼破损"


def test_four_thousand_characters_are_taken(api: Api) -> None:
    api.report(description="坑" * 4000)
    assert len(case().private.text) == 4000


def test_the_answer_tells_by_when_and_the_code_that_opens_the_report(api: Api) -> None:
    notice = api.send(service_code="010101", description="坑", **POINT).json()[0]["service_notice"]
    assert "3 个工作日" in notice
    code = notice.split("查询码 ")[1][:14]
    assert reads.by_code(code, secret()).pk == case().pk
    for table in (Event, EventPrivate, Idempotency):
        assert code not in repr(list(table.objects.values()))


ANSWERS = {
    "020201": {"attribute[POLE]": "A-12", "attribute[EXTENT]": "road"},
    "030101": {"attribute[TEMPERATURE]": "15.5", "attribute[MEASURED]": "2021-12-29T08:00:00+08:00"},
    "060301": {"attribute[HOURS][]": ["evening", "night"]},
    "070301": {"attribute[LINE]": "5 路"},
    "110101": {"attribute[SHOP]": "某某饭店\n幸福路"},
}


@pytest.mark.parametrize("code", ANSWERS)
def test_attributes_stand_below_the_description(api: Api, code: str) -> None:
    api.report(code, description="请看", **ANSWERS[code])
    text = case().private.text
    assert text.startswith("请看\n")
    expected = {
        "020201": "整条路",
        "030101": "室内温度：15.5",
        "060301": "傍晚、夜里",
        "070301": "5 路",
        "110101": "某某饭店\n幸福路",
    }
    assert expected[code] in text


@pytest.mark.parametrize(
    ("code", "answers", "says"),
    [
        ("030101", {}, "attribute[TEMPERATURE]"),
        ("030101", {"attribute[TEMPERATURE]": ""}, "attribute[TEMPERATURE]"),
        ("030101", {"attribute[TEMPERATURE]": "cold"}, "attribute[TEMPERATURE]='cold'"),
        ("030101", {"attribute[TEMPERATURE]": "nan"}, "attribute[TEMPERATURE]="),
        ("030101", {"attribute[TEMPERATURE]": "1", "attribute[MEASURED]": "2021-12-29"}, "attribute[MEASURED]="),
        ("020201", {"attribute[EXTENT]": "two"}, "one, some, road"),
        ("020201", {"attribute[EXTENT]": ["one", "road"]}, "attribute[EXTENT]"),
        ("020201", {"attribute[POLE]": "a\nb"}, "attribute[POLE]="),
        ("020201", {"attribute[POLE]": "x" * 251}, "attribute[POLE]="),
        ("060301", {"attribute[HOURS][]": ["night", "noon"]}, "attribute[HOURS]='noon'"),
        ("080103", {"attribute[TRAPPED]": "yes"}, "attribute[TRAPPED]"),  # it only tells something
        ("110101", {"attribute[SHOP]": "x" * 1001}, "attribute[SHOP]="),
    ],
)
def test_the_rules_of_attributes_are_enforced(api: Api, code: str, answers: dict[str, Any], says: str) -> None:
    (text,) = errors(api.send(service_code=code, description="x", **POINT, **answers), 400)
    assert says in text and Case.objects.count() == 0


def picture(color: str = "red", form: str = "PNG") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (40, 30), color).save(out, form)
    return SimpleUploadedFile(f"a.{form.lower()}", out.getvalue())


def test_pictures_come_with_the_report_and_stay_unseen_until_released(api: Api) -> None:
    number = api.report(description="坑", media=picture(), second=picture("blue", "JPEG"))
    assert Photo.objects.filter(case__number=number, kind="before", released=False).count() == 2
    photo = Photo.objects.first()
    assert photo is not None and photos.path(photo.pk).read_bytes()[:2] == b"\xff\xd8"
    (one,) = api.get("requests", "extended", extensions="true")
    assert one["media_url"] is None and one["extended_attributes"]["photos"] == []
    assert api.browse.get(f"/photo/{photo.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.png", b"no picture"), ("a.svg", b"<svg/>"), ("x.gif", b"GIF89a" + b"\0" * 40), ("e.png", b"")],
)
def test_what_is_no_picture_is_refused_by_name(api: Api, name: str, data: bytes) -> None:
    answer = api.send(service_code="010101", **POINT, media=SimpleUploadedFile(name, data))
    assert "media=" in errors(answer, 400)[0] and Case.objects.count() == 0


def test_at_most_four_pictures(api: Api) -> None:
    answer = api.send(service_code="010101", **POINT, **{f"media{n}": picture() for n in range(5)})
    assert "media" in errors(answer, 400)[0]


def test_a_link_to_media_is_kept_and_never_shown_or_fetched(api: Api) -> None:
    links = ["http://127.0.0.1:1/a.jpg", "https://x.example/b?c=d"]
    api.report(description="坑", media_url=links)
    assert case().private.media_url.split("\n") == links
    assert "127.0.0.1:1" not in api.browse.get(f"{V2}requests.json?extensions=true").content.decode()


def test_the_same_key_gives_the_same_answer_and_one_case(api: Api) -> None:
    data = {"service_code": "010101", "description": "坑", **POINT}
    first, second = (api.send(**data, media=picture(), headers={"Idempotency-Key": "k-1"}) for _ in range(2))
    assert first.json() == second.json() and first.status_code == 200
    assert (Case.objects.count(), Photo.objects.count()) == (1, 1)
    other = api.send(**{**data, "description": "另一个"}, headers={"Idempotency-Key": "k-1"})
    assert "k-1" in errors(other, 400)[0]
    assert "200" in errors(api.send(**data, headers={"Idempotency-Key": "k" * 201}), 400)[0]
    assert Api(api.browse, "another").send(**data, headers={"Idempotency-Key": "k-1"}).json() != first.json()
    assert api.send(**data).json() != first.json()  # without a key every post is a report
    assert Case.objects.count() == 3


def test_a_key_is_kept_only_as_a_hash_and_ends_at_once(api: Api) -> None:
    assert api.key not in repr(list(Key.objects.values()))
    assert len(api.key) == 40
    api.report(description="坑")
    keys.end("app")
    errors(api.send(service_code="010101", **POINT), 403)
    assert keys.make("app") != api.key  # its name is free again


def limited(n: int) -> Any:
    from django.conf import settings

    return override_settings(CONF=Conf(settings.CONF.values | {"open311_per_minute": n}))


def test_over_its_limit_a_key_gets_403_for_the_rest_of_the_minute(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Api(api.browse, "other")
    with limited(3):
        for _ in range(3):
            api.report(description="坑")
        assert "3" in errors(api.send("requests.xml", service_code="010101", **POINT), 403)[0]
        other.report(description="坑")
        assert api.browse.get(f"{V2}requests.json", {"api_key": api.key}).status_code == 200
        later = clock.real() + timedelta(seconds=61)
        monkeypatch.setattr(clients.clock, "real", lambda: later)
        api.report(description="坑")


def test_a_key_may_have_a_limit_of_its_own(browse: Client) -> None:
    api = Api(browse)
    Key.objects.update(most=1)
    api.report(description="坑")
    errors(api.send(service_code="010101", **POINT), 403)


def test_a_post_needs_no_cookie_and_no_token_of_a_form(api: Api) -> None:
    strict = Client(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1")
    answer = strict.post(f"{V2}requests.json", {"api_key": api.key, "service_code": "010101", **POINT})
    assert answer.status_code == 200 and not answer.cookies
    assert answer.headers["Cache-Control"] == "no-store"

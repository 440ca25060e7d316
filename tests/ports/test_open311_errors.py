"""A test for each row of the standard's tables of errors, in both formats; and nothing hostile gets anything else."""

from typing import Any

import pytest
from django.test import Client
from django.test.utils import override_settings
from open311_client import POINT, V2, Api, errors

from luoshi.cases.models import Case


@pytest.fixture
def api(browse: Client) -> Api:
    return Api(browse)


GETS = ["services", "services/010101", "requests", "requests/{number}", "tokens/{number}", "servicerequestupdates"]


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize("path", [*GETS, "discovery"])
def test_404_for_a_jurisdiction_that_is_not_ours(api: Api, path: str, form: str) -> None:
    path = path.format(number=api.report(description="坑"))
    (text,) = errors(api.browse.get(f"{V2}{path}.{form}", {"jurisdiction_id": "elsewhere.gov"}), 404)
    assert "jurisdiction_id='elsewhere.gov'" in text
    assert api.browse.get(f"{V2}{path}.{form}", {"jurisdiction_id": "150200"}).status_code == 200


@pytest.mark.parametrize("path", GETS)
def test_400_for_no_jurisdiction_cannot_happen_in_a_city_of_its_own(api: Api, path: str) -> None:
    path = path.format(number=api.report(description="坑"))
    assert api.browse.get(f"{V2}{path}.xml", {"jurisdiction_id": ""}).status_code == 200


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize("code", ["999999", "060302", "01", "140202", "%00", "０１０１０１"])
def test_404_for_a_service_that_is_unknown_or_not_offered(api: Api, code: str, form: str) -> None:
    (text,) = errors(api.browse.get(f"{V2}services/{code}.{form}"), 404)
    assert "service_code=" in text


@pytest.mark.parametrize(
    ("path", "name"),
    [("services/", "service_code"), ("requests/", "service_request_id"), ("tokens/", "token"), ("tokens", "token")],
)
@pytest.mark.parametrize("form", ["xml", "json"])
def test_400_for_an_id_that_was_not_provided(api: Api, path: str, name: str, form: str) -> None:
    (text,) = errors(api.browse.get(f"{V2}{path}.{form}"), 400)
    assert name in text


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize(("path", "name"), [("requests", "service_request_id"), ("tokens", "token")])
@pytest.mark.parametrize("number", ["J-2021-999999", "638344", "J-2021-%00", "..", "x" * 5000])
def test_404_for_a_request_or_token_that_does_not_exist(api: Api, path: str, name: str, number: str, form: str) -> None:
    (text,) = errors(api.browse.get(f"{V2}{path}/{number}.{form}"), 404)
    assert f"{name}=" in text and len(text) < 200


@pytest.mark.parametrize("form", ["xml", "json"])
def test_posting_names_404_for_service_and_jurisdiction(api: Api, form: str) -> None:
    path = f"requests.{form}"
    assert "service_code='999999'" in errors(api.send(path, service_code="999999", **POINT), 404)[0]
    answer = api.send(path, service_code="010101", jurisdiction_id="elsewhere", **POINT)
    assert "jurisdiction_id='elsewhere'" in errors(answer, 404)[0]
    assert "060302" in errors(api.send(path, service_code="060302", **POINT), 404)[0]  # of a kind that is never public
    assert Case.objects.count() == 0


@pytest.mark.parametrize("form", ["xml", "json"])
def test_400_without_a_service_or_a_place(api: Api, form: str) -> None:
    assert "service_code" in errors(api.send(f"requests.{form}", **POINT), 400)[0]
    assert "service_code" in errors(api.send(f"requests.{form}", service_code=" ", **POINT), 400)[0]
    assert "address_string" in errors(api.send(f"requests.{form}", service_code="010101"), 400)[0]


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize("path", ["requests", "servicerequestupdates"])
@pytest.mark.parametrize("key", [None, "", "wrong", "x" * 5000, "\0", "密钥"])
def test_403_without_a_good_key(api: Api, path: str, key: str | None, form: str) -> None:
    data = {"service_code": "010101", **POINT} | ({} if key is None else {"api_key": key})
    (text,) = errors(api.browse.post(f"{V2}{path}.{form}", data), 403)
    assert "api_key" in text and Case.objects.count() == 0


def test_a_key_in_the_address_is_none(api: Api) -> None:
    errors(api.browse.post(f"{V2}requests.json?api_key={api.key}", {"service_code": "010101", **POINT}), 403)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("requests", 400), ("requests.html", 400), ("services", 400), ("services/010101", 400), ("discovery", 400),
        ("discovery.txt", 400), ("", 404), ("nothing.xml", 404), ("nothing", 404), ("services/010101/x.xml", 400),
        ("discovery/x.xml", 404), ("servicerequestupdates/1.json", 404), ("../v2/%0d%0ax.xml", 404),
    ],
)  # fmt: skip
def test_an_address_that_is_wrong(api: Api, path: str, status: int) -> None:
    errors(api.browse.get(f"{V2}{path}"), status)


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_400_for_a_method_that_is_not_one_of_the_standards(api: Api, method: str) -> None:
    for path in ("requests.json", "services.json", "requests/J-2021-000001.json"):
        errors(getattr(api.browse, method)(f"{V2}{path}"), 400)
    errors(api.browse.post(f"{V2}services.json", {"api_key": api.key}), 400)


def test_head_is_a_get_without_a_body(api: Api) -> None:
    answer = api.browse.head(f"{V2}services.xml")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"start_date": "2021-12-01"}, "start_date='2021-12-01'"),
        ({"start_date": "2021-12-01T00:00:00"}, "start_date="),  # no zone
        ({"end_date": "2021-13-01T00:00:00Z"}, "end_date="),
        ({"end_date": "0001-01-01T00:00:00+14:00"}, "end_date="),
        ({"start_date": "9999-12-31T23:59:59Z"}, "start_date="),
        ({"start_date": "2021-09-01T00:00:00Z", "end_date": "2021-12-01T00:00:00Z"}, "90"),
        ({"start_date": "2021-12-02T00:00:00Z", "end_date": "2021-12-01T00:00:00Z"}, "end_date="),
        ({"status": "broken"}, "status='broken'"),
        ({"page": "0"}, "page='0'"),
        ({"page": "-1"}, "page='-1'"),
        ({"page": "²"}, "page="),
        ({"page_size": "1001"}, "page_size='1001'"),
        ({"page_size": "1000000000"}, "page_size="),
        ({"page": "9" * 400}, "page="),
        ({"service_code": "a\0b"}, "service_code"),
        ({"x\0": "1"}, "x?"),
        ({"service_request_id": ",".join(["J-2021-000001"] * 1001)}, "1000"),
    ],
)
@pytest.mark.parametrize("form", ["xml", "json"])
def test_400_for_a_query_that_cannot_be_answered(api: Api, query: dict[str, str], says: str, form: str) -> None:
    found = errors(api.browse.get(f"{V2}requests.{form}", query), 400)
    assert says in found[0]


def test_all_errors_are_listed(api: Api) -> None:
    bad = {"start_date": "a", "end_date": "b", "status": "c,open,d", "page": "e", "page_size": "f"}
    assert len(errors(api.browse.get(f"{V2}requests.xml", bad), 400)) == 6
    post = {"lat": "91", "long": "x", "email": "nobody", "phone": "call me", "media_url": "javascript:1"}
    assert len(errors(api.send(service_code="010101", **post), 400)) == 5


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"lat": "40.6"}, "long"),
        ({"long": "109.8"}, "lat"),
        ({"lat": "90.01", "long": "0"}, "lat='90.01'"),
        ({"lat": "0", "long": "-180.1"}, "long='-180.1'"),
        ({"lat": "nan", "long": "0"}, "lat="),
        ({"lat": "1e999", "long": "0"}, "lat="),
        ({"lat": "4_0", "long": "0"}, "lat="),
        ({"address_string": "x" * 201}, "address_string="),
        ({"address_id": "545483"}, "address_id='545483'"),
        (POINT | {"description": "x" * 4001}, "4000"),
        (POINT | {"description": "井盖\0"}, "description"),
        (POINT | {"description": "\x1b[31m"}, "description"),
        (POINT | {"description": "abc\u202egpj.exe"}, "description"),
        (POINT | {"first_name": "x" * 61}, "first_name="),
        (POINT | {"email": "a@b\r\nBcc: c@d.e"}, "email="),
        (POINT | {"phone": "12"}, "phone='12'"),
        (POINT | {"media_url": "file:///etc/passwd"}, "media_url="),
        (POINT | {"media_url": "http://x.example/" + "a" * 2000}, "media_url="),
        (POINT | {"media_url": [f"http://x.example/{n}" for n in range(5)]}, "media_url"),
        (POINT | {"attribute[NONE]": "x"}, "attribute[NONE]"),
        (POINT | {"api_key": ""}, "api_key"),
    ],
)
def test_a_report_that_cannot_be_taken(api: Api, data: dict[str, Any], says: str) -> None:
    status = 403 if "api_key" in data else 400
    assert says in errors(api.send(service_code="010101", **data), status)[0]
    assert Case.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{}", "application/json"),
        (b"<request/>", "text/xml"),
        (b"api_key=x", "text/plain"),
        (b"rubbish", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
        (b"a=1&" * 400, "application/x-www-form-urlencoded"),
        (b"a=" + b"x" * 10_000_000, "application/x-www-form-urlencoded"),
    ],
)
@pytest.mark.parametrize("form", ["xml", "json"])
def test_a_body_that_is_no_form(api: Api, body: bytes, kind: str, form: str) -> None:
    answer = api.browse.post(f"{V2}requests.{form}", body, content_type=kind)
    assert answer.status_code in (400, 403)
    errors(answer, answer.status_code)


def test_a_request_that_says_it_is_huge_is_refused_unread(api: Api) -> None:
    answer = api.browse.post(
        f"{V2}requests.json", b"a=1", content_type="application/x-www-form-urlencoded", CONTENT_LENGTH="999999999999"
    )
    assert "49000000" in errors(answer, 400)[0]


def test_text_is_utf_8_whatever_the_client_says_and_bytes_that_are_not_are_refused(api: Api) -> None:
    kind = "application/x-www-form-urlencoded; charset=gb2312"
    head = f"api_key={api.key}&service_code=010101&lat=40.6&long=109.8&description=".encode()
    path = f"{V2}requests.json"
    assert api.browse.generic("POST", path, head + "井盖".encode(), kind).status_code == 200
    assert Case.objects.get().private.text == "井盖"
    for bad in ("井盖".encode("gb2312"), b"%ED%A0%80"):  # another coding, half a surrogate
        assert "UTF-8" in errors(api.browse.generic("POST", path, head + bad, kind), 400)[0]


def test_errors_are_told_in_the_language_of_the_client(browse: Client) -> None:
    answers = [browse.get(f"{V2}requests.json?page=0", headers={"accept-language": x}) for x in ("en", "zh")]
    assert [errors(one, 400)[0] for one in answers] == ["page='0': from 1 to 1000000", "page='0'：1 到 1000000"]


def test_the_host_of_the_public_address_is_a_name_of_the_jurisdiction(browse: Client) -> None:
    from django.conf import settings

    from luoshi.conf import Conf

    conf = Conf(settings.CONF.values | {"public_url": "https://luoshi.baotou.example"})
    with override_settings(CONF=conf):
        query = {"jurisdiction_id": "luoshi.baotou.example"}
        found = browse.get(f"{V2}discovery.json", query).json()
    assert found["endpoints"][0]["url"] == "https://luoshi.baotou.example/open311/v2"

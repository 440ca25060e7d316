"""The layers round every page: headers, language, faults, client addresses, and a log without tracking codes."""

import json
import logging
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from luoshi.kernel import installation
from luoshi.web import client
from luoshi.web.apps import mask


def test_every_answer_carries_the_strict_policy(site: Client) -> None:
    for path in ("/parts/", "/wrong/bug", "/nowhere", "/wrong/database"):
        headers = site.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"] and "data:" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin" and headers["X-Request-Id"]


def test_a_tracking_page_sends_no_referrer_and_is_not_kept(site: Client) -> None:
    headers = site.get("/track/7K3MQ9TX").headers
    assert headers["Referrer-Policy"] == "no-referrer" and "no-store" in headers["Cache-Control"]


def test_the_access_line_has_neither_code_nor_query(site: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    site.get("/track/7K3MQ9TX?x=geheim")
    site.get("/track/7K3MQ9TX/none")
    site.post("/track/7K3MQ9TX")
    assert "GET /track/… 200" in caplog.text and "POST /track/… 403" in caplog.text
    assert "7K3M" not in caplog.text and "geheim" not in caplog.text


def test_the_mask_reads_formatted_lines() -> None:
    record = logging.LogRecord("django.request", 30, "", 0, "%s: %s", ("Not Found", "/track/ABC/rate"), None)
    assert mask(record) and record.getMessage() == "Not Found: /track/…"


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere", 404, "没有这一页"),
        ("/lang/fr", 404, "没有这种语言：fr"),
        ("/wrong/denied", 403, "不能打开"),
        ("/wrong/invalid", 422, "不能晚于 2021-12-10"),
        ("/wrong/stale", 409, "王磊先改了这条"),
        ("/wrong/many", 429, "上报太多"),
        ("/wrong/bug", 500, "系统出了错"),
        ("/wrong/database", 503, "数据库暂时连不上"),
    ],
)
def test_what_goes_wrong_is_a_readable_page(site: Client, path: str, status: int, words: str) -> None:
    response = site.get(path)
    assert response.status_code == status and words in response.content.decode()
    assert "secret detail" not in response.content.decode() and "Traceback" not in response.content.decode()
    assert ("Retry-After" in response.headers) == (status in (429, 503))
    english = site.get(path, headers={"accept-language": "en-GB,zh;q=0.5"}).content.decode()
    assert '<html lang="en"' in english and words not in english


def test_machines_get_problem_json(site: Client) -> None:
    response = site.get("/wrong/invalid", headers={"accept": "application/json", "accept-language": "en"})
    body = json.loads(response.content)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert (body["status"], body["errors"]) == (
        422,
        [{"field": "due", "value": "<2022>", "rule": "not after 2021-12-10"}],
    )


def test_a_press_without_token_is_refused_readably(site: Client) -> None:
    response = site.post("/press/")
    assert response.status_code == 403 and "表单不是从这里来的" in response.content.decode()


def test_too_large_a_body_is_413(site: Client, settings: Any) -> None:
    site.get("/parts/")
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    response = site.post("/press/", {"q": "x" * 100}, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 413 and "交来的太大" in response.content.decode()


def test_database_away_already_at_the_door(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(installation, "current", gone)
    response = site.get("/parts/")
    assert response.status_code == 503 and response.headers["Retry-After"] == "30"
    assert "Content-Security-Policy" in response.headers


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
def test_a_demo_answers_at_home(site: Client, settings: Any, host: str) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    assert site.get("/parts/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["luoshi.example", "10.0.0.5:8000", "127.0.0.1.evil.example"])
def test_a_demo_answers_nowhere_else(site: Client, settings: Any, host: str) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    response = site.get("/parts/", headers={"host": host})
    assert response.status_code == 403 and "只在本机" in response.content.decode()


def test_a_real_city_answers_under_its_name(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    city = replace(installation.current(), demo=False)
    monkeypatch.setattr(installation, "current", lambda: city)
    html = site.get("/parts/", headers={"host": "luoshi.example"}).content.decode()
    assert "演示时钟" not in html and "不是真实业务" not in html


def test_a_foreign_host_is_a_bad_request_with_all_headers(site: Client) -> None:
    response = site.get("/parts/", headers={"host": "evil.example"})
    assert response.status_code == 400 and "Content-Security-Policy" in response.headers


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "garbage", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
    ],
)
def test_only_trusted_proxies_are_believed(settings: Any, peer: str, forwarded: str, found: str) -> None:
    from luoshi import conf

    settings.CONF = conf.load({"LUOSHI_TRUSTED_PROXIES": "10.0.0.0/24"})
    request = RequestFactory().get(
        "/", REMOTE_ADDR=peer, headers={"x-forwarded-for": forwarded, "x-forwarded-proto": "https"}
    )
    assert client.address(request) == found
    client.believe_scheme(request)
    assert request.is_secure() == peer.startswith("10.")


def test_hsts_only_over_tls(site: Client, settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 1000
    assert "Strict-Transport-Security" not in site.get("/parts/").headers
    assert site.get("/parts/", secure=True).headers["Strict-Transport-Security"] == "max-age=1000"


@pytest.mark.parametrize(
    ("site_said", "secure", "status"),
    [
        ("same-origin", False, 200),
        ("same-origin", True, 200),
        ("cross-site", False, 403),
        (None, False, 200),
        (None, True, 403),
    ],
)
def test_a_form_on_a_page_without_referrer_comes_through(
    site: Client, site_said: str | None, secure: bool, status: int
) -> None:
    site.get("/parts/", secure=secure)
    token = site.cookies["luoshi_csrf"].value
    headers = {"origin": "null"} | ({"sec-fetch-site": site_said} if site_said else {})
    response = site.post("/track/7K3M", {"csrfmiddlewaretoken": token}, headers=headers, secure=secure)
    assert response.status_code == status


def test_language_by_cookie_query_and_browser(site: Client) -> None:
    assert '<html lang="zh-CN"' in site.get("/parts/").content.decode()
    assert '<html lang="zh-CN"' in site.get("/parts/", headers={"accept-language": "fr, en"}).content.decode()
    assert '<html lang="en"' in site.get("/parts/?lang=en").content.decode()
    assert '<html lang="en"' in site.get("/parts/").content.decode(), "the choice is remembered"


@pytest.mark.parametrize(
    "wanted", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "", "evil"]
)
def test_switching_the_language_leads_nowhere_else(site: Client, wanted: str) -> None:
    assert site.get("/lang/en", {"next": wanted}).headers["Location"] == "/"


def test_switching_the_language_comes_back(site: Client) -> None:
    response = site.get("/lang/en", {"next": "/parts/?state=open&q=甲"})
    assert response.headers["Location"].startswith("/parts/?state=open&q=")
    assert response.cookies["lang"].value == "en"


def test_the_language_link_of_a_tracking_page_does_not_carry_the_code() -> None:
    from luoshi.web.context import Shell

    assert Shell(RequestFactory().get("/track/7K3M")).other_url == "?lang=en"


def test_what_was_done_is_said_once(site: Client) -> None:
    site.get("/press/")
    first = site.get("/parts/").content.decode()
    assert "已派遣 &lt;1&gt;" in first and 'href="/cases/1"' in first
    assert "已派遣" not in site.get("/parts/").content.decode()
    site.cookies["luoshi_said"] = "forged"
    assert site.get("/parts/").status_code == 200


def test_locked_out_says_for_how_long() -> None:
    from luoshi.web.errors import locked

    response = locked(RequestFactory().post("/login/"), None, {"username": "x"})
    assert response.status_code == 429 and response.headers["Retry-After"] == "3600"

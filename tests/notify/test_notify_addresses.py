"""Where a webhook may go, and that it goes to the address that was checked and nowhere else."""

import socket
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from notify_work import listening

from luoshi.ports.notify import addresses, http, quiet

HERE = [ip_network("127.0.0.0/8")]
INSIDE = (
    "127.0.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fd00::1", "ff02::1", "::ffff:10.0.0.1", "2002:7f00:1::",
    "64:ff9b::a00:1", "240.0.0.1",
)  # fmt: skip
OUTSIDE = ("1.1.1.1", "8.8.8.8", "203.119.1.1", "2606:4700::1111", "::ffff:1.1.1.1")


@pytest.mark.parametrize("address", INSIDE)
def test_an_inner_address_is_not_reached(address: str) -> None:
    assert not addresses.reachable(ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_a_public_address_is(address: str) -> None:
    assert addresses.reachable(ip_address(address))


def test_an_allowed_network_is_reached_also_in_ipv6_clothes() -> None:
    allowed = [ip_network("10.1.0.0/16")]
    assert addresses.reachable(ip_address("10.1.2.3"), allowed)
    assert addresses.reachable(ip_address("::ffff:10.1.2.3"), allowed)
    assert not addresses.reachable(ip_address("10.2.0.1"), allowed)


def names(monkeypatch: pytest.MonkeyPatch, *ips: str) -> None:
    """Let every name resolve to these."""

    def resolve(host: str, port: int, **how: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ips]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def test_one_inner_address_among_a_names_addresses_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, "1.1.1.1", "10.0.0.1")
    with pytest.raises(addresses.Forbidden, match="private"):
        addresses.check("https://two-faced.example/x")
    names(monkeypatch, "1.1.1.1")
    assert addresses.check("https://two-faced.example/x?y=1") == (True, "two-faced.example", 443, "/x?y=1", "1.1.1.1")


@pytest.mark.parametrize(
    "url",
    ["ftp://a/x", "file:///etc/passwd", "https://", "https://u:p@a.example/", "https://a.example/#x", "https://a b/", "x",
     "https://a.example:99999/", "https://ä.example/", "https://a.example/\r\nX: y", "https://a.example/" + "x" * 500],
)  # fmt: skip
def test_only_plain_web_addresses_are_taken(url: str) -> None:
    with pytest.raises(addresses.Forbidden):
        addresses.split(url)


def test_without_https_only_an_allowed_network_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, "1.1.1.1")
    with pytest.raises(addresses.Forbidden, match="https"):
        addresses.check("http://plain.example/")


@pytest.mark.parametrize("odd", ["http://127.1/", "http://2130706433/", "http://0x7f.1/", "http://localhost/"])
def test_other_spellings_of_this_machine_are_this_machine(odd: str) -> None:
    with pytest.raises((addresses.Forbidden, OSError)):
        addresses.check(odd)


def test_it_connects_to_what_was_checked_even_when_the_name_changes_its_mind(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening() as heard:
        port = heard.url.split(":")[2].split("/")[0]
        names(monkeypatch, "127.0.0.1")
        target = addresses.check(f"http://hook.example:{port}/in?a=1", HERE)
        monkeypatch.undo()
        http.post(target, b"{}", {"X-Test": "1"})  # the name itself does not exist: nothing is looked up again
    ((path, headers, body),) = heard.got
    assert (path, body, headers["Host"], headers["X-Test"]) == ("/in?a=1", b"{}", f"hook.example:{port}", "1")


@pytest.mark.parametrize("status", [302, 301, 307, 400, 500, 204])
def test_only_2xx_is_delivered_and_no_redirect_is_followed(status: int) -> None:
    with listening() as heard:
        heard.status = status
        target = addresses.check(heard.url, HERE)
        if status == 204:
            http.post(target, b"{}", {})
        else:
            with pytest.raises(http.Undelivered, match=f"HTTP {status}"):
                http.post(target, b"{}", {})
    assert len(heard.got) == 1


def test_nobody_there_is_undelivered() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        target = addresses.check(f"http://127.0.0.1:{taken.getsockname()[1]}/", HERE)
        with pytest.raises(http.Undelivered):
            http.post(target, b"{}", {})


def test_a_certificate_that_is_not_the_names_own_is_refused() -> None:
    with listening() as heard:
        plain = addresses.check(heard.url, HERE)
        with pytest.raises(http.Undelivered):
            http.post(plain._replace(secure=True), b"{}", {})
    assert heard.got == []


@pytest.mark.parametrize(
    ("at", "hours", "then"),
    [
        ("2021-12-29T13:00", (21 * 60, 8 * 60), "2021-12-30T00:00"),  # 21:00 in Baotou: quiet from now on
        ("2021-12-29T23:59", (21 * 60, 8 * 60), "2021-12-30T00:00"),
        ("2021-12-30T00:00", (21 * 60, 8 * 60), "2021-12-30T00:00"),  # 08:00
        ("2021-12-29T12:59", (21 * 60, 8 * 60), "2021-12-29T12:59"),
        ("2021-12-29T05:00", (12 * 60, 14 * 60), "2021-12-29T06:00"),  # 13:00, a quiet noon
        ("2021-12-29T05:00", (0, 0), "2021-12-29T05:00"),
    ],
)
def test_quiet_hours_may_go_over_midnight(at: str, hours: tuple[int, int], then: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert quiet.not_before(moment, "Asia/Shanghai", *hours) == datetime.fromisoformat(then).replace(tzinfo=UTC)

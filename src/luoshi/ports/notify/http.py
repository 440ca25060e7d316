"""One POST to another system: to a fixed address, with a limit on time and size, following no redirect."""

from collections.abc import Mapping
from typing import Final

import urllib3
from urllib3.exceptions import HTTPError

from luoshi.ports.notify.addresses import Target

TIMEOUT: Final = urllib3.Timeout(connect=5, read=10, total=20)
READ: Final = 2048  # bytes of an answer that are looked at; the rest is left


class Undelivered(Exception):
    """It did not arrive; `fault` is a short code without anything personal."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def post(target: Target, body: bytes, headers: Mapping[str, str]) -> None:
    """POST to the very address that was checked; the name stays for TLS and Host. Raises Undelivered unless 2xx."""
    host = f"[{target.host}]" if ":" in target.host else target.host
    usual = target.port == (443 if target.secure else 80)
    sent = {"Host": host if usual else f"{host}:{target.port}", "User-Agent": "Luoshi", **headers}
    try:
        with _pool(target) as pool, pool.request(
            "POST", target.path, body=body, headers=sent, redirect=False, retries=False, preload_content=False,
            decode_content=False,
        ) as answer:  # fmt: skip
            answer.read(READ)
            status = answer.status
    except (HTTPError, OSError) as error:
        raise Undelivered(type(error).__name__) from None
    if not 200 <= status < 300:
        raise Undelivered(f"HTTP {status}")


def _pool(target: Target) -> urllib3.HTTPConnectionPool:
    if not target.secure:
        return urllib3.HTTPConnectionPool(target.ip, target.port, timeout=TIMEOUT)
    return urllib3.HTTPSConnectionPool(
        target.ip, target.port, timeout=TIMEOUT, server_hostname=target.host, assert_hostname=target.host,
        cert_reqs="CERT_REQUIRED",
    )  # fmt: skip

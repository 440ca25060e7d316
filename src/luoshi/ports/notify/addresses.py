"""Where a webhook may go: resolve the name once, check every address, and connect to the one that was checked.

A name that resolves to our own machine or network would let whoever names a hook speak to what only we can reach.
"""

import socket
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from luoshi.kernel.text import T

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
LONGEST: Final = 500
_NAT64: Final = IPv6Network("64:ff9b::/96")


class Forbidden(ValueError):
    """An address that may not be used; `text` says why."""

    def __init__(self, text: T) -> None:
        super().__init__(text.en)
        self.text = text


class Target(NamedTuple):
    """A checked address: `ip` is where to connect, `host` the name for TLS and the Host header."""

    secure: bool
    host: str
    port: int
    path: str
    ip: str


def inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 one carries (mapped, 6to4, Teredo, NAT64), else itself."""
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
        return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)
    return address


def reachable(address: Address, allowed: Sequence[Network] = ()) -> bool:
    """Is it a public address, or in a network that the operator allowed?"""
    real = inner(address)
    if any(real in network for network in allowed):
        return True
    return real.is_global and not real.is_multicast and not real.is_reserved


def check(url: str, allowed: Sequence[Network] = ()) -> Target:
    """Resolve and check an address. Raises Forbidden, and OSError where the name cannot be resolved.

    All addresses of the name must be good; https only, but for networks that the operator allowed.
    """
    secure, host, port, path = split(url)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ips = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not ips or not all(reachable(ip, allowed) for ip in ips):
        raise Forbidden(T("地址在内部网络里", "the address lies in a private network"))
    if not secure and not all(any(inner(ip) in network for network in allowed) for ip in ips):
        raise Forbidden(T("须用 https", "must be https"))
    return Target(secure, host, port, path, str(ips[0]))


def check_written(url: str, allowed: Sequence[Network] = ()) -> None:
    """What can be said of an address without asking the name service. Raises Forbidden.

    A number in a private network is refused, and http where no network is allowed at all.
    """
    secure, host, _, _ = split(url)
    if not secure and not allowed:
        raise Forbidden(T("须用 https", "must be https"))
    with suppress(ValueError):
        if not reachable(ip_address(host), allowed):
            raise Forbidden(T("地址在内部网络里", "the address lies in a private network"))


def split(url: str) -> tuple[bool, str, int, str]:
    """(https?, host, port, path with query) of an address. Raises Forbidden for anything else than plain http(s)."""
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise Forbidden(
            T("最长 {n} 个 ASCII 字符，不带空格", "at most {n} ASCII characters without spaces").fill(n=LONGEST)
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Forbidden(T("不是网址", "is not an address")) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Forbidden(T("须以 https:// 开头", "must begin with https://"))
    if parts.username or parts.password or parts.fragment:
        raise Forbidden(T("不得带用户名、密码或 #", "must hold no user, password or #"))
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return secure, parts.hostname, port or (443 if secure else 80), path

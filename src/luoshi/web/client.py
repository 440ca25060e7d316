"""Whose request this is, behind proxies: only addresses named in LUOSHI_TRUSTED_PROXIES are believed."""

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

Network = IPv4Network | IPv6Network


@lru_cache(maxsize=4)
def _networks(words: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(word, strict=False) for word in words)


def _trusted(address: str) -> bool:
    networks = _networks(settings.CONF.words("trusted_proxies"))
    return bool(networks) and _is_within(address, networks)


@lru_cache(maxsize=1024)
def _is_within(address: str, networks: tuple[Network, ...]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in networks)


def address(request: HttpRequest) -> str:
    """The client's address: the last one in X-Forwarded-For that is no proxy of ours, else the peer's own."""
    peer: str = request.META.get("REMOTE_ADDR", "")
    if not _trusted(peer):
        return peer
    for hop in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        hop = hop.strip()
        try:
            ip_address(hop)
        except ValueError:
            return peer
        if not _trusted(hop):
            return hop
        peer = hop
    return peer


def believe_scheme(request: HttpRequest) -> None:
    """Take https from a trusted proxy's X-Forwarded-Proto, so that cookies and CSRF checks see it."""
    forwarded = request.headers.get("X-Forwarded-Proto", "")
    if forwarded in ("http", "https") and _trusted(request.META.get("REMOTE_ADDR", "")):
        request.META["wsgi.url_scheme"] = forwarded


def restore_origin(request: HttpRequest) -> None:
    """Give back the origin that a `no-referrer` page hides.

    A form on such a page is sent with `Origin: null`, which the CSRF check refuses. Browsers say by Sec-Fetch-Site, which
    no page can forge, that it came from here; where they do not say (plain http), the check goes by the token alone.
    """
    if request.META.get("HTTP_ORIGIN") != "null":
        return
    if request.headers.get("Sec-Fetch-Site") == "same-origin":
        request.META["HTTP_ORIGIN"] = f"{request.scheme}://{request.get_host()}"
    elif not request.is_secure() and "Sec-Fetch-Site" not in request.headers:
        del request.META["HTTP_ORIGIN"]

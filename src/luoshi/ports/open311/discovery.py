"""The discovery document: where the server is and who may use it."""

from functools import lru_cache
from typing import Any, Final

from luoshi.kernel import installation
from luoshi.kernel.text import T
from luoshi.people import reads as people

SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"


@lru_cache(maxsize=1)
def _changeset() -> str:
    """When the city's pack was taken over."""
    return str(people.plant()["created"].isoformat(timespec="seconds"))


def document(base: str) -> dict[str, Any]:
    """The discovery document of this installation."""
    city = installation.current()
    contact = T("{city} {hotline}", "{city}, telephone {hotline}").fill(city=city.name, hotline=city.pack["hotline"])
    key = T("向 {city} 热线 {hotline} 申请密钥", "Ask the hotline of {city}, {hotline}, for a key")
    endpoint = {
        "specification": SPECIFICATION,
        "url": f"{base}/open311/v2",
        "changeset": _changeset(),
        "type": "test" if city.demo else "production",
        "formats": ["text/xml", "application/json"],
    }
    return {
        "changeset": _changeset(),
        "contact": str(contact),
        "key_service": str(key.fill(city=city.name, hotline=city.pack["hotline"])),
        "endpoints": [endpoint],
    }

"""How a log may be named. Pure."""

import re
from typing import Final

from luoshi.kernel.text import T

_ORIGIN: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(/[a-z0-9._-]+)*")


def name_rule(origin: str, demo: bool) -> T | None:
    """What is wrong with the name of a log; None if nothing is. A demo's begins with `demo.`, and no other one does."""
    if _ORIGIN.fullmatch(origin) and origin.startswith("demo.") == demo:
        return None
    if demo:
        return T("小写域名样的名称，以 demo. 开头", "lower case, like a domain name, beginning with demo.")
    return T("小写域名样的名称，不以 demo. 开头", "lower case, like a domain name, not beginning with demo.")

"""The menu. Each installed line offers its pages in its own `line.py`; the shell knows none of them by name."""

from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

from django.apps import apps

from luoshi.kernel.text import T


class Nav(NamedTuple):
    """One entry of a menu: `right` is what a viewer needs to see it (None: anyone)."""

    url: str
    label: T
    right: str | None = None


class Menu(NamedTuple):
    """What a `line.py` declares as `MENU`: entries for staff and for the public."""

    staff: tuple[Nav, ...] = ()
    public: tuple[Nav, ...] = ()


@lru_cache(maxsize=1)
def menus() -> tuple[Menu, ...]:
    """The menus of all installed applications that have a `line.py`, in the order of installation."""
    names = [f"{config.name}.line" for config in apps.get_app_configs() if config.name.startswith("luoshi.")]
    modules = [import_module(name) for name in names if find_spec(name) is not None]
    found = [getattr(module, "MENU", Menu()) for module in modules]
    return tuple(menu for menu in found if isinstance(menu, Menu))


STAFF_FIRST = Nav("/work/", T("我的工作", "My work"))
PUBLIC_FIRST = Nav("/", T("首页", "Home"))


def current(entries: tuple[Nav, ...], path: str) -> str:
    """The address of the entry that `path` lies under (the longest one), or an empty text."""
    fitting = [entry.url for entry in entries if path == entry.url or (entry.url != "/" and path.startswith(entry.url))]
    return max(fitting, key=len, default="")

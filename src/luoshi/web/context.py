"""What every page's template may ask of the shell, as `shell`. Everything is read on first use and once a request."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from time import monotonic
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest

from luoshi.kernel import clock
from luoshi.kernel.ledger import nightly
from luoshi.kernel.lines import Page
from luoshi.kernel.text import T, language
from luoshi.kernel.viewer import PUBLIC, Viewer
from luoshi.web import nav, words
from luoshi.web.http import on_track
from luoshi.web.said import Said, said

ALARMED: Final = ("system.see", "people.signins", "people.audit")
ALARM: Final = T(
    "账本验证不符（{at}）：{idx}{where}。不要修改任何行，先保全证据，再运行 luoshi verify log",
    "The log does not verify ({at}): {idx}{where}. Change no row, keep the evidence first, then run luoshi verify log",
)
_WHERE: Final = ("what", "line", "event")
_SIZE_SECONDS: Final = 120.0  # counting the log costs tens of milliseconds, so a process does it rarely
_size: tuple[float, int] | None = None


def ledger_size() -> int:
    """How many events the log holds, at most two minutes old."""
    global _size
    if _size is None or monotonic() - _size[0] > _SIZE_SECONDS:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM event")
            _size = (monotonic(), int(cursor.fetchone()[0]))
    return _size[1]


def minute() -> str:
    """What the frame of a demo's pages says of its clock; nothing in a city that lives in the present."""
    from luoshi.kernel.installation import current

    return words.when(clock.now()) if current().demo else ""


def _place(index: int | None) -> T:
    return T("第 {n} 条，", "entry {n}, ").fill(n=index) if index is not None else T("", "")


class Shell:
    """The frame's own facts about one request."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def city(self) -> T:
        """The city's name; empty where there is none yet or the database is away."""
        return self._city[0]

    @cached_property
    def demo(self) -> bool:
        """Is this city a demo?"""
        return self._city[1]

    @cached_property
    def _city(self) -> tuple[T, bool]:
        from luoshi.kernel.installation import NoInstallation, current

        try:
            found = current()
        except (Error, NoInstallation):
            return T("", ""), False
        return found.name, found.demo

    @cached_property
    def now(self) -> Any:
        """The city's present moment; the machine's where the database is away."""
        try:
            return clock.now()
        except Error:
            return clock.real()

    @cached_property
    def lang(self) -> str:
        """The page's language as HTML wants it."""
        return "en" if language() == "en" else "zh-CN"

    @cached_property
    def other_lang(self) -> str:
        """The other language as HTML wants it."""
        return "zh-CN" if language() == "en" else "en"

    @cached_property
    def other_url(self) -> str:
        """Where the other language is switched on; comes back here. A tracking code is not carried into a query."""
        code = "zh" if language() == "en" else "en"
        if on_track(self._request.path):
            return f"?lang={code}"
        return f"/lang/{code}?" + urlencode({"next": self._request.get_full_path()})

    @cached_property
    def viewer(self) -> Viewer:
        """Who is looking; the public where nothing said otherwise or the database is away."""
        try:
            found: Viewer = getattr(self._request, "viewer", PUBLIC)
            return found if found.kind else PUBLIC
        except Error:
            return PUBLIC

    @cached_property
    def unit(self) -> T | None:
        """The viewer's own unit, from the tree that the process holds in memory."""
        if self.viewer.unit is None:
            return None
        from luoshi.people import tree

        try:
            found = tree.today().units.get(self.viewer.unit)
        except Error:
            return None
        return T(found.zh, found.en) if found else None

    @cached_property
    def nav(self) -> tuple[Page, ...]:
        """The menu's entries for this viewer."""
        return nav.entries(self.viewer, self.demo)

    @cached_property
    def nav_now(self) -> str:
        """The address of the menu entry that this page lies under."""
        return nav.current(self.nav, self._request.path)

    @cached_property
    def ledger(self) -> int | None:
        """The size of the log; None where the database is away."""
        try:
            return ledger_size()
        except Error:
            return None

    @cached_property
    def said(self) -> Said | None:
        """What the last press did."""
        return said(self._request)

    @cached_property
    def alarm(self) -> T | None:
        """What the last verification of the whole log found wrong, for the administrators who answer for it."""
        if not any(self.viewer.reach(right) is not None for right in ALARMED):
            return None
        outcome = nightly.last(settings.CONF.home)
        if outcome is None or outcome.first_bad is None:
            return None
        found = [outcome.first_bad.get(name) for name in _WHERE]
        where = " · ".join(str(one) for one in found if one is not None)
        return ALARM.fill(
            at=words.when(datetime.fromisoformat(outcome.at)), where=where, idx=_place(outcome.first_bad.get("idx"))
        )

    @cached_property
    def logins(self) -> bool:
        """May people log in here at all?"""
        return not settings.CONF.flag("public_demo")


def page(request: HttpRequest) -> Mapping[str, object]:
    """The context processor: `shell`, read on first use."""
    return {"shell": Shell(request)}

"""A report over HTTP, page by page, as a phone without script sends it."""

import re
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from luoshi.cases.models import Case, CaseCode, Photo
from luoshi.cases.public import draft as drafts
from luoshi.kernel.models import Event, EventPrivate


def png(width: int = 40, height: int = 30) -> BytesIO:
    out = BytesIO()
    Image.new("RGB", (width, height), "red").save(out, "PNG")
    out.name = "a.png"
    out.seek(0)
    return out


class Walk:
    """A citizen's browser on the pages of the report."""

    def __init__(self, browse: Client) -> None:
        self.browse = browse
        self.page = browse.get("/report/").content.decode()

    def token(self) -> str:
        found = re.search(r'name="draft" value="([^"]+)"', self.page)
        assert found, self.page
        return found[1]

    def step(self) -> str:
        found = re.search(r'name="step" value="([^"]+)"', self.page)
        assert found
        return found[1]

    def press(self, go: str = "next", status: int = 200, **fields: Any) -> Any:
        response = self.browse.post("/report/", {"draft": self.token(), "step": self.step(), "go": go, **fields})
        assert response.status_code == status, response.content.decode()
        if status != 303:
            self.page = response.content.decode()
        return response

    def through(self, kind: str = "020101", text: str = "井盖松动，夜里有人绊倒", **contact: str) -> str:
        """From the first page to the code."""
        self.press(place="幸福南路 12 号门前", asked="幸福路街道")
        self.press(code=kind[:2])
        self.press(code=kind)
        self.press(text=text)
        self.press(**contact)
        return self.send()

    def send(self) -> str:
        self.press("send", 303)
        shown = self.browse.get("/report/done").content.decode()
        found = re.search(r'class="code">([0-9A-Z-]{14})<', shown)
        assert found, shown
        return found[1]


@pytest.fixture
def walk(browse: Client) -> Walk:
    return Walk(browse)


def test_a_citizen_reports_without_login_and_gets_a_code_once(walk: Walk) -> None:
    code = walk.through(name="市民甲", phone="138 0000 0000")
    case = Case.objects.select_related("private").get()
    assert (case.state, case.channel, case.category_id, case.county) == ("reported", "web", "020101", "150204000000")
    assert case.street and case.private.phone == "13800000000"
    assert walk.browse.get(f"/report/done").status_code == 200
    assert CaseCode.objects.count() == 1
    plain = code.replace("-", "")
    for table in (Case, Event, EventPrivate, CaseCode):
        for row in table.objects.values():
            assert plain not in repr(row) and code not in repr(row)

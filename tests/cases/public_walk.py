"""A citizen's browser on the public pages, and a staff that does its part, for the tests of this folder."""

import re
from io import BytesIO
from typing import Any

from django.test import Client
from PIL import Image

from luoshi.cases.actions import BY_VERB
from luoshi.cases.models import Case
from luoshi.kernel.viewer import Viewer
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.people.viewer import grants_of, reach


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30), name: str = "a.png", **how: Any) -> BytesIO:
    """A picture as an upload."""
    out = BytesIO()
    Image.new("RGB", size, "red").save(out, form, **how)
    return upload(out.getvalue(), name)


def upload(data: bytes, name: str = "a.jpg") -> BytesIO:
    """Any bytes as an upload."""
    out = BytesIO(data)
    out.name = name
    return out


class Walk:
    """The pages of the report, one after another."""

    def __init__(self, browse: Client) -> None:
        self.browse = browse
        self.page = browse.get("/report/").content.decode()

    def hidden(self, name: str) -> str:
        """The value of a hidden field of the present page."""
        found = re.search(rf'name="{name}" value="([^"]+)"', self.page)
        assert found, self.page
        return found[1]

    def press(self, go: str = "next", status: int = 200, **fields: Any) -> Any:
        """Send the present page; what comes is the new one."""
        sent = {"draft": self.hidden("draft"), "step": self.hidden("step"), "go": go, **fields}
        response = self.browse.post("/report/", sent)
        assert response.status_code == status, response.content.decode()
        if status != 303:
            self.page = response.content.decode()
        return response

    def to_check(
        self, kind: str = "020101", text: str = "井盖松动，夜里有人绊倒", photos: Any = (), **contact: str
    ) -> None:
        """From the first page to the last look."""
        self.press(place="幸福南路 12 号门前", asked="幸福路街道")
        self.press(code=kind[:2])
        self.press(code=kind)
        self.press(text=text, photos=photos)
        if self.hidden("step") == "same":
            self.press()
        self.press(**contact)
        assert self.hidden("step") == "check"

    def send(self) -> str:
        """Send the report; gives the code as shown."""
        self.press("send", 303)
        shown = self.browse.get("/report/done").content.decode()
        found = re.search(r'class="code nb">([0-9A-Z-]{14})<', shown)
        assert found, shown
        return found[1]

    def through(self, **given: Any) -> tuple[Case, str]:
        """A whole report: the case and its code without hyphens."""
        before = set(Case.objects.values_list("pk", flat=True))
        self.to_check(**given)
        code = self.send().replace("-", "")
        return Case.objects.exclude(pk__in=before).get(), code


def do(verb: str, viewer: Viewer, case: Case, **data: Any) -> None:
    """A staff member's move."""
    BY_VERB[verb](viewer=viewer, on=case.number, **data)


def worker(case: Case, person: int) -> Viewer:
    """Somebody who handles cases at the unit that has this one."""
    grants = {right: reach(scope, case.unit_id or 0, tree.today()) for right, scope in grants_of("handler").items()}
    return Viewer(kind="staff", name="handler", person=person, unit=case.unit_id, grants=grants)


def handle(case: Case, cast: dict[str, Viewer]) -> None:
    """From accepting to the moment at which the reporter is asked."""
    do("accept", cast["desk"], case)
    unit = people.responsible(case.category.function, case.category.scope, case.county)
    do("dispatch", cast["desk"], case, unit=unit)
    case.refresh_from_db()
    hands = worker(case, cast["handler"].person or 0)
    do("sign", hands, case)
    do("contact", hands, case, note="内部：电话里很生气")
    do("add_evidence", hands, case, note="内部：换了一只")
    do("finish", hands, case, answer="更换井盖 1 座")
    do("verify", cast["supervisor"], case, note="内部：看过现场")
    case.refresh_from_db()

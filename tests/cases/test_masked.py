"""Personal data within free text are masked on every staff page, and shown to whoever asks with a reason."""

import pytest
from django.test import Client

from luoshi.cases import masked
from luoshi.cases.actions import report_case
from luoshi.cases.models import Case, Category
from luoshi.kernel.viewer import Viewer
from luoshi.people.models import Person


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("我的电话13800001111", "我的电话138****1111"),
        ("打 138 0000 1111 或 0472-5551234", "打 138****1111 或 047****1234"),
        ("身份证 15020319900101123X", "身份证 150****123X"),
        ("邮箱 zhang.san@example.org，急", "邮箱 z***@example.org，急"),
        ("编号 J-2021-000123，12 号楼 3 单元 501，2021-12-29 09:00", "编号 J-2021-000123，12 号楼 3 单元 501，2021-12-29 09:00"),
        ("坐标 40.657312,109.840411", "坐标 40.657312,109.840411"),
        ("", ""),
    ],
)  # fmt: skip
def test_figures_and_addresses_in_a_text(text: str, shown: str) -> None:
    assert masked.free(text) == shown


def test_no_staff_page_shows_a_telephone_that_stands_in_the_text(browse: Client, cast: dict[str, Viewer]) -> None:
    kind = Category.objects.filter(reportable=True).order_by("code")[0]
    done = report_case(viewer=cast["public"], category=kind, text="井盖松动，我的电话13800001111", channel="web")
    assert isinstance(done.row, Case)
    browse.force_login(Person.objects.get(login="desk"), backend="luoshi.people.door.Backend")
    number = done.row.number
    for path in ("/work/", "/work/cases/", f"/work/cases/{number}/", "/work/search/?q=井盖", "/work/cases/?q=井盖"):
        page = browse.get(path).content.decode()
        assert number in page and "13800001111" not in page, path
    assert "138****1111" in browse.get(f"/work/cases/{number}/").content.decode()
    shown = browse.post(f"/work/cases/{number}/do/unmask/", {"reason": "回电", "key": "unmask-00000001"})
    assert "13800001111" in shown.content.decode()

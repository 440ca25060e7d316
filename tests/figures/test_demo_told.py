"""What the demo says of its year when it is made is what the first page says, to the digit."""

import re
from html import unescape
from typing import Any

from django.test import Client
from given import NOW

from luoshi.cases.demo import generate
from luoshi.figures import board
from luoshi.kernel import clock
from luoshi.kernel.text import speaking


def test_the_summary_says_what_the_first_page_says(here: Any) -> None:
    with clock.at(NOW), speaking("zh"):
        board.refresh(here.home)
        told = {label.zh: value for label, value in generate.told()}
        page = unescape(Client(HTTP_HOST="127.0.0.1").get("/").content.decode())
    text = re.sub(r"<[^>]+>", " ", page)
    assert set(told) == {"上报", "在办", "超期在办", "办结", "响应率", "解决率", "满意率", "按期办结率", "截至"}
    for name, value in told.items():
        for number in re.findall(r"[0-9][0-9,.]*", value) if name != "截至" else ():
            assert f" {number} " in text, (name, number)
    overdue = re.search(r"超期在办.*?([0-9][0-9,]*)", text, re.S)
    assert overdue and overdue[1] == told["超期在办"] and f"账本 {board.size():,} 条" in page

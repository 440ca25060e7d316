"""What the part `web/proof.html` needs, which checks a receipt in the browser (`static/receipt.js`)."""

from collections.abc import Iterator
from typing import Final

from luoshi.kernel import calendar, lines
from luoshi.kernel.ledger import place, rotate
from luoshi.kernel.ledger.problem import LogProblem
from luoshi.kernel.text import T

# the fields of an entry, and of the reporter's own words
LABELS: Final = {
    "verb": T("事项", "Step"),
    "occurred_at": T("发生", "Happened"),
    "recorded_at": T("记下", "Recorded"),
    "county": T("区县", "District"),
    "top": T("大类", "Category"),
    "stage": T("阶段", "Stage"),
    "status": T("状态", "Status"),
    "reported_at": T("上报", "Reported"),
    "due_at": T("时限", "Due"),
    "clock": T("时限种类", "Clock"),
    "source": T("来源", "Source"),
    "by_staff": T("工作人员登记", "Entered by staff"),
    "part": T("分办件", "A part of another"),
    "sim": T("模拟", "Simulated"),
    "hashed": T("只有摘要、没有内容的栏目", "Fields that stand as digests only"),
    "text": T("原话", "Words"),
    "name": T("姓名", "Name"),
    "phone": T("电话", "Telephone"),
    "email": T("邮箱", "E-mail"),
    "place": T("地点", "Place"),
    "lat": T("纬度", "Latitude"),
    "lon": T("经度", "Longitude"),
}
VALUES: Final = {
    "yes": T("是", "yes"),
    "no": T("否", "no"),
    "clock.workdays": T("工作日", "working days"),
    "clock.workhours": T("工作小时", "working hours"),
    "clock.workminutes": T("工作分钟", "working minutes"),
    "clock.days": T("日", "days"),
    "clock.hours": T("小时", "hours"),
    "clock.minutes": T("分钟", "minutes"),
}


def _words() -> Iterator[str]:
    """`cases.verb.report=上报`: what the browser says of an entry, in the language of the request."""
    yield from (f"label.{name}={text}" for name, text in LABELS.items())
    yield from (f"{name}={text}" for name, text in VALUES.items())
    for face in lines.installed():
        for field, values in face.open_words().items():
            yield from (f"{face.name}.{field}.{value}={text}" for value, text in values.items())


def context(text: str = "") -> dict[str, str]:
    """The log's verifier keys (former ones with how far they may speak), the present one by itself, the city's time zone,
    the words for what an entry says; `text` is a receipt to begin with."""
    try:
        keys = [key.line for key in rotate.trusted(place.current())]
    except LogProblem:
        keys = []
    return {
        "text": text,
        "keys": "\n".join(keys),
        "key": keys[-1] if keys else "",
        "zone": calendar.current().tz,
        "words": "\n".join(_words()),
    }

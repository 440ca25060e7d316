"""By which way a case came in, in words. Pure."""

from typing import Final

from luoshi.kernel.text import T

CHANNELS: Final = {
    "web": T("网页", "Web"),
    "hotline": T("热线", "Hotline"),
    "counter": T("窗口", "Counter"),
    "patrol": T("巡查", "Patrol"),
    "open311": T("开放接口", "Open311"),
    "import": T("转入", "Import"),
    "app": T("手机", "App"),
    "grid": T("网格", "Grid"),
}

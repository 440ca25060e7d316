"""The provinces of China by the first two digits of GB/T 2260, and what lies abroad. Pure."""

from collections.abc import Mapping
from typing import Final

from luoshi.kernel.text import T

ABROAD: Final = "00"
PROVINCES: Final[Mapping[str, T]] = {
    "11": T("北京", "Beijing"), "12": T("天津", "Tianjin"), "13": T("河北", "Hebei"), "14": T("山西", "Shanxi"),
    "15": T("内蒙古", "Inner Mongolia"), "21": T("辽宁", "Liaoning"), "22": T("吉林", "Jilin"),
    "23": T("黑龙江", "Heilongjiang"), "31": T("上海", "Shanghai"), "32": T("江苏", "Jiangsu"),
    "33": T("浙江", "Zhejiang"), "34": T("安徽", "Anhui"), "35": T("福建", "Fujian"), "36": T("江西", "Jiangxi"),
    "37": T("山东", "Shandong"), "41": T("河南", "Henan"), "42": T("湖北", "Hubei"), "43": T("湖南", "Hunan"),
    "44": T("广东", "Guangdong"), "45": T("广西", "Guangxi"), "46": T("海南", "Hainan"), "50": T("重庆", "Chongqing"),
    "51": T("四川", "Sichuan"), "52": T("贵州", "Guizhou"), "53": T("云南", "Yunnan"), "54": T("西藏", "Tibet"),
    "61": T("陕西", "Shaanxi"), "62": T("甘肃", "Gansu"), "63": T("青海", "Qinghai"), "64": T("宁夏", "Ningxia"),
    "65": T("新疆", "Xinjiang"), "71": T("台湾", "Taiwan"), "81": T("香港", "Hong Kong"), "82": T("澳门", "Macao"),
    ABROAD: T("境外", "Abroad"),
}  # fmt: skip


def of_code(code: str) -> str:
    """The province that a unified social credit code names (its third to eighth sign are the registering office's place)."""
    found = code[2:4]
    return found if found in PROVINCES and found != ABROAD else ""

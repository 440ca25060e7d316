"""The top level of the classification of industries, GB/T 4754-2017: one letter each. Pure."""

from collections.abc import Mapping
from typing import Final

from luoshi.kernel.text import T

INDUSTRIES: Final[Mapping[str, T]] = {
    "A": T("农、林、牧、渔业", "Agriculture, forestry and fishing"),
    "B": T("采矿业", "Mining"),
    "C": T("制造业", "Manufacturing"),
    "D": T("电力、热力、燃气及水生产和供应业", "Electricity, heat, gas and water"),
    "E": T("建筑业", "Construction"),
    "F": T("批发和零售业", "Wholesale and retail"),
    "G": T("交通运输、仓储和邮政业", "Transport, storage and post"),
    "H": T("住宿和餐饮业", "Lodging and catering"),
    "I": T("信息传输、软件和信息技术服务业", "Information technology"),
    "J": T("金融业", "Finance"),
    "K": T("房地产业", "Real estate"),
    "L": T("租赁和商务服务业", "Leasing and business services"),
    "M": T("科学研究和技术服务业", "Research and technical services"),
    "N": T("水利、环境和公共设施管理业", "Water, environment and public facilities"),
    "O": T("居民服务、修理和其他服务业", "Household and repair services"),
    "P": T("教育", "Education"),
    "Q": T("卫生和社会工作", "Health and social work"),
    "R": T("文化、体育和娱乐业", "Culture, sports and entertainment"),
    "S": T("公共管理、社会保障和社会组织", "Public administration and organisations"),
    "T": T("国际组织", "International organisations"),
}

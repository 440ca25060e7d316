"""Invented names of companies, from a seed: place, a brand of two characters, trade, legal form. No such companies exist.

A test holds the brands against the listed companies.
"""

from collections.abc import Iterator
from random import Random
from typing import Final, NamedTuple

PLACES: Final = (
    ("包头市", "15"), ("内蒙古", "15"), ("呼和浩特", "15"), ("鄂尔多斯市", "15"), ("北京", "11"), ("天津市", "12"),
    ("河北", "13"), ("山西", "14"), ("沈阳", "21"), ("大连", "21"), ("上海", "31"), ("江苏", "32"), ("苏州", "32"),
    ("无锡市", "32"), ("浙江", "33"), ("杭州", "33"), ("宁波市", "33"), ("合肥", "34"), ("福建", "35"), ("厦门", "35"),
    ("江西", "36"), ("山东", "37"), ("青岛", "37"), ("河南", "41"), ("武汉", "42"), ("湖南", "43"), ("广东", "44"),
    ("深圳市", "44"), ("佛山", "44"), ("广西", "45"), ("重庆", "50"), ("四川", "51"), ("成都", "51"), ("贵州", "52"),
    ("陕西", "61"), ("西安", "61"), ("甘肃", "62"), ("宁夏", "64"),
)  # fmt: skip
"""Places as names begin with them, and their province."""
TRADES: Final = (
    ("稀土新材料", "C"), ("磁性材料", "C"), ("新能源科技", "C"), ("风电装备", "C"), ("光伏材料", "C"), ("硅业", "C"),
    ("铝业", "C"), ("不锈钢制品", "C"), ("重型机械", "C"), ("汽车零部件", "C"), ("化工", "C"), ("生物制药", "C"),
    ("食品", "C"), ("电子", "C"), ("储能技术", "C"), ("新能源发电", "D"), ("热力", "D"), ("建筑工程", "E"),
    ("商贸", "F"), ("供应链管理", "F"), ("物流", "G"), ("酒店管理", "H"), ("软件", "I"), ("大数据", "I"),
    ("信息技术", "I"), ("投资", "J"), ("置业", "K"), ("企业管理咨询", "L"), ("检测技术", "M"), ("环保工程", "N"),
    ("农牧业开发", "A"), ("文化旅游", "R"), ("养老服务", "Q"),
)  # fmt: skip
"""Trades as names say them, and the industry of GB/T 4754 that each stands for."""
FORMS: Final = ("有限公司",) * 8 + ("股份有限公司", "集团有限公司", "有限责任公司")
FIRST: Final = "乾坤巍岚沐霁澜曜昕翊楷钰铄珩璟琛骁骐骏榕樾槿棠荻蕴葳芮茗沣沅汐洺溯淳渌漪"
SECOND: Final = "朔弘垣堃墉峤崧嵘峻彧恺懿昀晔晟暄栩桁棣榆楠槐樨泓润湛澍炜煜煦熠燊玥玮"


class Invented(NamedTuple):
    """A company that does not exist."""

    name: str
    province: str
    industry: str


def companies(random: Random) -> Iterator[Invented]:
    """As many as are wanted, no two of one name."""
    seen = set[str]()
    while True:
        place, province = random.choice(PLACES)
        trade, industry = random.choice(TRADES)
        name = place + random.choice(FIRST) + random.choice(SECOND) + trade + random.choice(FORMS)
        if name not in seen:
            seen.add(name)
            yield Invented(name, province, industry)


def otherwise(name: str) -> str:
    """The same company as somebody else writes it: without 市, or with the legal form spelt otherwise."""
    if "市" in name[:5]:
        return name.replace("市", "", 1)
    if name.endswith("有限责任公司"):
        return name.removesuffix("有限责任公司") + "有限公司"
    return name.removesuffix("有限公司") + "有限责任公司" if name.endswith("有限公司") else name + "公司"

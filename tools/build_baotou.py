"""Writes divisions.csv, units.csv and people.csv of the Baotou pack.

    python tools/build_baotou.py ../shared/data/divisions

Names of divisions come from the files named in the pack's README; English ones by rule and Hanyu Pinyin (PyPI
`pypinyin`). Units follow one pattern for all districts; people are invented from a seed. The result is committed: run
this again only to change it, and read the difference.
"""

import csv
import random
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from pypinyin import lazy_pinyin

PACK = Path(__file__).parent.parent / "src" / "luoshi" / "packs" / "baotou"
CITY = "150200000000"
SINCE = "2007-01-01"

# code: (short name, English, English short, slug, kind, government)
COUNTIES = {
    "150202": ("东河区", "Donghe District", "Donghe", "donghe", "district", "人民政府"),
    "150203": ("昆都仑区", "Kundulun District", "Kundulun", "kundulun", "district", "人民政府"),
    "150204": ("青山区", "Qingshan District", "Qingshan", "qingshan", "district", "人民政府"),
    "150205": ("石拐区", "Shiguai District", "Shiguai", "shiguai", "district", "人民政府"),
    "150206": ("白云鄂博矿区", "Bayan Obo Mining District", "Bayan Obo", "baiyun", "district", "人民政府"),
    "150207": ("九原区", "Jiuyuan District", "Jiuyuan", "jiuyuan", "district", "人民政府"),
    "150221": ("土默特右旗", "Tumed Right Banner", "Tumed Right Banner", "tuyou", "banner", "人民政府"),
    "150222": ("固阳县", "Guyang County", "Guyang", "guyang", "county", "人民政府"),
    "150223": (
        "达尔罕茂明安联合旗",
        "Darhan Muminggan United Banner",
        "Darhan Muminggan",
        "damao",
        "banner",
        "人民政府",
    ),
    "150271": ("稀土高新区", "Rare Earth High-tech Zone", "High-tech Zone", "gaoxin", "zone", "管理委员会"),
}
ZONE_NOTE = "国家级开发区，按县级管理；无国家标准行政区划代码，150271 为统计用区划代码；无单独轮廓"

STREET_KINDS = (
    ("街道", "subdistrict", " Subdistrict", "办事处"),
    ("苏木", "sumu", " Sumu", "人民政府"),
    ("镇", "town", " Town", "人民政府"),
    ("乡", "township", " Township", "人民政府"),
)
PARKS = {
    "铝业产业园区": "Aluminium Industry Park",
    "包钢厂区办事处": "Baogang Works Area",
    "包头市装备制造产业园区": "Baotou Equipment Manufacturing Park",
    "内蒙古包头钢铁冶金开发区管委会石拐产业园": "Shiguai Industry Park of the Metallurgy Development Zone",
    "九峰山生态管理区": "Jiufengshan Ecological Area",
}
COMMUNITY_KINDS = (
    ("社区居民委员会", "community", " Community"),
    ("社区居委会", "community", " Community"),
    ("居委会", "community", " Community"),
    ("虚拟社区", "community", " Placeholder Community"),
    ("管理委员会社区", "community", " Management Committee Community"),
    ("社区", "community", " Community"),
    ("嘎查村委会", "gacha", " Gacha"),
    ("嘎查村", "gacha", " Gacha"),
    ("嘎查", "gacha", " Gacha"),
    ("村村民委员会", "village", " Village"),
    ("村村委会", "village", " Village"),
    ("村委会", "village", " Village"),
    ("村委", "village", " Village"),
)
ROADS = (("大街", " Avenue"), ("路", " Road"))
DIGITS = "零一二三四五六七八九"
NUMBER = r"[一二三四五六七八九十]+"

# function: (Chinese, English, kind, further functions)
CITY_UNITS = {
    "supervision": ("包头市委市政府督查室", "City Supervision Office", "supervision", ""),
    "hotline": ("包头市12345政务服务便民热线中心", "City 12345 Hotline Centre", "hotline", ""),
    "urban": ("包头市城市管理综合执法局", "City Management and Enforcement Bureau", "department", ""),
    "housing": ("包头市住房和城乡建设局", "City Housing and Construction Bureau", "department", "construction"),
    "roads": ("包头市市政设施管理处", "City Roads and Drainage Service", "department", "drainage lights"),
    "sanitation": ("包头市环境卫生服务中心", "City Sanitation Service", "department", ""),
    "parks": ("包头市园林绿化服务中心", "City Parks Service", "department", ""),
    "transport": ("包头市交通运输局", "City Transport Bureau", "department", ""),
    "traffic": ("包头市公安局交通管理支队", "City Traffic Police", "department", ""),
    "police": ("包头市公安局", "City Public Security Bureau", "department", ""),
    "environment": ("包头市生态环境局", "City Environment Bureau", "department", ""),
    "water": ("包头市水务局", "City Water Bureau", "department", ""),
    "market": ("包头市市场监督管理局", "City Market Regulation Bureau", "department", ""),
    "health": ("包头市卫生健康委员会", "City Health Commission", "department", ""),
    "education": ("包头市教育局", "City Education Bureau", "department", ""),
    "civil": ("包头市民政局", "City Civil Affairs Bureau", "department", ""),
    "labour": ("包头市人力资源和社会保障局", "City Human Resources and Social Security Bureau", "department", ""),
    "emergency": ("包头市应急管理局", "City Emergency Management Bureau", "department", ""),
    "fire": ("包头市消防救援支队", "City Fire and Rescue", "department", ""),
    "land": ("包头市自然资源局", "City Natural Resources Bureau", "department", ""),
    "forestry": ("包头市林业和草原局", "City Forestry and Grassland Bureau", "department", ""),
    "farm": ("包头市农牧局", "City Farming and Herding Bureau", "department", ""),
    "culture": ("包头市文化旅游广电局", "City Culture and Tourism Bureau", "department", ""),
    "industry": ("包头市工业和信息化局", "City Industry Bureau", "department", ""),
    "insurance": ("包头市医疗保障局", "City Medical Insurance Bureau", "department", ""),
    "services": ("包头市政务服务局", "City Government Services Bureau", "department", ""),
    "petitions": ("包头市信访局", "City Petitions Bureau", "department", ""),
    "fund": ("包头市住房公积金中心", "City Housing Fund Centre", "department", ""),
    "post": ("包头市邮政管理局", "City Postal Bureau", "department", ""),
    "veterans": ("包头市退役军人事务局", "City Veterans Bureau", "department", ""),
    "disabled": ("包头市残疾人联合会", "City Disabled Persons' Federation", "department", ""),
    "heating": ("包头市供热企业", "City Heating Company", "company", ""),
    "gas": ("包头市燃气企业", "City Gas Company", "company", ""),
    "supply": ("包头市供水企业", "City Water Supply Company", "company", ""),
    "power": ("包头市供电企业", "City Power Company", "company", ""),
    "telecom": ("包头市通信行业办公室", "City Telecom Office", "company", ""),
    "bus": ("包头市公共交通企业", "City Bus Company", "company", ""),
}
# function: (Chinese pattern, English pattern, further functions); {n} is the district
DISTRICT_UNITS = {
    "supervision": ("{n}督查室", "{n} Supervision Office", ""),
    "urban": ("{n}城市管理综合执法局", "{n} City Management Bureau", "sanitation parks roads drainage lights"),
    "housing": ("{n}住房和城乡建设局", "{n} Housing and Construction Bureau", "construction"),
    "transport": ("{n}交通运输局", "{n} Transport Bureau", ""),
    "police": ("包头市公安局{n}分局", "{n} Police", ""),
    "traffic": ("包头市公安局{n}交通管理大队", "{n} Traffic Police", ""),
    "environment": ("包头市生态环境局{n}分局", "{n} Environment Office", ""),
    "farm": ("{n}农牧水务局", "{n} Farming and Water Bureau", "water"),
    "market": ("{n}市场监督管理局", "{n} Market Regulation Bureau", ""),
    "health": ("{n}卫生健康委员会", "{n} Health Commission", ""),
    "education": ("{n}教育局", "{n} Education Bureau", ""),
    "civil": ("{n}民政局", "{n} Civil Affairs Bureau", ""),
    "labour": ("{n}人力资源和社会保障局", "{n} Human Resources Bureau", ""),
    "emergency": ("{n}应急管理局", "{n} Emergency Management Bureau", ""),
}

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
GIVEN_FIRST = "志建晓文海丽雪春秋明永国佳思子雨慧婷静宏立振学启景云安培嘉若"
GIVEN_SECOND = "强伟芳敏军涛平华宁峰洁琳波斌辉燕玲鑫磊超颖杰鹏娟凯岩晨阳远成"
TITLES = {
    "head": ("负责人", "Head of unit"),
    "handler": ("承办人", "Handling officer"),
    "street": ("网格与诉求办理员", "Grid and requests officer"),
    "dispatcher": ("派遣员", "Dispatcher"),
    "verifier": ("核查员", "Verifier"),
    "desk": ("热线值班员", "Desk clerk"),
    "supervisor": ("督查员", "Supervision officer"),
    "officer": ("招商专员", "Investment officer"),
    "promoter": ("招商负责人", "Head of investment"),
    "leader": ("分管领导", "Leader in charge"),
    "statistician": ("统计员", "Statistician"),
    "sysadmin": ("系统管理员", "System administrator"),
    "secadmin": ("安全管理员", "Security administrator"),
    "auditadmin": ("审计管理员", "Audit administrator"),
}
# login, unit, role of those who are listed as demo logins
CAST = (
    ("desk", "city.hotline", "desk"),
    ("desk2", "city.hotline", "desk"),
    ("supervisor", "city.supervision", "supervisor"),
    ("dispatcher", "150203.gov", "dispatcher"),
    ("head", "150203.urban", "head"),
    ("handler", "150203.urban", "handler"),
    ("handler2", "150203.housing", "handler"),
    ("handler3", "city.heating", "handler"),
    ("verifier", "150203.supervision", "verifier"),
    ("street", "150203001.office", "street"),
    ("leader", "city.gov", "leader"),
    ("statistician", "city.supervision", "statistician"),
    ("sysadmin", "city.gov", "sysadmin"),
    ("secadmin", "city.gov", "secadmin"),
    ("auditadmin", "city.gov", "auditadmin"),
)
# those of the investment office, drawn last so that the names of all others stay what they were
INVESTMENT = "city.investment"
LATER = (
    ("officer", INVESTMENT, "officer"),
    ("officer2", INVESTMENT, "officer"),
    ("promoter", INVESTMENT, "promoter"),
)


def pinyin(name: str) -> str:
    """Hanyu Pinyin as one capitalised word, an apostrophe before an inner syllable that begins with a, e or o."""
    syllables = [s for s in lazy_pinyin(name, v_to_u=True) if s.isalnum()]
    word = "".join("'" + s if i and s[0] in "aeo" else s for i, s in enumerate(syllables))
    return word[:1].upper() + word[1:]


def number(chinese: str) -> int:
    """A Chinese number from 1 to 99."""
    tens, ten, ones = chinese.rpartition("十")
    return (DIGITS.index(tens) if tens else 1) * 10 * bool(ten) + (DIGITS.index(ones) if ones else 0)


def english(name: str) -> str:
    """Pinyin with what can be translated: 友谊大街 is Youyi Avenue, 第二 is No. 2, 三号街坊 is Block 3."""
    if block := re.fullmatch(rf"(.*?)({NUMBER})号街坊(.*)", name):
        return f"{english(block[1])} Block {number(block[2])} {english(block[3])}".strip()
    if numbered := re.fullmatch(rf"(.+)第({NUMBER})", name):
        return f"{english(numbered[1])} No. {number(numbered[2])}"
    for ending, word in ROADS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return pinyin(name.removesuffix(ending)) + word
    return pinyin(name)


def street(name: str) -> tuple[str, str]:
    """Kind and English name of a street-level division."""
    if name in PARKS:
        return "park", PARKS[name]
    for ending, kind, word, _ in STREET_KINDS:
        if name.endswith(ending):
            return kind, english(name.removesuffix(ending)) + word
    raise ValueError(name)


def community(name: str) -> tuple[str, str]:
    """Kind and English name of a community, village or gacha."""
    for ending, kind, word in COMMUNITY_KINDS:
        if name.endswith(ending):
            return kind, english(name.removesuffix(ending)) + word
    raise ValueError(name)


def office(street_name: str) -> str:
    """Chinese name of the office of a street-level division."""
    for ending, _, _, suffix in STREET_KINDS:
        if street_name.endswith(ending):
            return street_name + suffix
    return street_name if street_name.endswith("办事处") else street_name + "管理机构"


def divisions(streets: list[dict[str, str]], communities: list[dict[str, str]]) -> Iterable[tuple[str, ...]]:
    yield CITY, "", "city", "city", "包头市", "Baotou", SINCE, ""
    for code, (name, en, _, _, kind, _) in COUNTIES.items():
        yield f"{code}000000", CITY, "county", kind, name, en, SINCE, ZONE_NOTE if kind == "zone" else ""
    for row in streets:
        kind, en = street(row["name"])
        yield f"{row['code']}000", f"{row['areaCode']}000000", "street", kind, row["name"], en, SINCE, ""
    for row in communities:
        kind, en = community(row["name"])
        yield row["code"], f"{row['streetCode']}000", "community", kind, row["name"], en, SINCE, ""


def units(streets: list[dict[str, str]]) -> Iterable[tuple[str, ...]]:
    top = "city.gov"
    yield top, "", "city", "government", "government", CITY, "包头市人民政府", "Baotou City Government", SINCE
    for function, (zh, en, kind, more) in CITY_UNITS.items():
        yield f"city.{function}", top, "city", kind, f"{function} {more}".strip(), CITY, zh, f"Baotou {en}", SINCE
    for code, (name, _, short, _, _, government) in COUNTIES.items():
        covers, gov = f"{code}000000", f"{code}.gov"
        head = "Administration" if government == "管理委员会" else "Government"
        yield (
            gov,
            top,
            "district",
            "government",
            "government street",
            covers,
            name + government,
            f"{short} {head}",
            SINCE,
        )
        for function, (zh, en, more) in DISTRICT_UNITS.items():
            kind = "supervision" if function == "supervision" else "bureau"
            functions = f"{function} {more}".strip()
            if function in ("police", "traffic") and code[4] == "2":  # counties and banners have a police of their own
                zh = zh.replace("包头市公安局{n}分局", "{n}公安局").replace("包头市公安局{n}", "{n}公安局")
            names = zh.format(n=name), en.format(n=short)
            yield f"{code}.{function}", gov, "district", kind, functions, covers, *names, SINCE
    for row in streets:
        gov, covers = f"{row['areaCode']}.gov", f"{row['code']}000"
        en = f"{street(row['name'])[1]} Office"
        yield f"{row['code']}.office", gov, "street", "office", "street", covers, office(row["name"]), en, SINCE
    name = "包头市招商局", "Baotou Investment Office"
    yield INVESTMENT, top, "city", "department", "investment", CITY, *name, SINCE


def posts(rows: list[tuple[str, ...]]) -> Iterable[tuple[str, str, str]]:
    """Login, unit and role of everybody: the cast first, then the posts that every unit of a kind has."""
    yield from CAST
    yield "dispatcher.city", "city.hotline", "dispatcher"
    yield "verifier.city", "city.supervision", "verifier"
    slugs = {code: values[3] for code, values in COUNTIES.items()}
    for code, _, _, kind, *_ in rows:
        if code == INVESTMENT:
            continue
        area, _, what = code.partition(".")
        place = slugs.get(area, area)
        if kind == "office":
            yield f"street.{place}", code, "street"
            continue
        if kind == "government" and area != "city":
            yield f"dispatcher.{place}", code, "dispatcher"
        if kind == "supervision" and area != "city":
            yield f"verifier.{place}", code, "verifier"
        yield f"head.{place}.{what}", code, "head"
        yield f"handler.{place}.{what}", code, "handler"
    yield from LATER


def people(rows: list[tuple[str, ...]]) -> Iterable[tuple[str, ...]]:
    rng, used = random.Random(20211229), set[str]()
    shown = {login for login, _, _ in (*CAST, *LATER)}
    for login, unit, role in posts(rows):
        name = ""
        while not name or name in used:
            name = rng.choice(SURNAMES) + rng.choice(GIVEN_FIRST) + rng.choice(GIVEN_SECOND)
        used.add(name)
        en = f"{pinyin(name[0])} {pinyin(name[1:])}"
        yield login, name, en, *TITLES[role], unit, role, "yes" if login in shown else "no", "yes"


def write(name: str, header: str, rows: Iterable[tuple[str, ...]]) -> None:
    with (PACK / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows(rows)


def main(source: Path) -> None:
    streets = list(csv.DictReader((source / "streets_baotou.csv").open(encoding="utf-8")))
    communities = list(csv.DictReader((source / "villages_baotou.csv").open(encoding="utf-8")))
    write("divisions.csv", "code parent level kind zh en valid_from note", divisions(streets, communities))
    rows = list(units(streets))
    write("units.csv", "code parent level kind functions covers zh en valid_from", rows)
    write("people.csv", "login zh en title_zh title_en unit role shown simulated", people(rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

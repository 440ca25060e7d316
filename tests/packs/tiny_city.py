"""A second city, made from scratch: one county, two streets, one community each, six units, one category."""

from pathlib import Path

FILES = {
    "city.toml": """
code = "990100"
name = { zh = "小城", en = "Tiny" }
timezone = "Asia/Shanghai"
coordinates = "WGS-84"
hotline = "12345"
office_hours = ["09:00-12:00", "13:00-17:00"]
map_note = { zh = "示意图", en = "Schematic" }
promises = [{ zh = "说到做到", en = "We keep our word" }]
emergency = { text = { zh = "请拨 110", en = "Call 110" }, numbers = ["110"] }
light = { yellow_percent = 20, yellow_workdays = 1 }
[clocks]
accept = { n = 1, kind = "workhours" }
dispatch = { n = 2, kind = "workhours" }
sign = { n = 4, kind = "workhours" }
verify = { n = 1, kind = "workdays" }
callback = { n = 2, kind = "workdays" }
unrated = { n = 7, kind = "days" }
followup = { n = 5, kind = "workdays" }
ask = { n = 5, kind = "days" }
""",
    "divisions.csv": """code,parent,level,kind,zh,en,valid_from,note
990100000000,,city,city,小城,Tiny,2020-01-01,
990101000000,990100000000,county,district,东区,East,2020-01-01,
990101001000,990101000000,street,subdistrict,一街,First,2020-01-01,
990101002000,990101000000,street,subdistrict,二街,Second,2020-01-01,
990101001001,990101001000,community,community,甲社区,A,2020-01-01,
990101002001,990101002000,community,community,乙社区,B,2020-01-01,
""",
    "units.csv": """code,parent,level,kind,functions,covers,zh,en,valid_from
city.gov,,city,government,government,990100000000,市政府,City,2020-01-01
city.hotline,city.gov,city,hotline,hotline,990100000000,热线,Hotline,2020-01-01
city.water,city.gov,city,company,water,990100000000,自来水公司,Water,2020-01-01
east.gov,city.gov,district,government,government,990101000000,东区政府,East,2020-01-01
east.roads,east.gov,district,bureau,roads,990101000000,东区市政,East Roads,2020-01-01
first.office,east.gov,street,office,roads street,990101001000,一街办事处,First Office,2020-01-01
""",
    "categories.csv": """code,parent,zh,en,public,reportable,responsible,respond_n,respond_kind,limit_n,limit_kind,evidence,emergency
01,,街面,Street,yes,yes,,,,,,,
0101,01,设施,Fixtures,yes,yes,,,,,,,
010101,0101,路面,Surface,yes,yes,roads@street,2,workhours,3,workdays,photo,no
010102,0101,路灯,Lamps,yes,yes,roads@district,2,workhours,3,workdays,photo note,no
010103,0101,水管,Pipes,yes,yes,water@district,1,hours,12,hours,photo,yes
010104,0101,楼道,Stairs,yes,yes,street@street,1,hours,2,days,photo,no
""",
    "people.csv": """login,zh,en,title_zh,title_en,unit,role,shown,simulated
desk,甲,Jia,值班员,Clerk,city.hotline,desk,yes,yes
""",
    "calendars/2021.json": '{"year": 2021, "days": [{"name": "元旦", "date": "2021-01-01", "isOffDay": true}]}',
    "boundaries.geojson": """{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"code": "990101000000", "label": [110.1, 40.2]}, "geometry": {"type": "Polygon", "coordinates": [[[110, 40], [111, 40], [111, 41], [110, 41], [110, 40]], [[110.4, 40.4], [110.6, 40.4], [110.6, 40.6], [110.4, 40.4]]]}}
]}
""",
    "texts.toml": 'accepted = { zh = "{due} 前办完", en = "Done by {due}" }\n',
}


def build(folder: Path) -> Path:
    """Writes the whole pack into `folder` and gives it back."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder

"""The pages of a report, as data: each shows a form for the draft and takes what was given into it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, QueryDict

from luoshi.cases import photos
from luoshi.cases.public import follow, forms, kinds
from luoshi.cases.public.draft import Draft
from luoshi.cases.reads.reporter import plain_phone
from luoshi.kernel import limits
from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.people import place
from luoshi.people import reads as people
from luoshi.web import client, words
from luoshi.web import map as maps

NUMBERED: Final = 5
Make = Callable[..., Any]
Take = Callable[[Draft, Any, HttpRequest, str], Draft]


def _nothing(draft: Draft) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Step:
    """One page: `make` the form, `take` what is valid of it into the draft (Invalid for what is not), `more` to show."""

    name: str
    number: int
    short: T
    title: T
    template: str
    make: Make
    take: Take
    more: Callable[[Draft], Mapping[str, Any]] = _nothing

    def form(self, draft: Draft, data: Any = None, files: Any = None) -> Any:
        """The form, with what the draft holds, or bound to what was sent."""
        return self.make(draft, data, files)


# where


def _where_form(draft: Draft, data: Any, files: Any) -> forms.Where:
    initial = {"place": draft.place, "asked": draft.asked, "area": draft.area}
    return forms.Where(data, initial=initial, county=draft.county, chosen=draft.area)


def _take_where(draft: Draft, form: forms.Where, request: HttpRequest, go: str) -> Draft:
    form.is_valid()
    given = form.cleaned_data
    draft = draft.but(place=given.get("place", draft.place), asked=given.get("asked", draft.asked))
    draft = _at_area(draft, form, go)
    if go == "view:":
        return draft.but(view="")
    if go.startswith("county:"):
        return _at_county(draft, go.removeprefix("county:"))
    draft = _at_point(draft, request.POST)
    if go == "next" and not (draft.place or draft.area or draft.lat is not None or draft.county):
        rule = T("写一个地点，或按一下地图", "Write a place, or press the map")
        raise Invalid([Fault("place", "", rule)])
    return draft


def _at_area(draft: Draft, form: forms.Where, go: str) -> Draft:
    """The street or community that is meant; which of several must be said only when going on."""
    if go != "next" and len(form.hits) != 1 and not form.cleaned_data.get("area"):
        if go == "find" and not form.hits:
            form.settled()
        return draft if draft.area in [hit.code for hit in form.hits] else draft.but(area="")
    area = form.settled()
    if area is None:
        return draft.but(area="")
    county = place.county_of(area.code)
    if draft.lat is not None and draft.county and draft.county != county:
        zh, en = "“{a}”在{b}，地图上的点在{c}：改一个", "“{a}” is in {b}, the point on the map in {c}: change one"
        names = [people.division_name(code) for code in (area.code, county, draft.county)]
        raise Invalid([Fault("asked", "", T(zh, en).fill(a=names[0], b=names[1], c=names[2]))])
    return draft.but(area=area.code, asked=people.division_name(area.code), county=county)


def _at_county(draft: Draft, code: str) -> Draft:
    """A district chosen by its name: the map comes closer, a point elsewhere is forgotten."""
    if code not in {division.code for division in place.counties()}:
        return draft
    if draft.area and place.county_of(draft.area) != code:
        draft = draft.but(area="", asked="")
    if draft.county != code:
        draft = draft.but(lat=None, lon=None)
    return draft.but(county=code, view=code if code in place.outlines() else "")


def _at_point(draft: Draft, data: QueryDict) -> Draft:
    """Where the map was pressed: a point and its district. Raises Invalid outside of the city."""
    for name, code, _ in _presses(draft):
        seen = place.view(code)
        pressed = maps.pressed(data, name, seen.frame) if seen else None
        if seen is not None and pressed is not None:
            return _pressed(draft, seen, pressed)
    return draft


def _presses(draft: Draft) -> list[tuple[str, str, T]]:
    """The maps of the page: name of the field, view, heading. The crowded core has one of its own."""
    whole = ("at", draft.view, T("全市", "The whole city"))
    if draft.view or not place.core():
        return [whole]
    return [("core", place.CORE, T("市区，放大", "The urban core, closer")), whole]


def _pressed(draft: Draft, seen: place.View, at: tuple[int, int]) -> Draft:
    """The point that was meant; beside a district too small for a finger it is the district, without a point."""
    lat, lon = seen.projection.from_pixel(*at)
    county, near = place.locate(lat, lon), place.near(seen, *at)
    if near and near != county:
        return _at_county(draft, near)
    if not county:
        rule = T("按在了本市外面，请按在轮廓里", "That is outside of the city: press inside the outline")
        raise Invalid([Fault("place", "", rule)])
    if draft.area and place.county_of(draft.area) != county:
        draft = draft.but(area="", asked="")
    return draft.but(lat=round(lat, 5), lon=round(lon, 5), county=county, view=county)


def _press(draft: Draft, name: str, code: str, title: T) -> str:
    """The map to press, with a pin at the point; nothing where none is drawn."""
    seen = place.view(code)
    if seen is None:
        return ""
    source = f"/report/map.svg?view={code}"
    if draft.lat is not None and draft.lon is not None:
        x, y = (round(one) for one in seen.projection.to_pixel(draft.lat, draft.lon))
        if 0 <= x <= seen.frame.width and 0 <= y <= seen.frame.height:
            source += f"&x={x}&y={y}"
    words = T("按地图选地点", "Press the map to choose the place")
    return maps.press(
        name, source, seen.frame, words if draft.view else T("{a}：{b}", "{a}: {b}").fill(a=words, b=title)
    )


def _where_more(draft: Draft) -> Mapping[str, Any]:
    presses = [(title, press) for name, code, title in _presses(draft) if (press := _press(draft, name, code, title))]
    counties = [(d.code, people.division_name(d.code)) for d in place.counties()]
    return {
        "presses": presses, "counties": counties, "streets": place.streets(), "map_note": place.note(),
        "here": people.division_name(draft.county) if draft.county else "", "shown": draft.view,
        "chosen": place.full_name(draft.area), "pinned": draft.lat is not None,
    }  # fmt: skip


# what kind


def _take_top(draft: Draft, form: forms.Kind, request: HttpRequest, go: str) -> Draft:
    if not form.is_valid():
        return _kindly(draft, form, go)
    code = form.cleaned_data["code"]
    if code == kinds.UNSURE and (leaf := kinds.unsure()) is not None:
        return draft.but(top=kinds.UNSURE, category=leaf.code)
    return draft if code == draft.top else draft.but(top=code, category="")


def _take_leaf(draft: Draft, form: forms.Kind, request: HttpRequest, go: str) -> Draft:
    return draft.but(category=form.cleaned_data["code"]) if form.is_valid() else _kindly(draft, form, go)


def _kindly(draft: Draft, form: forms.Kind, go: str) -> Draft:
    """Going elsewhere without having chosen is no fault."""
    if go != "next":
        form.errors.clear()
    return draft


# what happened


def _names(draft: Draft) -> list[tuple[str, T]]:
    label = T("照片 {n}（{w}×{h}，{k} KB）", "Picture {n} ({w}×{h}, {k} KB)")
    return [
        (one[0], label.fill(n=n, w=one[2], h=one[3], k=words.number(one[4] // 1024)))
        for n, one in enumerate(draft.photos, 1)
    ]


def _what_form(draft: Draft, data: Any, files: Any) -> forms.What:
    return forms.What(data, files, initial={"text": draft.text})


def _take_what(draft: Draft, form: forms.What, request: HttpRequest, go: str) -> Draft:
    valid = form.is_valid()
    given = form.cleaned_data
    dropped = request.POST.getlist("drop")
    left = [one for one in draft.photos if one[0] not in dropped]
    draft = draft.but(text=given.get("text", draft.text), photos=tuple(left))
    draft = _with_photos(draft, given.get("photos") or [], client.address(request))
    if not valid and go != "next":
        form.errors.clear()
    return draft


def _with_photos(draft: Draft, uploads: list[Any], address: str) -> Draft:
    if len(draft.photos) + len(uploads) > photos.MOST:
        rule = T("最多 {n} 张，连已加的有 {m} 张", "At most {n} pictures: with those added it is {m}")
        raise Invalid([Fault("photos", "", rule.fill(n=photos.MOST, m=len(draft.photos) + len(uploads)))])
    if uploads:
        limits.spend("photo", address, photos.MOST * settings.CONF.number("reports_per_hour"), len(uploads))
    found = {one[0]: one for one in draft.photos}
    for upload in uploads:
        kept = photos.store_draft(upload, draft.key)
        found[str(kept.id)] = (str(kept.id), kept.sha256, kept.width, kept.height, kept.size)
    return draft.but(photos=tuple(found.values()))


# how to reach you, and the last look


def _contact_form(draft: Draft, data: Any, files: Any) -> forms.Contact:
    return forms.Contact(data, initial={"name": draft.name, "phone": draft.phone, "email": draft.email})


def _take_contact(draft: Draft, form: forms.Contact, request: HttpRequest, go: str) -> Draft:
    form.is_valid()
    given = form.cleaned_data
    phone = plain_phone(given.get("phone", draft.phone))
    return draft.but(name=given.get("name", draft.name), phone=phone, email=given.get("email", draft.email))


def _check_more(draft: Draft) -> Mapping[str, Any]:
    leaf = kinds.leaf(draft.category)
    where = place.full_name(draft.area or draft.county)
    point = T("地图上已标点", "marked on the map") if draft.lat is not None else ""
    contact = "　".join(part for part in (draft.name, draft.phone, draft.email) if part)
    return {
        "where": [part for part in (draft.place, where, point) if part],
        "kind": kinds.name(leaf) if leaf else "",
        "contact": contact,
        "private": leaf is not None and not leaf.public,
    }


WHERE: Final = Step(
    "where", 1, T("在哪里", "Where"), T("问题在哪里？", "Where is it?"), "where", _where_form, _take_where, _where_more
)
KIND: Final = Step(
    "kind", 2, T("哪一类", "What kind"), T("是什么问题？", "What kind of problem is it?"), "kind",
    lambda draft, data, files: forms.Kind(data, initial={"code": draft.top}), _take_top,
)  # fmt: skip
LEAF: Final = Step(
    "leaf", 2, T("哪一类", "What kind"), T("具体是哪一种？", "Which one exactly?"), "kind",
    lambda draft, data, files: forms.Kind(data, initial={"code": draft.category}, top=draft.top), _take_leaf,
)  # fmt: skip
WHAT: Final = Step(
    "what", 3, T("发生了什么", "What happened"), T("发生了什么？", "What happened?"), "what", _what_form, _take_what,
    lambda draft: {"pictures": _names(draft)},
)  # fmt: skip
SAME: Final = Step(
    "same", 3, T("发生了什么", "What happened"), T("是不是这一件？", "Is it one of these?"), "same",
    lambda draft, data, files: forms.Check(data), lambda draft, form, request, go: draft,
    lambda draft: {"found": follow.rows(follow.like(draft))},
)  # fmt: skip
CONTACT: Final = Step(
    "contact", 4, T("怎么告诉您", "How to reach you"), T("办好了怎么告诉您？", "How shall we tell you?"), "contact",
    _contact_form, _take_contact,
)  # fmt: skip
CHECK: Final = Step(
    "check", 5, T("看一遍", "A last look"), T("提交前看一遍", "Look it over before sending"), "check",
    lambda draft, data, files: forms.Check(data), lambda draft, form, request, go: draft, _check_more,
)  # fmt: skip
ORDER: Final = (WHERE, KIND, LEAF, WHAT, SAME, CONTACT, CHECK)
BY_NAME: Final = {step.name: step for step in ORDER}


def _skips(step: Step, draft: Draft) -> bool:
    """Who is not sure of the kind is not asked for the single one; nothing alike is no page."""
    return (step is LEAF and draft.top in ("", kinds.UNSURE)) or (step is SAME and not follow.like(draft))


def after(step: Step, draft: Draft) -> Step:
    """The next page: the first that still lacks something, at most the one that follows; `find` and the like stay."""
    following = ORDER[min(ORDER.index(step) + 1, len(ORDER) - 1)]
    return after(following, draft) if _skips(following, draft) else following


def before(step: Step, draft: Draft) -> Step | None:
    """The page before, or None on the first."""
    place_ = ORDER.index(step)
    earlier = ORDER[place_ - 1] if place_ else None
    return before(earlier, draft) if earlier is not None and _skips(earlier, draft) else earlier


def gap(draft: Draft) -> Step | None:
    """The first page on which something is missing that a report needs."""
    if not (draft.place or draft.area or draft.lat is not None or draft.county):
        return WHERE
    if not draft.category:
        return LEAF if draft.top not in ("", kinds.UNSURE) else KIND
    return None if draft.text.strip() else WHAT

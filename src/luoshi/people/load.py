"""Take over a city pack: divisions, units, calendar, people, and what each line wants of it. Idempotent."""

from collections.abc import Mapping
from typing import Any

from django.db import models, transaction

from luoshi.kernel import calendar
from luoshi.kernel.lines import installed
from luoshi.kernel.models import CalendarDay
from luoshi.packs.model import Pack
from luoshi.people import tree
from luoshi.people.models import Division, DivisionParent, Person, Post, Unit, UnitCovers, UnitParent

# Clocks that a pack may leave out.
CLOCKS = {"joint": [1, "workdays"], "response": [24, "hours"], "handle": [5, "workdays"]}


def facts(pack: Pack) -> dict[str, Any]:
    """What the installation keeps of a pack for its clocks and pages; JSON."""
    city = pack.city
    return {
        "timezone": city.timezone,
        "office_hours": [f"{h.opens:%H:%M}-{h.closes:%H:%M}" for h in city.office_hours],
        "clocks": CLOCKS | {name: [rule.n, rule.kind] for name, rule in city.clocks.items()},
        "light": {"percent": city.light.percent, "workdays": city.light.workdays},
        "rates": {
            "satisfied_from": city.rates.satisfied_from,
            "weights": dict(city.rates.weights),
            "bases": dict(city.rates.bases),
        },
        "hotline": city.hotline,
        "emergency": list(city.emergency),
        "promises": [list(text) for text in city.promises],
        "map_note": list(city.map_note),
        "texts": {name: list(text) for name, text in pack.texts.items()},
        "boundaries": [
            {
                "code": b.code,
                "label": list(b.label),
                "polygons": [[list(map(list, ring)) for ring in p] for p in b.polygons],
            }
            for b in pack.boundaries
        ],
    }


def _put(model: type[models.Model], rows: list[Any], unique: list[str], update: list[str]) -> None:
    """Insert rows, or update those whose unique fields exist."""
    if rows:
        model._default_manager.bulk_create(rows, update_conflicts=True, unique_fields=unique, update_fields=update)


def load_places(pack: Pack) -> None:
    """Divisions, units, their trees, the calendar, and the lines' own parts."""
    with transaction.atomic():
        days = [CalendarDay(date=day.date, off=day.off, name=day.name) for day in pack.days]
        _put(CalendarDay, days, ["date"], ["off", "name"])
        _divisions(pack)
        _units(pack)
        for face in installed():
            face.load(pack)
    calendar.current.cache_clear()
    tree.forget()


def _divisions(pack: Pack) -> None:
    rows = [
        Division(code=d.code, level=d.level, zh=d.name.zh, en=d.name.en, local=bool(d.note), valid_from=d.valid_from)
        for d in pack.divisions
    ]
    _put(Division, rows, ["code"], ["level", "zh", "en", "local"])
    parents = [
        DivisionParent(division_id=d.code, parent_id=d.parent, valid_from=d.valid_from)
        for d in pack.divisions
        if d.parent
    ]
    _put(DivisionParent, parents, ["division", "valid_from"], ["parent"])


def _units(pack: Pack) -> None:
    rows = [
        Unit(
            code=u.code, zh=u.name.zh, en=u.name.en, kind=u.kind, functions=list(u.functions), level=u.level,
            valid_from=u.valid_from,
        )
        for u in pack.units
    ]  # fmt: skip
    _put(Unit, rows, ["code"], ["zh", "en", "kind", "functions", "level"])
    keys = dict(Unit.objects.values_list("code", "id"))
    parents = [
        UnitParent(unit_id=keys[u.code], parent_id=keys[u.parent], valid_from=u.valid_from)
        for u in pack.units
        if u.parent
    ]
    _put(UnitParent, parents, ["unit", "valid_from"], ["parent"])
    covers = [
        UnitCovers(unit_id=keys[u.code], division_id=code, valid_from=u.valid_from)
        for u in pack.units
        for code in u.covers
    ]
    UnitCovers.objects.bulk_create(covers, ignore_conflicts=True)


def load_people(pack: Pack, passwords: Mapping[str, str]) -> None:
    """The pack's people of a demo; those in `passwords` can log in, without having to change it."""
    keys = dict(Unit.objects.values_list("code", "id"))
    first = min(unit.valid_from for unit in pack.units)
    with transaction.atomic():
        for entry in pack.people:
            if Person.objects.filter(login=entry.login).exists():
                continue
            person = Person.objects.create(
                login=entry.login, name=entry.name.zh, sim=True, must_change=False,
                password=passwords.get(entry.login, ""),
            )  # fmt: skip
            Post.objects.create(person=person, unit_id=keys[entry.unit], role=entry.role, valid_from=first)


def first_administrator(*, login: str, password: str, unit: str) -> None:
    """The first system administrator of a new city, at the unit with code `unit`; must change the password."""
    place = Unit.objects.get(code=unit)
    with transaction.atomic():
        person = Person.objects.create(login=login, name=login, password=password)
        Post.objects.create(person=person, unit=place, role="sysadmin", valid_from=place.valid_from)

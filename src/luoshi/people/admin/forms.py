"""The forms of the administration of people and units, one a move; what they clean to is what the action takes."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, ClassVar, Final, cast

from django import forms as django

from luoshi.kernel.text import T, language
from luoshi.packs.model import UNIT_LEVELS
from luoshi.people.admin import reads
from luoshi.people.models import Division, Person, Post, Unit
from luoshi.people.roles import ROLES
from luoshi.web import forms, words

CHOOSE: Final = ("", T("请选择", "Choose"))
LEVELS: Final = {"city": T("市级", "City"), "district": T("区县级", "District"), "street": T("街道级", "Street")}
KINDS: Final = {
    "department": T("部门", "Department"), "bureau": T("区县部门", "District bureau"), "office": T("街道办、乡镇", "Street or town office"),
    "company": T("企业", "Company"), "government": T("政府", "Government"), "hotline": T("热线", "Hotline"),
    "supervision": T("督查", "Supervision"),
}  # fmt: skip
LOGIN: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{1,59}$"
CODE: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{1,59}$"


def unit_name(unit: Unit) -> str:
    """In the reader's language."""
    return unit.zh if language() == "zh" else unit.en


def role_name(role: str) -> str:
    """In the reader's language; the role itself where there is none of this name."""
    return str(ROLES.get(role, role))


class UnitField(django.ChoiceField):
    """One of the units that are there today or will be; cleans to the row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units: dict[str, Unit] = {}

    def offer(self, units: Iterable[Unit]) -> None:
        """Which units can be chosen."""
        self.units = {unit.code: unit for unit in units}
        options = [(code, f"{unit_name(unit)} · {code}") for code, unit in self.units.items()]
        self.choices = forms.choices([CHOOSE]) + options

    def clean(self, value: Any) -> Any:
        """The row of the unit; None where nothing was chosen and nothing is required."""
        return self.units.get(super().clean(value))


class PostField(django.ChoiceField):
    """One of a person's posts; cleans to the row."""

    def offer(self, posts: Iterable[Post]) -> None:
        """Which posts can be chosen."""
        self.posts = {str(post.pk): post for post in posts}
        options = [(key, f"{role_name(post.role)} · {unit_name(post.unit)}") for key, post in self.posts.items()]
        self.choices = options if len(options) == 1 else forms.choices([CHOOSE]) + options

    def clean(self, value: Any) -> Any:
        """The row of the post."""
        return self.posts[super().clean(value)]


class Scene:
    """What the forms of one page offer: units, a person's posts, the day; read once."""

    def __init__(self, today: date, person: Person | None = None, unit: Unit | None = None) -> None:
        self.today, self.person, self.unit = today, person, unit
        self.units = [
            one for one in reads.units()
            if (one.valid_to is None or one.valid_to > max(today, one.valid_from)) and (unit is None or one.pk != unit.pk)
        ]  # fmt: skip
        self.posts = [
            post for post in (person.posts.all() if person else ()) if post.valid_to is None or post.valid_to > today
        ]

    def functions(self) -> list[str]:
        """Every function that a unit has."""
        own = [self.unit] if self.unit else []
        return sorted({name for unit in (*self.units, *own) for name in unit.functions})


class MoveForm(forms.Form):
    """The base: `verb` names the move; fields are filled from the scene."""

    verb: ClassVar[str] = ""

    def __init__(self, scene: Scene, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"f-{self.verb}-%s")
        super().__init__(*args, **kwargs)
        self.scene = scene
        for field in self.fields.values():
            if isinstance(field, UnitField):
                field.offer(scene.units)
            if isinstance(field, PostField):
                field.offer(scene.posts)
        for name in ("first", "last"):
            if name in self.fields:
                self.fields[name].initial = words.day(scene.today + timedelta(days=1 if name == "first" else 0))

    def data_for(self) -> dict[str, Any]:
        """What the action takes: everything but the key and the version that was seen."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("key", "seen")}


def _role() -> django.ChoiceField:
    return django.ChoiceField(label=forms.text("岗位", "Role"), choices=forms.choices([CHOOSE, *ROLES.items()]))


def _first(zh: str = "从哪天起", en: str = "From") -> forms.DayField:
    return forms.DayField(label=forms.text(zh, en))


def _name(zh: str, en: str, most: int = 60, **more: Any) -> django.CharField:
    return django.CharField(max_length=most, label=forms.text(zh, en), **more)


class Add(MoveForm):
    """Somebody new."""

    verb = "add_person"
    login = django.RegexField(
        LOGIN,
        label=forms.text("登录名", "Log-in name"),
        help_text=forms.text(
            "2 到 60 个字母、数字、. _ -，以后不能改", "2 to 60 letters, digits, . _ -; it cannot be changed later"
        ),
        widget=django.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )
    name = _name("姓名", "Name")
    unit = UnitField(label=forms.text("单位", "Unit"))
    role = _role()
    first = _first()

    def __init__(self, scene: Scene, *args: Any, **kwargs: Any) -> None:
        super().__init__(scene, *args, **kwargs)
        self.fields["first"].initial = words.day(scene.today)


class AddPost(MoveForm):
    """One more post."""

    verb = "add_post"
    unit = UnitField(label=forms.text("单位", "Unit"))
    role = _role()
    first = _first()


class MovePost(MoveForm):
    """Another post in place of one."""

    verb = "move_post"
    post = PostField(label=forms.text("现在的岗位", "Present post"))
    unit = UnitField(label=forms.text("调到单位", "To the unit"))
    role = _role()
    first = _first("从哪天起在新岗位", "From which day in the new post")


class EndPost(MoveForm):
    """A post ends."""

    verb = "end_post"
    post = PostField(label=forms.text("岗位", "Post"))
    last = forms.DayField(label=forms.text("最后一天", "Last day"))


class DropPost(MoveForm):
    """A post that has not begun."""

    verb = "drop_post"
    post = PostField(label=forms.text("还没开始的岗位", "Post to come"))

    def __init__(self, scene: Scene, *args: Any, **kwargs: Any) -> None:
        super().__init__(scene, *args, **kwargs)
        cast(PostField, self.fields["post"]).offer(post for post in scene.posts if post.valid_from > scene.today)


class Correct(MoveForm):
    """Another name."""

    verb = "correct_person"
    name = _name("姓名", "Name")

    def __init__(self, scene: Scene, *args: Any, **kwargs: Any) -> None:
        super().__init__(scene, *args, **kwargs)
        self.fields["name"].initial = scene.person.name if scene.person else ""


class Leave(MoveForm):
    """Somebody leaves."""

    verb = "leave"
    last = forms.DayField(label=forms.text("最后一天", "Last day"))
    reason = _name("原因", "Why", 200, required=False)


class ComeBack(MoveForm):
    """Somebody comes back, or does not leave after all."""

    verb = "come_back"
    reason = _name("原因", "Why", 200, required=False)


class NewPassword(MoveForm):
    """Nothing to fill in."""

    verb = "new_password"


PERSON: Final[tuple[type[MoveForm], ...]] = (
    MovePost, AddPost, EndPost, DropPost, Leave, ComeBack, Correct, NewPassword,
)  # fmt: skip


class Functions(django.MultipleChoiceField):
    """What a unit is responsible for."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            label=forms.text("职责", "Functions"),
            help_text=forms.text(
                "派遣按它找单位；按住 Ctrl 多选", "Cases find their unit by these; hold Ctrl to choose several"
            ),
            widget=django.SelectMultiple(attrs={"size": 6}),
        )


class Divisions(django.MultipleChoiceField):
    """The divisions that a unit covers; cleans to rows."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            label=forms.text("管辖范围", "Area"),
            help_text=forms.text("含下级；按住 Ctrl 多选", "With all below; hold Ctrl to choose several"),
            widget=django.SelectMultiple(attrs={"size": 8}),
        )

    def offer(self, divisions: Iterable[Division]) -> None:
        """Which can be chosen."""
        self.rows = {row.code: row for row in divisions}
        zh = language() == "zh"
        self.choices = [(code, f"{row.zh if zh else row.en} · {code}") for code, row in self.rows.items()]

    def clean(self, value: Any) -> Any:
        """The rows of the divisions."""
        return [self.rows[code] for code in super().clean(value)]


class AddUnit(MoveForm):
    """A new unit."""

    verb = "add_unit"
    code = django.RegexField(
        CODE,
        label=forms.text("代码", "Code"),
        help_text=forms.text("字母、数字、. _ -，如 150203.urban", "Letters, digits, . _ -, such as 150203.urban"),
        widget=django.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )
    zh = _name("名称（中文）", "Name in Chinese", 120)
    en = _name("名称（英文）", "Name in English", 200)
    kind = django.ChoiceField(label=forms.text("类型", "Kind"), choices=forms.choices([CHOOSE, *KINDS.items()]))
    level = django.ChoiceField(
        label=forms.text("层级", "Level"), choices=forms.choices([(one, LEVELS[one]) for one in UNIT_LEVELS])
    )
    parent = UnitField(label=forms.text("上级单位", "Under which unit"), required=False)
    functions = Functions()
    divisions = Divisions()
    first = _first()

    def __init__(self, scene: Scene, *args: Any, **kwargs: Any) -> None:
        super().__init__(scene, *args, **kwargs)
        cast(Functions, self.fields["functions"]).choices = [(name, name) for name in scene.functions()]
        cast(Divisions, self.fields["divisions"]).offer(reads.divisions(scene.today))


class CorrectUnit(MoveForm):
    """A mistake in a unit's name or functions."""

    verb = "correct_unit"
    zh = _name("名称（中文）", "Name in Chinese", 120)
    en = _name("名称（英文）", "Name in English", 200)
    functions = Functions()

    def __init__(self, scene: Scene, *args: Any, **kwargs: Any) -> None:
        super().__init__(scene, *args, **kwargs)
        cast(Functions, self.fields["functions"]).choices = [(name, name) for name in scene.functions()]
        for name in ("zh", "en", "functions"):
            self.fields[name].initial = getattr(scene.unit, name, None)


class PlaceUnit(MoveForm):
    """Under another unit."""

    verb = "place_unit"
    parent = UnitField(label=forms.text("上级单位", "Under which unit"))
    first = _first()


class CoverUnit(MoveForm):
    """Another area."""

    verb = "cover_unit"
    divisions = Divisions()
    first = _first()

    def __init__(self, scene: Scene, *args: Any, **kwargs: Any) -> None:
        super().__init__(scene, *args, **kwargs)
        cast(Divisions, self.fields["divisions"]).offer(reads.divisions(scene.today))
        if scene.unit is not None:
            self.fields["divisions"].initial = [row.division_id for row in reads.covers_of(scene.unit, scene.today)]


class RenameUnit(MoveForm):
    """Another name from a day on."""

    verb = "rename_unit"
    zh = _name("新名称（中文）", "New name in Chinese", 120)
    en = _name("新名称（英文）", "New name in English", 200)
    code = django.RegexField(
        CODE,
        label=forms.text("新代码", "New code"),
        help_text=forms.text("旧名旧代码留给以前的记录", "The old name and code stay with the records of before"),
        widget=django.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )
    first = _first()


class MergeUnit(MoveForm):
    """Into another unit from a day on."""

    verb = "merge_unit"
    into = UnitField(label=forms.text("并入哪个单位", "Into which unit"))
    first = _first()


class CloseUnit(MoveForm):
    """The unit ends."""

    verb = "close_unit"
    last = forms.DayField(label=forms.text("最后一天", "Last day"))


class UndoChange(MoveForm):
    """Nothing to fill in."""

    verb = "undo_change"


UNIT: Final[tuple[type[MoveForm], ...]] = (
    CorrectUnit, PlaceUnit, CoverUnit, RenameUnit, MergeUnit, CloseUnit, UndoChange,
)  # fmt: skip

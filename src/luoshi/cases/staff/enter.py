"""Staff enter a case: found on patrol, or taken down for a citizen at the hotline or the counter."""

from typing import Any, Final

from django import forms as django
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from luoshi.cases import photos, reads
from luoshi.cases.actions import report_case
from luoshi.cases.actions.report import LONGEST, code_for
from luoshi.cases.models import Category
from luoshi.cases.staff.fields import named
from luoshi.kernel.ids import show_code
from luoshi.kernel.problems import Invalid
from luoshi.kernel.rights import demand
from luoshi.kernel.text import T, language
from luoshi.kernel.viewer import Viewer
from luoshi.people import reads as people
from luoshi.people import tree
from luoshi.people.models import Division
from luoshi.people.sessions import staff
from luoshi.web import forms, said

PATROL: Final = "patrol"
WAYS: Final = (
    (PATROL, T("巡查发现", "Found on patrol"), T("没有上报人，不回访", "No reporter, nobody is called back")),
    ("hotline", T("热线来电", "Hotline call"), T("替市民登记，给查询码", "For a citizen, who gets a tracking code")),
    ("counter", T("窗口来访", "At the counter"), T("替市民登记，给查询码", "For a citizen, who gets a tracking code")),
)


def _listed(name: str, **more: Any) -> django.TextInput:
    return django.TextInput(attrs={"list": f"{name}-l", "autocomplete": "off", **more})


class Entry(forms.Form):
    """The one form."""

    channel = django.ChoiceField(
        choices=forms.picks(WAYS), widget=forms.Picks, label=forms.text("怎么来的", "How it came")
    )
    category = django.CharField(
        max_length=200,
        widget=_listed("category"),
        label=forms.text("类别", "Category"),
        help_text=forms.text("写几个字，从列表里选", "Type part of it and choose from the list"),
    )
    text = django.CharField(max_length=LONGEST, widget=django.Textarea, label=forms.text("发生了什么", "What happened"))
    division = django.CharField(
        max_length=60,
        widget=_listed("division"),
        label=forms.text("街道或旗县区", "Street office or district"),
        help_text=forms.text("写几个字，从列表里选", "Type part of it and choose from the list"),
    )
    place = django.CharField(
        max_length=200,
        required=False,
        widget=django.TextInput(attrs={"autocomplete": "off"}),
        label=forms.text("地点（可不填）", "Place (optional)"),
    )
    lat = django.FloatField(
        required=False, min_value=-90, max_value=90, widget=django.TextInput(attrs={"inputmode": "decimal"}),
        label=forms.text("纬度（可不填）", "Latitude (optional)"),
    )  # fmt: skip
    lon = django.FloatField(
        required=False, min_value=-180, max_value=180, widget=django.TextInput(attrs={"inputmode": "decimal"}),
        label=forms.text("经度（可不填）", "Longitude (optional)"),
    )  # fmt: skip
    photos = forms.PhotosField(
        limit=photos.MOST, required=False, label=forms.text("照片（可不加）", "Pictures (optional)")
    )
    name = django.CharField(
        max_length=60,
        required=False,
        widget=django.TextInput(attrs={"autocomplete": "off"}),
        label=forms.text("上报人姓名（可不填）", "Reporter's name (optional)"),
    )
    phone = django.RegexField(
        r"^\+?[0-9][0-9 ()\-]{4,19}$",
        required=False,
        widget=django.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        label=forms.text("上报人电话（可不填）", "Reporter's telephone (optional)"),
        error_messages={"invalid": forms.text("只写数字，例如 138 0000 0000", "Digits only, such as 138 0000 0000")},
    )

    def clean_category(self) -> Category:
        """The single kind that the text means."""
        kinds, text = reads.kinds(), self.cleaned_data["category"].strip()
        leaves = {row.code: row for row in kinds.leaves()}
        found = {str(kinds.path(code)): row for code, row in leaves.items()}.get(text) or named(leaves, text)
        if found is None:
            raise django.ValidationError(str(T("没有这个类别，请从列表里选", "No such category: choose one")))
        return found

    def clean_division(self) -> Division:
        """The place of the tree that the text means."""
        found = named(tree.today().divisions, self.cleaned_data["division"].strip())
        if found is None or found.level == "city":
            rule = T("没有这个地方，或不止一个，请从列表里选", "No such place, or several: choose from the list")
            raise django.ValidationError(str(rule))
        return found  # type: ignore[no-any-return]

    def clean(self) -> dict[str, Any]:
        """A case found on patrol has no reporter."""
        given = super().clean() or {}
        for name in ("name", "phone"):
            if given.get("channel") == PATROL and given.get(name):
                self.add_error(name, str(T("巡查发现没有上报人，请清空", "Found on patrol: leave it empty")))
        return given


def _report(form: Entry, viewer: Viewer) -> tuple[str, str]:
    """(number, tracking code or an empty text). Raises Invalid."""
    given = form.cleaned_data
    key, door = given["key"] or forms.new_key(), f"enter:{viewer.person}"
    chain = people.chain(given["division"].code)
    found = given["channel"] == PATROL
    done = report_case(
        viewer=viewer, key=key, door=door, category=given["category"], text=given["text"], channel=given["channel"],
        place=given["place"], county=chain.get("county", ""), street=chain.get("street", ""),
        community=chain.get("community", ""), lat=given["lat"], lon=given["lon"], name=given["name"],
        phone=given["phone"], by_staff=found, photos=photos.store(given["photos"], key),
    )  # fmt: skip
    # a repeated press is told the same code again: it is made from the key
    return done.answer["number"], "" if found else code_for(door, key)


def lists() -> dict[str, list[str]]:
    """What the two searchable fields offer."""
    zh, kinds = language() == "zh", reads.kinds()
    divisions = [row for row in tree.today().divisions.values() if row.level in ("county", "street")]
    return {
        "categories": [str(kinds.path(row.code)) for row in kinds.leaves()],
        "divisions": [row.zh if zh else row.en for row in divisions],
    }


@staff
def report(request: HttpRequest) -> HttpResponse:
    """`/work/report/`: one form; a citizen's tracking code is shown once, on the page that answers it."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    demand(viewer, "cases.report")
    form = Entry(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            number, code = _report(form, viewer)
        except Invalid as refused:
            form.refuse(refused)
        else:
            return _entered(request, viewer, number, code)
    return render(request, "cases/staff/enter.html", {"form": form, **lists()}, status=422 if form.errors else 200)


def _entered(request: HttpRequest, viewer: Viewer, number: str, code: str) -> HttpResponse:
    seen = reads.visible(viewer).filter(number=number).exists()
    if code:
        context = {"number": number, "code": show_code(code), "seen": seen}
        return render(request, "cases/staff/entered.html", context)
    response = HttpResponseRedirect(f"/work/cases/{number}/" if seen else "/work/", status=303)
    said.say(response, T("{number} 已登记", "{number} is entered").fill(number=number))
    return response

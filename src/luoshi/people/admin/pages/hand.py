"""`/people/hand-over/`: what one person has in hand goes to another, for heads in their unit and the administrator."""

from typing import Any, Final, cast
from uuid import UUID

from django import forms as django
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from luoshi.kernel.lines import installed
from luoshi.kernel.problems import Absent, Invalid
from luoshi.kernel.text import T
from luoshi.kernel.viewer import Viewer
from luoshi.people.admin import reads
from luoshi.people.admin.actions.hand import hand_over
from luoshi.people.admin.flow import HAND_OVER
from luoshi.people.models import Person
from luoshi.people.sessions import having
from luoshi.web import forms
from luoshi.web.http import viewer_of
from luoshi.web.said import onward

ADDRESS: Final = "/people/hand-over/"


class To(forms.Form):
    """To whom."""

    to = django.ChoiceField(label=forms.text("交给谁", "To whom"))

    def __init__(self, people: list[Person], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.log_id): one for one in people}
        options = [(key, f"{one.name} · {one.login}") for key, one in self.people.items()]
        cast(django.ChoiceField, self.fields["to"]).choices = [("", str(T("请选择", "Choose"))), *options]

    def clean_to(self) -> Person:
        """The person."""
        return self.people[self.cleaned_data["to"]]


def _chosen(viewer: Viewer, given: str) -> Person | None:
    """The person whose work is handed over; None where nobody was chosen. Raises Absent."""
    if not given:
        return None
    try:
        return reads.person(viewer, UUID(given))
    except ValueError:
        raise Absent from None


@having(HAND_OVER)
def page(request: HttpRequest) -> HttpResponse:
    """First whose, then to whom; POST hands over."""
    viewer = viewer_of(request)
    old = _chosen(viewer, request.GET.get("from", "")[:40])
    if old is None:
        everybody = reads.listed(viewer, reads.Wanted())
        counts = _open(everybody)
        held = [(one, counts[one.pk]) for one in everybody if one.pk in counts]
        return render(request, "people/admin/hand.html", {"held": held})
    form, handed = To(reads.colleagues(viewer, old), request.POST or None), None
    if request.method == "POST" and form.is_valid():
        new: Person = form.cleaned_data["to"]
        try:
            handed = hand_over(viewer, old, new, key=form.cleaned_data["key"] or None, door=f"people:{viewer.person}")
        except Invalid as refused:
            form.refuse(refused)
        else:
            if not handed.left:
                text = T("{old} 的 {n} 件已交给 {new}", "{n} of {old} went to {new}").fill(
                    old=old.name, n=handed.done, new=new.name
                )
                return onward(f"{ADDRESS}?from={old.log_id}", text)
    context = {"old": old, "form": form, "open": _open([old]).get(old.pk, []), "handed": handed, "people": form.people}
    return render(request, "people/admin/hand.html", context, status=422 if form.errors else 200)


def _open(persons: list[Person]) -> dict[int, list[tuple[T, int]]]:
    """How much of each line each of the persons has in hand; who has nothing is left out. One query a line."""
    found: dict[int, list[tuple[T, int]]] = {}
    for face in installed():
        for person, count in face.open_with([one.pk for one in persons]).items():
            found.setdefault(person, []).append((face.title, count))
    return found

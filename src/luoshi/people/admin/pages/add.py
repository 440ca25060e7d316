"""`/people/add/`: somebody new; the first password is shown once."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from luoshi.people.admin import reads
from luoshi.people.admin.actions.appoint import ask_appointment
from luoshi.people.admin.actions.person import add_person
from luoshi.people.admin.flow import MANAGE
from luoshi.people.admin.forms import Add, Scene
from luoshi.people.admin.pages.common import press, today
from luoshi.people.roles import ADMINS
from luoshi.people.sessions import having
from luoshi.web.http import viewer_of


@having(MANAGE)
def page(request: HttpRequest) -> HttpResponse:
    """The form; POST adds. An administrator is added without a post, and the appointment asked for."""
    viewer = viewer_of(request)
    form = Add(Scene(today()), request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        admin = given["role"] in ADMINS
        key, door = given["key"] or None, f"people:{viewer.person}"

        def perform(**data: Any) -> Any:
            asked = {name: data[name] for name in ("login", "name")} if admin else data
            done = add_person(viewer=viewer, key=key, door=door, **asked)
            if admin and done.row is not None:
                rest = {name: data[name] for name in ("unit", "role", "first")}
                ask_appointment(viewer=viewer, person=done.row, **rest)
            return done

        done = press(form, perform)
        if done is not None:
            person = reads.person(viewer, done.answer["person"])
            return passwords(request, [(person.login, person.name, done.secret.get("password", ""))], admin)
    return render(request, "people/admin/add.html", {"form": form}, status=422 if form.errors else 200)


def passwords(request: HttpRequest, rows: list[tuple[str, str, str]], asked: bool = False) -> HttpResponse:
    """First passwords, shown once: (log-in name, name, password), an empty one where it was shown already."""
    response = render(request, "people/admin/passwords.html", {"rows": rows, "asked": asked})
    response.headers["Cache-Control"] = "private, no-store"
    return response

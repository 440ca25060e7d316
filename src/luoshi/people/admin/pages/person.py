"""`/people/<id>/`: a person's posts, open work and history; every move on them, one form each."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.safestring import SafeString

from luoshi.kernel.lines import installed
from luoshi.kernel.problems import Absent
from luoshi.kernel.rights import may
from luoshi.kernel.text import T
from luoshi.people.admin import forms, reads
from luoshi.people.admin.actions import person as actions
from luoshi.people.admin.actions.appoint import ask_appointment
from luoshi.people.admin.flow import MANAGE, PERSON, others
from luoshi.people.admin.forms import MoveForm, Scene, role_name, unit_name
from luoshi.people.admin.pages.add import passwords
from luoshi.people.admin.pages.common import PEOPLE, history, press, span, today
from luoshi.people.models import Person, Post
from luoshi.people.roles import ADMINS
from luoshi.people.sessions import having
from luoshi.web.http import version_seen, viewer_of
from luoshi.web.said import onward
from luoshi.web.tables import Column, Table

FORMS: Final = {form.verb: form for form in forms.PERSON}
BY_VERB: Final = {
    one.move.verb: one
    for one in (
        actions.add_post, actions.move_post, actions.end_post, actions.drop_post, actions.correct_person,
        actions.leave, actions.come_back, actions.new_password,
    )
}  # fmt: skip
POSTS: Final = Table[Post](
    T("岗位", "Posts"),
    (
        Column(T("单位", "Unit"), lambda post: unit_name(post.unit), "b", is_header=True),
        Column(T("岗位", "Role"), lambda post: role_name(post.role)),
        Column(T("从–到", "From–to"), span, "n"),
    ),
    kind="t t-d fold",
)


def _moves(person: Person, scene: Scene, bound: MoveForm | None) -> list[tuple[T, MoveForm]]:
    """The moves that are possible now, each with its form."""
    found: list[tuple[T, MoveForm]] = []
    for verb, kind in FORMS.items():
        move = PERSON.move(verb)
        if not PERSON.fits(move, person):
            continue
        form = bound if bound is not None and bound.verb == verb else kind(scene)
        post = form.fields.get("post")
        if post is None or [value for value, _ in post.choices if value]:  # type: ignore[attr-defined]
            found.append((move.text, form))
    return found


def _page(request: HttpRequest, person: Person, bound: MoveForm | None = None) -> HttpResponse:
    viewer, day = viewer_of(request), today()
    alone = others(person, viewer) is None
    moves = _moves(person, Scene(day, person), bound) if alone and may(viewer, MANAGE) else []
    posts = list(person.posts.all())
    held = [(face.title, face.open_with([person.pk]).get(person.pk, 0)) for face in installed()]
    context = {
        "inhand": sum(count for _, count in held), "open": held, "person": person, "ref": f"{person.log_id}/", "moves": moves, "alone": alone, "bound": bound,
        "state": PERSON.state(person.state).text, "waiting": reads.waiting(person),
        "posts": POSTS.render(reversed(posts)) if posts else SafeString(""),
        "history": history(person.log_id), "version": person.version,
        "last": person.left_on.fromordinal(person.left_on.toordinal() - 1) if person.left_on else None,
    }  # fmt: skip
    return render(request, "people/admin/person.html", context, status=422 if bound is not None else 200)


@having(MANAGE)
def page(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One person."""
    return _page(request, reads.person(viewer_of(request), ref))


@having(MANAGE)
def do(request: HttpRequest, ref: UUID, verb: str) -> HttpResponse:
    """POST `/people/<id>/do/<verb>/`. A form that was refused comes back with its faults (422)."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if verb not in FORMS:
        raise Absent
    viewer = viewer_of(request)
    person = reads.person(viewer, ref)
    form = FORMS[verb](Scene(today(), person), request.POST)
    if not form.is_valid():
        return _page(request, person, form)
    key, door = form.cleaned_data["key"] or None, f"people:{viewer.person}"
    version = version_seen(request)

    def perform(**data: Any) -> Any:
        if verb == "add_post" and data["role"] in ADMINS:
            return ask_appointment(viewer=viewer, key=key, door=door, person=person, **data)
        return BY_VERB[verb](viewer=viewer, on=str(ref), seen=version, key=key, door=door, **data)

    done = press(form, perform)
    if done is None:
        return _page(request, person, form)
    if verb == "new_password":
        return passwords(request, [(person.login, person.name, done.secret.get("password", ""))])
    text = T("{who}：{what}，已记下", "{who}: {what}, done").fill(who=person.name, what=PERSON.move(verb).text)
    if verb == "add_post" and form.cleaned_data["role"] in ADMINS:
        text = T("已提请任命 {who}，等安全管理员确认", "Asked for {who}: the security administrator confirms").fill(
            who=person.name
        )
    return onward(f"{PEOPLE}{ref}/", text)

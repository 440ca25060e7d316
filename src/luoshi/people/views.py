"""Log in, log out, change the password."""

from collections.abc import Iterator
from typing import Any, Final

from django import forms as django_forms
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import get_default_password_validators
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render

from luoshi.kernel.text import T
from luoshi.people import actions, sessions, tree
from luoshi.people.models import Person
from luoshi.people.second import half
from luoshi.people.second import reads as second
from luoshi.web import errors, forms, said
from luoshi.web.views import safe_next

CLOSED: Final = T(
    "这是给公众看的演示，全部登录已关闭。", "This demo is shown to the public: all log-ins are switched off."
)
NO_NEED: Final = T("上报和查进度不用登录。", "To report and to track nobody needs to log in.")
WRONG: Final = T("登录名或密码不对。", "The name or the password is wrong.")
LONGEST: Final = 200
# Django's validators speak English only; these are the same rules in both languages, by Django's code.
RULES: Final = {
    "password_too_short": T("至少 10 个字符", "At least 10 characters"),
    "password_too_common": T("太常见，容易被猜到", "Too common: easy to guess"),
    "password_entirely_numeric": T("不能只有数字", "Not digits alone"),
    "password_too_similar": T("和登录名或姓名太像", "Too much like the name"),
}


class Login(forms.Form):
    """The log-in form."""

    username = django_forms.CharField(
        max_length=60,
        label=forms.text("登录名", "Name"),
        widget=django_forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = django_forms.CharField(
        max_length=LONGEST,
        strip=False,
        label=forms.text("密码", "Password"),
        widget=django_forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def _secret(zh: str, en: str, autocomplete: str, hint: str = "") -> django_forms.CharField:
    widget = django_forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return django_forms.CharField(
        max_length=LONGEST, strip=False, label=forms.text(zh, en), widget=widget, help_text=hint
    )


class Password(forms.Form):
    """The form to change one's password."""

    old = _secret("现在的密码", "Present password", "current-password")
    new = _secret(
        "新密码",
        "New password",
        "new-password",
        forms.text("至少 10 个字符，不能只有数字", "At least 10 characters, not digits alone"),
    )
    again = _secret("再输一次新密码", "New password again", "new-password")

    def __init__(self, person: Person, *args: Any, **kwargs: Any) -> None:
        self.person = person
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Old one right, new one good, both alike."""
        given = super().clean() or {}
        old, new, again = (given.get(name, "") for name in ("old", "new", "again"))
        if old and not self.person.check_password(old):
            self.add_error("old", str(T("不对", "This is not it")))
        if new and again and new != again:
            self.add_error("again", str(T("两次不一样", "The two differ")))
        if new and new == old:
            self.add_error("new", str(T("和现在的一样", "It is the present one")))
        for rule in _broken(new, self.person) if new else ():
            self.add_error("new", str(rule))
        return given


def _broken(new: str, person: Person) -> Iterator[T]:
    """The rules that a new password breaks."""
    for validator in get_default_password_validators():
        try:
            validator.validate(new, person)
        except ValidationError as refused:
            for error in refused.error_list:
                yield RULES.get(error.code or "", T("不合规则", "Against the rules"))


def enter(request: HttpRequest) -> HttpResponse:
    """Log in. With the demo shown to the public, nobody can."""
    if sessions.closed():
        return errors.respond(request, 403, CLOSED, hint=NO_NEED)
    form = Login(request.POST or None)
    onward = safe_next(request, "/work/")
    status = 200
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["username"]
        # by the model's own name for it: under another, the lock-out would count all names of an address together
        person = authenticate(request, login=name, password=form.cleaned_data["password"])
        if isinstance(person, Person) and person.works_on(tree.today().day):
            if second.asked(person):
                half.begin(request, person, onward)
                return HttpResponseRedirect("/login/second/")
            sessions.begin(request, person)
            return HttpResponseRedirect("/password/" if person.must_change else onward)
        actions.note_failure(name)
        form.add_error(None, str(WRONG))
    if form.errors:
        status = 422
    return render(request, "people/login.html", {"form": form, "next": onward}, status=status)


def leave(request: HttpRequest) -> HttpResponse:
    """Log out; only by POST."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    sessions.leave(request)
    return HttpResponseRedirect("/login/")


def password(request: HttpRequest) -> HttpResponse:
    """Change one's password; must be done at the first log-in before anything else."""
    person = request.user
    if not request.viewer.is_staff or not isinstance(person, Person):  # type: ignore[attr-defined]
        return HttpResponseRedirect("/login/?next=/password/")
    form = Password(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        sessions.renew(request, person, form.cleaned_data["new"])
        response = HttpResponseRedirect("/work/")
        said.say(response, T("密码已改，其他地方的登录已结束。", "Password changed; log-ins elsewhere have ended."))
        return response
    status = 422 if form.errors else 200
    return render(request, "people/password.html", {"form": form, "forced": person.must_change}, status=status)

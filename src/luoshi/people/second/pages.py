"""`/login/second/`, between password and session; `/second/`, one's own second factor."""

from typing import Final

import segno
from django import forms as django
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.safestring import SafeString

from luoshi.kernel import installation
from luoshi.kernel.text import T
from luoshi.people import sessions
from luoshi.people.models import Person
from luoshi.people.second import actions, half, reads, totp
from luoshi.web import forms, said

WRONG: Final = T(
    "验证码不对，或已经用过。手机时间要准。", "Wrong, or used already. The telephone's clock must be right."
)


class Code(forms.Form):
    """One code."""

    code = django.CharField(
        max_length=20,
        label=forms.text("验证码", "Code"),
        help_text=forms.text("手机验证器上的 6 位数字", "The 6 digits of the authenticator on your telephone"),
        widget=django.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text", "autocapitalize": "none"}),
    )


def picture(secret: str, person: Person) -> SafeString:
    """The QR code that an authenticator reads."""
    city = str(installation.current().name) + " " + str(T("落实", "Luoshi"))
    code = segno.make(totp.address(secret, person.login, city), error="m", micro=False)
    return SafeString(code.svg_inline(scale=4, light="#fff", title=str(T("二维码", "QR code"))))


def _grouped(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def enter(request: HttpRequest) -> HttpResponse:
    """The second step of a log-in: the code, or, for an administrator without one, setting it up."""
    person = half.holder(request)
    if person is None or sessions.closed():
        return HttpResponseRedirect("/login/")
    new = reads.factor(person) is None
    form = Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code, onward = form.cleaned_data["code"], half.onward(request)
        if new:
            codes = actions.set_up(person, half.secret(request), code)
            if codes is not None:
                _open(request, person)
                return _codes(request, codes, "/password/" if person.must_change else onward)
        elif actions.passed(person, code):
            _open(request, person)
            return HttpResponseRedirect("/password/" if person.must_change else onward)
        form.add_error("code", str(WRONG))
    context: dict[str, object] = {"form": form, "new": new}
    if new:
        secret = half.secret(request)
        context |= {"picture": picture(secret, person), "secret": _grouped(secret)}
    return _private(render(request, "people/second/enter.html", context, status=422 if form.errors else 200))


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _open(request: HttpRequest, person: Person) -> None:
    half.end(request)
    half.forget_secret(request)
    sessions.begin(request, person)


def _codes(request: HttpRequest, codes: list[str], onward: str) -> HttpResponse:
    return _private(render(request, "people/second/codes.html", {"codes": codes, "onward": onward}))


@sessions.staff
def own(request: HttpRequest) -> HttpResponse:
    """One's own second factor: set up; with a code, fresh recovery codes or off."""
    person = request.user
    assert isinstance(person, Person)
    form = Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = _press(request, person, form.cleaned_data["code"])
        if done is not None:
            return done
        form.add_error("code", str(WRONG))
    factor = reads.factor(person)
    context: dict[str, object] = {
        "form": form, "factor": factor, "required": reads.required(person), "demo": installation.current().demo,
        "left": len(factor.codes) if factor else 0,
    }  # fmt: skip
    if factor is None:
        secret = half.secret(request)
        context |= {"picture": picture(secret, person), "secret": _grouped(secret)}
    return render(request, "people/second/own.html", context, status=422 if form.errors else 200)


def _press(request: HttpRequest, person: Person, code: str) -> HttpResponse | None:
    """What was pressed with a right code; None for a wrong one."""
    if reads.factor(person) is None:
        codes = actions.set_up(person, half.secret(request), code)
        if codes is None:
            return None
        half.forget_secret(request)
        return _codes(request, codes, "/second/")
    if not actions.passed(person, code):
        return None
    if request.POST.get("press") == "off":
        actions.take_off(person)
        response = HttpResponseRedirect("/second/", status=303)
        said.say(response, T("第二因素已关", "The second factor is off"))
        return response
    return _codes(request, actions.new_codes(person), "/second/")

"""What a person of the staff wants to be told: `/work/notify/`."""

from typing import Any, Final

from django import forms as django_forms
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from luoshi.kernel import installation
from luoshi.kernel.problems import Absent
from luoshi.kernel.text import T
from luoshi.people.sessions import staff
from luoshi.ports.notify import actions, channels, reads
from luoshi.ports.notify import staff as telling
from luoshi.ports.notify.codes import words_of
from luoshi.ports.notify.models import MAIL, SMS, Choice
from luoshi.web import forms, said

SHOWN: Final = 20
_HOURS: Final = [(str(hour * 60), f"{hour:02d}:00") for hour in range(24)]
PHONE: Final = r"^\+?[0-9 ()\-]{5,25}$"


def _hour(zh: str, en: str) -> django_forms.ChoiceField:
    return django_forms.ChoiceField(label=forms.text(zh, en), choices=_HOURS)


class Choices(forms.Form):
    """What to tell, and where."""

    mail = django_forms.EmailField(label=forms.text("邮箱", "E-mail"), required=False, max_length=200)
    phone = django_forms.CharField(
        label=forms.text("手机（没有邮箱时用短信）", "Mobile (for SMS, where there is no e-mail)"),
        required=False,
        validators=[RegexValidator(PHONE, str(forms.text("写法不对", "This is not in the right form")))],
    )
    digest = django_forms.BooleanField(
        label=forms.text("工作日每天一份汇总", "A digest once a working day"), required=False
    )
    digest_at = _hour("几点", "At")
    at_once = django_forms.ChoiceField(
        label=forms.text("立刻告诉我", "Tell me at once"),
        widget=forms.Picks,
        choices=forms.picks([(value, text, "") for value, text in telling.AT_ONCE.items()]),
    )
    quiet_from = _hour("从几点起不打扰", "Quiet from")
    quiet_to = _hour("到几点", "Until")
    language = django_forms.ChoiceField(
        label=forms.text("用哪种语言", "Language"), choices=[("zh", "中文"), ("en", "English")]
    )

    def clean(self) -> dict[str, Any]:
        """Whoever wants to be told says where."""
        given = super().clean() or {}
        wants = given.get("digest") or given.get("at_once", "none") != "none"
        if wants and not given.get("mail") and not given.get("phone") and not self.errors:
            self.add_error("mail", str(T("填邮箱或手机，才知道发到哪里", "Give an e-mail or a mobile to send it to")))
        return given


def _initial(choice: Choice) -> dict[str, Any]:
    return {
        "mail": choice.mail, "phone": choice.phone, "digest": choice.digest, "digest_at": str(choice.digest_at),
        "at_once": choice.at_once, "quiet_from": str(choice.quiet_from), "quiet_to": str(choice.quiet_to),
        "language": "en" if choice.english else "zh",
    }  # fmt: skip


def _take(choice: Choice, given: dict[str, Any]) -> Choice:
    choice.mail, choice.phone, choice.digest = given["mail"], given["phone"], given["digest"]
    choice.at_once, choice.english = given["at_once"], given["language"] == "en"
    for name in ("digest_at", "quiet_from", "quiet_to"):
        setattr(choice, name, int(given[name]))
    return choice


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """One's own choices, and what was sent to oneself of late."""
    person = request.viewer.person  # type: ignore[attr-defined]
    if person is None:
        raise Absent
    choice = reads.choice(person)
    form = Choices(request.POST if request.method == "POST" else None, initial=_initial(choice))
    if form.is_bound and form.is_valid():
        before = choice.at_once
        actions.choose(_take(choice, form.cleaned_data))
        if before == "none" and choice.at_once != "none":
            telling.prime(reads.choice(person))
        response = HttpResponseRedirect("/work/notify/", status=303)
        said.say(response, T("已记下", "Saved"))
        return response
    context = {
        "form": form, "sent": [(one, words_of(one)) for one in reads.to_person(person, SHOWN)],
        "demo": installation.current().demo, "mail": channels.ready(MAIL), "sms": channels.ready(SMS),
        "reporters": request.viewer.reach("cases.callback") is not None,  # type: ignore[attr-defined]
    }  # fmt: skip
    return render(request, "notify/choices.html", context, status=422 if form.errors else 200)

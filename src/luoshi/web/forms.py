"""Django forms in our own markup and both languages: label, hint, fault, and a summary linked to the fields."""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.renderers import DjangoTemplates
from django.utils.functional import lazy
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from luoshi.kernel.problems import Problem
from luoshi.kernel.text import T

# A T is a tuple, which Django would take for a group of choices or fail to fill: so it goes in as a lazy text.
_lazy_text = lazy(str, str)


def lazy_text(text: str | T) -> str:
    """The text as Django wants it: read in the language of each reader, when it is shown."""
    return _lazy_text(text)


def text(zh: str, en: str) -> str:
    """A label, hint or message of a form in both languages."""
    return lazy_text(T(zh, en))


def _pick(label: str | T, hint: str | T) -> SafeString:
    return format_html("{}<small>{}</small>", label, hint)


_lazy_pick = lazy(_pick, SafeString)


def choices(options: Iterable[tuple[str, str | T]]) -> list[tuple[str, str]]:
    """Choices (value, label) whose labels may be in two languages."""
    return [(value, lazy_text(label)) for value, label in options]


def picks(options: Iterable[tuple[str, str | T, str | T]]) -> list[tuple[str, str]]:
    """Choices (value, label, hint) for `Picks`; an empty hint shows none."""
    return [(value, _lazy_pick(label, hint) if hint else lazy_text(label)) for value, label, hint in options]


MESSAGES: Final[dict[str, str]] = {
    code: lazy_text(text)
    for code, text in {
        "required": T("请填写", "Fill this in"),
        "invalid": T("写法不对", "This is not in the right form"),
        "invalid_choice": T("不在可选项里，请重选", "Not one of the choices: choose again"),
        "invalid_list": T("请重选", "Choose again"),
        "max_length": T(
            "最多 %(limit_value)d 个字，现在 %(show_value)d 个",
            "At most %(limit_value)d characters, now %(show_value)d",
        ),
        "min_length": T(
            "至少 %(limit_value)d 个字，现在 %(show_value)d 个",
            "At least %(limit_value)d characters, now %(show_value)d",
        ),
        "max_value": T("最大 %(limit_value)s", "At most %(limit_value)s"),
        "min_value": T("最小 %(limit_value)s", "At least %(limit_value)s"),
        "null_characters_not_allowed": T("有看不见的字符，请重新输入", "It holds unreadable characters: type it again"),
        "empty": T("文件是空的", "The file is empty"),
        "missing": T("没有收到文件", "No file arrived"),
        "contradiction": T("要么交文件，要么清除", "Send a file or clear it, not both"),
    }.items()
}


def messages(field: forms.Field) -> dict[str, Any]:
    """Django's messages, covered by ours, covered by those that the field's declaration gave itself."""
    defaults: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        defaults.update(getattr(kind, "default_error_messages", {}))
    own = {code: text for code, text in field.error_messages.items() if defaults.get(code) is not text}
    return {**defaults, **MESSAGES, **own}


class Renderer(DjangoTemplates):
    """Our markup for forms and fields."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


class Hidden(forms.HiddenInput):
    """A hidden input without an id, since several forms of a page carry the same ones."""

    def __init__(self) -> None:
        super().__init__(attrs={"id": False})


class Picks(forms.RadioSelect):
    """One of a few, as large targets."""

    template_name = "forms/picks.html"

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Without `aria-invalid`, which a single radio may not carry: the fault stands at the group."""
        option: dict[str, Any] = super().create_option(*args, **kwargs)
        option["attrs"].pop("aria-invalid", None)
        return option


class Rating(Picks):
    """A rating from 1 to 5: five equal cells, none chosen beforehand."""

    template_name = "forms/rate.html"


class Photos(forms.FileInput):
    """A file input that takes several pictures."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Up to `limit` pictures; cleans to a list of uploads. What they hold is checked where they are decoded."""

    widget = Photos

    def __init__(self, *, limit: int, **kwargs: Any) -> None:
        self.limit = limit
        super().__init__(**kwargs)
        self.widget.attrs.update({"accept": "image/*", "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The uploads as a list; ValidationError where there are too many or one is empty."""
        given: Sequence[UploadedFile[Any]] = [one for one in data or [] if one]
        if len(given) > self.limit:
            rule = T("最多 {n} 张，选了 {given} 张", "At most {n} pictures, {given} were chosen")
            raise forms.ValidationError(str(rule.fill(n=self.limit, given=len(given))), code="too_many")
        if not given:
            super().clean(None, initial)
            return []
        return [super(PhotosField, self).clean(one, initial) for one in given]


class DayField(forms.DateField):
    """A day as 2021-11-23: a text input, since date inputs follow the machine's locale and not the page's."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d"])
        attrs = {"inputmode": "numeric", "placeholder": "2021-11-23", "autocomplete": "off", "maxlength": "10"}
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs=attrs))
        rule = T("写成 2021-11-23 的样子", "Write it like 2021-11-23")
        kwargs["error_messages"] = {"invalid": lazy_text(rule), **kwargs.get("error_messages", {})}
        super().__init__(**kwargs)


def new_key() -> str:
    """A fresh idempotency key."""
    return uuid4().hex


_LARGE: Final = (("rows", "10"), ("cols", "40"))


class Form(forms.Form):
    """The base of our forms: bilingual faults, our markup, and an idempotency `key` so that a double press does one thing."""

    default_renderer = Renderer
    key = forms.RegexField(r"^[0-9A-Za-z-]{8,64}$", required=False, widget=Hidden, initial=new_key)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "f-%s")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages = messages(field)
            if isinstance(field.widget, forms.Textarea):
                # Django's 10 × 40 would outgrow the look's own height.
                field.widget.attrs = {k: v for k, v in field.widget.attrs.items() if (k, v) not in _LARGE}

    def refuse(self, problem: Problem) -> None:
        """Show what an action refused: each fault at its field, the rest above the form."""
        for fault in problem.faults:
            self.add_error(fault.field if fault.field in self.fields else None, str(fault.rule))
        if not problem.faults:
            self.add_error(None, str(problem.title))


class SeenForm(Form):
    """A form about a record: `seen` is the version that the reader looked at."""

    seen = forms.IntegerField(widget=Hidden, min_value=0)


def summary(form: forms.BaseForm) -> SafeString:
    """The faults of a form in a box, each a link to its field; nothing where there is none."""
    faults = [_fault(form, name, str(text)) for name, texts in form.errors.items() for text in texts]
    if not faults:
        return SafeString("")
    return format_html(
        '<div class="errs" role="alert" aria-labelledby="errs-h" tabindex="-1"><h2 id="errs-h">{}</h2><ul>{}</ul></div>',
        T("有 {n} 处要补", "To mend: {n}").fill(n=len(faults)),
        format_html_join("", "<li>{}</li>", ((fault,) for fault in faults)),
    )


def _fault(form: forms.BaseForm, name: str, text: str) -> SafeString:
    if name not in form.fields or form[name].is_hidden:
        return format_html("<b>{}</b>", text)
    bound = form[name]
    # A group of radios has no label of its own: the link goes to its first one.
    at = bound.id_for_label or f"{bound.auto_id}_0"
    return format_html(
        '<a href="#{}">{}</a>', at, T("{label}：{text}", "{label}: {text}").fill(label=bound.label, text=text)
    )

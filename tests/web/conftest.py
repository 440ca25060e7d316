"""Settings for the shell's own tests: they need neither a database nor the lines of work."""

import os

import django
import pytest
from django.conf import settings

from luoshi import conf

if not settings.configured and not os.environ.get("DJANGO_SETTINGS_MODULE"):
    settings.configure(
        CONF=conf.load({}),
        SECRET_KEY="test",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="luoshi.web.urls",
        INSTALLED_APPS=["django.contrib.staticfiles", "luoshi.web"],
        DATABASES={},
        LINES=(),
        STATIC_URL="/static/",
        TIME_ZONE="Asia/Shanghai",
        USE_TZ=True,
        USE_I18N=False,
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": ["django.template.context_processors.request", "luoshi.web.context.page"],
                    "builtins": ["luoshi.web.templatetags.luoshi"],
                },
            }
        ],
    )
    django.setup()


@pytest.fixture(autouse=True)
def chinese() -> None:
    """Every test begins in Chinese."""
    from luoshi.kernel.text import set_language

    set_language("zh")

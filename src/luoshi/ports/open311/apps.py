"""The Open311 door as a Django application: it has a table of its own, for keys."""

from django.apps import AppConfig


class Open311Config(AppConfig):
    """Open311 开放接口."""

    name = "luoshi.ports.open311"
    label = "open311"
    default_auto_field = "django.db.models.BigAutoField"
    open_tables = ("open311_key",)

"""The API as a Django application: it has a table of its own, for tokens."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """接口 API."""

    name = "luoshi.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"

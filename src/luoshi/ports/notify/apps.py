"""The notices as a Django application: what is to be sent, who wants what, which systems listen."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    """消息."""

    name = "luoshi.ports.notify"
    label = "notify"
    default_auto_field = "django.db.models.BigAutoField"

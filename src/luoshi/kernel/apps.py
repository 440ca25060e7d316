"""The kernel as a Django application."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Holds the log's tables and the installation's own rows."""

    name = "luoshi.kernel"
    label = "kernel"

"""The kernel as a Django application."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Holds the log's tables and the installation's own rows."""

    name = "luoshi.kernel"
    label = "kernel"

    def ready(self) -> None:
        """Have times read at less cost on each connection."""
        from django.db.backends.signals import connection_created

        from luoshi.kernel.times import register

        connection_created.connect(register)

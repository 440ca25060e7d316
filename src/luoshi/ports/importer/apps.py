"""The importer as a Django application: it has a table of its own, for runs that were begun on a page."""

from django.apps import AppConfig


class ImporterConfig(AppConfig):
    """Import 导入."""

    name = "luoshi.ports.importer"
    label = "importer"
    default_auto_field = "django.db.models.BigAutoField"

"""The street line as a Django application."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Cases 街面治理."""

    name = "luoshi.cases"
    label = "cases"
    open_tables = ("cases_events",)

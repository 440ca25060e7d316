"""Figures as a Django application: derived tables, and views of the events that are made anew after each migration."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _views(**_: Any) -> None:
    from luoshi.figures import views_of_events

    views_of_events.create()


class FiguresConfig(AppConfig):
    """数据说话."""

    name = "luoshi.figures"
    label = "figures"
    default_auto_field = "django.db.models.BigAutoField"
    open_tables = ("fact_version", "fact_folded", "fact_life", "figure_answer")

    def ready(self) -> None:
        """Views follow the declarations of this version."""
        post_migrate.connect(_views, sender=self)
